with final_exits as (
    select * from {{ ref('int_final_exits') }}
    where not is_outcomes_excluded and not is_incarcerated_at_exit
),

windows as (
    select * from {{ ref('int_exit_windows') }}
    where program_year = {{ var('program_year') }}
)

-- Final exits in the indicator's window, not excluded, not incarcerated at exit (R40).
select
    windows.program_year,
    windows.indicator,
    windows.quarters_after_exit,
    windows.months_after_exit,
    final_exits.person_key,
    final_exits.fleid,
    final_exits.pop_program_year,
    final_exits.pop_number,
    final_exits.entry_date,
    final_exits.final_exit_date,
    final_exits.is_iet,
    final_exits.is_iet_without_credential,
    final_exits.is_distance,
    final_exits.is_correctional
from windows
inner join final_exits on final_exits.final_exit_date between windows.starts_on and windows.ends_on
