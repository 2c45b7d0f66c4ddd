{{ config(meta={'rules': ['OUT-1']}) }}

-- NRS Table Outline and Sources: the tables that the state office requests, each a form with cells in the state's report.
-- Returns a table that is missing, and one that the outline does not request.
{%- set outline = ['1', '2', '2A', '3', '4', '4A', '4B', '4C', '5', '5A', '6', '7', '9', '10', '11', '14', '99', 'SPR', 'MSG'] %}
with requested as (
    {%- for table_id in outline %}
    {{ 'union all' if not loop.first }}
    select '{{ table_id }}' as table_id
    {%- endfor %}
),

reported as (
    select distinct table_id from {{ ref('nrs_cells') }}
    where scope = 'state'
),

titled as (
    select table_id from {{ ref('nrs_forms') }}
)

select
    requested.table_id as requested_table,
    reported.table_id as reported_table,
    titled.table_id as titled_table
from requested
full outer join reported on requested.table_id = reported.table_id
full outer join titled on coalesce(requested.table_id, reported.table_id) = titled.table_id
where
    requested.table_id is null
    or reported.table_id is null
    or titled.table_id is null
