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
        bool_or(exhausting_tanf = 'Y') as exhausting_tanf,
        bool_or(long_term_unemployed = 'Y') as long_term_unemployed,
        bool_or(low_income = 'Y') as low_income
    from {{ records('fetpip_status') }}
    group by fleid, reporting_year
),
{%- endif %}

reported as (
    select
        person_key,
        program_year,
        bool_or(exhausting_tanf = 'Y') as exhausting_tanf,
        bool_or(long_term_unemployed = 'Y') as long_term_unemployed,
        bool_or(low_income = 'Y') as low_income,
        bool_or(displaced_homemaker = 'Y') as displaced_homemaker,
        bool_or(ex_offender = 'Y') as ex_offender,
        bool_or(homeless = 'Y') as homeless,
        bool_or(migrant_farmworker = 'Y') as migrant_farmworker,
        bool_or(disability = 'Y') as disability,
        bool_or(single_parent = 'Y') as single_parent,
        bool_or(foster_youth = 'Y') as foster_youth
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
