with spr_rows as (
    select * from {{ ref('int_spr_rows') }}
),

persons as (
    select
        person_key,
        program_year,
        bool_or(is_exited) as has_exited,
        bool_or(is_iet) as is_iet
    from {{ ref('int_participant_periods') }}
    where program_year = {{ var('program_year') }}
    group by person_key, program_year
),

services as (
    select
        *,
        'career_services' as row_code
    from persons
    union all
    select
        *,
        'training_services' as row_code
    from persons
    where is_iet
),

served as (
    select
        persons.*,
        spr_rows.row_code
    from persons
    inner join spr_rows
        on
            persons.person_key = spr_rows.person_key
            and persons.program_year = spr_rows.program_year
    union all
    select * from services
),

exit_indicators as (
    select * from {{ ref('int_exit_indicators') }}
    where row_code in ('employment_q2', 'employment_q4', 'median_earnings_q2', 'any_credential')
),

gain_periods as (
    select * from {{ ref('int_participant_periods') }}
    where program_year = {{ var('program_year') }} and not is_outcomes_excluded
),

-- The periods that the indicators count: Table 5's E and F, Table 4's K and L + M + N (R48).
indicator_periods as (
    select
        person_key,
        program_year,
        pop_program_year,
        pop_number,
        indicator as block,
        case row_code when 'any_credential' then 'credential' when 'median_earnings_q2' then 'median_earnings' else row_code end as indicator,
        is_in_cohort,
        is_achieved,
        amount
    from exit_indicators
    union all
    select
        person_key,
        program_year,
        program_year as pop_program_year,
        pop_number,
        'gains' as block,
        'msg' as indicator,
        true as is_in_cohort,
        reported_msg is not null as is_achieved,
        cast(null as decimal(38, 10)) as amount
    from gain_periods
),

indicator_rows as (
    select
        indicator_periods.*,
        spr_rows.row_code
    from indicator_periods
    inner join spr_rows
        on
            indicator_periods.person_key = spr_rows.person_key
            and indicator_periods.pop_program_year = spr_rows.program_year
)

select
    {{ person_member_keys() }},
    'SPR' as table_id,
    'gains' as block,
    row_code,
    'participants_served' as column_code
from served
union all
select
    {{ person_member_keys() }},
    'SPR' as table_id,
    'gains' as block,
    row_code,
    'participants_exited' as column_code
from served
where has_exited
union all
select
    person_key,
    program_year,
    pop_program_year,
    pop_number,
    cast(null as string) as kind,
    amount,
    'SPR' as table_id,
    block,
    row_code,
    case indicator when 'median_earnings' then indicator else concat(indicator, '_numerator') end as column_code
from indicator_rows
where is_achieved
union all
select
    person_key,
    program_year,
    pop_program_year,
    pop_number,
    cast(null as string) as kind,
    cast(null as decimal(38, 10)) as amount,
    '99' as table_id,
    block,
    row_code,
    indicator as column_code
from indicator_rows
where is_in_cohort
