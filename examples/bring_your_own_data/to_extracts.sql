-- From a school's own tables to the extract contract. Each view is named after an extract and has columns of its own
-- choice from the contract; scripts/to_extracts.py writes the files, leaves blank what isn't here, and writes dates
-- and booleans as the contract asks for. Files are read relative to this one.

-- 1. Your tables, read as text: a value that can't be converted should fail here, not vanish.
create view providers as from read_csv('legacy/providers.csv', all_varchar = true);
create view learners as from read_csv('legacy/learners.csv', all_varchar = true);
create view classes as from read_csv('legacy/classes.csv', all_varchar = true);
create view assessments as from read_csv('legacy/assessments.csv', all_varchar = true);

-- 2. Your codes and the contract's. One row a code: what is in no list stands out, rather than being guessed.
create table codes (list varchar, ours varchar, theirs varchar);
insert into codes values
    ('agency_type', 'School district', 'DISTRICT'), ('agency_type', 'College', 'FCS'),
    ('sex', 'female', 'F'), ('sex', 'male', 'M'), ('sex', 'not stated', 'X'),
    ('employment_status', 'full time', 'E'), ('employment_status', 'part time', 'E'),
    ('employment_status', 'none', 'U'), ('employment_status', 'not looking', 'N'),
    ('schooling_origin', 'United States', 'U'), ('schooling_origin', 'elsewhere', 'N'),
    ('program_cip', 'Basic', '1532010100'), ('program_cip', 'English', '1532010900'),
    ('efl_subject', 'Reading', 'R'), ('efl_subject', 'Mathematics', 'M'),
    ('efl', 'ABE 1', '1'), ('efl', 'ABE 2', '2'), ('efl', 'ABE 3', '3'), ('efl', 'ABE 4', '4'),
    ('efl', 'ESL 1', 'B'), ('efl', 'ESL 2', 'C'), ('efl', 'ESL 3', 'D'), ('efl', 'ESL 4', 'E');

-- The contract's code for one of ours; a code of ours that isn't in the table above stops the run and is named.
-- A message is shown whole if it begins with `NRS: `: let it quote no value that may be a person's.
create macro code(list_name, value) as case
    when value is null then null
    when (select count(*) from codes where list = list_name and ours = value) = 1
        then (select theirs from codes where list = list_name and ours = value)
    else error(concat('NRS: No code in list ', list_name, ' for "', value, '": add it to the table codes.'))
end;

-- 3. Keys that every student file shares: agency, reporting year and term (here by the first day of the class), FLEID.
create view enrolled as
select
    lpad((select provider_no from providers), 3, '0') as agency_id,
    reporting_year_of(cast(classes.first_day as date)) as reporting_year,
    case
        when month(cast(classes.first_day as date)) in (7, 8) then '1E'
        when month(cast(classes.first_day as date)) >= 9 then '2E'
        else '3E'
    end as term_id,
    classes.learner as student_id,
    -- Your state's student identifier; the contract asks for FL and twelve digits.
    concat('FL', lpad(learners.state_id, 12, '0')) as fleid,
    classes.* exclude (learner),
    learners.* exclude (learner)
from classes inner join learners using (learner);

-- 4. One view per extract.
create view agencies as
select
    lpad(provider_no, 3, '0') as agency_id,
    year as reporting_year,
    provider as agency_name,
    code('agency_type', kind) as agency_type,
    fundable = 'yes' as nrs_eligible,
    false as ielce_grantee
from providers cross join (select distinct reporting_year as year from enrolled);

create view demographics as
select distinct
    agency_id, reporting_year, term_id, student_id, fleid,
    surname as last_name,
    given as first_name,
    cast(born as date) as birth_date,
    code('sex', gender) as sex,
    ethnic_group = 'Hispanic' as hispanic,
    ethnic_group = 'White' as white,
    ethnic_group = 'Black' as black,
    ethnic_group = 'Asian' as asian,
    code('employment_status', job) as employment_status,
    lpad(last_grade, 2, '0') as schooling_level,
    code('schooling_origin', schooled_in) as schooling_origin
from enrolled;

-- Up to three subjects a class, each with its pre- and post-test.
create view tested as
select
    learner as student_id, class_no, area,
    max(test_no) filter (where when_taken = 'pre') as pre_test,
    max(test_no) filter (where when_taken = 'post') as post_test,
    row_number() over (partition by learner, class_no order by area) as position
from assessments group by learner, class_no, area;

create view course_enrollments as
select
    enrolled.agency_id, enrolled.reporting_year, enrolled.term_id, enrolled.student_id, enrolled.fleid,
    enrolled.class_no as course_id,
    '1' as section_id,
    code('program_cip', enrolled.subject) as program_cip,
    cast(enrolled.first_day as date) as entry_date,
    cast(enrolled.last_day as date) as exit_date,
    -- No thousands marks.
    replace(enrolled.hours, ',', '') as section_hours,
    code('efl_subject', max(tested.area) filter (where position = 1)) as efl_subject_1,
    code('efl_subject', max(tested.area) filter (where position = 2)) as efl_subject_2,
    max(tested.pre_test) filter (where position = 1) as pre_test_id_1,
    max(tested.pre_test) filter (where position = 2) as pre_test_id_2,
    max(tested.post_test) filter (where position = 1) as post_test_id_1,
    max(tested.post_test) filter (where position = 2) as post_test_id_2
from enrolled left join tested using (student_id, class_no)
group by all;

create view tests as
select
    enrolled.agency_id, enrolled.reporting_year, enrolled.term_id, enrolled.student_id, enrolled.fleid,
    assessments.test_no as test_id,
    assessments.instrument as test_type,
    code('efl_subject', assessments.area) as subtest,
    code('efl', assessments.level) as efl,
    cast(assessments.taken_on as date) as test_date
from assessments inner join enrolled on assessments.learner = enrolled.student_id and assessments.class_no = enrolled.class_no;
