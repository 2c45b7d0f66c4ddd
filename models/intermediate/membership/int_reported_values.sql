-- Cells that come from a submission, not from persons: family literacy of the extract's agencies, eligible or not (R66).
select
    scopes.program_year,
    scopes.scope,
    scopes.scope_id,
    '6' as table_id,
    'family_literacy' as row_code,
    'participants' as column_code,
    cast(sum(family_literacy.participants) as double) as value
from {{ ref('stg_fcs__family_literacy') }} as family_literacy
inner join {{ ref('int_agency_scopes') }} as scopes
    on
        family_literacy.agency_id = scopes.agency_id
        and {{ program_year_of_reporting_year('family_literacy.reporting_year') }} = scopes.program_year
where scopes.program_year = {{ var('program_year') }}
group by scopes.program_year, scopes.scope, scopes.scope_id
