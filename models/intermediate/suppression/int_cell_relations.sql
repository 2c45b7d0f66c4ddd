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

-- A cell that stands in a reading several times counts with the sum of its coefficients.
reading_cells as (
    select
        term_cells.identity_id,
        term_cells.read_for,
        term_cells.table_id,
        term_cells.row_code,
        term_cells.column_code,
        sum(case term_cells.side when 'left' then term_cells.coefficient else -term_cells.coefficient end) as coefficient
    from term_cells
    group by
        term_cells.identity_id, term_cells.read_for, term_cells.table_id, term_cells.row_code, term_cells.column_code
),

identity_relations as (
    select
        protected_cells.scope,
        protected_cells.scope_id,
        identities.identity_id as relation,
        reading_cells.read_for,
        identities.operator,
        protected_cells.cell_id,
        reading_cells.coefficient
    from reading_cells
    inner join identities on reading_cells.identity_id = identities.identity_id
    inner join protected_cells
        on
            reading_cells.table_id = protected_cells.table_id
            and reading_cells.row_code = protected_cells.row_code
            and reading_cells.column_code = protected_cells.column_code
    where reading_cells.coefficient <> 0
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
),

distinct_relations as (
    select distinct
        scope,
        scope_id,
        relation,
        read_for
    from relations
),

numbered_relations as (
    select
        *,
        cast(row_number() over (order by scope, scope_id, relation, read_for) as integer) as relation_id
    from distinct_relations
)

select
    numbered_relations.relation_id,
    relations.scope,
    relations.scope_id,
    relations.relation,
    relations.read_for,
    relations.operator,
    relations.cell_id,
    cast(relations.coefficient as double) as coefficient
from relations
inner join numbered_relations
    on
        relations.scope = numbered_relations.scope
        and relations.scope_id = numbered_relations.scope_id
        and relations.relation = numbered_relations.relation
        and relations.read_for = numbered_relations.read_for
