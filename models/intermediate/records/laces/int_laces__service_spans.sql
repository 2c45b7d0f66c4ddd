{{ config(meta={'rules': ['MS-4-CARRY', 'MO-POST-TEST']}) }}

with terms as (
    select * from {{ ref('int_terms') }}
),

stay_terms as (
    select * from {{ ref('int_stay_terms') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- Tests are the person's at whatever program, so spans are too.
persons as (
    select
        person_key,
        fleid
    from {{ ref('int_person_scopes') }}
    where scope = 'state'
),

stays as (
    select
        person_key,
        stay_number,
        min(entry_date) as starts_on
    from stay_terms
    group by person_key, stay_number
),

spans as (
    select
        persons.fleid,
        terms.program_year,
        terms.span_number,
        min(terms.entry_date) as entry_date,
        min(stays.starts_on) as stay_starts_on
    from terms
    inner join persons on terms.person_key = persons.person_key
    inner join stay_terms
        on
            terms.person_key = stay_terms.person_key
            and terms.reporting_program_year = stay_terms.reporting_program_year
            and terms.term_digit = stay_terms.term_digit
    inner join stays
        on
            stay_terms.person_key = stays.person_key
            and stay_terms.stay_number = stays.stay_number
    group by persons.fleid, terms.program_year, terms.span_number
)

-- Who goes on needs a valid score on the rollover date, who returns on the day of return (MS Program Guidelines 2023,
-- Section 4, Periods of Participation).
select
    spans.fleid,
    spans.program_year,
    spans.span_number,
    spans.entry_date,
    greatest(spans.stay_starts_on, program_years.starts_on) as score_needed_on,
    case when spans.span_number = 1 then program_years.starts_on else spans.entry_date end as brought_forward_from_before
from spans
inner join program_years on spans.program_year = program_years.program_year
