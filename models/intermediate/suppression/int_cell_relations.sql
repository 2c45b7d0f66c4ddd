with protected_cells as (
    select * from {{ ref('int_protected_cells') }}
),

{{ identity_term_ctes() }},

agency_scopes as (
    select * from {{ ref('int_agency_scopes') }}
    where program_year = {{ var('program_year') }}
),

report_scopes as (
    select * from {{ ref('int_report_scopes') }}
    where program_year = {{ var('program_year') }}
),

-- An agency adds to its type, a type to the state; without a type that reports, an agency adds to the state itself.
scope_parents as (
    select
        agencies.scope,
        agencies.scope_id,
        case when types.scope_id is null then 'state' else 'agency_type' end as parent_scope,
        coalesce(types.scope_id, '{{ var("state") }}') as parent_scope_id
    from report_scopes as agencies
    left join agency_scopes
        on
            agencies.scope_id = agency_scopes.agency_id
            and agency_scopes.scope = 'agency_type'
    left join report_scopes as types
        on
            types.scope = 'agency_type'
            and agency_scopes.scope_id = types.scope_id
    where agencies.scope = 'agency'
    union all
    select
        scope,
        scope_id,
        'state' as parent_scope,
        '{{ var("state") }}' as parent_scope_id
    from report_scopes
    where scope = 'agency_type'
),

identity_relations as (
    select
        protected_cells.scope,
        protected_cells.scope_id,
        identities.identity_id as relation,
        term_cells.read_for,
        identities.operator,
        protected_cells.cell_id,
        case term_cells.side when 'left' then term_cells.coefficient else -term_cells.coefficient end as coefficient
    from term_cells
    inner join identities on term_cells.identity_id = identities.identity_id
    inner join protected_cells
        on
            term_cells.table_id = protected_cells.table_id
            and term_cells.row_code = protected_cells.row_code
            and term_cells.column_code = protected_cells.column_code
),

-- A person at two agencies counts once above them, so parts and whole may differ. Who knows or guesses by how much could
-- subtract all the same: the difference is taken as known.
scope_relations as (
    select
        scope_parents.parent_scope as scope,
        scope_parents.parent_scope_id as scope_id,
        'scopes_add_up' as relation,
        concat(children.table_id, '/', children.row_code, '/', children.column_code) as read_for,
        '=' as operator,
        children.cell_id,
        1 as coefficient
    from scope_parents
    inner join protected_cells as children
        on
            scope_parents.scope = children.scope
            and scope_parents.scope_id = children.scope_id
    union all
    select
        parents.scope,
        parents.scope_id,
        'scopes_add_up' as relation,
        concat(parents.table_id, '/', parents.row_code, '/', parents.column_code) as read_for,
        '=' as operator,
        parents.cell_id,
        -1 as coefficient
    from protected_cells as parents
    where parents.scope <> 'agency'
),

relations as (
    select * from identity_relations
    union all
    select * from scope_relations
)

select
    cast(dense_rank() over (order by scope, scope_id, relation, read_for) as integer) as relation_id,
    scope,
    scope_id,
    relation,
    read_for,
    operator,
    cell_id,
    cast(sum(coefficient) as double) as coefficient
from relations
group by scope, scope_id, relation, read_for, operator, cell_id
having sum(coefficient) <> 0
