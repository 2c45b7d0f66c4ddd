with records as (
    select
        persons.person_key,
        persons.program_year,
        demographics.*
    from {{ ref('int_demographic_records') }} as persons
    inner join {{ records('demographics') }} as demographics
        on
            persons.source_file = demographics.source_file
            and persons.record_number = demographics.record_number
),

{%- set has_match = 'fetpip_status' in extract_names() %}
{%- if has_match %}

fetpip as (
    select
        fleid,
        {{ program_year_of_reporting_year('reporting_year') }} as program_year,
        bool_or(coalesce(exhausting_tanf = 'Y', false)) as exhausting_tanf,
        bool_or(coalesce(long_term_unemployed = 'Y', false)) as long_term_unemployed,
        bool_or(coalesce(low_income = 'Y', false)) as low_income
    from {{ records('fetpip_status') }}
    group by fleid, reporting_year
),
{%- endif %}

reported as (
    select
        person_key,
        program_year,
        bool_or(coalesce(exhausting_tanf = 'Y', false)) as exhausting_tanf,
        bool_or(coalesce(long_term_unemployed = 'Y', false)) as long_term_unemployed,
        bool_or(coalesce(low_income = 'Y', false)) as low_income,
        bool_or(coalesce(displaced_homemaker = 'Y', false)) as displaced_homemaker,
        bool_or(coalesce(ex_offender = 'Y', false)) as ex_offender,
        bool_or(coalesce(homeless = 'Y', false)) as homeless,
        bool_or(coalesce(migrant_farmworker = 'Y', false)) as migrant_farmworker,
        bool_or(coalesce(disability = 'Y', false)) as disability,
        bool_or(coalesce(single_parent = 'Y', false)) as single_parent,
        bool_or(coalesce(foster_youth = 'Y', false)) as foster_youth
    from records
    group by person_key, program_year
)

-- Y in any demographic record of the year's terms or, for the income statuses, in the year's match (Student Level File
-- 23-25; R48).
select
    persons.person_key,
    persons.program_year,
    {%- for status in ['exhausting_tanf', 'long_term_unemployed', 'low_income'] %}
    coalesce(reported.{{ status }}, false){{ ' or coalesce(fetpip.' ~ status ~ ', false)' if has_match }} as {{ status }},
    {%- endfor %}
    coalesce(reported.displaced_homemaker, false) as displaced_homemaker,
    coalesce(reported.ex_offender, false) as ex_offender,
    coalesce(reported.homeless, false) as homeless,
    coalesce(reported.migrant_farmworker, false) as migrant_farmworker,
    coalesce(reported.disability, false) as disability,
    coalesce(reported.single_parent, false) as single_parent,
    coalesce(reported.foster_youth, false) as foster_youth
from {{ ref('int_person_years') }} as persons
left join reported
    on
        persons.person_key = reported.person_key
        and persons.program_year = reported.program_year
{%- if has_match %}
left join fetpip
    on
        persons.fleid = fetpip.fleid
        and persons.program_year = fetpip.program_year
{%- endif %}
