with first_entries as (
    select
        person_key,
        fleid,
        min(first_entry_date) as first_entry_date
    from {{ ref('int_person_years') }}
    group by person_key, fleid
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

spells as (
    select * from {{ records('postsecondary_enrollments') }}
),

-- After adult education began, on any day of any loaded year: the same day is not after (crosswalk 1c; R22).
entries as (
    select
        first_entries.person_key,
        program_years.program_year,
        '1c' as kind,
        spells.entry_date as earned_on,
        concat(
            spells.program_type, ' entered ', spells.entry_date, ' (', spells.source_file, ' #', spells.record_number,
            '), after the first NRS entry ', first_entries.first_entry_date
        ) as evidence
    from spells
    inner join first_entries
        on
            spells.fleid = first_entries.fleid
            and spells.entry_date > first_entries.first_entry_date
    inner join program_years
        on spells.entry_date between program_years.gain_window_starts_on and program_years.gain_window_ends_on
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'postsecondary_entry_type'
            and spells.program_type = rules.code
            and {{ in_force('rules', 'program_years.program_year') }}
),

entries_in_periods as (
    {{ events_in_periods('entries') }}
),

periods as (
    select * from {{ ref('int_periods_of_participation') }}
)

-- Where the state's rule asks for an exit, the period must have ended before.
select entries_in_periods.*
from entries_in_periods
inner join program_years on entries_in_periods.program_year = program_years.program_year
inner join periods
    on
        entries_in_periods.person_key = periods.person_key
        and entries_in_periods.program_year = periods.program_year
        and entries_in_periods.pop_number = periods.pop_number
where
    case program_years.postsecondary_entry_after
        when 'exit' then periods.exit_date < entries_in_periods.earned_on
        else true
    end
union all
-- IET participants earn it with their first IET row of the period: all of them (crosswalk 1c; R22, R69), those whose IET
-- leads to a credential, or none.
select
    periods.person_key,
    periods.program_year,
    periods.pop_number,
    '1c' as kind,
    periods.first_iet_entry_date as earned_on,
    cast(null as string) as subject,
    concat('IET row from ', periods.iet_evidence) as evidence
from periods
inner join program_years on periods.program_year = program_years.program_year
where
    periods.is_iet
    and case program_years.iet_gain_1c
        when 'credential' then not periods.is_iet_without_credential
        when 'none' then false
        else true
    end
