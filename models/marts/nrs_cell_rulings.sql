with cell_rules as (
    select * from {{ ref('nrs_cell_rules') }}
),

rulings as (
    select * from {{ ref('rulings') }}
),

citations as (
    select distinct
        cell_rules.table_id,
        cell_rules.row_code,
        cell_rules.column_code,
        parts.part
    from cell_rules, {{ split_to_rows('cell_rules.citation', "'; '") }}
)

select
    citations.table_id,
    citations.row_code,
    citations.column_code,
    rulings.ruling_id,
    rulings.topic,
    rulings.reading,
    rulings.is_assumption
from citations
inner join rulings on citations.part = rulings.ruling_id
