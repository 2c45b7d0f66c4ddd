with enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
),

pre_tests as (
    select * from {{ ref('int_test_instances') }}
    where test_role = 'pre'
),

-- Any pre-test of the row speaks, whatever its subject (R63).
row_pre_tests as (
    select
        pre_tests.source_file,
        pre_tests.record_number,
        bool_or(pre_tests.program = 'ged' and ged_codes.code is not null) as is_ged_ase,
        bool_or(pre_tests.program = 'asb' and asb_codes.code is not null) as is_asb_ase,
        bool_or(any_codes.code is not null) as is_any_ase
    from pre_tests
    left join {{ ref('rule_codes') }} as ged_codes
        on
            ged_codes.rule_list = 'ase_ged_pre_test_efl'
            and pre_tests.efl_code = ged_codes.code
            and {{ in_force('ged_codes', 'pre_tests.program_year') }}
    left join {{ ref('rule_codes') }} as asb_codes
        on
            asb_codes.rule_list = 'ase_asb_pre_test_efl'
            and pre_tests.efl_code = asb_codes.code
            and {{ in_force('asb_codes', 'pre_tests.program_year') }}
    left join {{ ref('rule_codes') }} as any_codes
        on
            any_codes.rule_list = 'ase_any_pre_test_efl'
            and pre_tests.efl_code = any_codes.code
            and {{ in_force('any_codes', 'pre_tests.program_year') }}
    group by pre_tests.source_file, pre_tests.record_number
)

-- ASE: a row of the state's ASE programs, a GED or ASB row with a pre-test of a level that its rules name, or a pre-test of one
-- that they name for whatever program (R43).
select
    enrollments.person_key,
    enrollments.program_year,
    enrollments.pop_number,
    bool_or(enrollments.program = 'abe') as is_abe,
    bool_or(enrollments.program = 'ged') as is_ged,
    bool_or(enrollments.program = 'ahs') as is_ahs,
    bool_or(enrollments.program = 'esol') as is_esol,
    bool_or(enrollments.program = 'elcate') as is_elcate,
    bool_or(enrollments.program = 'asb') as is_asb,
    bool_or(
        ase_programs.code is not null
        or coalesce(row_pre_tests.is_ged_ase, false)
        or coalesce(row_pre_tests.is_asb_ase, false)
        or coalesce(row_pre_tests.is_any_ase, false)
    ) as is_ase
from enrollments
left join row_pre_tests
    on
        enrollments.source_file = row_pre_tests.source_file
        and enrollments.record_number = row_pre_tests.record_number
left join {{ ref('rule_codes') }} as ase_programs
    on
        ase_programs.rule_list = 'ase_program'
        and enrollments.program = ase_programs.code
        and {{ in_force('ase_programs', 'enrollments.program_year') }}
group by enrollments.person_key, enrollments.program_year, enrollments.pop_number
