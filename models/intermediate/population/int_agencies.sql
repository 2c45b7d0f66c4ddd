with program_years as (
    select program_year from {{ ref('int_program_years') }}
),

agencies as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as list_program_year
    from {{ ref('stg_fcs__agencies') }}
),

-- A year without any list is served by the latest earlier one (R1).
serving_lists as (
    select
        program_years.program_year,
        max(agencies.list_program_year) as list_program_year
    from program_years
    inner join agencies on program_years.program_year >= agencies.list_program_year
    group by program_years.program_year
)

select
    serving_lists.program_year,
    agencies.agency_id,
    agencies.agency_name,
    agencies.agency_type,
    coalesce(agencies.nrs_eligible = 'Y', false) as is_nrs_eligible,
    coalesce(agencies.ielce_grantee = 'Y', false) as is_ielce_grantee,
    agencies.list_program_year
from serving_lists
inner join agencies on serving_lists.list_program_year = agencies.list_program_year
