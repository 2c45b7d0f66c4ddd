{#- Puts events (person_key, program_year, kind, earned_on, subject, evidence) into periods: the latest that begins on or
    before the event, else the first (rulings, Gains). A person without a period has no gain (R29). -#}
{% macro events_in_periods(events) -%}
select
    events.person_key,
    events.program_year,
    coalesce(
        max(case when periods.entry_date <= events.earned_on then periods.pop_number end), min(periods.pop_number)
    ) as pop_number,
    events.kind,
    events.earned_on,
    cast(null as string) as subject,
    events.evidence
from {{ events }} as events
inner join {{ ref('int_periods_of_participation') }} as periods
    on
        events.person_key = periods.person_key
        and events.program_year = periods.program_year
group by events.person_key, events.program_year, events.kind, events.earned_on, events.evidence
{%- endmacro %}
