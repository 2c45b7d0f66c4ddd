with scopes as (
    select * from {{ ref('int_report_scopes') }}
),

persons as (
    select
        person_scopes.scope,
        person_scopes.scope_id,
        persons.person_key,
        persons.program_year,
        persons.participation_status
    from {{ ref('int_persons') }} as persons
    inner join {{ ref('int_person_scopes') }} as person_scopes on persons.person_key = person_scopes.person_key
),

counts as (
    select
        program_year,
        scope,
        scope_id,
        'persons_with_nrs_rows' as measure,
        count(*) as persons
    from persons
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
    from persons
    group by program_year, scope, scope_id, participation_status
    union all
    select
        persons.program_year,
        persons.scope,
        persons.scope_id,
        concat('excluded_', exclusions.reason) as measure,
        count(*) as persons
    from {{ ref('int_exclusions') }} as exclusions
    inner join persons
        on
            exclusions.person_key = persons.person_key
            and exclusions.program_year = persons.program_year
    group by persons.program_year, persons.scope, persons.scope_id, exclusions.reason
    union all
    select
        persons.program_year,
        persons.scope,
        persons.scope_id,
        'in_tables_1_and_2a' as measure,
        count(*) as persons
    from persons
    inner join {{ ref('int_members_table_1') }} as table_1
        on
            persons.person_key = table_1.person_key
            and persons.program_year = table_1.program_year
    inner join {{ ref('int_members_tables_2_2a') }} as table_2a
        on
            persons.person_key = table_2a.person_key
            and persons.program_year = table_2a.program_year
            and table_2a.table_id = '2A'
    group by persons.program_year, persons.scope, persons.scope_id
)

select
    scopes.program_year,
    scopes.scope,
    scopes.scope_id,
    measures.measure,
    cast(coalesce(counts.persons, 0) as bigint) as persons
from scopes
inner join {{ ref('population_measures') }} as measures on {{ in_force('measures', 'scopes.program_year') }}
left join counts
    on
        scopes.program_year = counts.program_year
        and scopes.scope = counts.scope
        and scopes.scope_id = counts.scope_id
        and measures.measure = counts.measure
