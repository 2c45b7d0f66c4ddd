{{ config(meta={'rules': ['MS-ROUND', 'MS-MASTERY', 'MO-ROUND', 'MO-MASTERY']}) }}

with attendance as (
    select
        *,
        {{ program_year_of('attendance_date') }} as program_year
    from {{ ref('stg_laces__attendance') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
)

-- Direct minutes are rounded where they are entered, per class and day: 7 down, 8 up to the quarter hour. Proxy hours of a
-- mastered unit count if its test was passed; other proxy hours as recorded (MS Program Guidelines 2023, Section 3,
-- Calculating Student Contact Hours; Section 4, Identifying and Reporting Contact Hours).
select
    attendance.source_file,
    attendance.record_number,
    attendance.agency_id,
    attendance.reporting_year,
    attendance.class_id,
    attendance.student_id,
    attendance.fleid,
    attendance.program_year,
    attendance.attendance_date,
    {{ month_term('attendance.attendance_date') }} as term_digit,
    distance.code is not null as is_distance,
    case
        when rounded.code is not null and program_years.attendance_rounding_minutes > 0
            -- A decimal again, so that tenths of a minute elsewhere add up to whole hours.
            then
                cast(
                    floor(
                        cast(attendance.minutes * 2 + program_years.attendance_rounding_minutes as double)
                        / (program_years.attendance_rounding_minutes * 2)
                    ) * program_years.attendance_rounding_minutes as decimal(38, 18)
                )
        when
            mastery.code is not null
            and coalesce(attendance.mastery_score, 0) < program_years.learner_mastery_passing_score
            then 0
        else attendance.minutes
    end as counted_minutes
from attendance
inner join program_years on attendance.program_year = program_years.program_year
left join {{ ref('rule_codes') }} as distance
    on
        distance.rule_list = 'distance_hours'
        and attendance.hours_type = distance.code
        and {{ in_force('distance', 'attendance.program_year') }}
left join {{ ref('rule_codes') }} as rounded
    on
        rounded.rule_list = 'rounded_hours'
        and attendance.hours_type = rounded.code
        and {{ in_force('rounded', 'attendance.program_year') }}
left join {{ ref('rule_codes') }} as mastery
    on
        mastery.rule_list = 'mastery_hours'
        and attendance.hours_model = mastery.code
        and {{ in_force('mastery', 'attendance.program_year') }}
