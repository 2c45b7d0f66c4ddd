{{ config(meta={'rules': ['MS-2-DQ-MISSING', 'MS-2-DQ-RANGE', 'MS-2-DQ-ANOMALY']}) }}

with checks as (
    select * from {{ ref('data_quality_rules') }} as checks
    where {{ in_force('checks', var('program_year')) }}
),

agencies as (
    select * from {{ ref('int_agencies') }}
    where program_year = {{ var('program_year') }}
),

year_values as (
    select
        *,
        case when base > 0 then cast(amount as double) / base end as value
    from {{ ref('int_laces__agency_measures') }}
),

record_counts as (
    select
        agency_id,
        check_id,
        count(*) as findings
    from {{ ref('data_quality_findings') }}
    group by agency_id, check_id
),

-- The reported year beside the year before; a rate of nobody compares with nothing
-- (MS Program Guidelines 2023, Section 2, Data Quality Checklist 25).
compared as (
    select
        this_year.agency_id,
        this_year.check_id,
        this_year.value,
        last_year.value as value_last_year,
        greatest(this_year.participants, last_year.participants) as participants,
        -- Both as parts of one whole: exactly the share that a rule allows is not more than it.
        this_year.amount * last_year.base as amount,
        last_year.amount * this_year.base as amount_last_year
    from year_values as this_year
    left join year_values as last_year
        on
            this_year.agency_id = last_year.agency_id
            and this_year.check_id = last_year.check_id
            and this_year.program_year - 1 = last_year.program_year
    where this_year.program_year = {{ var('program_year') }}
)

select
    agencies.program_year,
    agencies.agency_id,
    agencies.agency_name,
    checks.check_id,
    checks.check_order,
    checks.kind,
    checks.title,
    cast(
        case
            when checks.kind <> 'anomalous' then coalesce(record_counts.findings, 0)
            when
                compared.participants < checks.minimum_base or compared.value is null or compared.value_last_year is null
                then null
            when
                abs(compared.amount - compared.amount_last_year) * 100 > checks.threshold * compared.amount_last_year
                then 1
            else 0
        end as bigint
    ) as findings,
    compared.value,
    compared.value_last_year,
    checks.remedy,
    checks.citation
from agencies
cross join checks
left join record_counts
    on
        agencies.agency_id = record_counts.agency_id
        and checks.check_id = record_counts.check_id
left join compared
    on
        agencies.agency_id = compared.agency_id
        and checks.check_id = compared.check_id
