select
    cast(null as bigint) as person_key,
    cast(null as integer) as program_year,
    cast(null as integer) as pop_number,
    cast(null as varchar) as kind,
    cast(null as date) as earned_on,
    cast(null as varchar) as subject,
    cast(null as varchar) as evidence
where false
