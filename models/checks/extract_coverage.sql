with needed_periods as (
    select * from {{ ref('needed_periods') }} as rules
    where {{ in_force('rules', var('program_year')) }}
),

windows as (
    select
        indicator as event_window,
        starts_on,
        ends_on,
        quarters_after_exit
    from {{ ref('int_exit_windows') }}
    where program_year = {{ var('program_year') }}
    union all
    select
        'program_year' as event_window,
        starts_on,
        ends_on,
        cast(null as integer) as quarters_after_exit
    from {{ ref('int_program_years') }}
    where program_year = {{ var('program_year') }}
),

-- From the first day of the window to its last, each moved by whole quarters: the quarters after exit of R41 and R43, the
-- year after exit of R43 and R44.
needed_spans as (
    select
        needed_periods.extract_name,
        needed_periods.period_unit,
        needed_periods.finding,
        {{ months_after(
            'windows.starts_on', '3 * coalesce(needed_periods.first_quarter_after, windows.quarters_after_exit)'
        ) }} as from_date,
        {{ months_after(
            'windows.ends_on', '3 * coalesce(needed_periods.last_quarter_after, windows.quarters_after_exit)'
        ) }} as to_date
    from windows
    inner join needed_periods on windows.event_window = needed_periods.event_window
),

needed as (
    select
        needed_spans.extract_name,
        needed_spans.period_unit,
        {{ period_name('needed_spans.period_unit', 'months.month_start') }} as period,
        min(needed_spans.finding) as finding
    from needed_spans, {{ months_between('needed_spans.from_date', 'needed_spans.to_date') }}
    group by 1, 2, 3
),

events as (
    select * from {{ ref('int_extract_events') }}
),

units as (
    select distinct
        extract_name,
        period_unit
    from needed_periods
),

present as (
    select
        events.extract_name,
        units.period_unit,
        {{ period_name('units.period_unit', 'events.event_date') }} as period,
        cast(sum(events.records) as bigint) as records
    from events
    inner join units on events.extract_name = units.extract_name
    group by 1, 2, 3
),

periods as (
    select
        coalesce(needed.extract_name, present.extract_name) as extract_name,
        coalesce(needed.period_unit, present.period_unit) as period_unit,
        coalesce(needed.period, present.period) as period,
        needed.finding,
        needed.period is not null as is_needed,
        coalesce(present.records, 0) as records
    from needed
    full outer join present
        on
            needed.extract_name = present.extract_name
            and needed.period_unit = present.period_unit
            and needed.period = present.period
),

measured as (
    select
        *,
        avg(records) filter (where is_needed and records > 0) over (partition by extract_name) as mean_records
    from periods
),

-- Below this mean a month may be empty by chance.
chance as (
    select min(rules.minimum_records) as minimum_records
    from {{ ref('finding_rules') }} as rules
    where rules.finding = 'month_may_be_absent' and {{ in_force('rules', var('program_year')) }}
)

select
    cast({{ var('program_year') }} as integer) as program_year,
    measured.extract_name,
    measured.period_unit,
    measured.period,
    measured.is_needed,
    measured.records,
    measured.mean_records,
    measured.is_needed and measured.records = 0 as is_missing,
    case
        when not measured.is_needed or measured.records > 0 then null
        when measured.period_unit = 'month' and measured.mean_records < chance.minimum_records then 'month_may_be_absent'
        else measured.finding
    end as finding
from measured
cross join chance
