{{ config(meta={'rules': ['MS-8-CBD']}) }}

with person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

requirements as (
    select * from {{ ref('competency_diploma_requirements') }}
),

-- What a person has shown, each record by itself: hours of instruction and of college credit are added up. A test that the
-- assessment policy does not allow shows nothing (Section 8, Competency-Based Diploma Fact Sheet, Completion Requirements 3).
records as (
    select
        assessments.fleid,
        assessments.agency_id,
        {{ program_year_of_reporting_year('assessments.reporting_year') }} as program_year,
        'assessment' as record_kind,
        assessments.subject as requirement,
        assessments.test_date as shown_on,
        assessments.scale_score as score,
        0 as minutes,
        assessments.source_file,
        assessments.record_number
    from {{ ref('stg_laces__assessments') }} as assessments
    inner join {{ ref('int_laces__test_chains') }} as chains
        on
            assessments.source_file = chains.source_file
            and assessments.record_number = chains.record_number
            and chains.use <> 'not_used'
    inner join {{ ref('rule_codes') }} as instruments
        on
            instruments.rule_list = 'competency_diploma_instrument'
            and assessments.instrument = instruments.code
            and {{ in_force('instruments', program_year_of('assessments.test_date')) }}
    union all
    select
        fleid,
        agency_id,
        {{ program_year_of_reporting_year('reporting_year') }} as program_year,
        'outcome' as record_kind,
        outcome_type as requirement,
        outcome_date as shown_on,
        score,
        coalesce(credit_hours, 0) * 60 as minutes,
        source_file,
        record_number
    from {{ ref('stg_laces__outcomes') }}
    union all
    select
        fleid,
        agency_id,
        program_year,
        'attendance' as record_kind,
        'INSTRUCTION' as requirement,
        attendance_date as shown_on,
        cast(null as decimal(38, 18)) as score,
        counted_minutes as minutes,
        source_file,
        record_number
    from {{ ref('int_laces__service_days') }}
),

-- An outcome that two agencies report, or one in two reporting years, is one outcome: the first record of it. Attendance is
-- added up record by record.
person_records as (
    select
        person_agencies.person_key,
        records.*
    from records
    inner join person_agencies
        on
            records.fleid = person_agencies.fleid
            and records.agency_id = person_agencies.agency_id
            and records.program_year = person_agencies.program_year
    qualify
        records.record_kind = 'attendance'
        or row_number() over (
            partition by
                person_agencies.person_key, records.record_kind, records.requirement, records.shown_on, records.score, records.minutes
            order by records.source_file, records.record_number
        ) = 1
),

shown as (
    select
        records.person_key,
        records.requirement,
        records.shown_on,
        requirements.minimum_hours,
        concat(records.requirement, ' on ', records.shown_on, ' (', records.source_file, ' #', records.record_number, ')') as evidence,
        sum(records.minutes) over (
            partition by records.person_key, records.requirement
            order by records.shown_on, records.source_file, records.record_number
            rows between unbounded preceding and current row
        ) as minutes
    from person_records as records
    inner join requirements
        on
            records.record_kind = requirements.record_kind
            and records.requirement = requirements.requirement
            and coalesce(records.score, 0) >= coalesce(requirements.minimum_score, 0)
            and {{ in_force('requirements', program_year_of('records.shown_on')) }}
),

met as (
    select * from shown
    where minutes >= coalesce(minimum_hours, 0) * 60
    qualify row_number() over (partition by person_key, requirement order by shown_on, evidence) = 1
),

completions as (
    select
        person_key,
        max(shown_on) as completed_on,
        count(*) as requirements_met,
        {{ joined_text("evidence", "', '", "shown_on, evidence") }} as evidence
    from met
    group by person_key
),

needed as (
    select
        completions.person_key,
        count(*) as requirements_asked
    from completions
    inner join requirements on {{ in_force('requirements', program_year_of('completions.completed_on')) }}
    group by completions.person_key
),

-- Through MIBEST or a designated IET pathway (Section 8, Competency-Based Diploma Completion Requirements 3).
iet_starts as (
    select
        person_agencies.person_key,
        min(enrollments.entry_date) as started_on
    from {{ ref('int_course_enrollments') }} as enrollments
    inner join person_agencies
        on
            enrollments.fleid = person_agencies.fleid
            and enrollments.agency_id = person_agencies.agency_id
            and enrollments.program_year = person_agencies.program_year
    where enrollments.is_iet
    group by person_agencies.person_key
),

-- Who says at entry that there is a diploma, or a degree that needs one, can't earn it (Section 8, Eligibility).
barred as (
    select
        person_agencies.person_key,
        min(person_agencies.program_year) as barred_from
    from {{ ref('stg_laces__students') }} as students
    inner join person_agencies
        on
            students.fleid = person_agencies.fleid
            and students.agency_id = person_agencies.agency_id
            and {{ program_year_of_reporting_year('students.reporting_year') }} = person_agencies.program_year
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'barred_from_competency_diploma'
            and students.schooling_level = rules.code
            and {{ in_force('rules', 'person_agencies.program_year') }}
    group by person_agencies.person_key
)

select
    completions.person_key,
    completions.completed_on as diploma_date,
    concat('competency-based diploma: ', completions.evidence) as evidence
from completions
inner join needed on completions.person_key = needed.person_key
inner join iet_starts on completions.person_key = iet_starts.person_key
left join barred on completions.person_key = barred.person_key
where
    completions.requirements_met = needed.requirements_asked
    and completions.completed_on >= iet_starts.started_on
    and coalesce(barred.barred_from > {{ program_year_of('completions.completed_on') }}, true)
