-- restricted.nrs_cell_members and restricted.exclusions are int_cell_members and int_exclusions with names and evidence: no
-- row is lost or doubled on the way. Returns a person and year of theirs without, or with several rows of, what describes
-- them, and a period or an exit described several times.
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
    left join {{ ref('int_person_evidence') }} as person_evidence
        on
            members.person_key = person_evidence.person_key
            and members.program_year = person_evidence.program_year
    group by members.person_key, members.program_year
    having count(*) <> 1 or count(persons.person_key) <> 1 or count(person_evidence.person_key) <> 1
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
select * from periods_at_fault
union all
select * from exits_at_fault
