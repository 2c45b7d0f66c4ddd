with indicators as (
    select * from {{ ref('int_exit_indicators') }}
),

ielce_persons as (
    select * from {{ ref('int_ielce_persons') }}
),

-- Which periods a table looks at (R46); the unduplicated row is Table 5's alone.
table_periods as (
    select
        '5' as table_id,
        indicators.*
    from indicators
    union all
    select
        '5A' as table_id,
        indicators.*
    from indicators
    where is_distance and row_code <> 'any_credential'
    union all
    select
        '9' as table_id,
        indicators.*
    from indicators
    inner join ielce_persons
        on
            indicators.person_key = ielce_persons.person_key
            and indicators.pop_program_year = ielce_persons.program_year
    where indicators.row_code <> 'any_credential'
    union all
    select
        '10' as table_id,
        indicators.*
    from indicators
    where is_correctional and row_code <> 'any_credential'
    union all
    select
        '11' as table_id,
        indicators.*
    from indicators
    where is_iet and row_code <> 'any_credential'
),

-- B and C look at the first period of the table's cohort, of median earnings at that of employment (R40, R42).
row_periods as (
    select
        *,
        row_number() over (
            partition by table_id, program_year, row_code, person_key
            order by pop_program_year, pop_number
        ) = 1 as is_first
    from table_periods
)

{%- for column_code, condition in [
    ('B', 'is_first and is_in_cohort'), ('C', 'is_first and is_achieved'), ('E', 'is_in_cohort'), ('F', 'is_achieved'),
] %}
{{ 'union all' if not loop.first }}
select
    person_key,
    program_year,
    pop_program_year,
    {{ 'cast(null as integer)' if column_code in ('B', 'C') else 'pop_number' }} as pop_number,
    cast(null as string) as kind,
    amount,
    table_id,
    indicator as block,
    row_code,
    '{{ column_code }}' as column_code
from row_periods
where {{ condition }}
{%- endfor %}
