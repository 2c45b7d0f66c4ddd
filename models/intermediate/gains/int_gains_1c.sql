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
    select * from {{ ref('stg_fcs__postsecondary_enrollments') }}
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
)

{{ events_in_periods('entries') }}
union all
-- All IET participants earn it with their first IET row of the period (crosswalk 1c; R22, R69).
select
    person_key,
    program_year,
    pop_number,
    '1c' as kind,
    first_iet_entry_date as earned_on,
    cast(null as varchar) as subject,
    concat('IET row from ', iet_evidence) as evidence
from {{ ref('int_periods_of_participation') }}
where is_iet
