with diplomas as (
    select * from {{ ref('int_diplomas') }}
),

periods as (
    select * from {{ ref('int_periods_of_participation') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
)

-- Every period of the year is flagged, at the earliest date (Student Level File 10; R24).
select
    periods.person_key,
    periods.program_year,
    periods.pop_number,
    '2' as kind,
    min(diplomas.diploma_date) as earned_on,
    cast(null as string) as subject,
    min_by(diplomas.evidence, concat(diplomas.diploma_date, diplomas.evidence)) as evidence
from periods
inner join program_years on periods.program_year = program_years.program_year
inner join diplomas
    on
        periods.person_key = diplomas.person_key
        and diplomas.diploma_date between program_years.gain_window_starts_on and program_years.gain_window_ends_on
group by periods.person_key, periods.program_year, periods.pop_number
