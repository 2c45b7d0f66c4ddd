with enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status in ('nrs_row', 'preliminary')
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
)

-- Policy notations 2-3: preliminary records show who goes on, while their term has no final ones (R1, R9).
select
    person_agencies.person_key,
    enrollments.program_year,
    min(enrollments.entry_date) as first_entry_date
from enrollments
inner join person_agencies
    on
        enrollments.fleid = person_agencies.fleid
        and enrollments.agency_id = person_agencies.agency_id
        and enrollments.program_year = person_agencies.program_year
group by person_agencies.person_key, enrollments.program_year
