{{ config(meta={'rules': ['MS-MSG-IET', 'MS-MSG-3', 'MO-IET', 'MO-3']}) }}

with {{ iet_outcome_ctes() }},

-- What the agencies of the scope report. Two that serve a student may report one transcript, or one agency in two reporting
-- years: of rows that say the same only the first is taken.
person_outcomes as (
    select
        person_agencies.person_key,
        outcomes.*,
        concat(
            coalesce(cast(cast(outcomes.credit_hours as double) as string), 'no'), ' hours',
            coalesce(' ' || outcomes.enrollment_status, ''),
            ' on ', outcomes.outcome_date,
            ' (', outcomes.source_file, ' #', outcomes.record_number, ')'
        ) as credit_evidence,
        -- Half years counted through: a semester is the half year that it ends in.
        extract(year from outcomes.outcome_date) * 2 + case when extract(month from outcomes.outcome_date) >= 7 then 1 else 0 end
            as semester_number
    from outcomes
    inner join person_agencies
        on
            outcomes.fleid = person_agencies.fleid
            and outcomes.agency_id = person_agencies.agency_id
            and outcomes.reporting_program_year = person_agencies.program_year
    qualify
        row_number() over (
            partition by
                person_agencies.person_key, outcomes.outcome_type, outcomes.outcome_date, outcomes.credit_hours,
                outcomes.enrollment_status, outcomes.score
            order by outcomes.source_file, outcomes.record_number
        ) = 1
),

-- All of one semester.
semesters as (
    select
        outcomes.person_key,
        outcomes.semester_number,
        {{ program_year_of('max(outcomes.outcome_date)') }} as program_year,
        max(outcomes.outcome_date) as ended_on,
        sum(coalesce(outcomes.credit_hours, 0)) as credit_hours,
        bool_or(full_time.code is not null) as is_full_time,
        {{ joined_text('outcomes.credit_evidence', "', '", 'outcomes.outcome_date, outcomes.source_file, outcomes.record_number') }} as evidence
    from person_outcomes as outcomes
    inner join {{ ref('rule_codes') }} as transcripts
        on
            transcripts.rule_list = 'gain_3_outcome'
            and outcomes.outcome_type = transcripts.code
            and {{ in_force('transcripts', program_year_of('outcomes.outcome_date')) }}
    left join {{ ref('rule_codes') }} as full_time
        on
            full_time.rule_list = 'full_time_status'
            and outcomes.enrollment_status = full_time.code
            and {{ in_force('full_time', program_year_of('outcomes.outcome_date')) }}
    group by outcomes.person_key, outcomes.semester_number
),

-- A semester with the hours of the rule, or two consecutive ones of a part-time student, who has fewer in each. Whether they
-- may lie in two program years is the state's rule; the gain is of the later one (MS Program Guidelines 2023, Section 2,
-- Measurable Skill Gains, IET MSG 1 and 1a; MO IET in LACES, MSG 3).
transcripts as (
    select
        semesters.person_key,
        program_years.program_year,
        '3' as kind,
        semesters.ended_on as earned_on,
        concat('transcript: ', coalesce(earlier.evidence || ', ', ''), semesters.evidence) as evidence
    from semesters
    inner join program_years
        on semesters.ended_on between program_years.gain_window_starts_on and program_years.gain_window_ends_on
    inner join iet_persons
        on
            semesters.person_key = iet_persons.person_key
            and program_years.program_year = iet_persons.program_year
    left join semesters as earlier
        on
            semesters.person_key = earlier.person_key
            and semesters.semester_number = earlier.semester_number + 1
            and semesters.credit_hours < program_years.transcript_credit_hours
            and earlier.credit_hours < program_years.transcript_credit_hours
            and not semesters.is_full_time
            and not earlier.is_full_time
            and (earlier.program_year = semesters.program_year or program_years.transcript_across_years = 'yes')
    where semesters.credit_hours + coalesce(earlier.credit_hours, 0) >= program_years.transcript_credit_hours
)

{{ events_in_periods('transcripts') }}
