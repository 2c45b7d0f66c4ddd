with listings as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as list_program_year
    from {{ records('agencies') }}
),

program_years as (
    select program_year from {{ ref('int_agency_records') }}
    union
    select list_program_year as program_year from listings
    union
    select cast({{ var('program_year') }} as integer) as program_year
),

-- A year without any list is served by the latest earlier one (R1); before the first list no agency is eligible.
serving_lists as (
    select
        program_years.program_year,
        max(listings.list_program_year) as list_program_year
    from program_years
    left join listings on program_years.program_year >= listings.list_program_year
    group by program_years.program_year
),

-- Known is an agency that any year lists (R60): left out of the serving list it is not eligible, but its records still
-- stand in its scopes (R29, R61), under the name and type of its nearest listing, the earlier first.
nearest_listings as (
    select
        serving_lists.program_year,
        listings.*,
        coalesce(listings.list_program_year = serving_lists.list_program_year, false) as is_listed
    from serving_lists
    cross join listings
    qualify
        row_number() over (
            partition by serving_lists.program_year, listings.agency_id
            order by
                case when listings.list_program_year <= serving_lists.program_year then 0 else 1 end,
                abs(listings.list_program_year - serving_lists.program_year)
        ) = 1
)

select
    program_year,
    agency_id,
    agency_name,
    agency_type,
    is_listed and coalesce(nrs_eligible = 'Y', false) as is_nrs_eligible,
    is_listed and coalesce(ielce_grantee = 'Y', false) as is_ielce_grantee
from nearest_listings
