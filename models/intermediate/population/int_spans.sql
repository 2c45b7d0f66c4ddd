with terms as (
    select * from {{ ref('int_terms') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

service_starts as (
    select * from {{ ref('int_service_starts') }}
),

stay_terms as (
    select * from {{ ref('int_stay_terms') }}
),

-- Hours since the stay began, whatever program years it runs through, up to the end of the span; where a rule asks for
-- them.
stay_hours as (
    select
        person_key,
        program_year,
        span_number,
        max(hours_to_here) as hours_of_stay
    from (
        select
            terms.person_key,
            terms.program_year,
            terms.span_number,
            sum(terms.instructional_hours) over (
                partition by terms.person_key, stay_terms.stay_number
                order by terms.program_year, terms.entry_date, terms.reporting_program_year, terms.term_digit
                rows between unbounded preceding and current row
            ) as hours_to_here
        from terms
        inner join stay_terms
            on
                terms.person_key = stay_terms.person_key
                and terms.reporting_program_year = stay_terms.reporting_program_year
                and terms.term_digit = stay_terms.term_digit
        where (select bool_or(program_years.pop_hours_of = 'stay') from program_years)
    ) as running_hours
    group by person_key, program_year, span_number
),

spans as (
    select
        person_key,
        program_year,
        span_number,
        min(entry_date) as entry_date,
        case when not bool_or(is_open) then max(exit_date) end as latest_exit_date,
        sum(instructional_hours) as instructional_hours,
        bool_or(is_outcomes_excluded) as has_outcomes_exclusion
    from terms
    group by person_key, program_year, span_number
),

-- A span of the rule's hours is a period: those of the span itself (R7), or all since the stay began, where a period goes
-- on from year to year.
measured_spans as (
    select
        spans.*,
        program_years.pop_gap_days,
        program_years.ends_on,
        case program_years.pop_hours_of
            when 'stay' then stay_hours.hours_of_stay + {{ sum_of_sixtieths() }}
            else spans.instructional_hours
        end
        >= program_years.pop_minimum_hours as is_period_of_participation
    from spans
    inner join program_years on spans.program_year = program_years.program_year
    left join stay_hours
        on
            spans.person_key = stay_hours.person_key
            and spans.program_year = stay_hours.program_year
            and spans.span_number = stay_hours.span_number
),

-- Numbered by entry date; short spans have no number (R7).
numbered_spans as (
    select
        *,
        lead(span_number) over person_year is null as is_last_span,
        sum(case when is_period_of_participation then 1 else 0 end) over person_year_to_here as periods_to_here
    from measured_spans
    window
        person_year as (
            partition by person_key, program_year order by span_number
        ),
        person_year_to_here as (
            partition by person_key, program_year order by span_number
            rows between unbounded preceding and current row
        )
),

-- R9: a span followed by another has exited; the last one unless it is open, ends after June 30, or service begins
-- again after June 30 before the rule's days have passed.
exits as (
    select
        numbered_spans.*,
        not numbered_spans.is_last_span
        or (
            numbered_spans.latest_exit_date is not null
            and numbered_spans.latest_exit_date <= numbered_spans.ends_on
            and (
                service_starts.first_entry_date is null
                or {{ days_between('numbered_spans.latest_exit_date', 'service_starts.first_entry_date') }} >= numbered_spans.pop_gap_days
            )
        ) as is_exited
    from numbered_spans
    left join service_starts
        on
            numbered_spans.person_key = service_starts.person_key
            and numbered_spans.program_year + 1 = service_starts.program_year
)

select
    person_key,
    program_year,
    span_number,
    case when is_period_of_participation then cast(periods_to_here as integer) end as pop_number,
    entry_date,
    latest_exit_date,
    instructional_hours,
    has_outcomes_exclusion,
    is_exited,
    case when is_exited then latest_exit_date end as exit_date
from exits
