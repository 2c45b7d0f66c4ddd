"""Tells one person's whole story: records, NRS rows, periods, level, gains, exits, where counted, and where not and why.

Each step is one query that returns lines of text with the rulings they follow; its thresholds are those in force
(intermediate.int_program_years). A step without lines is left out. `asked` is the table of the question,
`standing` that of the cells that the person stands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from contract import record_system
from reading import (
    CONFIDENTIAL,
    AskError,
    Scope,
    answering,
    column,
    heading,
    listed,
    open_warehouse,
    paragraph,
    print_json,
    reported_scope,
    reported_year,
    rows,
)
from rich.console import Console
from texts import year_name


@dataclass(frozen=True)
class Records:
    """How the records of a record system speak of a person: the id, the extract that service comes from, and words for them."""

    id_column: str
    id_form: re.Pattern[str]
    id_words: str
    service: str
    service_words: str
    ielce_words: str
    term: str


SYSTEMS = {
    "fcs": Records(
        "fleid",
        re.compile(r"FL[0-9]{12}"),
        "A FLEID is FL and twelve digits, such as FL012345678901 (R4).",
        "course_enrollments",
        "course row",
        "no ELCATE row in a period, and not placed by an IELCE grantee at an ESL level",
        "concat('term ', reporting_year, ' ', term_id)",
    ),
    "laces": Records(
        "laces_id",
        re.compile(r"[0-9]{1,12}"),
        "A LACES id is digits.",
        "attendance",
        "attendance",
        "no IELCE class in a period, and not placed by one",
        "concat('month ', 1 + (strpos('123456789ABC', left(term_id, 1)) + 5) % 12, ' of ', reporting_year)",
    ),
}

MACROS = """
create or replace temp macro term_name(reporting_year, term_id) as {term};
create or replace temp macro year_name(year) as concat(year, '-', lpad(cast((year + 1) % 100 as varchar), 2, '0'));
create or replace temp macro plain(value) as cast(cast(round(value, 6) as double) as varchar).rtrim('0').rtrim('.');
create or replace temp macro to_or_open(day) as coalesce(cast(day as varchar), 'open');
"""

# The cells that the person stands in.
STANDING = """
create or replace temp table standing as
select members.table_id, members.row_code, members.column_code, members.block
from intermediate.int_cell_members as members
inner join asked on members.fleid = asked.fleid and members.scope = asked.scope and members.scope_id = asked.scope_id
    and members.program_year = asked.program_year
"""

# What an extract says of a person, in words: the values that decide something.
WHO = """concat(
        'born ', coalesce(cast(birth_date as varchar), 'unknown'), ', sex ', coalesce(sex, 'blank'), ', race/ethnicity ',
        coalesce(nullif(concat_ws(' ', case when hispanic = 'Y' then 'Hispanic' end, case when white = 'Y' then 'White' end,
            case when black = 'Y' then 'Black' end, case when asian = 'Y' then 'Asian' end,
            case when american_indian = 'Y' then 'American-Indian' end, case when pacific_islander = 'Y' then 'Pacific-Islander' end), ''), 'none'),
        ', employment ' || employment_status, ', schooling ' || nullif(concat_ws(' ', schooling_level, schooling_origin), '')"""
MATCHES = {
    "postsecondary_enrollments": "concat(program_type, ' at ', institution_id, ', ', entry_date, ' to ', to_or_open(exit_date))",
    "postsecondary_credentials": "concat(credential_type, ' of ', institution_id, ', ', award_date)",
    "employment": "concat(year_quarter, ', wages ', coalesce(plain(wages), 'blank'), ', military ' || military)",
}
SAYS_LACES = {
    "students": f"{WHO}, ', institution ' || institutional_status, ', exit reason ' || exit_reason)",
    "class_enrollments": "concat('class ', class_id, ', ' || iet_enrollment)",
    "assessments": """concat(instrument, ' ', assessment_id, ', ', subject, ', form ' || form, ', level ' || test_level, ', score ' || plain(scale_score), ', ',
        test_date, ', entered ' || entered_on)""",
    "hse_tests": "concat(test_series, ' ', subtest, ', score ', coalesce(plain(score), 'blank'), ', essay ' || plain(essay_score), ', ', test_date)",
    "outcomes": """concat(outcome_type, ', ', outcome_date, ', ' || plain(credit_hours) || ' credit hours', ', ' || enrollment_status,
        ', score ' || plain(score))""",
    **MATCHES,
}
SAYS_FCS = {
    "course_enrollments": """concat(
        'course ', course_id, '/', section_id, ', program ', program_cip, ', ', coalesce(cast(entry_date as varchar), 'no usable entry'), ' to ',
        to_or_open(exit_date), ', ', plain(section_hours), ' hours',
        ', IET ' || iet_program_number, ', withdrawal ' || age_withdrawal_reason, ', dual enrollment ' || dual_enrollment_flag,
        ', pre-test ' || nullif(concat_ws(' ', pre_test_id_1, pre_test_id_2, pre_test_id_3), ''),
        ', post-test ' || nullif(concat_ws(' ', post_test_id_1, post_test_id_2, post_test_id_3), ''))""",
    "demographics": f"{WHO}, ', incarceration ' || incarceration_status)",
    "tests": """concat(test_type, ' ', test_id, ', subtest ' || subtest, ', level ' || efl, ', score ' || plain(score), ', ',
        coalesce(cast(test_date as varchar), 'no date'))""",
    "completions": "concat('completion of ', completion_cip, ', degree ' || completion_degree, ', OCP ' || ocp_code, ', ', completion_date)",
    "industry_certifications": "concat('certification ', certification_code, ', outcome ', outcome, ', ', certification_date)",
    "hse_completions": "concat('GED diploma, ', completion_date)",
    **MATCHES,
    "fetpip_status": """concat(reporting_year, ', exhausting TANF ' || exhausting_tanf, ', long-term unemployed ' || long_term_unemployed,
        ', low income ' || low_income)""",
    "iet_supplemental": "concat('supplemental IET file, IET ', iet_program_number)",
}

SAYS = {"fcs": SAYS_FCS, "laces": SAYS_LACES}

# A student of LACES has a record for each day of class: one line for the equal ones of a month.
ATTENDANCE = """
select concat('class ', class_id, ', agency ', base.agency_id, ', ', coalesce(strftime(base.attendance_date, '%Y-%m'), 'no usable date'), ': ', count(*),
    ' record(s), the first ', base.source_file, ' #', min(base.record_number), ', ', plain(sum(minutes)), ' minutes',
    ', of them ' || plain(sum(minutes) filter (where hours_type = 'DISTANCE')) || ' at a distance', ': ', dispositions.disposition, '. ' || found.said) as line,
    case dispositions.disposition when 'rejected' then 'R60' when 'not_in_scope' then 'R1' end as rulings
from (select * from staging.base_laces__attendance where laces_id = (select fleid from asked)) as base
left join restricted.input_disposition as dispositions
    on dispositions.extract_name = 'attendance' and base.source_file = dispositions.source_file and base.record_number = dispositions.record_number
left join (
    select source_file, record_number,
        string_agg(concat('Fault in ', column_name, ': "', value, '" ', replace(reason, '_', ' '), ' (', replace(action, '_', ' '), ')'), '; '
            order by column_name) as said
    from restricted.rejected_rows where extract_name = 'attendance' group by all
) as found on base.source_file = found.source_file and base.record_number = found.record_number
group by class_id, base.agency_id, strftime(base.attendance_date, '%Y-%m'), base.source_file, dispositions.disposition, found.said
order by min(base.attendance_date) nulls first, min(base.record_number)
"""

RECORDS = """
select concat(base.source_file, ' #', base.record_number{place}, ': ', dispositions.disposition,
    ' (' || dispositions.detail || ')', '. ', {says}, '. ' || faults.faults) as line,
    case dispositions.disposition when 'rejected' then 'R60' when 'not_in_scope' then 'R1' end as rulings
from (select * from staging.base_{system}__{extract} where {id_column} = (select fleid from asked)) as base
left join restricted.input_disposition as dispositions
    on dispositions.extract_name = '{extract}' and base.source_file = dispositions.source_file and base.record_number = dispositions.record_number
left join (
    select source_file, record_number,
        string_agg(concat('Fault in ', column_name, ': "', value, '" ', replace(reason, '_', ' '), ' (', replace(action, '_', ' '), ')'), '; '
            order by column_name) as faults
    from restricted.rejected_rows where extract_name = '{extract}' group by all
) as faults on base.source_file = faults.source_file and base.record_number = faults.record_number
order by {order}base.source_file, base.record_number
"""


@dataclass(frozen=True)
class Step:
    """A part of the story: its heading, and the query of its lines (columns `line` and `rulings`)."""

    heading: str
    sql: str


YEARS = Step(
    "The years",
    """
    select concat(
        year_name(persons.program_year), ': ', replace(participation_status, '_', ' '),
        case when exclusions.reasons is not null then concat(' (', exclusions.reasons, ')') else '' end, ', ',
        periods_of_participation, ' period(s) of participation, ', plain(instructional_hours), ' hours',
        ', entering level ' || entering_efl) as line, 'R8' as rulings
    from intermediate.int_persons as persons
    inner join asked using (person_key)
    left join (
        select person_key, program_year, string_agg(reason, ', ' order by reason) as reasons
        from intermediate.int_exclusions group by all
    ) as exclusions on persons.person_key = exclusions.person_key and persons.program_year = exclusions.program_year
    order by persons.program_year
    """,
)

COURSES = Step(
    "Course rows of the year, by term (in LACES: class and month)",
    """
    with enrollments as (
        select courses.*, agencies.person_key is not null as is_in_scope
        from intermediate.int_course_enrollments as courses
        inner join asked on courses.fleid = asked.fleid and courses.program_year = asked.program_year
        left join intermediate.int_person_agencies as agencies
            on agencies.person_key = asked.person_key and agencies.agency_id = courses.agency_id and agencies.program_year = courses.program_year
    )
    select concat(
        term_name(reporting_year, term_id), ', agency ', agency_id, ', course ', course_id, '/', section_id, ' (', source_file, ' #', record_number, '): ',
        coalesce(program, 'no NRS program'), ', ', entry_date, ' to ', to_or_open(exit_date), ', ', plain(section_hours), ' hours. ',
        case
            when not is_in_scope and nrs_status = 'nrs_row' then 'An NRS row, but of an agency outside this scope'
            when nrs_status = 'nrs_row' then 'An NRS row'
            when nrs_status = 'not_nrs_program' then concat('No NRS row: program ', program_cip, ' is no NRS program')
            when nrs_status = 'co_enrolled' then 'No NRS row: adult high school co-enrolled'
            when nrs_status = 'agency_not_nrs_eligible' then 'No NRS row: the agency is not NRS eligible in the year of entry'
            when nrs_status = 'preliminary_replaced_by_final' then 'No NRS row: preliminary, and the agency has final data of the term'
            else 'No NRS row: preliminary; it only shows who goes on'
        end,
        case when is_iet then ', IET' else '' end, case when is_distance then ', distance section' else '' end,
        case when is_outcomes_excluded then ', withdrawal reason that excludes from outcomes' else '' end) as line,
        concat('R1, R2', case when is_iet then ', R11' else '' end, case when is_distance then ', R12' else '' end,
            case when is_outcomes_excluded then ', R14' else '' end) as rulings
    from enrollments order by reporting_year, term_id, entry_date, source_file, record_number
    """,
)

SPANS = Step(
    "Terms, gaps and periods of participation",
    """
    with terms as (
        select terms.*,
            max(exit_date) over earlier as latest_earlier_exit, max(case when is_open then 1 else 0 end) over earlier as is_after_open,
            lag(span_number) over (partition by terms.person_key order by entry_date, reporting_program_year, term_digit) as earlier_span
        from intermediate.int_terms as terms inner join asked using (person_key, program_year)
        window earlier as (
            partition by terms.person_key order by entry_date, reporting_program_year, term_digit rows between unbounded preceding and 1 preceding
        )
    )
    select concat(
        term_name(reporting_year, term_digit), ': ', terms.entry_date, ' to ', case when is_open then 'open' else cast(exit_date as varchar) end, ', ',
        plain(instructional_hours), ' hours',
        case
            when earlier_span is null then concat('; opens span ', span_number)
            when is_after_open = 1 then concat('; an earlier term is open: span ', span_number, ' goes on')
            when span_number > earlier_span
                then concat('; ', entry_date - latest_earlier_exit, ' days after the latest exit, ', pop_gap_days, ' or more: opens span ', span_number)
            else concat('; ', entry_date - latest_earlier_exit, ' days after the latest exit, fewer than ', pop_gap_days, ': span ', span_number, ' goes on')
        end) as line, 'R7' as rulings, entry_date as place, 1 as step
    from terms inner join intermediate.int_program_years using (program_year)
    union all
    select concat(
        'span ', span_number, ': ', entry_date, ' to ', to_or_open(latest_exit_date), ', ', plain(instructional_hours), ' hours: ',
        case when pop_number is null then concat('short, fewer than ', plain(pop_minimum_hours), ' hours: no period of participation')
            else concat('period of participation (POP) ', pop_number) end), 'R7', entry_date, 2
    from intermediate.int_spans inner join asked using (person_key, program_year) inner join intermediate.int_program_years using (program_year)
    order by step, place
    """,
)

LEVEL = Step(
    "Entering level",
    """
    with offers as (
        select offers.*, enrollments.entry_date, enrollments.agency_id
        from intermediate.int_pop_enrollments as enrollments
        inner join asked using (person_key, program_year)
        inner join intermediate.int_placement_offers as offers
            on enrollments.source_file = offers.source_file and enrollments.record_number = offers.record_number
        qualify row_number() over (partition by offers.subject order by offers.subject_order) = 1
    ),
    chosen as (select levels.* from intermediate.int_entering_levels as levels inner join asked using (person_key, program_year))
    select concat(
        'subject ', offers.subject, ': first offer ', efl_row_code,
        case when offers.test_id is null then ' by the program itself'
            else concat(' by pre-test ', offers.test_id, ' level ', offers.efl_code, ' (', offers.test_source_file, ' #', offers.test_record_number, ')') end,
        ' on the row from ', offers.entry_date, ' (', offers.source_file, ' #', offers.record_number, ')',
        case when offers.subject = chosen.subject and offers.source_file = chosen.source_file and offers.record_number = chosen.record_number
            then concat('. The lowest of the first offers: entering level ', chosen.entering_efl, ', program ', chosen.program, ', agency ',
                chosen.placing_agency_id)
            else '' end) as line, 'R10' as rulings
    , offers.level_order as place
    from offers left join chosen on true
    union all
    select concat('pre-test ', test_id, ' ' || subject, ' on ', tests.source_file, ' #', tests.record_number, ': offers nothing; ',
        case
            when tests.program in (select program from reference.alternative_placement_programs) then 'the program places by enrollment'
            when test_record_number is null then 'no such test of the same agency and FLEID in the file'
            when subject is null then 'the row names no subject for it'
            else concat('level ', coalesce(efl_code, 'blank'), ' (', test_source_file, ' #', test_record_number, ') means none in the program ', tests.program)
        end), 'R10', 99
    from intermediate.int_test_instances as tests
    inner join (
        select enrollments.source_file, enrollments.record_number
        from intermediate.int_pop_enrollments as enrollments inner join asked using (person_key, program_year)
    ) as pop_rows on tests.source_file = pop_rows.source_file and tests.record_number = pop_rows.record_number
    where test_role = 'pre' and (efl_row_code is null or subject is null)
    order by place, line
    """,
)

ATTRIBUTES = Step(
    "Age, race, sex, schooling, employment",
    """
    select * from (
    select unnest([
        case when persons.birth_date is null then 'no valid birth date' else age_evidence end,
        case when persons.race is null then concat('no race or ethnicity reported; sex ', coalesce(persons.sex, 'never reported')) else race_sex_evidence end,
        employment_evidence || concat(': ', coalesce(persons.employment_status, 'not reported')),
        schooling_evidence || concat(': ', coalesce(persons.schooling_level, 'unknown')),
        institutional_evidence || concat(': ', coalesce(persons.facility_type, 'no institution'))]) as line,
        unnest(['R6, R5', 'R5', 'R47', 'R47', 'R47']) as rulings
    from intermediate.int_persons as persons
    inner join asked using (person_key, program_year)
    inner join intermediate.int_person_evidence using (person_key, program_year)
    where persons.has_demographic_record
    ) where line is not null
    """,
)

VERDICT = Step(
    "What the person is in the year",
    """
    select case participation_status
            when 'participant' then 'a participant: a period of participation, a valid entering level, race, birth date and age'
            when 'reportable_individual' then 'a reportable individual (Table 2A): NRS rows, but no period of participation'
            else 'excluded from Tables 1 and 2A, for the reasons that follow' end as line, 'R8' as rulings, 0 as place
    from intermediate.int_persons inner join asked using (person_key, program_year)
    union all
    select concat(reason, ': ', evidence),
        case reason when 'under_16' then 'R6' when 'no_valid_efl' then 'R8, R10' else 'R5' end, 1
    from restricted.exclusions inner join asked
        on exclusions.person_id = asked.fleid and exclusions.scope = asked.scope and exclusions.scope_id = asked.scope_id
        and exclusions.program_year = asked.program_year
    union all
    select concat('no NRS row in ', year_name(asked.program_year), ' in this scope: in no table of the year'), 'R1, R2', 2
    from asked where not exists (
        select 1 from intermediate.int_persons where int_persons.person_key = asked.person_key and int_persons.program_year = asked.program_year
    )
    order by place, line
    """,
)

GAINS = Step(
    "Gains",
    """
    with periods as (select periods.* from intermediate.int_participant_periods as periods inner join asked using (person_key, program_year)),
    gains as (
        select gains.*, kind_label, reported_as, reported_order
        from intermediate.int_gains as gains
        semi join periods using (person_key, program_year, pop_number)
        inner join reference.gain_kinds using (kind)
        where gains.program_year between effective_from and coalesce(effective_to, gains.program_year)
    ),
    latest as (
        select pop_number, reported_as, max(earned_on) as earned_on, any_value(reported_order) as reported_order from gains group by all
    )
    select concat('POP ', pop_number, ', ', kind, ' ', kind_label, ' (', reported_as, ') on ', earned_on, ': ', evidence) as line,
        case kind when '1a' then 'R20' when '1b' then 'R21' when '1c' then 'R22' when '1d' then 'R23' when '2' then 'R24'
            when '3' then 'R25' when '4' then 'R26' else 'R27' end as rulings,
        pop_number * 3 as place, earned_on as day
    from gains
    union all
    select concat(
        'POP ', periods.pop_number, ' reports ', reported_msg, ', the most recent of ',
        string_agg(concat(reported_as, ' ', earned_on), ', ' order by earned_on desc, reported_order),
        case when count(*) filter (where earned_on = reported_msg_date) > 1 then ' (equal dates: F, then G, then E)' else '' end,
        case when any_value(periods.is_outcomes_excluded) then '; not counted: excluded from outcomes' else '' end),
        case when any_value(periods.is_outcomes_excluded) then 'R28, R14' else 'R28' end, periods.pop_number * 3 + 1, null
    from periods inner join latest using (pop_number) group by periods.pop_number, reported_msg, reported_msg_date
    union all
    select concat('POP ', pop_number, ': no gain'), 'R28', pop_number * 3 + 1, null from periods where reported_msg is null
    union all
    select distinct concat(
        'POP ', pop_number, ', post-test ', test_id, ' ' || subject, case when test_record_number is null then ': no such test in the file'
            else concat(' level ', coalesce(efl_code, 'none'), ' of ', coalesce(cast(test_date as varchar), 'no date'), ' (', test_source_file, ' #',
                test_record_number, '): no gain; it takes a level above the first pre-test and every earlier post-test of the subject') end),
        'R20, R63', pop_number * 3 + 2, test_date
    from restricted.pop_test_file as tests inner join asked
        on tests.person_id = asked.fleid and tests.scope = asked.scope and tests.scope_id = asked.scope_id and tests.program_year = asked.program_year
    where test_role = 'post' and not is_msg_1a
        and not exists (select 1 from intermediate.int_gains_1a as counted
            where counted.person_key = asked.person_key and counted.test_source_file = tests.test_source_file
                and counted.test_record_number = tests.test_record_number)
    order by place, day, line
    """,
)

EXITS = Step(
    "Exited or continuing",
    """
    select concat(
        coalesce('POP ' || spans.pop_number, concat('short span ', spans.span_number)), ': ',
        case
            when spans.is_exited and next_spans.span_number is not null
                then concat('exited on ', spans.exit_date, '; span ', next_spans.span_number, ' follows')
            when spans.is_exited then concat('exited on ', spans.exit_date, '; no service within ', years.pop_gap_days - 1, ' days after')
            when spans.latest_exit_date is null then 'continuing: a course has no exit date'
            when spans.latest_exit_date > years.ends_on then concat('continuing: the latest exit ', spans.latest_exit_date, ' is after ', years.ends_on)
            else concat('continuing: service begins again on ', service.first_entry_date, ', ', service.first_entry_date - spans.latest_exit_date,
                ' days after the exit ', spans.latest_exit_date)
        end) as line, 'R9' as rulings
    from intermediate.int_spans as spans
    inner join asked using (person_key, program_year)
    inner join intermediate.int_program_years as years using (program_year)
    left join intermediate.int_spans as next_spans
        on spans.person_key = next_spans.person_key and spans.program_year = next_spans.program_year and next_spans.span_number = spans.span_number + 1
    left join intermediate.int_service_starts as service on spans.person_key = service.person_key and service.program_year = spans.program_year + 1
    order by spans.span_number
    """,
)

COHORTS = Step(
    "Exit cohorts that the report looks at",
    """
    with windows as (
        select indicator, starts_on, ends_on from intermediate.int_exit_windows inner join asked using (program_year)
    ),
    exits as (select exits.* from intermediate.int_final_exits as exits inner join asked using (person_key)),
    outcomes as (select outcomes.* from intermediate.int_exit_outcomes as outcomes inner join asked using (person_key, program_year))
    select concat(
        windows.indicator, ', POP ', exits.pop_number, ' of ', year_name(exits.pop_program_year), ', ',
        case
            when exits.is_outcomes_excluded then concat('final exit ', exits.final_exit_date, ': not in the cohort, excluded from outcomes in that year')
            when exits.is_incarcerated_at_exit then concat('final exit ', exits.final_exit_date, ': not in the cohort, incarcerated at exit')
            when outcomes.indicator is not null
                then concat('final exit ', exits.final_exit_date, ': in the cohort, ', case when has_outcome then 'with' else 'without' end, ' the outcome; ',
                    outcomes.evidence, ', wages ' || plain(outcomes.value))
            when windows.indicator = 'secondary_credential' and not programs.is_ase
                then concat('final exit ', exits.final_exit_date, ': not in the cohort, the period was not in adult secondary education')
            when windows.indicator = 'secondary_credential'
                then concat('final exit ', exits.final_exit_date, ': not in the cohort, a secondary credential at entry, or schooling not known')
            else concat('final exit ', exits.final_exit_date, ': not in the cohort, neither IET nor concurrently in postsecondary education')
        end) as line,
        case
            when exits.is_outcomes_excluded then 'R40, R14'
            when exits.is_incarcerated_at_exit then 'R40, R13'
            when windows.indicator = 'secondary_credential' then 'R40, R43'
            when windows.indicator = 'postsecondary_credential' then 'R40, R44'
            else 'R40, R41, R42'
        end as rulings, windows.indicator as place, exits.pop_program_year, exits.pop_number
    from windows cross join exits
    left join intermediate.int_period_programs as programs
        on exits.person_key = programs.person_key and exits.pop_program_year = programs.program_year and exits.pop_number = programs.pop_number
    left join outcomes
        on windows.indicator = outcomes.indicator and exits.pop_program_year = outcomes.pop_program_year and exits.pop_number = outcomes.pop_number
    where exits.final_exit_date between starts_on and ends_on
    union all
    select concat(
        'POP ', pop_number, ' of ', year_name(pop_program_year), ', ',
        case when final_exit_date is null then 'no final exit: the stay is still open'
            else concat('final exit ', final_exit_date, ': outside the window of ',
                string_agg(concat(indicator, ' (', starts_on, ' to ', ends_on, ')'), ', ' order by indicator)) end), 'R40', 'y', pop_program_year, pop_number
    from windows cross join exits
    where final_exit_date is null or final_exit_date not between starts_on and ends_on
    group by pop_program_year, pop_number, final_exit_date
    union all
    select concat('any_credential, POP ', pop_number, ' of ', year_name(pop_program_year), ': in the cohort, ',
        case when has_outcome then 'with' else 'without' end, ' the outcome'), 'R45', 'x', pop_program_year, pop_number
    from outcomes where indicator = 'any_credential'
    union all
    select 'no stay has a period of participation as a participant: nothing to follow up', 'R40', '', null, null
    from asked where person_key is not null and not exists (select 1 from exits)
    order by place, pop_program_year, pop_number
    """,
)

COUNTED = Step(
    "Where counted",
    """
    with cells as (
        select table_id, row_code, column_code, count(*) as members from standing group by all
    ),
    form_rows as (
        select table_id, min(row_order) as row_order, row_code,
            string_agg(concat(column_code, case when members > 1 then concat(' x', members) else '' end), ' ' order by column_order) as columns
        from cells inner join marts.nrs_form_cells using (table_id, row_code, column_code) group by all
    )
    select concat('Table ', table_id, ': ', string_agg(concat(row_code, ' [', columns, ']'), ', ' order by row_order)) as line, null as rulings
    from form_rows inner join reference.forms using (table_id) group by table_id, form_order order by form_order
    """,
)

NOT_COUNTED = Step(
    "Where not counted, and why",
    """
    with counted as (
        select distinct case when block = 'skill_gains' and table_id in ('9', '10', '11') then concat(table_id, ' gains') else table_id end as place
        from standing
    ),
    person as (select persons.* from intermediate.int_persons as persons inner join asked using (person_key, program_year)),
    reasons as (
        select string_agg(reason, ', ' order by reason) as reasons
        from intermediate.int_exclusions inner join asked using (person_key, program_year)
    ),
    periods as (
        select bool_or(is_outcomes_excluded) as is_excluded, bool_or(is_distance) as is_distance, bool_or(is_correctional) as is_correctional,
            bool_or(is_iet) as is_iet, bool_or(has_pre_test) as has_pre_test, bool_or(has_post_test) as has_post_test,
            max(reported_msg) filter (where pop_number = 1) as first_reported, bool_or(reported_msg is not null) as has_gain,
            any_value(entering_efl) as entering_efl
        from intermediate.int_participant_periods inner join asked using (person_key, program_year)
    ),
    facts as (
        select person.participation_status, reasons.reasons, periods.*,
            periods.entering_efl in (select efl_row_code from reference.educational_functioning_levels where is_alternative) as is_alternative
        from person cross join reasons cross join periods
    ),
    findings as (
        select 1 as place, 'Tables 1, 2, 3, 4 to 4C, 6, MSG, SPR and the gains of 9 to 11' as tables,
            concat('not a participant: ', case participation_status when 'excluded' then reasons else 'no period of participation' end) as why,
            'R8' as rulings
        from facts where participation_status <> 'participant'
        union all
        select 2, 'Table 2A', concat('excluded: ', reasons), 'R8' from facts where participation_status = 'excluded'
        union all
        select 2, 'Table 2A', 'a participant is no reportable individual', 'R8' from facts where participation_status = 'participant'
        union all
        select 3, 'Table 4 columns E to O, 4A, 4B, MSG, gains of 9 to 11', 'excluded from outcomes by a withdrawal reason', 'R14, R32, R33'
        from facts where is_excluded
        union all
        select 4, 'Table 4A', concat('the first period reports ', coalesce(first_reported || ', not E', 'no gain')), 'R34'
        from facts where participation_status = 'participant' and not is_excluded and '4A' not in (select counted.place from counted)
        union all
        select 5, 'Table 4B', case
                when is_alternative then 'placed on an Alternative row'
                when not has_pre_test and not has_post_test then 'neither a pre-test nor a post-test on the rows of the periods'
                when not has_pre_test then 'no pre-test on the rows of the periods' else 'no post-test on the rows of the periods' end, 'R35'
        from facts where participation_status = 'participant' and not is_excluded and '4B' not in (select counted.place from counted)
        union all
        select 6, 'Table 4C', 'no NRS row of the year in a distance section', 'R12, R36'
        from facts where participation_status = 'participant' and not is_distance
        union all
        select 7, 'Table MSG', 'no gain in any period', 'R37' from facts where participation_status = 'participant' and not is_excluded and not has_gain
        union all
        select 8, 'Table 9, gains', (select ielce_words from words), 'R46, R67'
        from facts where participation_status = 'participant' and not is_excluded and '9 gains' not in (select counted.place from counted)
        union all
        select 9, 'Table 10, gains', 'no record of the year says correctional', 'R13, R46'
        from facts where participation_status = 'participant' and not is_correctional
        union all
        select 10, 'Table 11, gains', 'no IET period', 'R11, R46' from facts where participation_status = 'participant' and not is_iet
        union all
        select 11, 'Tables 5 and 5A, the exit rows of 9 to 11, the exit indicators of 99 and SPR', 'in no exit cohort; see above', 'R40'
        from asked where person_key is not null and '5' not in (select counted.place from counted)
    )
    select concat(tables, ': ', why) as line, rulings from findings order by place
    """,
)

STEPS = (YEARS, COURSES, SPANS, LEVEL, ATTRIBUTES, VERDICT, GAINS, EXITS, COHORTS, COUNTED, NOT_COUNTED)


def tell(connection: duckdb.DuckDBPyConnection, fleid: str, year: int, scope: Scope, scope_id: str) -> dict[str, Any]:
    """The story of a person in a scope and program year: {fleid, ..., finding, records, steps: [{heading, lines}]}.

    Raises AskError where no extract has a record of the person, or the scope holds none of its NRS rows but another does.
    """
    (state,) = connection.execute("select max(scope_id) from marts.nrs_cells where scope = 'state'").fetchone()
    system = record_system(state)
    words = SYSTEMS[system]
    connection.execute(MACROS.format(term=words.term))
    connection.execute("create or replace temp table words as select ? as ielce_words", [words.ielce_words])
    connection.execute("create or replace temp table asked as select ? as fleid, ? as program_year, ? as scope, ? as scope_id", [fleid, year, scope, scope_id])
    connection.execute("alter table asked add column person_key bigint")
    records = _records(connection, system)
    if not any(part["lines"] for part in records):
        form = "" if words.id_form.fullmatch(fleid) else f" {words.id_words}"
        near = re.sub(r"\W", "", fleid).upper()
        near = f"FL{near}" if system == "fcs" and near.isdigit() else near
        if rows(connection, f"select 1 from staging.base_{system}__{words.service} where {words.id_column} = ? limit 1", near):
            raise AskError(f"No record of {fleid!r} in any extract. Did you mean {near}?")
        raise AskError(f"No record of {fleid!r} in any extract.{form} Look for a typing error, or for the person's student id at the agency.")
    scopes = rows(connection, "select scope, scope_id, person_key from intermediate.int_person_scopes where fleid = ? order by all", fleid)
    keys = [s["person_key"] for s in scopes if (s["scope"], s["scope_id"]) == (scope, scope_id)]
    if scopes and not keys:
        raise AskError(f"{scope} {scope_id} has no record of {fleid} that counts. Its scopes: {listed(s['scope'] + ' ' + s['scope_id'] for s in scopes)}.")
    connection.execute("update asked set person_key = ?", [keys[0] if keys else None])
    rejected = column(connection, f"select is_rejected from staging.base_{system}__{words.service} where {words.id_column} = ?", fleid)
    finding, id_name = None, words.id_column.upper().replace("_ID", " id")
    if not scopes and not rejected:
        finding = f"No {words.service_words} has this {id_name}: the person is in no table."
    elif not scopes and all(rejected):
        finding = f"Every {words.service_words} of this {id_name} was rejected, so that nothing of it counts. The faults stand with the records."
    elif not scopes:
        finding = f"No {words.service_words} of this {id_name} is an NRS row in any year: the person is in no table."
    connection.execute(STANDING)
    told = [{"heading": step.heading, "lines": _lines(connection, step.sql)} for step in STEPS]
    steps = [step for step in told if step["lines"] and (scopes or step["heading"] == COURSES.heading)]
    return {"fleid": fleid, "program_year": year, "scope": scope, "scope_id": scope_id, "finding": finding, "records": records, "steps": steps}


def _lines(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """The lines of a step, in its order, each with the rulings it follows (empty: none)."""
    return [{"line": row["line"], "rulings": row["rulings"].split(", ") if row["rulings"] else []} for row in rows(connection, sql)]


def _records(connection: duckdb.DuckDBPyConnection, system: str) -> list[dict[str, Any]]:
    """The records of the person asked for, by extract: what became of each, and its faults."""
    id_column = SYSTEMS[system].id_column
    found = [{"extract": "attendance", "lines": _lines(connection, ATTENDANCE)}] if system == "laces" else []
    for extract, says in SAYS[system].items():
        names = column(connection, f"select column_name from (describe staging.base_{system}__{extract})")
        place = order = ""
        if "term_id" in names:
            place, order = ", ', agency ', base.agency_id, ', term ', base.reporting_year, ' ', base.term_id", "base.reporting_year, base.term_id, "
        elif system == "laces" and "agency_id" in names:
            place, order = ", ', agency ', base.agency_id, ', year ', base.reporting_year", "base.reporting_year, "
        sql = RECORDS.format(system=system, id_column=id_column, extract=extract, says=says, place=place, order=order)
        found.append({"extract": extract, "lines": _lines(connection, sql)})
    return found


def print_story(console: Console, story: dict[str, Any], topics: dict[str, str]) -> None:
    """Print the story for people; `topics` are the rulings' topics, listed at the end for those named."""
    heading(console, f"{story['fleid']}, program year {year_name(story['program_year'])}, {story['scope']} {story['scope_id']}")
    console.print(CONFIDENTIAL, style="dim")
    if story["finding"]:
        console.print()
        console.print(story["finding"], style="bold")
    heading(console, "Records" + ("" if story["scope"] == Scope.state else " (of every agency; what follows looks at this scope alone)"))
    for part in story["records"]:
        if part["lines"]:
            paragraph(console, f"{part['extract']}: {len(part['lines'])}", style="bold")
        _print_lines(console, part["lines"], 4)
    for step in story["steps"]:
        heading(console, step["heading"])
        _print_lines(console, step["lines"], 2)
    named = {r for part in [*story["records"], *story["steps"]] for line in part["lines"] for r in line["rulings"]}
    heading(console, "Rulings named")
    ordered = sorted(named, key=lambda ruling: int(ruling[1:]))
    paragraph(console, "; ".join(f"{ruling} {topics[ruling]}" for ruling in ordered) + ". In full: reference.rulings.")


def _print_lines(console: Console, lines: list[dict[str, Any]], indent: int) -> None:
    for line in lines:
        paragraph(console, line["line"] + (f" [{listed(line['rulings'])}]" if line["rulings"] else ""), indent)


def why(warehouse: Path, fleid: str, scope: Scope, scope_id: str | None, program_year: int | None, as_json: bool) -> None:
    """The command `why` of nrs.py."""
    with answering(as_json) as console, open_warehouse(warehouse) as connection:
        year = reported_year(connection, program_year)
        story = tell(connection, fleid.strip(), year, scope, reported_scope(connection, year, scope, scope_id))
        if as_json:
            print_json({"confidential": CONFIDENTIAL, **story})
        else:
            print_story(console, story, dict(connection.execute("select ruling_id, topic from reference.rulings").fetchall()))
