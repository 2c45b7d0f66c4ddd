{#- Report 5: the members of a table with their columns of the student-level file, by agency, and where they stand in it.
    A member that is a person stands with all of its periods, a member that is a period with that one. -#}
{% macro student_file_of(table_id) -%}
with members as (
    select
        program_year,
        scope,
        scope_id,
        person_id,
        pop_number,
        row_code,
        string_agg(column_code, ', ' order by column_code) as column_codes
    from {{ ref('nrs_cell_members') }}
    where
        table_id = '{{ table_id }}'
        and scope = 'agency'
        and row_code not in ('total', 'abe_total', 'esl_total')
        and column_code <> 'total'
    group by program_year, scope, scope_id, person_id, pop_number, row_code
),

student_file as (
    select * from {{ ref('pop_student_file') }}
)

select
    '{{ table_id }}' as table_id,
    persons.row_code as table_row_code,
    persons.column_codes as person_column_codes,
    periods.column_codes as period_column_codes,
    student_file.*
from student_file
inner join members as persons
    on
        student_file.program_year = persons.program_year
        and student_file.scope = persons.scope
        and student_file.scope_id = persons.scope_id
        and student_file.person_id = persons.person_id
        and persons.pop_number is null
left join members as periods
    on
        student_file.program_year = periods.program_year
        and student_file.scope = periods.scope
        and student_file.scope_id = periods.scope_id
        and student_file.person_id = periods.person_id
        and student_file.pop_number = periods.pop_number
{%- endmacro %}
