with enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
),

offers as (
    select * from {{ ref('int_placement_offers') }}
),

-- Per subject the first offer of the person's periods counts (EFL crosswalk note; R10).
first_offers as (
    select
        enrollments.person_key,
        enrollments.program_year,
        offers.subject,
        min_by(offers.level_and_row_order, offers.subject_order) as level_and_row_order
    from enrollments
    inner join offers
        on
            enrollments.source_file = offers.source_file
            and enrollments.record_number = offers.record_number
    group by enrollments.person_key, enrollments.program_year, offers.subject
),

-- The lowest of the firsts.
lowest_offers as (
    select
        person_key,
        program_year,
        min(level_and_row_order) as level_and_row_order
    from first_offers
    group by person_key, program_year
)

-- The row that offered it gives the program and the placing agency (R10).
select
    enrollments.person_key,
    enrollments.program_year,
    offers.efl_row_code as entering_efl,
    enrollments.program,
    enrollments.agency_id as placing_agency_id,
    enrollments.course_id,
    enrollments.section_id,
    enrollments.entry_date,
    enrollments.source_file,
    enrollments.record_number,
    offers.subject,
    offers.test_id,
    offers.efl_code,
    offers.test_source_file,
    offers.test_record_number
from enrollments
inner join offers
    on
        enrollments.source_file = offers.source_file
        and enrollments.record_number = offers.record_number
inner join lowest_offers
    on
        enrollments.person_key = lowest_offers.person_key
        and enrollments.program_year = lowest_offers.program_year
        and offers.level_and_row_order = lowest_offers.level_and_row_order
