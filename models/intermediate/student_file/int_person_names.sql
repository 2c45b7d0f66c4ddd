-- The name on the first record: that of the person's first agency and student id (R3), earliest term first.
select
    persons.person_key,
    persons.program_year,
    demographics.last_name,
    demographics.first_name
from {{ ref('int_person_years') }} as persons
inner join {{ records('demographics') }} as demographics
    on
        persons.fleid = demographics.fleid
        and persons.agency_id = demographics.agency_id
        and persons.student_id = demographics.student_id
inner join {{ ref('int_demographic_records') }} as records
    on
        persons.person_key = records.person_key
        and persons.program_year = records.program_year
        and demographics.source_file = records.source_file
        and demographics.record_number = records.record_number
qualify row_number() over (partition by persons.person_key, persons.program_year order by records.first_rank) = 1
