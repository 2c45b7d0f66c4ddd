select
    cast(null as bigint) as person_key,
    cast(null as date) as diploma_date,
    cast(null as varchar) as evidence
where false
