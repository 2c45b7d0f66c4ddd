with scopes as (
    select * from {{ ref('int_report_scopes') }}
),

participation as (
    select * from {{ ref('int_participation') }}
),

counts as (
    select
        program_year,
        scope,
        scope_id,
        'persons_with_nrs_rows' as measure,
        count(*) as persons
    from {{ ref('int_person_years') }}
    group by program_year, scope, scope_id
    union all
    select
        program_year,
        scope,
        scope_id,
        case participation_status
            when 'participant' then 'participants'
            when 'reportable_individual' then 'reportable_individuals'
            else 'excluded'
        end as measure,
        count(*) as persons
    from participation
    group by program_year, scope, scope_id, participation_status
    union all
    select
        program_year,
        scope,
        scope_id,
        concat('excluded_', reason) as measure,
        count(distinct fleid) as persons
    from {{ ref('int_exclusions') }}
    group by program_year, scope, scope_id, reason
    union all
    select
        table_1.program_year,
        table_1.scope,
        table_1.scope_id,
        'in_tables_1_and_2a' as measure,
        count(distinct table_1.fleid) as persons
    from {{ ref('int_members_table_1') }} as table_1
    inner join {{ ref('int_members_tables_2_2a') }} as table_2a
        on
            table_1.program_year = table_2a.program_year
            and table_1.scope = table_2a.scope
            and table_1.scope_id = table_2a.scope_id
            and table_1.fleid = table_2a.fleid
            and table_2a.table_id = '2A'
    group by table_1.program_year, table_1.scope, table_1.scope_id
)

select
    scopes.program_year,
    scopes.scope,
    scopes.scope_id,
    measures.measure,
    cast(coalesce(counts.persons, 0) as bigint) as persons
from scopes
cross join {{ ref('population_measures') }} as measures
left join counts
    on
        scopes.program_year = counts.program_year
        and scopes.scope = counts.scope
        and scopes.scope_id = counts.scope_id
        and measures.measure = counts.measure
