with records as (
    select
        *,
        substr(term_id, 1, 1) as term_digit,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ ref('stg_fcs__demographics') }}
    -- B records do not serve (R5, R61).
    where substr(term_id, 2, 1) = 'E'
),

agency_scopes as (
    select * from {{ ref('int_agency_scopes') }}
),

terms as (
    select * from {{ ref('int_terms') }}
),

-- Records of any agency of the scope in a term with NRS rows; an agency's type is that of the record's year (R61).
records_of_terms as (
    select
        terms.scope,
        terms.scope_id,
        terms.fleid,
        terms.program_year,
        records.agency_id,
        records.reporting_program_year,
        records.term_digit,
        records.student_id,
        records.birth_date,
        records.sex,
        records.hispanic,
        records.employment_status,
        records.schooling_level,
        records.schooling_origin,
        records.incarceration_status,
        records.source_file,
        records.record_number,
        {%- set races = ['american_indian', 'asian', 'black', 'pacific_islander', 'white'] %}
        {%- for race in races %}
        records.{{ race }},
        {%- endfor %}
        {%- for race in races %}
        {{ '+ ' if not loop.first }}case when records.{{ race }} = 'Y' then 1 else 0 end{{ ' as race_count' if loop.last }}
        {%- endfor %}
    from records
    inner join agency_scopes
        on
            records.agency_id = agency_scopes.agency_id
            and records.reporting_program_year = agency_scopes.program_year
    inner join terms
        on
            agency_scopes.scope = terms.scope
            and agency_scopes.scope_id = terms.scope_id
            and records.fleid = terms.fleid
            and records.reporting_program_year = terms.reporting_program_year
            and records.term_digit = terms.term_digit
)

select
    records_of_terms.scope,
    records_of_terms.scope_id,
    records_of_terms.fleid,
    records_of_terms.program_year,
    records_of_terms.agency_id,
    records_of_terms.student_id,
    records_of_terms.birth_date,
    sexes.maps_to as sex,
    -- Hispanic first, else two or more, else the one; no group where none is reported (Table 1 rule 5; R5).
    case
        when records_of_terms.hispanic = 'Y' then 'hispanic'
        when records_of_terms.race_count > 1 then 'two_or_more'
        {%- for race in races %}
        when records_of_terms.{{ race }} = 'Y' then '{{ race }}'
        {%- endfor %}
    end as race,
    employment.maps_to as employment_status,
    levels.maps_to as schooling_level,
    origins.maps_to as schooling_origin,
    records_of_terms.incarceration_status,
    correctional.code is not null as is_correctional,
    records_of_terms.source_file,
    records_of_terms.record_number,
    row_number() over (
        partition by
            records_of_terms.scope, records_of_terms.scope_id, records_of_terms.fleid, records_of_terms.program_year
        order by
            records_of_terms.reporting_program_year desc, records_of_terms.term_digit desc,
            records_of_terms.agency_id asc, records_of_terms.student_id asc
    ) as recency_rank,
    row_number() over (
        partition by
            records_of_terms.scope, records_of_terms.scope_id, records_of_terms.fleid, records_of_terms.program_year
        order by
            records_of_terms.reporting_program_year, records_of_terms.term_digit,
            records_of_terms.agency_id, records_of_terms.student_id
    ) as first_rank
from records_of_terms
{%- for alias, crosswalk, column in [
    ('sexes', 'sex', 'sex'), ('employment', 'employment_status', 'employment_status'),
    ('levels', 'schooling_level', 'schooling_level'), ('origins', 'schooling_origin', 'schooling_origin'),
] %}
left join {{ ref('code_crosswalks') }} as {{ alias }}
    on
        {{ alias }}.crosswalk = '{{ crosswalk }}'
        and records_of_terms.{{ column }} = {{ alias }}.code
        and {{ in_force(alias, 'records_of_terms.program_year') }}
{%- endfor %}
left join {{ ref('rule_codes') }} as correctional
    on
        correctional.rule_list = 'correctional_status'
        and records_of_terms.incarceration_status = correctional.code
        and {{ in_force('correctional', 'records_of_terms.program_year') }}
