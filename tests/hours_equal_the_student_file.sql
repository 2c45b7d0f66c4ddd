{{ config(meta={'rules': ['R32', 'R35', 'T4-4', 'T4B-2']}) }}

-- Table 4 column D and Table 4B column C are the hours of all periods of participation (Table 4 rule 4; Table 4b rule 2;
-- R32, R35). Returns a cell that is not the sum of the hours in the student-level file.
with student_file as (
    select * from {{ ref('pop_student_file') }}
    where program_year = {{ var('program_year') }}
),

-- Ids of any subject and value make a person pre- and post-tested (R35).
tested_persons as (
    select
        scope,
        scope_id,
        person_id
    from {{ ref('pop_test_file') }}
    where program_year = {{ var('program_year') }}
    group by scope, scope_id, person_id
    having count(*) filter (where test_role = 'pre') > 0 and count(*) filter (where test_role = 'post') > 0
),

excluded_persons as (
    select distinct
        scope,
        scope_id,
        person_id
    from student_file
    where is_outcomes_excluded
),

periods as (
    select
        '4' as table_id,
        'D' as column_code,
        student_file.scope,
        student_file.scope_id,
        student_file.entering_efl,
        student_file.instructional_hours
    from student_file
    union all
    select
        '4B' as table_id,
        'C' as column_code,
        student_file.scope,
        student_file.scope_id,
        student_file.entering_efl,
        student_file.instructional_hours
    from student_file
    inner join tested_persons
        on
            student_file.scope = tested_persons.scope
            and student_file.scope_id = tested_persons.scope_id
            and student_file.person_id = tested_persons.person_id
    left join excluded_persons
        on
            student_file.scope = excluded_persons.scope
            and student_file.scope_id = excluded_persons.scope_id
            and student_file.person_id = excluded_persons.person_id
    where
        excluded_persons.person_id is null
        and student_file.entering_efl not in ('abe_alternative', 'esl_alternative')
),

hours as (
    select
        periods.table_id,
        periods.column_code,
        periods.scope,
        periods.scope_id,
        row_codes.row_code,
        sum(periods.instructional_hours) as hours
    from periods
    inner join {{ ref('nrs_form_cells') }} as row_codes
        on
            periods.table_id = row_codes.table_id
            and periods.column_code = row_codes.column_code
            and row_codes.row_code in (periods.entering_efl, concat(left(periods.entering_efl, 3), '_total'), 'total')
    group by periods.table_id, periods.column_code, periods.scope, periods.scope_id, row_codes.row_code
)

select
    cells.*,
    coalesce(hours.hours, 0) as student_file_hours
from {{ ref('nrs_cells') }} as cells
left join hours
    on
        cells.table_id = hours.table_id
        and cells.column_code = hours.column_code
        and cells.scope = hours.scope
        and cells.scope_id = hours.scope_id
        and cells.row_code = hours.row_code
where
    ((cells.table_id = '4' and cells.column_code = 'D') or (cells.table_id = '4B' and cells.column_code = 'C'))
    and abs(cells.value - coalesce(hours.hours, 0)) > 1e-9 * greatest(1, cells.value)
