{#- A table in the shape of the federal form: one row per scope and form row, the given columns [(name, column_code)] across.
    A column is null where the form has no such cell. -#}
{% macro wide_form(table_id, columns) -%}
select
    cells.program_year,
    cells.scope,
    cells.scope_id,
    cells.row_code,
    form_cells.row_label,
    min(form_cells.row_order) as row_order,
    {%- for name, column_code in columns %}
    max(case when cells.column_code = '{{ column_code }}' then cells.value end) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('nrs_cells') }} as cells
inner join {{ ref('nrs_form_cells') }} as form_cells
    on
        cells.table_id = form_cells.table_id
        and cells.row_code = form_cells.row_code
        and cells.column_code = form_cells.column_code
where cells.table_id = '{{ table_id }}'
group by
    cells.program_year, cells.scope, cells.scope_id, cells.row_code, form_cells.row_label
{%- endmacro %}

{#- Columns of Tables 1, 2 and 2A: the form's letters B-O and P; No Answer has none (Table 1 rule 5c). -#}
{% macro race_sex_form_columns() -%}
    {%- set columns = [] -%}
    {%- set letters = 'bcdefghijklmno' -%}
    {%- for race in ['american_indian', 'asian', 'black', 'hispanic', 'pacific_islander', 'white', 'two_or_more'] -%}
        {%- do columns.append((letters[loop.index0 * 2] ~ '_' ~ race ~ '_male', race ~ '_male')) -%}
        {%- do columns.append((letters[loop.index0 * 2 + 1] ~ '_' ~ race ~ '_female', race ~ '_female')) -%}
        {%- do columns.append((race ~ '_no_answer', race ~ '_no_answer')) -%}
    {%- endfor -%}
    {%- do columns.append(('p_total', 'total')) -%}
    {{ return(columns) }}
{%- endmacro %}

{#- Columns of Tables 4 and 4C. -#}
{% macro gain_form_columns() -%}
    {{ return([
        ('b_participants', 'B'), ('c_excluded', 'C'), ('d_attendance_hours', 'D'), ('e_efl_gain', 'E'),
        ('f_secondary_diploma', 'F'), ('g_other_skill_gain', 'G'), ('h_separated', 'H'), ('i_remaining', 'I'),
        ('j_percentage_with_gain', 'J'), ('k_periods_of_participation', 'K'), ('l_periods_with_efl_gain', 'L'),
        ('m_periods_with_secondary_diploma', 'M'), ('n_periods_with_other_skill_gain', 'N'),
        ('o_percentage_of_periods_with_gain', 'O'),
    ]) }}
{%- endmacro %}

{#- Columns of Tables 5 to 11. -#}
{% macro exit_form_columns() -%}
    {{ return([
        ('b_participants', 'B'), ('c_participants_achieving_or_median', 'C'), ('d_percentage_of_participants', 'D'),
        ('e_periods_of_participation', 'E'), ('f_periods_achieving_or_median', 'F'), ('g_percentage_of_periods', 'G'),
    ]) }}
{%- endmacro %}
