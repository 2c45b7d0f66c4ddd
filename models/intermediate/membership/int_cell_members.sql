{{ config(materialized='view') }}

with members as (
    {%- for members in ['int_members_table_1', 'int_members_tables_2_2a', 'int_members_table_3', 'int_members_table_6'] %}
    {{ 'union all' if not loop.first }}
    select * from {{ ref(members) }}
    {%- endfor %}
)

-- Each member stands in its own cell and in every total of the form that the cell adds to.
select
    members.program_year,
    members.scope,
    members.scope_id,
    members.table_id,
    rollups.row_code,
    rollups.column_code,
    members.fleid,
    members.agency_id,
    members.student_id,
    members.pop_program_year,
    members.pop_number,
    members.kind,
    members.evidence
from members
inner join {{ ref('int_form_rollups') }} as rollups
    on
        members.table_id = rollups.table_id
        and members.row_code = rollups.member_row_code
        and members.column_code = rollups.member_column_code
where members.program_year = {{ var('program_year') }}
