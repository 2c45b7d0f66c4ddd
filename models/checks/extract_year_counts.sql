with profile as (
    select * from {{ ref('extract_profile') }}
    where usable_records > 0 and agency_id is not null and term is not null
),

rules as (
    select * from {{ ref('finding_rules') }} as rules
    where {{ in_force('rules', var('program_year')) }}
),

counts as (
    select
        extract_name,
        agency_id,
        substr(term, 1, 4) as reporting_year,
        {{ program_year_of_reporting_year('term') }} as program_year,
        sum(usable_records) as records
    from profile
    where {{ program_year_of_reporting_year('term') }} <= {{ var('program_year') }}
    group by 1, 2, 3, 4
),

agencies as (
    select distinct
        extract_name,
        agency_id
    from counts
),

years as (
    select distinct
        extract_name,
        reporting_year,
        program_year
    from counts
),

-- Years that the extract has a year before: an agency without records in one of the two has 0.
compared as (
    select
        agencies.extract_name,
        agencies.agency_id,
        years.reporting_year,
        coalesce(counts.records, 0) as records,
        coalesce(counts_before.records, 0) as records_year_before
    from agencies
    inner join years on agencies.extract_name = years.extract_name
    inner join years as years_before
        on
            years.extract_name = years_before.extract_name
            and years.program_year - 1 = years_before.program_year
    left join counts
        on
            agencies.extract_name = counts.extract_name
            and agencies.agency_id = counts.agency_id
            and years.program_year = counts.program_year
    left join counts as counts_before
        on
            agencies.extract_name = counts_before.extract_name
            and agencies.agency_id = counts_before.agency_id
            and years_before.program_year = counts_before.program_year
)

select
    compared.extract_name,
    compared.agency_id,
    compared.reporting_year,
    cast(compared.records as bigint) as records,
    cast(compared.records_year_before as bigint) as records_year_before,
    rules.finding
from compared
left join rules
    on
        greatest(compared.records, compared.records_year_before) >= rules.minimum_records
        and (
            (
                rules.finding = 'fewer_than_last_year'
                and compared.records * 100 <= compared.records_year_before * (100 - rules.threshold)
            )
            or (
                rules.finding = 'more_than_last_year'
                and compared.records * 100 >= compared.records_year_before * (100 + rules.threshold)
            )
        )
where compared.records + compared.records_year_before > 0
