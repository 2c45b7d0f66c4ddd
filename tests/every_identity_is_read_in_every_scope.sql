{{ config(meta={'rules': ['T1-1', 'T2-1', 'T2-5', 'T3-1', 'T3-5', 'MSG-4']}) }}

-- An identity that silently lacked a cell would hold by saying nothing: on our own cells each is read in every scope,
-- those of the state's own tables in the state.
with state_identities as (
    select terms.identity_id
    from {{ ref('identity_terms') }} as terms
    inner join {{ ref('int_form_cells') }} as form_cells on terms.table_id = form_cells.table_id
    group by terms.identity_id
    having bool_and(form_cells.is_state_only)
)

select
    scopes.scope,
    scopes.scope_id,
    identities.identity_id
from {{ ref('int_report_scopes') }} as scopes
inner join {{ ref('identities') }} as identities on {{ in_force('identities', 'scopes.program_year') }}
left join {{ ref('equality_results') }} as results
    on
        scopes.program_year = results.program_year
        and scopes.scope = results.scope
        and scopes.scope_id = results.scope_id
        and identities.identity_id = results.identity_id
left join state_identities on identities.identity_id = state_identities.identity_id
where
    (scopes.scope = 'state' or state_identities.identity_id is null)
    and scopes.program_year = {{ var('program_year') }}
    and results.identity_id is null
