with all_periods as (
    select * from {{ ref('int_participant_periods') }}
),

-- Table 4C follows Table 4 for the persons flagged distance (R36).
periods as (
    select
        '4' as table_id,
        all_periods.*
    from all_periods
    union all
    select
        '4C' as table_id,
        all_periods.*
    from all_periods
    where is_distance
),

first_periods as (
    select * from periods
    where pop_number = 1
),

counted_periods as (
    select * from periods
    where not is_outcomes_excluded
)

select
    {{ person_member_keys() }},
    table_id,
    'gains' as block,
    entering_efl as row_code,
    'B' as column_code
from first_periods
union all
-- Excluded participants count in B, C and D only (Table 4 rule 3; R32).
select
    {{ person_member_keys() }},
    table_id,
    'gains' as block,
    entering_efl as row_code,
    'C' as column_code
from first_periods
where is_outcomes_excluded
union all
-- Hours of all periods (Table 4 rule 4).
select
    {{ person_amount_keys('year_hours') }},
    table_id,
    'gains' as block,
    entering_efl as row_code,
    'D' as column_code
from first_periods
union all
-- The most recent gain of the first period, else separated or remaining (Table 4 rules 5-9; R28, R32).
select
    {{ person_member_keys() }},
    table_id,
    'gains' as block,
    entering_efl as row_code,
    case
        when reported_msg is not null then reported_msg
        when is_exited then 'H'
        else 'I'
    end as column_code
from first_periods
where not is_outcomes_excluded
union all
select
    {{ pop_member_keys() }},
    table_id,
    'gains' as block,
    entering_efl as row_code,
    'K' as column_code
from counted_periods
union all
-- L, M and N are E, F and G of every period (Table 4 rules 13-15; R33).
select
    {{ pop_member_keys() }},
    table_id,
    'gains' as block,
    entering_efl as row_code,
    case reported_msg when 'E' then 'L' when 'F' then 'M' when 'G' then 'N' end as column_code
from counted_periods
where reported_msg is not null
