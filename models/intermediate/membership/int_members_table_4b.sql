with periods as (
    select * from {{ ref('int_participant_periods') }}
),

levels as (
    select * from {{ ref('educational_functioning_levels') }}
),

-- Pre- and post-tested at any time of the year, neither excluded nor alternatively placed (R35).
persons as (
    select
        periods.person_key,
        periods.program_year,
        periods.entering_efl,
        periods.year_hours,
        bool_or(periods.msg_1a_date is not null) as has_gain,
        bool_or(periods.is_last_period and periods.is_exited) as has_exited
    from periods
    inner join levels
        on
            periods.entering_efl = levels.efl_row_code
            and not levels.is_alternative
            and {{ in_force('levels', 'periods.program_year') }}
    group by periods.person_key, periods.program_year, periods.entering_efl, periods.year_hours
    having
        bool_or(periods.has_pre_test)
        and bool_or(periods.has_post_test)
        and not bool_or(periods.is_outcomes_excluded)
)

select
    {{ person_member_keys() }},
    '4B' as table_id,
    'tested' as block,
    entering_efl as row_code,
    'B' as column_code
from persons
union all
select
    {{ person_amount_keys('year_hours') }},
    '4B' as table_id,
    'tested' as block,
    entering_efl as row_code,
    'C' as column_code
from persons
union all
-- D a gain by test, else E separated or F remaining (Table 4b rules 3-5).
select
    {{ person_member_keys() }},
    '4B' as table_id,
    'tested' as block,
    entering_efl as row_code,
    case when has_gain then 'D' when has_exited then 'E' else 'F' end as column_code
from persons
