{{ config(meta={'rules': ['MS-4-CARRY', 'MS-4-PAIR', 'MO-POST-TEST']}) }}

with chains as (
    select * from {{ ref('int_laces__test_chains') }}
),

brought_forward as (
    select * from {{ ref('int_laces__brought_forward_tests') }}
),

enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status = 'nrs_row'
),

uses as (
    select
        source_file,
        record_number,
        fleid,
        agency_id,
        program_year,
        cast(null as integer) as span_number,
        test_date,
        use,
        reason,
        pre_test_date,
        cast(null as date) as rows_from
    from chains
    union all
    select
        brought_forward.source_file,
        brought_forward.record_number,
        brought_forward.fleid,
        brought_forward.agency_id,
        brought_forward.program_year,
        brought_forward.span_number,
        brought_forward.test_date,
        case when brought_forward.is_valid then 'carried_forward' else 'not_used' end as use,
        case when not brought_forward.is_valid then 'expired' end as reason,
        -- Within the year it goes on in its pair.
        coalesce(chains.pre_test_date, brought_forward.test_date) as pre_test_date,
        brought_forward.entry_date as rows_from
    from brought_forward
    left join chains
        on
            brought_forward.source_file = chains.source_file
            and brought_forward.record_number = chains.record_number
            and brought_forward.program_year = chains.program_year
    union all
    select
        source_file,
        record_number,
        fleid,
        agency_id,
        program_year,
        cast(null as integer) as span_number,
        test_date,
        'not_used' as use,
        case when efl_row_code is null then 'no_level' else 'out_of_range' end as reason,
        cast(null as date) as pre_test_date,
        cast(null as date) as rows_from
    from {{ ref('int_laces__assessments') }}
    where not is_in_range
),

-- 0 = a row of the month of the test, 1 = begun before it, 2 = begun after it.
candidate_rows as (
    select
        uses.source_file,
        uses.record_number,
        uses.program_year,
        uses.span_number,
        enrollments.source_file as enrollment_source_file,
        enrollments.record_number as enrollment_record_number,
        enrollments.section_id,
        enrollments.student_id,
        enrollments.entry_date,
        {{ days_between('enrollments.entry_date', 'uses.test_date') }} as days_before_test,
        case when uses.agency_id = enrollments.agency_id then 0 else 1 end as agency_rank,
        case
            when
                uses.program_year = {{ program_year_of('uses.test_date') }}
                and enrollments.term_digit = {{ month_term('uses.test_date') }}
                then 0
            when enrollments.entry_date <= uses.test_date then 1
            else 2
        end as month_rank
    from uses
    inner join enrollments
        on
            uses.fleid = enrollments.fleid
            and uses.program_year = enrollments.program_year
            and coalesce(uses.rows_from, enrollments.entry_date) <= enrollments.entry_date
    where
        uses.use <> 'not_used'
        -- A post-test stands with the program that gave it; service that another one begins later has no part in it.
        and (uses.use <> 'post_test' or uses.agency_id = enrollments.agency_id or enrollments.entry_date <= uses.test_date)
),

-- A test stands on a row of its own program, if the person has one in the year: of its month, else the latest begun before
-- it, else the first. One that is brought forward stands on the first row of the span, whichever program's: it goes with the
-- student.
test_rows as (
    select * from candidate_rows
    qualify
        row_number() over (
            partition by source_file, record_number, program_year, span_number
            order by
                case when span_number is null then agency_rank end, month_rank,
                case when month_rank = 1 then days_before_test end, entry_date, agency_rank, section_id, student_id,
                enrollment_source_file, enrollment_record_number
        ) = 1
)

select
    uses.source_file,
    uses.record_number,
    uses.fleid,
    uses.program_year,
    uses.span_number,
    case when uses.use = 'not_used' or test_rows.source_file is not null then uses.use else 'not_used' end as use,
    case when uses.use = 'not_used' or test_rows.source_file is not null then uses.reason else 'no_nrs_row' end as reason,
    uses.pre_test_date,
    test_rows.enrollment_source_file,
    test_rows.enrollment_record_number
from uses
left join test_rows
    on
        uses.source_file = test_rows.source_file
        and uses.record_number = test_rows.record_number
        and uses.program_year = test_rows.program_year
        and coalesce(uses.span_number, 0) = coalesce(test_rows.span_number, 0)
