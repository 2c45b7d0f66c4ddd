{{ config(enabled=(var("state") == "FL")) }}
-- Why is a person not counted: first what the person is in each scope of the program year, then each reason that keeps
-- the person out of Tables 1 and 2A, then what became of the person's records. Restricted: the answer holds a person.
--
--   dbt show --target current --select why_is_a_person_not_counted --limit 1000 --output json
--   dbt show --target current --select why_is_a_person_not_counted --limit 1000 --output json \
--     --vars '{person_id: FL165397001700, program_year: 2023}'
--
-- Florida's records alone; of any state, `nrs.py why` tells a person's story. person_id is the FLEID, or a student id where the
-- FLEID itself may be at fault. Records are those of the year's terms, course records that begin in the year, and rejected
-- ones of any year, since the year may be what is wrong with them.
{%- set extracts = ['course_enrollments', 'demographics', 'tests'] %}
with person_scopes as (
    select * from {{ ref('int_person_scopes') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

exclusions as (
    select * from {{ ref('exclusions') }}
),

dispositions as (
    select * from {{ ref('input_disposition') }}
),

faults as (
    select * from {{ ref('rejected_rows') }}
),

asked_for as (
    select
        '{{ var("person_id", "FL165397001700") }}' as person_id,
        {{ var('program_year') }} as program_year,
        '{{ "%02d%02d" | format(var("program_year") | int % 100, (var("program_year") | int + 1) % 100) }}' as reporting_year
),

records as (
    {%- for extract in extracts %}
    {{ 'union all' if not loop.first }}
    select
        '{{ extract }}' as extract_name,
        base.source_file,
        base.record_number,
        base.agency_id,
        base.reporting_year,
        base.term_id
    from {{ ref('base_fcs__' ~ extract) }} as base
    inner join asked_for on asked_for.person_id in (base.fleid, base.student_id)
    where
        base.reporting_year = asked_for.reporting_year
        {%- if extract == 'course_enrollments' %}
        or {{ program_year_of('base.entry_date') }} = asked_for.program_year
        {%- endif %}
        or base.is_rejected
    {%- endfor %}
),

record_faults as (
    select
        extract_name,
        source_file,
        record_number,
        {{ joined_text("concat(column_name, ' = \"', value, '\": ', reason, ' (', action, ')')", "'; '", "column_name, reason") }} as faults
    from faults
    group by extract_name, source_file, record_number
),

verdicts as (
    select
        1 as step,
        concat(person_scopes.scope, ' ', person_scopes.scope_id) as subject,
        persons.participation_status as finding,
        concat(
            persons.periods_of_participation, ' period(s) of participation, ', persons.instructional_hours, ' hours, age ',
            coalesce(cast(persons.age as string), 'unknown'), ', entering level ', coalesce(persons.entering_efl, 'none')
        ) as detail
    from asked_for
    inner join person_scopes on asked_for.person_id = person_scopes.fleid
    inner join persons
        on
            person_scopes.person_key = persons.person_key
            and asked_for.program_year = persons.program_year
),

reasons as (
    select
        2 as step,
        concat(exclusions.scope, ' ', exclusions.scope_id) as subject,
        exclusions.reason as finding,
        exclusions.evidence as detail
    from asked_for
    inner join exclusions
        on
            asked_for.person_id = exclusions.person_id
            and asked_for.program_year = exclusions.program_year
),

record_findings as (
    select
        3 as step,
        concat(records.source_file, ' #', records.record_number, ', agency ', records.agency_id, ', term ', records.reporting_year, records.term_id) as subject,
        dispositions.disposition as finding,
        concat_ws('; ', dispositions.detail, record_faults.faults) as detail
    from records
    inner join dispositions
        on
            records.extract_name = dispositions.extract_name
            and records.source_file = dispositions.source_file
            and records.record_number = dispositions.record_number
    left join record_faults
        on
            records.extract_name = record_faults.extract_name
            and records.source_file = record_faults.source_file
            and records.record_number = record_faults.record_number
),

no_nrs_rows as (
    select
        1 as step,
        'every scope' as subject,
        'no_nrs_rows' as finding,
        'no record counts as an NRS row in the program year; see the records below' as detail
    where not exists (select 1 from verdicts)
)

select * from verdicts
union all
select * from no_nrs_rows
union all
select * from reasons
union all
select * from record_findings
order by step, subject, finding
