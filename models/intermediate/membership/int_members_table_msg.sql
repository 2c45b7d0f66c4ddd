with periods as (
    select * from {{ ref('int_participant_periods') }}
    where not is_outcomes_excluded
),

-- One of each type a period, whatever is most recent; the total adds the types (Table MSG; R37).
period_gains as (
    select distinct
        periods.person_key,
        periods.program_year,
        periods.pop_number,
        kinds.msg_row_code
    from periods
    inner join {{ ref('int_gains') }} as gains
        on
            periods.person_key = gains.person_key
            and periods.program_year = gains.program_year
            and periods.pop_number = gains.pop_number
    inner join {{ ref('gain_kinds') }} as kinds
        on
            gains.kind = kinds.kind
            and {{ in_force('kinds', 'gains.program_year') }}
)

select
    {{ pop_member_keys('msg_row_code') }},
    'MSG' as table_id,
    'skill_gains' as block,
    msg_row_code as row_code,
    'skill_gains' as column_code
from period_gains
