{{ config(meta={'rules': [
    'R28', 'R33', 'R36', 'R37', 'RPT-4', 'T4-11', 'T4-12', 'T4-LMN', 'T4-13', 'T4-15', 'MSG-0', 'MSG-1', 'MSG-2',
]}) }}

-- Tables 4 and 4C columns K to N and Table MSG, recomputed from the flags and dates of the student-level file, whose
-- gains decide by their dates alone: the most recent, at equal dates F, then G, then E (Table 4 rules 12-15; Table MSG;
-- R28, R33, R36, R37). Returns a cell that is another number.
with periods as (
    select
        *,
        coalesce(greatest(msg_1a_date, msg_1b_date, msg_1c_date, msg_1d_date), date '1900-01-01') as efl_gain_date,
        coalesce(msg_2_date, date '1900-01-01') as diploma_date,
        coalesce(greatest(msg_3_date, msg_4_date, msg_5_date), date '1900-01-01') as iet_gain_date
    from {{ ref('pop_student_file') }}
    where program_year = {{ var('program_year') }} and not is_outcomes_excluded
),

period_columns as (
    select
        *,
        case
            when not (msg_1a or msg_1b or msg_1c or msg_1d or msg_2 or msg_3 or msg_4 or msg_5) then null
            when diploma_date >= efl_gain_date and diploma_date >= iet_gain_date then 'M'
            when iet_gain_date >= efl_gain_date then 'N'
            else 'L'
        end as gain_column
    from periods
),

facts as (
    {%- for table_id, condition in [('4', 'true'), ('4C', 'is_distance')] %}
    {%- for column_code, column_condition in [('K', 'true'), ('L', "gain_column = 'L'"), ('M', "gain_column = 'M'"), ('N', "gain_column = 'N'")] %}
    select
        scope,
        scope_id,
        '{{ table_id }}' as table_id,
        entering_efl as leaf_code,
        concat(left(entering_efl, 3), '_total') as subtotal_code,
        '{{ column_code }}' as column_code
    from period_columns
    where {{ condition }} and {{ column_condition }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- for row_code, condition in [
        ('efl_gain', 'msg_1a or msg_1b or msg_1c or msg_1d'), ('diploma', 'msg_2'), ('transcript', 'msg_3'),
        ('milestone', 'msg_4'), ('exam', 'msg_5'),
    ] %}
    select
        scope,
        scope_id,
        'MSG' as table_id,
        '{{ row_code }}' as leaf_code,
        '{{ row_code }}' as subtotal_code,
        'skill_gains' as column_code
    from period_columns
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counts as (
    select
        facts.scope,
        facts.scope_id,
        facts.table_id,
        form_cells.row_code,
        facts.column_code,
        count(*) as gains
    from facts
    inner join {{ ref('nrs_form_cells') }} as form_cells
        on
            facts.table_id = form_cells.table_id
            and facts.column_code = form_cells.column_code
            and form_cells.row_code in (facts.leaf_code, facts.subtotal_code, 'total')
    group by facts.scope, facts.scope_id, facts.table_id, form_cells.row_code, facts.column_code
)

select
    cells.*,
    coalesce(counts.gains, 0) as student_file_gains
from {{ ref('nrs_cells') }} as cells
left join counts
    on
        cells.scope = counts.scope
        and cells.scope_id = counts.scope_id
        and cells.table_id = counts.table_id
        and cells.row_code = counts.row_code
        and cells.column_code = counts.column_code
where
    ((cells.table_id in ('4', '4C') and cells.column_code in ('K', 'L', 'M', 'N')) or cells.table_id = 'MSG')
    and cells.value is distinct from coalesce(counts.gains, 0)
