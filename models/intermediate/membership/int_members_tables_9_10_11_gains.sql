with periods as (
    select * from {{ ref('int_participant_periods') }}
    where not is_outcomes_excluded
),

ielce_persons as (
    select * from {{ ref('int_ielce_persons') }}
),

iet_persons as (
    select distinct
        person_key,
        program_year
    from periods
    where is_iet
),

-- All periods of the cohort's persons, the excluded left out (R46, R67).
table_periods as (
    select
        '9' as table_id,
        periods.*
    from periods
    inner join ielce_persons
        on
            periods.person_key = ielce_persons.person_key
            and periods.program_year = ielce_persons.program_year
    union all
    select
        '10' as table_id,
        periods.*
    from periods
    where is_correctional
    union all
    select
        '11' as table_id,
        periods.*
    from periods
    inner join iet_persons
        on
            periods.person_key = iet_persons.person_key
            and periods.program_year = iet_persons.program_year
),

msg_rows as (
    select distinct kinds.msg_row_code from {{ ref('gain_kinds') }} as kinds
    where {{ in_force('kinds', var('program_year')) }}
),

period_kinds as (
    select distinct
        gains.person_key,
        gains.program_year,
        gains.pop_number,
        kinds.msg_row_code
    from {{ ref('int_gains') }} as gains
    inner join {{ ref('gain_kinds') }} as kinds
        on
            gains.kind = kinds.kind
            and {{ in_force('kinds', 'gains.program_year') }}
),

-- Tables 9 and 10: Table 4's E or F, L or M. Table 11: each kind in a row of its own, recent or not.
row_periods as (
    select
        table_periods.person_key,
        table_periods.program_year,
        table_periods.pop_number,
        table_periods.table_id,
        'msg' as row_code,
        table_periods.reported_msg in ('E', 'F') as is_achieved
    from table_periods
    where table_periods.table_id in ('9', '10')
    union all
    select
        table_periods.person_key,
        table_periods.program_year,
        table_periods.pop_number,
        table_periods.table_id,
        concat('msg_', msg_rows.msg_row_code) as row_code,
        period_kinds.person_key is not null as is_achieved
    from table_periods
    cross join msg_rows
    left join period_kinds
        on
            table_periods.person_key = period_kinds.person_key
            and table_periods.program_year = period_kinds.program_year
            and table_periods.pop_number = period_kinds.pop_number
            and msg_rows.msg_row_code = period_kinds.msg_row_code
    where table_periods.table_id = '11'
)

{%- for column_code, condition in [
    ('B', 'pop_number = 1'), ('C', 'pop_number = 1 and is_achieved'), ('E', 'true'), ('F', 'is_achieved'),
] %}
{{ 'union all' if not loop.first }}
select
    {{ person_member_keys() if column_code in ('B', 'C') else pop_member_keys() }},
    table_id,
    'skill_gains' as block,
    row_code,
    '{{ column_code }}' as column_code
from row_periods
where {{ condition }}
{%- endfor %}
