with ahs_terms as (
    select * from {{ ref('int_ahs_terms') }}
),

reported_options as (
    select
        reporting_year,
        ahs_diploma_option,
        min(level_6_credits) as level_6_credits
    from {{ ref('stg_fcs__ahs_diploma_options') }}
    group by reporting_year, ahs_diploma_option
),

pop_terms as (
    select * from {{ ref('int_pop_terms') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- The threshold is that of the term's reporting year (R64).
thresholds as (
    select
        ahs_terms.*,
        coalesce(reported_options.level_6_credits, cast(defaults.level_6_credits as decimal(38, 18))) as level_6_credits
    from ahs_terms
    left join reported_options
        on
            ahs_terms.reporting_year = reported_options.reporting_year
            and ahs_terms.ahs_diploma_option = reported_options.ahs_diploma_option
    left join {{ ref('ahs_level_6_credits') }} as defaults
        on
            ahs_terms.ahs_diploma_option = defaults.ahs_diploma_option
            and {{ in_force('defaults', 'ahs_terms.reporting_program_year') }}
)

-- The term that takes the standing from below the threshold to it; in a short span it gives nothing, then or later (R65).
select
    thresholds.person_key,
    thresholds.program_year,
    pop_terms.pop_number,
    '1b' as kind,
    least(coalesce(thresholds.exit_date, program_years.ends_on), program_years.ends_on) as earned_on,
    cast(null as string) as subject,
    concat(
        'option ', thresholds.ahs_diploma_option, ', credits at entry ', cast(thresholds.ahs_credits_at_entry as double), ', standing ',
        cast(thresholds.credits_standing - thresholds.ahs_credits_earned as double), ' -> ',
        cast(thresholds.credits_standing as double), ' in term ', thresholds.reporting_year, ' ', thresholds.term_digit,
        ', level 6 at ', cast(thresholds.level_6_credits as double)
    ) as evidence
from thresholds
inner join program_years on thresholds.program_year = program_years.program_year
inner join pop_terms
    on
        thresholds.person_key = pop_terms.person_key
        and thresholds.program_year = pop_terms.program_year
        and thresholds.reporting_program_year = pop_terms.reporting_program_year
        and thresholds.term_digit = pop_terms.term_digit
where
    thresholds.credits_standing >= thresholds.level_6_credits
    and thresholds.credits_standing - thresholds.ahs_credits_earned < thresholds.level_6_credits
