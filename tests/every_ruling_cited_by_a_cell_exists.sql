-- Each ruling that seed `cell_rules` cites is a row of `rulings`, and each of its statements about a row is heard: the
-- column it belongs to names its row. Returns a citation or a statement that leads nowhere.
with cell_rules as (
    select * from {{ ref('cell_rules') }}
),

rulings as (
    select * from {{ ref('rulings') }}
),

citations as (
    select
        cell_rules.table_id,
        cell_rules.block,
        cell_rules.row_code,
        cell_rules.column_code,
        parts.part
    from cell_rules, {{ split_to_rows('cell_rules.citation', "'; '") }}
)

select
    citations.table_id,
    citations.block,
    citations.row_code,
    citations.column_code,
    citations.part as finding
from citations
left join rulings on citations.part = rulings.ruling_id
where {{ matches('citations.part', '(^|[^A-Za-z0-9])R[0-9]+') }} and rulings.ruling_id is null
union all
select
    row_rules.table_id,
    row_rules.block,
    row_rules.row_code,
    column_rules.column_code,
    row_rules.sentence as finding
from cell_rules as row_rules
inner join cell_rules as column_rules
    on
        row_rules.table_id = column_rules.table_id
        and row_rules.block = column_rules.block
        and column_rules.row_code = '*'
where row_rules.row_code <> '*' and position('{row}' in column_rules.sentence) = 0
union all
select
    cell_rules.table_id,
    cell_rules.block,
    cell_rules.row_code,
    cell_rules.column_code,
    cell_rules.sentence as finding
from cell_rules
left join {{ ref('int_form_cells') }} as cells
    on
        cell_rules.table_id = cells.table_id
        and cell_rules.block = cells.block
        and cell_rules.row_code in ('*', cells.row_code)
        and cell_rules.column_code in ('*', cells.column_code)
where cells.table_id is null
