{#- Report 5: the members of a table with their columns of the student-level file, by agency, and where they stand in it.
    Of Tables 1, 4 and 4B a person stands with all periods of the year; of the exit-based tables each period of the cohort
    stands for itself, in the year it belongs to. -#}
{% macro student_file_of(table_id, is_exit_based=false) -%}
with members as (
    select
        members.*,
        members.fleid as person_id
    from {{ ref('int_cell_members') }} as members
    inner join {{ ref('nrs_form_cells') }} as cells
        on
            members.table_id = cells.table_id
            and members.row_code = cells.row_code
            and members.column_code = cells.column_code
            and not cells.is_total_row
            and not cells.is_total_column
    where
        members.table_id = '{{ table_id }}'
        and members.scope = 'agency'
),

person_members as (
    select
        program_year,
        scope_id,
        person_id,
        row_code,
        {{ joined_text("column_code", "', '", "column_code") }} as column_codes
    from members
    where pop_number is null
    group by program_year, scope_id, person_id, row_code
),

period_members as (
    select
        program_year,
        scope_id,
        person_id,
        pop_program_year,
        pop_number,
        row_code,
        {{ joined_text("column_code", "', '", "column_code") }} as column_codes
    from members
    where pop_number is not null
    group by program_year, scope_id, person_id, pop_program_year, pop_number, row_code
),

student_file as (
    select * from {{ ref('pop_student_file') }}
    where scope = 'agency'
)

select
    '{{ table_id }}' as table_id,
    {{ 'period_members' if is_exit_based else 'person_members' }}.program_year as reported_program_year,
    {{ 'period_members' if is_exit_based else 'person_members' }}.row_code as table_row_code,
    person_members.column_codes as person_column_codes,
    period_members.column_codes as period_column_codes,
    student_file.*
{%- if is_exit_based %}
from period_members
inner join student_file
    on
        period_members.pop_program_year = student_file.program_year
        and period_members.scope_id = student_file.scope_id
        and period_members.person_id = student_file.person_id
        and period_members.pop_number = student_file.pop_number
left join person_members
    on
        period_members.program_year = person_members.program_year
        and period_members.scope_id = person_members.scope_id
        and period_members.person_id = person_members.person_id
        and period_members.row_code = person_members.row_code
{%- else %}
from person_members
inner join student_file
    on
        person_members.program_year = student_file.program_year
        and person_members.scope_id = student_file.scope_id
        and person_members.person_id = student_file.person_id
left join period_members
    on
        student_file.program_year = period_members.pop_program_year
        and student_file.scope_id = period_members.scope_id
        and student_file.person_id = period_members.person_id
        and student_file.pop_number = period_members.pop_number
        and person_members.row_code = period_members.row_code
{%- endif %}
{%- endmacro %}
