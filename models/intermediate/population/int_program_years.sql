{%- set unknown_word -%}
    concat(
        'seeds/rules/rule_parameters.csv says "', rules.value, '" for ', rules.parameter, ' in program year ', program_years.program_year,
        ' (state {{ var("state") }}). It takes ', rules.unit, '.'
    )
{%- endset -%}

with record_years as (
    select program_year from {{ ref('int_agency_records') }}
),

agency_lists as (
    select {{ program_year_of_reporting_year('reporting_year') }} as program_year from {{ records('agencies') }}
),

-- A year before the first agency list has no eligible agency, so no NRS row (R1).
program_years as (
    select program_year from agency_lists
    union
    select record_years.program_year from record_years
    where record_years.program_year > (select min(agency_lists.program_year) from agency_lists)
    union
    select cast({{ var('program_year') }} as integer) as program_year
),

-- A switch takes one of the words that its unit names; by another, the model's last case would decide.
parameters as (
    select
        program_years.program_year,
        rules.parameter,
        case
            when
                rules.unit like 'one of: %'
                and (rules.value like '%,%' or position(concat(' ', rules.value, ',') in concat(substr(rules.unit, 8), ',')) = 0)
                then {{ sql_error(unknown_word) }}
            else rules.value
        end as value
    from program_years
    inner join {{ ref('rule_parameters') }} as rules
        on {{ in_force('rules', 'program_years.program_year') }}
)

select
    program_years.program_year,
    make_date(program_years.program_year, 7, 1) as starts_on,
    make_date(program_years.program_year + 1, 6, 30) as ends_on,
    {{ rule_parameter('pop_minimum_hours', 'decimal(28, 10)') }} as pop_minimum_hours,
    {{ rule_parameter('pop_gap_days', 'integer') }} as pop_gap_days,
    {{ rule_parameter('pop_hours_of', 'string') }} as pop_hours_of,
    {{ rule_parameter('minimum_age', 'integer') }} as minimum_age,
    {{ rule_parameter('distance_by', 'string') }} as distance_by,
    {{ rule_parameter('ielce_by', 'string') }} as ielce_by,
    {{ rule_parameter('outcomes_exclusion_unit', 'string') }} as outcomes_exclusion_unit,
    {{ rule_parameter('incarcerated_at_exit_by', 'string') }} as incarcerated_at_exit_by,
    {{ rule_parameter('sex_when_never_reported', 'string') }} as sex_when_never_reported,
    cast(concat(program_years.program_year, '-', {{ rule_parameter('gain_window_start', 'string') }}) as date) as gain_window_starts_on,
    cast(concat(program_years.program_year + 1, '-', {{ rule_parameter('gain_window_end', 'string') }}) as date) as gain_window_ends_on,
    {{ rule_parameter('postsecondary_entry_after', 'string') }} as postsecondary_entry_after,
    {{ rule_parameter('iet_gain_1c', 'string') }} as iet_gain_1c,
    {%- for parameter, sql_type in record_system_parameters() %}
    {{ rule_parameter(parameter, sql_type) }} as {{ parameter }},
    {%- endfor %}
    {{ rule_parameter('any_credential_needs_employment_or_entry', 'string') }} as any_credential_needs_employment_or_entry,
    {{ rule_parameter('suppression_threshold', 'integer') }} as suppression_threshold,
    {{ rule_parameter('suppression_protection_width', 'integer') }} as suppression_protection_width
from program_years
left join parameters on program_years.program_year = parameters.program_year
group by program_years.program_year
