with outcomes as (
    select * from {{ ref('int_exit_outcomes') }}
),

ielce_persons as (
    select * from {{ ref('int_ielce_persons') }}
),

-- Which periods a table looks at (R46); the unduplicated row is Table 5's alone.
table_periods as (
    select
        '5' as table_id,
        outcomes.*
    from outcomes
    union all
    select
        '5A' as table_id,
        outcomes.*
    from outcomes
    where is_distance and indicator <> 'any_credential'
    union all
    select
        '9' as table_id,
        outcomes.*
    from outcomes
    inner join ielce_persons
        on
            outcomes.person_key = ielce_persons.person_key
            and outcomes.pop_program_year = ielce_persons.program_year
    where outcomes.indicator <> 'any_credential'
    union all
    select
        '10' as table_id,
        outcomes.*
    from outcomes
    where is_correctional and indicator <> 'any_credential'
    union all
    select
        '11' as table_id,
        outcomes.*
    from outcomes
    where is_iet and indicator <> 'any_credential'
),

-- B and C look at the first period of the table's cohort (R40).
ordered_periods as (
    select
        *,
        row_number() over (
            partition by table_id, program_year, indicator, person_key
            order by pop_program_year, pop_number
        ) = 1 as is_first
    from table_periods
),

-- Median earnings: those employed by the second quarter, and their wages (R42).
row_periods as (
    select
        *,
        indicator as row_code,
        true as is_in_cohort,
        has_outcome as is_achieved,
        cast(null as decimal(38, 10)) as amount
    from ordered_periods
    union all
    select
        *,
        'median_earnings_q2' as row_code,
        has_outcome as is_in_cohort,
        has_outcome and value is not null as is_achieved,
        cast(value as decimal(38, 10)) as amount
    from ordered_periods
    where indicator = 'employment_q2'
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
