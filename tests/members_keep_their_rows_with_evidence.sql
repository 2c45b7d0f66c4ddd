-- restricted.nrs_cell_members and restricted.exclusions are int_cell_members and int_exclusions with names and evidence: no
-- row is lost or doubled on the way. Returns a person and year of theirs without, or with several rows of, what describes
-- them, a demographic record that stands in for another, and a period or an exit described several times. The rest of a
-- person's evidence is put together from models of one row a person and year (their keys are tested).
with members as (
    select
        person_key,
        coalesce(pop_program_year, program_year) as program_year
    from (
        {{ members_of_the_year() }}
    ) as members_of_the_year
    union
    select
        person_key,
        program_year
    from {{ ref('int_exclusions') }}
),

nrs_years as (
    select distinct
        person_key,
        program_year
    from {{ ref('int_nrs_enrollments') }}
),

members_at_fault as (
    select
        members.person_key,
        members.program_year,
        count(*) as descriptions
    from members
    left join {{ ref('int_persons') }} as persons
        on
            members.person_key = persons.person_key
            and members.program_year = persons.program_year
    left join nrs_years
        on
            members.person_key = nrs_years.person_key
            and members.program_year = nrs_years.program_year
    group by members.person_key, members.program_year
    having count(*) <> 1 or count(persons.person_key) <> 1 or count(nrs_years.person_key) <> 1
),

records_at_fault as (
    select
        person_key,
        program_year,
        count(*) as descriptions
    from {{ ref('int_demographic_records') }}
    group by person_key, program_year
    having count(*) <> count(distinct recency_rank) or count(*) <> count(distinct first_rank)
),

periods_at_fault as (
    select
        person_key,
        program_year,
        count(*) as descriptions
    from {{ ref('int_period_evidence') }}
    group by person_key, program_year, pop_number
    having count(*) > 1
),

exits_at_fault as (
    select
        person_key,
        program_year,
        count(*) as descriptions
    from {{ ref('int_exit_evidence') }}
    group by person_key, program_year, pop_program_year, pop_number, indicator
    having count(*) > 1
)

select * from members_at_fault
union all
select * from records_at_fault
union all
select * from periods_at_fault
union all
select * from exits_at_fault
