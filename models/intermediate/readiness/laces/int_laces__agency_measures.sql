{{ config(meta={'rules': ['MS-2-DQ-ANOMALY']}) }}

with periods as (
    select
        scopes.scope_id as agency_id,
        participant_periods.program_year,
        participant_periods.person_key,
        participant_periods.instructional_hours,
        participant_periods.has_pre_test,
        participant_periods.has_post_test,
        participant_periods.is_outcomes_excluded,
        participant_periods.reported_msg
    from {{ ref('int_participant_periods') }} as participant_periods
    inner join {{ ref('int_person_scopes') }} as scopes
        on
            participant_periods.person_key = scopes.person_key
            and scopes.scope = 'agency'
    where participant_periods.program_year in ({{ var('program_year') }}, {{ var('program_year') }} - 1)
),

persons as (
    select
        agency_id,
        program_year,
        person_key,
        sum(instructional_hours) as instructional_hours,
        bool_or(has_pre_test) and bool_or(has_post_test) as is_post_tested,
        sum(case when is_outcomes_excluded then 0 else 1 end) as counted_periods,
        sum(case when not is_outcomes_excluded and reported_msg is not null then 1 else 0 end) as periods_with_gain
    from periods
    group by agency_id, program_year, person_key
),

counts as (
    select
        agency_id,
        program_year,
        count(*) as participants,
        sum(instructional_hours) as instructional_hours,
        sum(case when is_post_tested then 1 else 0 end) as post_tested,
        sum(counted_periods) as counted_periods,
        sum(periods_with_gain) as periods_with_gain
    from persons
    group by agency_id, program_year
),

agencies as (
    select distinct agency_id from counts
),

years as (
    select distinct program_year from counts
),

-- An agency without participants in a year that others have some in has 0.
agency_years as (
    select
        agencies.agency_id,
        years.program_year,
        coalesce(counts.participants, 0) as participants,
        coalesce(counts.instructional_hours, 0) as instructional_hours,
        counts.post_tested,
        counts.counted_periods,
        counts.periods_with_gain
    from agencies
    cross join years
    left join counts
        on
            agencies.agency_id = counts.agency_id
            and years.program_year = counts.program_year
)

-- By the name of the check that compares it: participants as in Table 1, hours and gains as in Table 4, and of all participants
-- those with a pre- and a post-test in the year.
select
    agency_id,
    program_year,
    'participants_changed' as check_id,
    participants,
    cast(participants as decimal(28, 10)) as amount,
    1 as base
from agency_years
union all
select
    agency_id,
    program_year,
    'hours_changed' as check_id,
    participants,
    cast(instructional_hours as decimal(28, 10)) as amount,
    1 as base
from agency_years
union all
select
    agency_id,
    program_year,
    'post_test_rate_changed' as check_id,
    participants,
    cast(post_tested as decimal(28, 10)) as amount,
    participants as base
from agency_years
union all
select
    agency_id,
    program_year,
    'gain_rate_changed' as check_id,
    participants,
    cast(periods_with_gain as decimal(28, 10)) as amount,
    counted_periods as base
from agency_years
