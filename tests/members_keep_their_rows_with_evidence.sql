-- restricted.nrs_cell_members is int_cell_members with names and evidence: no member is lost or doubled on the way.
with counted as (
    select
        table_id,
        count(*) as members
    from {{ ref('int_cell_members') }}
    group by table_id
),

listed as (
    select
        table_id,
        count(*) as members
    from {{ ref('nrs_cell_members') }}
    group by table_id
)

select
    coalesce(counted.table_id, listed.table_id) as table_id,
    counted.members as counted_members,
    listed.members as listed_members
from counted
full outer join listed on counted.table_id = listed.table_id
where counted.members is distinct from listed.members
