with stay_terms as (
    select * from {{ ref('int_stay_terms') }}
),

pop_terms as (
    select * from {{ ref('int_pop_terms') }}
),

periods as (
    select * from {{ ref('int_participant_periods') }}
),

incarcerated_terms as (
    select * from {{ ref('int_incarcerated_terms') }}
),

-- A stay without a blank exit ends at its latest exit date.
stays as (
    select
        person_key,
        stay_number,
        case when not bool_or(is_open) then max(exit_date) end as final_exit_date
    from stay_terms
    group by person_key, stay_number
),

last_stay_terms as (
    select * from stay_terms
    qualify
        row_number() over (
            partition by person_key, stay_number
            order by
                case when is_open then 0 else 1 end,
                exit_date desc, reporting_program_year desc, term_digit desc
        ) = 1
),

stay_periods as (
    select distinct
        stay_terms.person_key,
        stay_terms.stay_number,
        pop_terms.program_year,
        pop_terms.pop_number
    from pop_terms
    inner join stay_terms
        on
            pop_terms.person_key = stay_terms.person_key
            and pop_terms.reporting_program_year = stay_terms.reporting_program_year
            and pop_terms.term_digit = stay_terms.term_digit
),

-- The final exit is that of the stay's last period of a year in which the person is a participant (R40).
last_periods as (
    select
        periods.*,
        stay_periods.stay_number
    from stay_periods
    inner join periods
        on
            stay_periods.person_key = periods.person_key
            and stay_periods.program_year = periods.program_year
            and stay_periods.pop_number = periods.pop_number
    qualify
        row_number() over (
            partition by stay_periods.person_key, stay_periods.stay_number
            order by periods.program_year desc, periods.pop_number desc
        ) = 1
)

select
    last_periods.person_key,
    last_periods.fleid,
    last_periods.program_year as pop_program_year,
    last_periods.pop_number,
    last_periods.entry_date,
    stays.final_exit_date,
    last_periods.is_iet,
    last_periods.is_iet_without_credential,
    last_periods.is_distance,
    last_periods.is_correctional,
    last_periods.is_outcomes_excluded,
    -- The stay's last term speaks, unless the state's rule looks at the whole year (R13, R70).
    case program_years.incarcerated_at_exit_by
        when 'program_year' then last_periods.is_correctional
        else incarcerated_terms.person_key is not null
    end as is_incarcerated_at_exit
from last_periods
inner join {{ ref('int_program_years') }} as program_years on last_periods.program_year = program_years.program_year
inner join stays
    on
        last_periods.person_key = stays.person_key
        and last_periods.stay_number = stays.stay_number
inner join last_stay_terms
    on
        last_periods.person_key = last_stay_terms.person_key
        and last_periods.stay_number = last_stay_terms.stay_number
left join incarcerated_terms
    on
        last_stay_terms.person_key = incarcerated_terms.person_key
        and last_stay_terms.reporting_program_year = incarcerated_terms.reporting_program_year
        and last_stay_terms.term_digit = incarcerated_terms.term_digit
