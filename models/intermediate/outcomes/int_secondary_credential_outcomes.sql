with cohorts as (
    select * from {{ ref('int_exit_cohorts') }}
    where indicator = 'secondary_credential'
),

programs as (
    select * from {{ ref('int_period_programs') }}
    where is_ase
),

-- The first demographic record of the year speaks; blank or unknown is out (R43).
first_records as (
    select
        records.person_key,
        records.program_year,
        records.schooling_level
    from {{ ref('int_demographic_records') }} as records
    qualify row_number() over (partition by records.person_key, records.program_year order by records.first_rank) = 1
),

without_credential as (
    select
        first_records.person_key,
        first_records.program_year
    from first_records
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'no_secondary_credential_schooling'
            and first_records.schooling_level = rules.code
            and {{ in_force('rules', 'first_records.program_year') }}
),

ase_cohort as (
    select cohorts.*
    from cohorts
    inner join programs
        on
            cohorts.person_key = programs.person_key
            and cohorts.pop_program_year = programs.program_year
            and cohorts.pop_number = programs.pop_number
    inner join without_credential
        on
            cohorts.person_key = without_credential.person_key
            and cohorts.pop_program_year = without_credential.program_year
),

diplomas as (
    select
        ase_cohort.program_year,
        ase_cohort.person_key,
        ase_cohort.pop_program_year,
        ase_cohort.pop_number,
        min(concat(diplomas.diploma_date, ': ', diplomas.evidence)) as evidence
    from ase_cohort
    inner join {{ ref('int_diplomas') }} as diplomas
        on
            ase_cohort.person_key = diplomas.person_key
            and diplomas.diploma_date between ase_cohort.entry_date and {{ months_after('ase_cohort.final_exit_date', 'ase_cohort.months_after_exit') }}
    group by ase_cohort.program_year, ase_cohort.person_key, ase_cohort.pop_program_year, ase_cohort.pop_number
),

-- Employed in any of the four quarters after the exit quarter (Exit Quarter for FETPIP Match; R43).
employed as (
    select
        ase_cohort.program_year,
        ase_cohort.person_key,
        ase_cohort.pop_program_year,
        ase_cohort.pop_number,
        min(concat(quarters.year_quarter, ' (', quarters.source_file, ' #', quarters.record_number, ')')) as evidence
    from ase_cohort
    inner join {{ ref('int_employment_quarters') }} as quarters
        on
            ase_cohort.fleid = quarters.fleid
            and quarters.is_employed
            and quarters.quarter_number between {{ quarter_number('ase_cohort.final_exit_date') }} + 1
            and {{ quarter_number('ase_cohort.final_exit_date') }} + ase_cohort.quarters_after_exit
    group by ase_cohort.program_year, ase_cohort.person_key, ase_cohort.pop_program_year, ase_cohort.pop_number
),

-- Or a postsecondary spell that overlaps exit date to one year after; of February 29, February 28 (R43).
enrolled as (
    select
        ase_cohort.program_year,
        ase_cohort.person_key,
        ase_cohort.pop_program_year,
        ase_cohort.pop_number,
        min(concat(spells.entry_date, ' (', spells.source_file, ' #', spells.record_number, ')')) as evidence
    from ase_cohort
    inner join {{ records('postsecondary_enrollments') }} as spells
        on
            ase_cohort.fleid = spells.fleid
            and spells.entry_date <= {{ months_after('ase_cohort.final_exit_date', 'ase_cohort.months_after_exit') }}
            and (spells.exit_date is null or spells.exit_date >= ase_cohort.final_exit_date)
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'postsecondary_entry_type'
            and spells.program_type = rules.code
            and {{ in_force('rules', 'ase_cohort.pop_program_year') }}
    group by ase_cohort.program_year, ase_cohort.person_key, ase_cohort.pop_program_year, ase_cohort.pop_number
)

select
    ase_cohort.program_year,
    ase_cohort.indicator,
    ase_cohort.person_key,
    ase_cohort.pop_program_year,
    ase_cohort.pop_number,
    ase_cohort.final_exit_date,
    ase_cohort.is_iet,
    ase_cohort.is_distance,
    ase_cohort.is_correctional,
    diplomas.person_key is not null and (employed.person_key is not null or enrolled.person_key is not null) as has_outcome,
    diplomas.person_key is not null as has_diploma,
    concat(
        'ASE period without a secondary credential at entry; ',
        coalesce('diploma ' || diplomas.evidence, 'no diploma'), '; ', coalesce('employed ' || employed.evidence, 'not employed'),
        '; ', coalesce('postsecondary entry ' || enrolled.evidence, 'no postsecondary spell')
    ) as evidence
from ase_cohort
left join diplomas
    on
        ase_cohort.program_year = diplomas.program_year
        and ase_cohort.person_key = diplomas.person_key
        and ase_cohort.pop_program_year = diplomas.pop_program_year
        and ase_cohort.pop_number = diplomas.pop_number
left join employed
    on
        ase_cohort.program_year = employed.program_year
        and ase_cohort.person_key = employed.person_key
        and ase_cohort.pop_program_year = employed.pop_program_year
        and ase_cohort.pop_number = employed.pop_number
left join enrolled
    on
        ase_cohort.program_year = enrolled.program_year
        and ase_cohort.person_key = enrolled.person_key
        and ase_cohort.pop_program_year = enrolled.pop_program_year
        and ase_cohort.pop_number = enrolled.pop_number
