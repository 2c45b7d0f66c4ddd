{{ config(meta={'rules': [
    'R49', 'T4-10', 'T4-16', 'T4A-3', 'T4A-5', 'T4A-7', 'T4A-9', 'T4A-11', 'T4B-6', 'T5-D', 'T5-G', 'T9-3', 'T9-6',
    'T10-3', 'T10-6', 'T11-3', 'T11-6',
]}) }}

-- Each calculated field of Tables 4 to 11 by the formula that the rules give for its column (R49). Returns a column whose
-- formula is another, in any row, or that has none. The row of median earnings has no rate.
{%- set formulas = [
    ('4', 'J', '(E + F + G) / (B - C)'), ('4', 'O', '(L + M + N) / K'), ('4C', 'J', '(E + F + G) / (B - C)'), ('4C', 'O', '(L + M + N) / K'),
    ('4A', 'D', 'C / B'), ('4A', 'F', 'E / B'), ('4A', 'H', 'G / B'), ('4A', 'J', 'I / B'), ('4A', 'L', 'K / B'),
    ('4B', 'G', 'D / B'),
    ('5', 'D', 'C / B'), ('5', 'G', 'F / E'), ('5A', 'D', 'C / B'), ('5A', 'G', 'F / E'), ('9', 'D', 'C / B'), ('9', 'G', 'F / E'),
    ('10', 'D', 'C / B'), ('10', 'G', 'F / E'), ('11', 'D', 'C / B'), ('11', 'G', 'F / E'),
] %}
with rule_formulas as (
    {%- for table_id, column_code, formula in formulas %}
    {{ 'union all' if not loop.first }}
    select
        '{{ table_id }}' as table_id,
        '{{ column_code }}' as column_code,
        '{{ formula }}' as formula
    {%- endfor %}
),

cells as (
    select
        table_id,
        row_code,
        column_code,
        formula
    from {{ ref('nrs_cell_rules') }}
    where table_id in (select rule_formulas.table_id from rule_formulas)
)

select
    coalesce(rule_formulas.table_id, cells.table_id) as table_id,
    coalesce(rule_formulas.column_code, cells.column_code) as column_code,
    cells.row_code,
    rule_formulas.formula as formula_of_the_rules,
    cells.formula
from rule_formulas
full outer join cells
    on
        rule_formulas.table_id = cells.table_id
        and rule_formulas.column_code = cells.column_code
where
    rule_formulas.formula is distinct from cells.formula
    and not (cells.row_code = 'median_earnings_q2' and cells.formula is null)
    or cells.row_code = 'median_earnings_q2' and cells.formula is not null
