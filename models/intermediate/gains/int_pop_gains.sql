with gains as (
    select
        gains.*,
        kinds.reported_as,
        kinds.reported_order
    from {{ ref('int_gains') }} as gains
    inner join {{ ref('gain_kinds') }} as kinds
        on
            gains.kind = kinds.kind
            and {{ in_force('kinds', 'gains.program_year') }}
),

-- The latest date of each reported group stands for it.
groups as (
    select
        person_key,
        program_year,
        pop_number,
        reported_as,
        max(earned_on) as earned_on,
        min(reported_order) as reported_order
    from gains
    group by person_key, program_year, pop_number, reported_as
),

-- The most recent is reported; equal dates: F, then G, then E (R28).
reported as (
    select
        person_key,
        program_year,
        pop_number,
        reported_as,
        earned_on
    from groups
    qualify
        row_number() over (
            partition by person_key, program_year, pop_number
            order by earned_on desc, reported_order asc
        ) = 1
),

dates as (
    select
        person_key,
        program_year,
        pop_number,
        max(case when kind = '1a' then earned_on end) as msg_1a_date,
        max(case when kind = '1b' then earned_on end) as msg_1b_date,
        max(case when kind = '1c' then earned_on end) as msg_1c_date,
        max(case when kind = '1d' then earned_on end) as msg_1d_date,
        max(case when kind = '2' then earned_on end) as msg_2_date,
        max(case when kind = '3' then earned_on end) as msg_3_date,
        max(case when kind = '4' then earned_on end) as msg_4_date,
        max(case when kind = '5' then earned_on end) as msg_5_date
    from gains
    group by person_key, program_year, pop_number
)

select
    dates.*,
    reported.reported_as as reported_msg,
    reported.earned_on as reported_msg_date
from dates
inner join reported
    on
        dates.person_key = reported.person_key
        and dates.program_year = reported.program_year
        and dates.pop_number = reported.pop_number
