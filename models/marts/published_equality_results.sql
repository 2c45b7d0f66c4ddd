with identities_read as (
    {{ evaluate_identities(ref('published_tables')) }}
),

-- Published rates are truncated to four decimals (Code lists, Percentages as published).
rates_read as (
    {{ evaluate_rates(ref('published_tables'), 1e-4) }}
)

select * from identities_read
union all
select * from rates_read
