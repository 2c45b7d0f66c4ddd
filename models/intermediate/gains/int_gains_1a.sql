with enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
),

offers as (
    select * from {{ ref('int_placement_offers') }}
    where not is_alternative
),

post_tests as (
    select * from {{ ref('int_test_instances') }}
    where test_role = 'post' and not is_alternative
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- The first pre-test on each ladder, per subject, in R10's order; of each pairing, where tests are paired.
baselines as (
    select
        enrollments.person_key,
        enrollments.program_year,
        offers.subject,
        offers.ladder,
        offers.pairing,
        min_by(offers.level_order, offers.subject_order) as level_order,
        min_by(
            concat(
                'pre-test ', offers.test_id, ' level ', offers.efl_code,
                ' (', offers.test_source_file, ' #', offers.test_record_number, ')'
            ),
            offers.subject_order
        ) as evidence
    from enrollments
    inner join offers
        on
            enrollments.source_file = offers.source_file
            and enrollments.record_number = offers.record_number
    group by enrollments.person_key, enrollments.program_year, offers.subject, offers.ladder, offers.pairing
),

dated_post_tests as (
    {{ dated_post_tests() }}
),

-- The high-water mark: the highest level of all earlier post-tests of the subject on the ladder (Policy 6).
ordered_post_tests as (
    select
        dated_post_tests.*,
        baselines.level_order as baseline_level_order,
        baselines.evidence as baseline_evidence,
        max(dated_post_tests.level_order) over (
            partition by
                dated_post_tests.person_key, dated_post_tests.program_year, dated_post_tests.subject,
                dated_post_tests.ladder, dated_post_tests.pairing
            order by
                dated_post_tests.tested_on, dated_post_tests.level_order, dated_post_tests.entry_date,
                dated_post_tests.source_file, dated_post_tests.record_number, dated_post_tests.test_source_file,
                dated_post_tests.test_record_number
            rows between unbounded preceding and 1 preceding
        ) as highest_earlier_level_order
    from dated_post_tests
    inner join baselines
        on
            dated_post_tests.person_key = baselines.person_key
            and dated_post_tests.program_year = baselines.program_year
            and dated_post_tests.subject = baselines.subject
            and dated_post_tests.ladder = baselines.ladder
            and coalesce(dated_post_tests.pairing, '') = coalesce(baselines.pairing, '')
)

select
    person_key,
    program_year,
    pop_number,
    '1a' as kind,
    least(tested_on, ends_on) as earned_on,
    subject,
    concat(
        'subject ', subject, ': ', baseline_evidence, ', post-test ', test_id, ' level ', efl_code, ' of ', tested_on,
        ' (', test_source_file, ' #', test_record_number, ') on ', source_file, ' #', record_number
    ) as evidence,
    test_source_file,
    test_record_number,
    source_file,
    record_number
from ordered_post_tests
where
    level_order > baseline_level_order
    and level_order > coalesce(highest_earlier_level_order, baseline_level_order)
