with periods as (
    select * from {{ ref('int_participant_periods') }}
),

gains as (
    select
        person_key,
        program_year,
        pop_number,
        {{ joined_text("concat(kind, ' on ', earned_on, ': ', evidence)", "'; '", "earned_on, kind, evidence") }} as evidence
    from {{ ref('int_gains') }}
    group by person_key, program_year, pop_number
)

-- A period of participation and the gains it earned, in words an auditor can follow back to file and record.
select
    periods.person_key,
    periods.program_year,
    periods.pop_number,
    concat(
        'POP ', periods.pop_number, ' ', periods.entry_date, ' to ',
        coalesce(cast(periods.exit_date as string), 'continuing'), ', ', cast(round(periods.instructional_hours, 6) as double), ' hours',
        case when periods.is_outcomes_excluded then ', excluded from outcomes' else '' end,
        ', reported gain ', coalesce(periods.reported_msg, 'none'),
        coalesce('; gains ' || gains.evidence, '')
    ) as evidence
from periods
left join gains
    on
        periods.person_key = gains.person_key
        and periods.program_year = gains.program_year
        and periods.pop_number = gains.pop_number
