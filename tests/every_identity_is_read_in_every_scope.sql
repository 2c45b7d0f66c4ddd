-- An identity that silently lacked a cell would hold by saying nothing: on our own cells each is read in every scope.
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
where
    scopes.program_year = {{ var('program_year') }}
    and results.identity_id is null
