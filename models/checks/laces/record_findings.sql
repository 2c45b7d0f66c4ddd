with {{ fault_and_repeat_ctes() }},

findings as (
    select * from faults
    union all
    select * from repeats
)

{{ listed_findings() }}
