with persons as (
    select * from {{ ref('int_persons') }}
),

attributes as (
    select * from {{ ref('int_person_attributes') }}
),

entering_levels as (
    select * from {{ ref('int_entering_levels') }}
),

records as (
    select
        *,
        concat(source_file, ' #', record_number) as source
    from {{ ref('int_demographic_records') }}
),

nrs_rows as (
    select
        person_key,
        program_year,
        concat(
            count(*), ' NRS row(s), ', cast(round(sum(section_hours), 6) as double), ' hours: ',
            {{ joined_text("concat(source_file, ' #', record_number)", "', '", "entry_date, source_file, record_number") }}
        ) as evidence
    from {{ ref('int_nrs_enrollments') }}
    group by person_key, program_year
),

iet_rows as (
    select
        person_key,
        program_year,
        {{ joined_text("iet_evidence", "', '", "pop_number") }} as evidence
    from {{ ref('int_periods_of_participation') }}
    group by person_key, program_year
)

-- What put a person where it stands, in words an auditor can follow back to file and record.
select
    persons.person_key,
    persons.program_year,
    case
        when persons.birth_date is not null
            then
                concat(
                    'age ', persons.age, ': born ', persons.birth_date, ' (', birth_dates.source, '), earliest NRS entry ',
                    persons.first_entry_date
                )
    end as age_evidence,
    case
        when persons.race is not null
            then
                concat(
                    'race/ethnicity ', persons.race, ' (', races.source, '), sex ', persons.sex, ' (',
                    coalesce(sexes.source, 'never reported'), ')'
                )
    end as race_sex_evidence,
    case
        when entering_levels.entering_efl is not null
            then
                concat(
                    'entering EFL ', entering_levels.entering_efl, ' by ',
                    case
                        when entering_levels.test_id is null then concat('enrollment in ', entering_levels.program)
                        else
                            concat(
                                'pre-test ', entering_levels.test_id, ' ', entering_levels.subject, ' level ', entering_levels.efl_code,
                                ' (', entering_levels.test_source_file, ' #', entering_levels.test_record_number, ')'
                            )
                    end,
                    ' on course ', entering_levels.course_id, '/', entering_levels.section_id, ' of agency ',
                    entering_levels.placing_agency_id, ' from ', entering_levels.entry_date,
                    ' (', entering_levels.source_file, ' #', entering_levels.record_number, ')'
                )
    end as entering_efl_evidence,
    'IET course from ' || iet_rows.evidence as iet_evidence,
    coalesce('employment status first reported in ' || employments.source, 'no valid employment status reported')
        as employment_evidence,
    coalesce('schooling first reported in ' || schoolings.source, 'no valid level and origin of schooling reported')
        as schooling_evidence,
    'incarceration status last reported in ' || incarcerations.source as institutional_evidence,
    concat(persons.periods_of_participation, ' period(s) of participation, ', nrs_rows.evidence) as participation_evidence
from persons
inner join nrs_rows
    on
        persons.person_key = nrs_rows.person_key
        and persons.program_year = nrs_rows.program_year
left join attributes
    on
        persons.person_key = attributes.person_key
        and persons.program_year = attributes.program_year
left join entering_levels
    on
        persons.person_key = entering_levels.person_key
        and persons.program_year = entering_levels.program_year
left join iet_rows
    on
        persons.person_key = iet_rows.person_key
        and persons.program_year = iet_rows.program_year
{%- for alias, rank, record_rank in [
    ('birth_dates', 'birth_date_rank', 'recency_rank'), ('races', 'race_rank', 'recency_rank'),
    ('sexes', 'sex_rank', 'recency_rank'), ('employments', 'employment_first_rank', 'first_rank'),
    ('schoolings', 'schooling_first_rank', 'first_rank'), ('incarcerations', 'incarceration_rank', 'recency_rank'),
] %}
left join records as {{ alias }}
    on
        attributes.person_key = {{ alias }}.person_key
        and attributes.program_year = {{ alias }}.program_year
        and attributes.{{ rank }} = {{ alias }}.{{ record_rank }}
{%- endfor %}
