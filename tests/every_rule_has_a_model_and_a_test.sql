-- Each ruling and each business rule that is carried out has a model or seed that carries it out, and each of these a test that
-- would catch its absence there; each id in `meta.rules` is one of theirs (decision 0013). What is missing is named in dbt's
-- message: a count alone would send the reader looking. Of the rulings, which read Florida's rules, those that only Florida's
-- records ask for have no model elsewhere, and the rows of seeds that carry rulings are Florida's: only its models read them.
with coverage as (
    select
        *,
        rule_kind = 'business_rule' or '{{ record_system() }}' = 'fcs' as is_asked_for
    from {{ ref('rule_coverage') }}
    where standing = 'carried_out'
),

links as (
    select * from {{ ref('int_rule_links') }}
),

business_rules as (
    select * from {{ ref('business_rules') }}
),

rulings as (
    select * from {{ ref('rulings') }}
),

registered as (
    select
        ruling_id as rule_id,
        true as is_carried_out
    from rulings
    union all
    select
        rule_id,
        bool_or(standing = 'carried_out') as is_carried_out
    from business_rules
    group by rule_id
),

carriers as (
    select
        rule_id,
        node_id
    from links
    where node_type in ('model', 'seed')
),

led_to as (
    select distinct
        carriers.rule_id,
        lineage.table_id
    from carriers
    inner join {{ ref('int_table_lineage') }} as lineage on carriers.node_id = lineage.node_id
),

named_rulings as (
    select
        business_rules.rule_id,
        parts.part as ruling_id
    from business_rules, {{ split_to_rows('business_rules.rulings', "'; '") }}
    where business_rules.rulings is not null
),

findings as (
    select concat(rule_id, ': no model or seed names it') as finding
    from coverage
    where is_asked_for
    group by rule_id
    having count(carrier) = 0
    union all
    select concat(rule_id, ': no test of ', carrier, ' names it') as finding
    from coverage
    where carrier is not null and (is_asked_for or carrier_type = 'model')
    group by rule_id, carrier
    having count(test_name) = 0
    union all
    select distinct concat(links.node_type, ' ', links.node_name, ': names ', links.rule_id, ', which no register has') as finding
    from links
    left join registered on links.rule_id = registered.rule_id
    where registered.rule_id is null
    union all
    select distinct concat(links.node_type, ' ', links.node_name, ': names ', links.rule_id, ', which is not carried out') as finding
    from links
    inner join registered on links.rule_id = registered.rule_id
    where not registered.is_carried_out
    union all
    select concat(links.node_type, ' ', links.node_name, ': names ', links.rule_id, ', which nothing that it looks at names') as finding
    from links
    left join {{ ref('int_test_targets') }} as targets on links.node_id = targets.test_id
    left join carriers
        on
            links.rule_id = carriers.rule_id
            and targets.node_id = carriers.node_id
    where links.node_type in ('unit_test', 'data_test')
    group by links.node_id, links.node_type, links.node_name, links.rule_id
    having count(carriers.node_id) = 0
    union all
    select distinct concat(cells.ruling_id, ': cited by cells of Table ', cells.table_id, ', to which no model that names it leads') as finding
    from {{ ref('nrs_cell_rulings') }} as cells
    left join led_to
        on
            cells.ruling_id = led_to.rule_id
            and cells.table_id = led_to.table_id
    where led_to.rule_id is null and '{{ record_system() }}' = 'fcs'
    union all
    select concat(named_rulings.rule_id, ': rests on ', named_rulings.ruling_id, ', which is no ruling') as finding
    from named_rulings
    left join rulings on named_rulings.ruling_id = rulings.ruling_id
    where rulings.ruling_id is null
    union all
    select concat(rule_id, ': superseded by no ruling') as finding
    from business_rules
    where standing = 'superseded' and rulings is null
    union all
    select concat(rule_id, ': ', standing, ', with no reason') as finding
    from business_rules
    where standing <> 'carried_out' and reason is null
),

summed_up as (
    select
        count(*) as found,
        {{ joined_text("finding", "' | '", "finding") }} as listed
    from findings
)

select listed
from summed_up
where case when found > 0 then {{ sql_error("concat('The rule matrix has ', found, ' hole(s): ', listed)") }} end is not null
