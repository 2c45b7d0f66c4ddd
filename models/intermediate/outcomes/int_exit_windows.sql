with program_years as (
    select program_year from {{ ref('int_program_years') }}
)

select
    program_years.program_year,
    windows.indicator,
    cast(concat(program_years.program_year + windows.start_year_offset, '-', windows.start_month_day) as date) as starts_on,
    cast(concat(program_years.program_year + windows.end_year_offset, '-', windows.end_month_day) as date) as ends_on,
    windows.quarters_after_exit,
    windows.months_after_exit
from program_years
inner join {{ ref('indicator_windows') }} as windows on {{ in_force('windows', 'program_years.program_year') }}
