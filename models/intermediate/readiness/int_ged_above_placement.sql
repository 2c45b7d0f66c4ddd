with persons as (
    select * from {{ ref('int_persons') }}
    where lacks_valid_efl
),

enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
),

-- A pre-test of a level that the rules name for GED, and that places nobody: by the footnote 5 and 6 do (R10).
tests_above as (
    select
        tests.source_file,
        tests.record_number
    from {{ ref('int_test_instances') }} as tests
    inner join {{ ref('rule_codes') }} as ged_codes
        on
            ged_codes.rule_list = 'ase_ged_pre_test_efl'
            and tests.efl_code = ged_codes.code
            and {{ in_force('ged_codes', 'tests.program_year') }}
    where tests.test_role = 'pre' and tests.program = 'ged' and tests.efl_row_code is null
)

-- GED-only: no row of another program in any period.
select
    persons.program_year,
    persons.person_key
from persons
inner join enrollments
    on
        persons.person_key = enrollments.person_key
        and persons.program_year = enrollments.program_year
left join tests_above
    on
        enrollments.source_file = tests_above.source_file
        and enrollments.record_number = tests_above.record_number
group by persons.program_year, persons.person_key
having bool_and(enrollments.program = 'ged') and bool_or(tests_above.source_file is not null)
