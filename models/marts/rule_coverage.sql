with rules as (
    select
        'ruling' as rule_kind,
        ruling_id as rule_id,
        topic as section,
        cast(null as string) as table_id,
        reading as rule,
        'carried_out' as standing,
        cast(null as string) as rulings,
        reason,
        citation
    from {{ ref('rulings') }}
    union all
    select
        'business_rule' as rule_kind,
        rule_id,
        section,
        table_id,
        rule,
        standing,
        rulings,
        reason,
        citation
    from {{ ref('business_rules') }} as business_rules
    where {{ in_force('business_rules', var('program_year')) }}
),

carriers as (
    select * from {{ ref('int_rule_links') }}
    where node_type in ('model', 'seed')
),

tests as (
    select
        links.rule_id,
        links.node_type,
        links.node_name,
        targets.node_id as carrier_id
    from {{ ref('int_rule_links') }} as links
    inner join {{ ref('int_test_targets') }} as targets on links.node_id = targets.test_id
),

forms as (
    select * from {{ ref('forms') }} as forms
    where {{ in_force('forms', var('program_year')) }}
),

carrier_tables as (
    select
        lineage.node_id,
        {{ joined_text("forms.table_id", "', '", "forms.form_order") }} as carrier_tables
    from {{ ref('int_table_lineage') }} as lineage
    inner join forms on lineage.table_id = forms.table_id
    group by lineage.node_id
),

cells_of_tables as (
    select
        table_id,
        count(*) as cells
    from {{ ref('nrs_cell_rules') }}
    group by table_id
),

-- Cells cite rulings by their ids, business rules by their sections only: of these they are the cells of the tables led to.
tables_led_to as (
    select distinct
        rules.rule_id,
        lineage.table_id
    from rules
    inner join carriers on rules.rule_id = carriers.rule_id
    inner join {{ ref('int_table_lineage') }} as lineage on carriers.node_id = lineage.node_id
    where
        rules.rule_kind = 'business_rule'
        and coalesce(rules.table_id, lineage.table_id) = lineage.table_id
),

table_cells as (
    select
        ruling_id as rule_id,
        table_id,
        count(*) as cells
    from {{ ref('nrs_cell_rulings') }}
    group by ruling_id, table_id
    union all
    select
        tables_led_to.rule_id,
        tables_led_to.table_id,
        cells_of_tables.cells
    from tables_led_to
    inner join cells_of_tables on tables_led_to.table_id = cells_of_tables.table_id
),

cells as (
    select
        table_cells.rule_id,
        {{ joined_text("table_cells.table_id", "', '", "forms.form_order") }} as cell_tables,
        cast(sum(table_cells.cells) as bigint) as cells
    from table_cells
    inner join forms on table_cells.table_id = forms.table_id
    group by table_cells.rule_id
)

select
    rules.rule_kind,
    rules.rule_id,
    rules.section,
    rules.table_id,
    rules.rule,
    rules.standing,
    rules.rulings,
    rules.reason,
    rules.citation,
    carriers.node_type as carrier_type,
    carriers.node_name as carrier,
    carrier_tables.carrier_tables,
    tests.node_type as test_type,
    tests.node_name as test_name,
    cells.cell_tables,
    coalesce(cells.cells, 0) as cells
from rules
left join carriers on rules.rule_id = carriers.rule_id
left join carrier_tables on carriers.node_id = carrier_tables.node_id
left join tests
    on
        carriers.rule_id = tests.rule_id
        and carriers.node_id = tests.carrier_id
left join cells on rules.rule_id = cells.rule_id
