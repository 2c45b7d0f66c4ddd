-- A member that is a person has period 0 of year 0 here: plain equality joins fast, also over nulls.
with members as (
    select
        *,
        coalesce(pop_number, 0) as evidence_pop_number,
        case when pop_number is null then 0 else pop_program_year end as evidence_pop_program_year
    from {{ ref('int_cell_members') }}
    -- In an order, be it of equals, so that they are gathered before they are handed on: DuckDB may never end a result that it
    -- hands out bit by bit from a union (tests/python/test_streamed_views.py).
    order by program_year
),

persons as (
    select * from {{ ref('int_persons') }}
),

person_evidence as (
    select * from {{ ref('int_person_evidence') }}
),

exit_evidence as (
    select
        program_year,
        person_key,
        pop_program_year,
        pop_number,
        indicator,
        evidence
    from {{ ref('int_exit_evidence') }}
    union all
    -- A member that is a person shows all periods of the cohort.
    select
        program_year,
        person_key,
        0 as pop_program_year,
        0 as pop_number,
        indicator,
        {{ joined_text("evidence", "'; '", "pop_program_year, pop_number") }} as evidence
    from {{ ref('int_exit_evidence') }}
    group by program_year, person_key, indicator
),

period_evidence as (
    select
        person_key,
        program_year,
        pop_number,
        evidence
    from {{ ref('int_period_evidence') }}
    union all
    -- A member that is a person shows all periods of the year.
    select
        person_key,
        program_year,
        0 as pop_number,
        {{ joined_text("evidence", "'; '", "pop_number") }} as evidence
    from {{ ref('int_period_evidence') }}
    group by person_key, program_year
)

select
    members.program_year,
    members.scope,
    members.scope_id,
    members.table_id,
    members.row_code,
    members.column_code,
    members.fleid as person_id,
    persons.agency_id,
    persons.student_id,
    case when members.pop_number is not null then members.pop_program_year end as pop_program_year,
    members.pop_number,
    members.kind,
    concat(
        case
            when members.table_id = '1'
                then concat(person_evidence.entering_efl_evidence, '; ', person_evidence.race_sex_evidence)
            when members.table_id in ('2', '2A')
                then concat(person_evidence.age_evidence, '; ', person_evidence.race_sex_evidence)
            when members.table_id = '3' and members.row_code like '%_iet'
                then
                    concat(person_evidence.iet_evidence, '; ', person_evidence.entering_efl_evidence, '; ', person_evidence.age_evidence)
            when members.table_id = '3'
                then concat(person_evidence.entering_efl_evidence, '; ', person_evidence.age_evidence)
            when members.block in ('gains', 'efl_gains', 'tested', 'skill_gains')
                then concat(person_evidence.entering_efl_evidence, '; ', period_evidence.evidence)
            when exit_evidence.evidence is not null then exit_evidence.evidence
            when members.block = 'employment' then person_evidence.employment_evidence
            when members.block = 'schooling' then person_evidence.schooling_evidence
            when members.block = 'institutional' then person_evidence.institutional_evidence
        end,
        '; ', person_evidence.participation_evidence
    ) as evidence
from members
-- A cohort's member is described by its own year (R40).
inner join persons
    on
        members.person_key = persons.person_key
        and coalesce(members.pop_program_year, members.program_year) = persons.program_year
inner join person_evidence
    on
        members.person_key = person_evidence.person_key
        and coalesce(members.pop_program_year, members.program_year) = person_evidence.program_year
left join period_evidence
    on
        members.person_key = period_evidence.person_key
        and members.program_year = period_evidence.program_year
        and members.evidence_pop_number = period_evidence.pop_number
left join exit_evidence
    on
        members.program_year = exit_evidence.program_year
        and members.person_key = exit_evidence.person_key
        and members.block = exit_evidence.indicator
        and members.evidence_pop_number = exit_evidence.pop_number
        and members.evidence_pop_program_year = exit_evidence.pop_program_year
