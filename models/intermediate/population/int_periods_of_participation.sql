with periods as (
    select * from {{ ref('int_spans') }}
    where pop_number is not null
),

person_years as (
    select * from {{ ref('int_person_years') }}
),

attributes as (
    select * from {{ ref('int_person_attributes') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- Only Florida has such a file.
supplemental_iet as (
    {%- if 'iet_supplemental' in extract_names() %}
    select distinct
        supplemental.agency_id,
        supplemental.fleid,
        {{ program_year_of_reporting_year('supplemental.reporting_year') }} as program_year
    from {{ records('iet_supplemental') }} as supplemental
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'supplemental_iet_reporting_year'
            and supplemental.reporting_year = rules.code
            and {{ in_force('rules', program_year_of_reporting_year('supplemental.reporting_year')) }}
    {%- else %}
    select
        cast(null as string) as agency_id,
        cast(null as string) as fleid,
        cast(null as integer) as program_year
    where false
    {%- endif %}
),

-- A row with a listed IET number, or of the agency that the supplemental file names (R11, R69).
iet_rows as (
    select
        enrollments.person_key,
        enrollments.program_year,
        enrollments.pop_number,
        enrollments.entry_date,
        enrollments.is_iet_without_credential as is_without_credential,
        concat(enrollments.entry_date, ' (', enrollments.source_file, ' #', enrollments.record_number, ')') as evidence
    from {{ ref('int_pop_enrollments') }} as enrollments
    left join supplemental_iet
        on
            enrollments.agency_id = supplemental_iet.agency_id
            and enrollments.fleid = supplemental_iet.fleid
            and enrollments.program_year = supplemental_iet.program_year
    where enrollments.is_iet or supplemental_iet.fleid is not null
),

-- The first row that leads to a credential speaks, else the first (MO IET in LACES, MSG 1c).
iet_periods as (
    select
        person_key,
        program_year,
        pop_number,
        entry_date as first_iet_entry_date,
        is_without_credential as is_iet_without_credential,
        evidence as iet_evidence
    from iet_rows
    qualify
        row_number() over (
            partition by person_key, program_year, pop_number
            order by case when is_without_credential then 1 else 0 end, entry_date, evidence
        ) = 1
)

select
    periods.person_key,
    periods.program_year,
    periods.pop_number,
    periods.entry_date,
    periods.exit_date,
    periods.is_exited,
    periods.instructional_hours,
    iet_periods.first_iet_entry_date is not null as is_iet,
    coalesce(iet_periods.is_iet_without_credential, false) as is_iet_without_credential,
    iet_periods.first_iet_entry_date,
    iet_periods.iet_evidence,
    -- Flags of the year stand on every period of it (R12, R13, R14).
    person_years.is_distance,
    coalesce(attributes.is_correctional, false) as is_correctional,
    case
        when program_years.outcomes_exclusion_unit = 'program_year' then person_years.is_outcomes_excluded
        else periods.has_outcomes_exclusion
    end as is_outcomes_excluded
from periods
inner join program_years on periods.program_year = program_years.program_year
inner join person_years
    on
        periods.person_key = person_years.person_key
        and periods.program_year = person_years.program_year
left join attributes
    on
        periods.person_key = attributes.person_key
        and periods.program_year = attributes.program_year
left join iet_periods
    on
        periods.person_key = iet_periods.person_key
        and periods.program_year = iet_periods.program_year
        and periods.pop_number = iet_periods.pop_number
