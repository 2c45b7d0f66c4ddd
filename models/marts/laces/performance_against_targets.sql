{{ config(meta={'rules': ['MS-2-TARGET']}) }}

with scopes as (
    select * from {{ ref('report_scopes') }}
),

cells as (
    select * from {{ ref('nrs_cells_published') }}
),

targets as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as program_year
    from {{ ref('stg_laces__performance_targets') }}
),

-- The indicators that have targets, by their name in the extract.
indicators as (
    select
        indicators.indicator,
        indicators.indicator_order,
        indicators.indicator_label,
        indicators.table_id,
        indicators.row_code,
        indicators.column_code,
        names.code as target_indicator
    from {{ ref('key_indicators') }} as indicators
    inner join {{ ref('code_crosswalks') }} as names
        on
            names.crosswalk = 'performance_indicator'
            and indicators.indicator = names.maps_to
            and {{ in_force('names', var('program_year')) }}
    where {{ in_force('indicators', var('program_year')) }}
),

-- The state's targets stand under an agency of its own; agency types have none.
compared as (
    select
        scopes.program_year,
        scopes.scope,
        scopes.scope_id,
        scopes.scope_name,
        indicators.indicator,
        indicators.indicator_order,
        indicators.indicator_label,
        indicators.table_id,
        indicators.row_code,
        indicators.column_code,
        cells.value,
        cells.is_suppressed,
        targets.target
    from scopes
    cross join indicators
    inner join cells
        on
            scopes.program_year = cells.program_year
            and scopes.scope = cells.scope
            and scopes.scope_id = cells.scope_id
            and indicators.table_id = cells.table_id
            and indicators.row_code = cells.row_code
            and indicators.column_code = cells.column_code
    left join targets
        on
            scopes.program_year = targets.program_year
            and case scopes.scope when 'state' then 'STATE' when 'agency' then scopes.scope_id end = targets.agency_id
            and indicators.target_indicator = targets.indicator
)

-- MS Program Guidelines 2023, Section 2, Participant vs Reportable Individual: meet or exceed.
select
    program_year,
    scope,
    scope_id,
    scope_name,
    indicator,
    indicator_order,
    indicator_label,
    table_id,
    row_code,
    column_code,
    cast(value as double) as value,
    is_suppressed,
    cast(target as double) as target,
    cast(cast(value as decimal(28, 10)) - target as double) as difference,
    value >= target as is_met
from compared
