"""Write a synthetic state: extracts in the shape of the extract contract, with nobody real in them.

Every name, id, date and amount is drawn from a seeded hash; the agencies' ids look like Florida's so that the
code paths that group by agency type are exercised, but no row describes a person or an agency. The same
arguments give the same bytes (for one DuckDB version: its `hash` isn't promised to stay the same in the next).
"""

from __future__ import annotations

import shutil
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import duckdb
import typer
from texts import literal

FAULT_SHARE = 0.003

# Distributions: value -> weight, in percent unless they say otherwise. None is a blank.
PROGRAMS = {"ESOL": 43, "ABE": 20, "GED": 13, "AHS": 11, "ASB": 7, "ELCATE": 6}
OTHER_PROGRAMS = {"ABE": 35, "GED": 25, "ESOL": 25, "ASB": 15}
YEARS_ACTIVE = {1: 48, 2: 27, 3: 15, 4: 10}
TERM_PATTERNS = {"2": 22, "3": 18, "23": 34, "123": 11, "12": 6, "1": 5, "13": 4}
COURSES_A_TERM = {1: 55, 2: 30, 3: 11, 4: 4}
TESTED_SUBJECTS = {1: 62, 2: 28, 3: 10}
LEVELS_GAINED = {-1: 8, 0: 30, 1: 52, 2: 10}
SEX = {"F": 54, "M": 43, "X": 2, None: 1}
RACE = {"W": 46, "B": 34, "A": 7, "I": 2, "P": 2, "WB": 5, "WI": 2, "": 2}
INCARCERATION = {"C": 1, "D": 1, "E": 1, "S": 1, "A": 2, "B": 1, "Z": 3, None: 90}
EMPLOYMENT = {"E": 41, "U": 37, "N": 17, "S": 3, None: 2}
SCHOOLING = {
    **{"ZZ": 4, "02": 1, "05": 2, "06": 5, "07": 4, "08": 7, "09": 12, "10": 11, "11": 10, "12": 7, "D1": 16},
    **{"15": 3, "G1": 4, "16": 3, "17": 2, "18": 3, "19": 1, "20": 2, "21": 1, "22": 1, None: 1},
}
HOURS_DECIMALS = {0: 40, 1: 15, 2: 45}
GRADES = {"A": 22, "B": 22, "C": 14, "D": 6, "F": 10, "P": 10, "S": 10, "W": 6}
AGE_GRADES = {None: 70, "S": 12, "P": 8, "U": 6, "I": 4}
DUAL_ENROLLMENT = {None: 970, "H": 12, "P": 9, "S": 9}
WITHDRAWAL = {None: 964, "A": 4, "B": 3, "C": 3, "D": 3, "E": 3, "F": 6, "W": 8, "Z": 6}
SECTION_CLASSES = {"D": 8, "B": 10, "K": 42, "L": 8, "M": 12, "X": 10, None: 10}
SPELL_TYPES = {"PSAV": 25, "CCC": 15, "AS": 14, "AA": 16, "AAS": 6, "ATD": 6, "APPR": 6, "BACH": 5, "SCNS": 7}
CREDENTIAL_TYPES = {"PSAV": 24, "INDCERT": 24, "CCC": 16, "AS": 10, "AA": 10, "AAS": 5, "ATD": 4, "APPR": 4, "BACH": 3}
YES_RARE = {"N": 93, "Y": 5, None: 2}
YES_SOME = {"N": 80, "Y": 18, None: 2}
YES_OFTEN = {"N": 55, "Y": 43, None: 2}
SYLLABLES = ["ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "sa", "te", "vé", "wi", "xo", "ya", "zu"]

# program, CIP, course prefix, first course number, tested subjects in rotation
PROGRAM_ROWS = [
    ("ABE", "1532010100", "ABX", 100, "RMWN"), ("AHS", "1532010500", "AHS", 300, "RMWN"),
    ("ASB", "1532010101", "ASB", 200, "MRWN"), ("GED", "1532020207", "GED", 900, "MRWN"),
    ("ESOL", "1532010900", "ESX", 300, "RSWN"), ("ELCATE", "1532010901", "ELC", 400, "RSWN"),
]  # fmt: skip
# IET number, CIP, preapprenticeship, OCP letters, certification codes; a number may stand for two programs
IET_ROWS = [
    ("0310101", "0351399901", "N", "AB", ["SYMED001", "SYMED002"]), ("0310102", "0646999902", "Y", "ABC", ["SYBLD001"]),
    ("0310102", "0646999903", "N", "AB", ["SYBLD001"]), ("0310103", "0612999904", "N", "ABCD", ["SYFOD001", "SYFOD002"]),
    ("0310104", "0647999905", "Y", "ABCDE", ["SYAUT001"]), ("0310105", "0715999906", "N", "AB", ["SYMFG001", "SYMFG002"]),
    ("0310106", "0511999907", "N", "ABC", ["SYITC001", "SYITC006"]), ("0310107", "0252999908", "N", "AB", []),
]  # fmt: skip
UNLISTED_IET, ONE_YEAR_IET = "0399999", "0310199"
FUNCTIONS = [  # staff function, base headcount; teachers and their experience are derived, so that rows add up
    ("LOCAL_ADMINISTRATIVE", 3), ("LOCAL_COUNSELOR", 2), ("LOCAL_PARAPROFESSIONAL", 4), ("CERTIFICATION_NONE", 2),
    ("CERTIFICATION_ADULT_EDUCATION", 5), ("CERTIFICATION_K12", 7), ("CERTIFICATION_SPECIAL_EDUCATION", 1),
    ("CERTIFICATION_TESOL", 4), ("LOCAL_TEACHER", 0), ("TEACHER_EXPERIENCE_UNDER_1", 0),
    ("TEACHER_EXPERIENCE_1_TO_3", 0), ("TEACHER_EXPERIENCE_OVER_3", 0),
]  # fmt: skip
SDB_KEY = "agency_id, reporting_year, term_id, student_id, fleid"


class FileFormat(StrEnum):
    csv = "csv"
    parquet = "parquet"


class Size(StrEnum):
    county = "county"
    florida = "florida"
    nation = "nation"


class Agencies(NamedTuple):
    """How many agencies of each type a state has."""

    districts: int
    colleges: int
    organizations: int


# Participants a year, and who serves them.
SIZES = {
    Size.county: (2_500, Agencies(1, 0, 0)),
    Size.florida: (200_000, Agencies(58, 28, 20)),
    Size.nation: (1_200_000, Agencies(700, 400, 400)),
}
# People drawn for one participant a year: measured by building a county and reading Table 1.
STUDENTS_A_PARTICIPANT = 5.6
# A FLEID is drawn by a multiplication that must fit into 64 bits.
MOST_STUDENTS = 14_000_000
# Students' FLEIDs are multiples of the one, from the other on, in twelve digits.
FLEID_STEP, FLEID_START = 618_033_988_751, 271_828_182_845


def draw(weights: dict, uniform: str) -> str:
    """SQL that draws a value by weight from `uniform`, an SQL expression in [0, 1)."""
    values = ", ".join("null" if v is None else repr(v) for v, n in weights.items() for _ in range(n))
    return f"pick({uniform}, [{values}])"


def rows(tuples: list[tuple]) -> str:
    """SQL `values` list of literal rows."""
    return "values " + ", ".join(repr(t) for t in tuples)


# The outer hash mixes: DuckDB joins two hashes by xor, which would tie a row's draws to each other.
MACROS = """
create macro rnd(id, salt) as (hash(hash(id, salt || getvariable('seed'))) >> 11)::double / 9007199254740992.0;
create macro upto(uniform, n) as floor(uniform * n)::bigint;
create macro pick(uniform, choices) as choices[1 + upto(uniform, len(choices))];
create macro mdy(day) as strftime(day, '%m%d%Y');
create macro reporting(y) as lpad((y % 100)::varchar, 2, '0') || lpad(((y + 1) % 100)::varchar, 2, '0');
create macro padded(n, width) as lpad(n::varchar, width, '0');
create macro share_up_to(a) as 1 - pow(1 - pow(a / getvariable('agency_count'), 1 / 1.6), getvariable('tail'));
create macro decimals(x, places) as case places when 0 then floor(x)::bigint::varchar
    when 1 then format('{:.1f}', x) else format('{:.2f}', x) end;
"""

# Working tables, in order. y = first calendar year of a reporting year (2023 = 2324), t = a student's term at an
# agency, c = a course row. Each id is arithmetic on its parent's, so that a draw never depends on row order.
WORKING = {
    "years": "select y::bigint as y from range(getvariable('first_year'), getvariable('last_year') + 1) r(y)",
    # Agencies in order of size. The last CBO is never eligible; the last of several districts becomes so in the second year.
    # Ids look like Florida's while its three digits last.
    "agencies": """
        with ids as (
            select 'DISTRICT' as agency_type, rank, case when rank = 1 then '013' when rank = 2 then '006' when rank = 3 then '050'
                    when rank < 22 then padded(rank * 2 + 6, 3) when rank < 100 then padded(200 + rank, 3) else 'D' || padded(rank, 5) end as agency_id
            from range(1, getvariable('districts') + 1) r(rank)
            union all
            select 'FCS', rank, if(rank < 34, padded(100 + rank * 3, 3), 'C' || padded(rank, 5)) from range(1, getvariable('colleges') + 1) r(rank)
            union all
            select 'CBO', rank, if(rank < 81, padded(900 + rank, 3), 'O' || padded(rank, 5)) from range(1, getvariable('organizations') + 1) r(rank)
        ),
        sized as (
            select *, row_number() over (order by rank * (case agency_type when 'DISTRICT' then 1 else 2 end), agency_id) as a,
                share_up_to(a) - share_up_to(a - 1) as share
            from ids
        )
        select agency_id, agency_type, rank, a, 2 + floor(share * getvariable('students') / 5000)::bigint as sections,
            agency_type = 'CBO' and rank = getvariable('organizations') as never_eligible,
            agency_type = 'DISTRICT' and rank = getvariable('districts') and rank > 1 as eligible_later,
            agency_type || rank in ('DISTRICT1', 'FCS2', 'CBO1') as ielce
        from sized
    """,
    "programs": f"select * from ({rows(PROGRAM_ROWS)}) v(program, cip, prefix, base, subjects)",
    "iet": f"select *, row_number() over (order by num, cip) as i from ({rows(IET_ROWS)}) v(num, cip, preapprenticeship, ocps, certs)",
    "people": f"""
        select p, 'FL' || padded((p * {FLEID_STEP} + {FLEID_START}) % 1000000000000, 12) as fleid,
            getvariable('first_start') + upto(rnd(p, 'start'), getvariable('last_year') - getvariable('first_start') + 1) as start_year,
            {draw(YEARS_ACTIVE, "rnd(p, 'years')")} as n_years,
            1 + upto(pow(1 - pow(1 - rnd(p, 'agency'), 1.0 / getvariable('tail')), 1.6), getvariable('agency_count')) as home,
            case when getvariable('agency_count') > 1 and rnd(p, 'second agency') < 0.05
                then 1 + (home + upto(rnd(p, 'which second'), getvariable('agency_count') - 1)) % getvariable('agency_count') end as second_home,
            rnd(p, 'two ids') < 0.01 as has_two_ids,
            {draw(PROGRAMS, "rnd(p, 'program')")} as program,
            rnd(p, 'iet') < case program when 'ELCATE' then 0.25 when 'GED' then 0.15 else 0.08 end as in_iet,
            make_date(start_year, 8, 1) - (365.25 * case
                when rnd(p, 'young') < 0.012 then 14 + 2 * rnd(p, 'age')
                when program in ('AHS', 'GED') then 16 + 24 * pow(rnd(p, 'age'), 2)
                else 16 + 59 * pow(rnd(p, 'age'), 1.6) end)::int as birth,
            {draw(SEX, "rnd(p, 'sex')")} as sex, {draw(RACE, "rnd(p, 'race')")} as race,
            rnd(p, 'hispanic') < case when program in ('ESOL', 'ELCATE') then 0.6 else 0.25 end as hispanic,
            pow(rnd(p, 'level'), 1.4) as level, 0.5 * upto(rnd(p, 'credits'), 45) as credits_at_entry,
            pick(rnd(p, 'option'), ['24', '24', '18']) as diploma_option,
        from range(1, getvariable('students') + 1) r(p)
    """,
    # One row a student, agency and term, with the dates that its courses stand in.
    "terms": f"""
        with active as (
            select people.*, y, p * 100 + y - getvariable('first_year') as py,
                {draw(TERM_PATTERNS, "rnd(p * 100 + y - getvariable('first_year'), 'pattern')")} as pattern,
                case when y = getvariable('last_year') then replace(pattern, '3', '2') else pattern end as digits,
                {draw({"short": 12, "edge": 2, "usual": 86}, "rnd(p * 100 + y - getvariable('first_year'), 'effort')")} as effort
            from people, years
            where y >= start_year and y < start_year + n_years and (y = start_year or rnd(p * 100 + y, 'skip') < 0.88)
        ),
        drawn as (
            select *, py * 10 + digit as pt, y = getvariable('last_year') and digit = 2 as preliminary,
                case digit when 1 then make_date(y, 5, 10) when 2 then make_date(y, 8, 12) else make_date(y + 1, 1, 4) end as opens,
                case when preliminary then make_date(y, 9, 28)
                    when digit = 1 then make_date(y, 8, 12) when digit = 2 then make_date(y, 12, 22)
                    else make_date(y + 1, 6, 26) + (12 * pow(rnd(pt, 'late'), 6))::int end as closes,
                opens + upto(rnd(pt, 'entry'), case when preliminary then 44 when digit = 1 then 75 else 95 end)::int as usual_entry,
                usual_entry + upto(pow(rnd(pt, 'exit'), 0.6), closes - usual_entry + 1)::int as exit
            from active, (values (1), (2), (3)) d(digit)
            where contains(digits, digit::varchar)
        ),
        -- The rules turn on 89 and 90 days, which chance alone would seldom hit.
        spaced as (
            select *, lag(exit) over (partition by p order by y, digit) + (89 + upto(rnd(pt, 'edge gap'), 2))::int as edge_entry,
                case when rnd(pt, 'set gap') < 0.15 and edge_entry <= exit and abs(edge_entry - usual_entry) < 60
                    then edge_entry else usual_entry end as entry,
                case when preliminary then rnd(pt, 'open') < 0.8
                    when digit = 3 and exit >= make_date(y + 1, 6, 5) then rnd(pt, 'open') < 0.15
                    else rnd(pt, 'open') < 0.004 end as is_open
            from drawn
        ),
        attended as (
            select spaced.*, slot, case slot when 0 then home else second_home end as a
            from spaced, (values (0), (1)) s(slot)
            where case when second_home is null then slot = 0
                when slot = 0 then rnd(pt, 'away') >= 0.25 else rnd(pt, 'away') < 0.25 or rnd(pt, 'both') < 0.7 end
        )
        select attended.* exclude (a, slot, n_years, home, second_home, has_two_ids, pattern, digits, preliminary, opens, closes, usual_entry, edge_entry),
            agencies.a, agency_id, agency_type, sections, reporting(y) as reporting_year, pt * 2 + slot as t,
            -- One grantee never finalised a term: its preliminary records are all there is.
            digit || case when preliminary or (agency_id = '902' and digit = 3 and y = getvariable('last_year') - 2) then 'B' else 'E' end as term_id,
            padded((p * 8 + slot * 2 + (has_two_ids and digit <> 2)::int) * 387420489 % 1000000000, 9) as student_id,
            in_iet and rnd(pt, 'iet term') < 0.75 as is_iet,
            case when rnd(pt, 'iet unlisted') < 0.12 then pick(rnd(pt, 'which'), ['{UNLISTED_IET}', '{ONE_YEAR_IET}'])
                else (select list(num order by i) from iet)[1 + upto(rnd(p, 'iet number'), {len(IET_ROWS)})] end as iet_number
        from attended join agencies using (a)
    """,
    # Adult general education course rows; n = 1 carries the term's own entry and exit.
    "courses": f"""
        with numbered as (
            select * rename (program as main_program), t * 10 + n as c
            from terms, (values (1), (2), (3), (4)) v(n)
            where n <= {draw(COURSES_A_TERM, "rnd(t, 'courses')")}
        ),
        placed as (
            select *, case when n = 1 or rnd(c, 'main') < 0.8 then main_program
                    else {draw(OTHER_PROGRAMS, "rnd(c, 'other program')")} end as program,
                case when n = 1 then entry else least(entry + upto(rnd(c, 'entry'), 15)::int, exit) end as course_entry,
                case when n = 1 then exit else course_entry + ((exit - course_entry) * (0.4 + 0.6 * rnd(c, 'exit')))::int end as course_exit,
                count(*) over (partition by py) as n_in_year, row_number() over (partition by py order by c) as nth
            from numbered
        )
        select placed.* exclude (main_program, birth, sex, race, hispanic, agency_type, sections, in_iet, effort, entry, exit, nth, n_in_year),
            cip, subjects, prefix || padded(base + n * 10 + upto(rnd(c, 'course'), 3), 4) as course_id,
            padded(1 + upto(rnd(c, 'section'), sections), 4) as section_id,
            case effort
                when 'edge' then case when nth > 1 then '0' else pick(rnd(py, 'edge hours'), ['9.99', '10']) end
                when 'short' then decimals(9.9 * rnd(c, 'hours') / n_in_year, 2)
                else decimals(2 + 190 * pow(rnd(c, 'hours'), 1.5), {draw(HOURS_DECIMALS, "rnd(c, 'decimals')")})
            end as hours
        from placed join programs using (program)
    """,
    # A tested subject of a course row. An early pre-test of the subject may stand for a later course too.
    "tested": f"""
        with slots as (
            select c, t, n, slot, agency_id, reporting_year, term_id, student_id, fleid, p, y, digit, course_entry, course_exit, level, program,
                c * 10 + slot as s, start_year, subjects[1 + (upto(rnd(t, 'subject'), 4) + slot + n) % 4] as subject,
                row_number() over (partition by agency_id, student_id, y, subject order by c, slot) as nth_of_subject,
                nth_of_subject > 1 and rnd(s, 'reuse') < 0.2 as is_reused,
                not is_reused and rnd(s, 'pre') < case when program = 'AHS' then 0.2 when n = 1 then 0.97 else 0.75 end as has_pre,
                rnd(s, 'post') < case when program = 'AHS' then 0.1 when has_pre or is_reused then 0.5 else 0.05 end as has_post
            from courses, (values (1), (2), (3)) v(slot)
            where slot <= {draw(TESTED_SUBJECTS, "rnd(c, 'subjects')")}
        ),
        laddered as (
            select *, case
                    when program in ('ESOL', 'ELCATE') then if(subject in ('S', 'N'), 'BCDEOPQ', 'BCDEFGI')
                    when program = 'GED' and rnd(p, 'ged ladder') < 0.6 then '5678'
                    when program = 'ASB' then if(rnd(p, 'asb ladder') < 0.85, 'TU', '4TU') else '1234TU' end as ladder,
                level * (length(ladder) - 0.5) + 0.5 * (y - start_year) + 0.2 * (digit - 1) + 0.6 * rnd(s, 'jitter') as standing,
                greatest(1, least(length(ladder), 1 + floor(standing)::int)) as pre_level,
                greatest(1, least(length(ladder), pre_level + {draw(LEVELS_GAINED, "rnd(s, 'gain')")})) as post_level
            from slots
        )
        select *, ladder[pre_level] as pre_efl, ladder[post_level] as post_efl,
            case when ladder in ('1234TU', 'TU', '4TU', '5678') then pick(rnd(s, 'test'), ['TABE', 'TABE', 'CASAS'])
                else pick(rnd(s, 'test'), ['CASAS', 'CASAS', 'BEST']) end as test_type
        from laddered
    """,
    "numbered_tests": """
        with given as (
            select * exclude (ladder, standing, level, pre_level, post_level),
                'pre' as kind, pre_efl as efl, pre_level as given_level, course_entry + upto(rnd(s, 'pre day'), 12)::int - 6 as given
            from tested where has_pre
            union all by name
            select * exclude (ladder, standing, level, pre_level, post_level),
                'post' as kind, post_efl as efl, post_level as given_level,
                greatest(course_entry, course_exit - upto(rnd(s, 'post day'), 12)::int) as given
            from tested where has_post
        )
        select *, padded(row_number() over (partition by agency_id, student_id order by s, kind desc), 4) as test_id from given
    """,
    "test_ids": """
        with own as (
            select tested.*, pre.test_id as own_pre, post.test_id as own_post
            from tested
            left join numbered_tests as pre on pre.s = tested.s and pre.kind = 'pre'
            left join numbered_tests as post on post.s = tested.s and post.kind = 'post'
        ),
        resolved as (
            select *, case when is_reused then first_value(own_pre) over (partition by agency_id, student_id, y, subject order by c, slot)
                when rnd(s, 'dangling') < 0.004 then '9998' else own_pre end as pre_id
            from own
        )
        select c, max(subject) filter (slot = 1) as subject_1, max(subject) filter (slot = 2) as subject_2, max(subject) filter (slot = 3) as subject_3,
            max(pre_id) filter (slot = 1) as pre_1, max(pre_id) filter (slot = 2) as pre_2, max(pre_id) filter (slot = 3) as pre_3,
            max(own_post) filter (slot = 1) as post_1, max(own_post) filter (slot = 2) as post_2, max(own_post) filter (slot = 3) as post_3
        from resolved group by c
    """,
    # Postsecondary study beside an IET program (its own CIPs), and a little beside other adult education.
    "training": """
        select terms.*, n, t * 10 + n as c, iet.num, iet.cip, preapprenticeship, ocps, certs,
            least(exit, entry + upto(rnd(t * 10 + n, 'ps entry'), 10)::int) as course_entry,
            if(agency_type = 'FCS' or rnd(t * 10 + n, 'credit') < 0.2, 'C', 'K') as hours_type,
            'PSX0' || padded(n * 10 + upto(rnd(t * 10 + n, 'course'), 3), 3) as course_id, padded(1 + upto(rnd(t * 10 + n, 'section'), 4), 4) as section_id
        from terms, (values (7), (8)) v(n), iet
        where case when is_iet and num = iet_number then rnd(t * 10 + n, 'ps') < 0.75
            else rnd(t * 10 + n, 'ps') < 0.01 and i = 1 + upto(rnd(t, 'ps cip'), (select max(i) from iet)) end
        qualify row_number() over (partition by t, n order by rnd(t * 10 + n, iet.cip)) = 1
    """,
    "stays": "select p, fleid, program, min(entry) as first_entry, max(exit) as last_exit from terms group by all",
}

# One statement a file, columns in the contract's order; every value becomes text.
FILES = {
    "agencies": """
        select agency_id, reporting(y) as reporting_year,
            case agency_type when 'CBO' then 'Example Literacy Council ' || agency_id || ', Inc.'
                when 'FCS' then 'Example College ' || agency_id else 'Example District ' || agency_id end as agency_name, agency_type,
            if(never_eligible or (eligible_later and y = getvariable('first_year')), 'N', 'Y') as nrs_eligible,
            if(ielce, 'Y', 'N') as ielce_grantee
        from agencies, years
        union all
        select agency_id, reporting(y), 'Example ' || kind, 'CBO', 'N', 'N'
        from (values ('981', 'Library'), ('982', 'Four-Year Institution'), ('983', 'Higher Education Center'),
            ('984', 'Correctional Institution'), ('985', 'State Hospital')) v(agency_id, kind), years
    """,
    "demographics": f"""
        with records as (
            select min(t) as t, {SDB_KEY}, any_value(program) as program, any_value(p) as p, any_value(birth) as birth, any_value(sex) as sex,
                any_value(race) as race, any_value(hispanic) as hispanic
            from terms group by {SDB_KEY}
        ),
        reported as (
            select * replace (if(rnd(t, 'race change') < 0.01, {draw(RACE, "rnd(t, 'new race')")}, race) as race,
                if(rnd(t, 'sex change') < 0.008, {draw(SEX, "rnd(t, 'new sex')")}, sex) as sex)
            from records where rnd(t, 'no record') >= 0.015
        )
        select {SDB_KEY},
            upper(pick(rnd(p, 'l1'), {SYLLABLES})[1]) || pick(rnd(p, 'l1'), {SYLLABLES})[2] || pick(rnd(p, 'l2'), {SYLLABLES})
                || if(rnd(p, 'suffix') < 0.02, ', Jr.', pick(rnd(p, 'l3'), {SYLLABLES})) as last_name,
            upper(pick(rnd(p, 'f1'), {SYLLABLES})[1]) || pick(rnd(p, 'f1'), {SYLLABLES})[2] || pick(rnd(p, 'f2'), {SYLLABLES}) as first_name,
            if(rnd(p, 'no birth date') < 0.004, null, mdy(birth)) as birth_date, sex,
            if(hispanic, 'Y', 'N') as hispanic, if(contains(race, 'W'), 'Y', 'N') as white, if(contains(race, 'B'), 'Y', 'N') as black,
            if(contains(race, 'A'), 'Y', 'N') as asian, if(contains(race, 'I'), 'Y', 'N') as american_indian,
            if(contains(race, 'P'), 'Y', null) as pacific_islander,
            if(rnd(t, 'released') < 0.1, null, {draw(INCARCERATION, "rnd(p, 'incarceration')")}) as incarceration_status,
            {draw(EMPLOYMENT, "if(rnd(t, 'new job') < 0.1, rnd(t, 'employment'), rnd(p, 'employment'))")} as employment_status,
            {draw(SCHOOLING, "rnd(p, 'schooling')")} as schooling_level,
            case when rnd(t, 'origin') < 0.01 then null when rnd(p, 'origin') < if(program in ('ESOL', 'ELCATE'), 0.85, 0.1) then 'N'
                else pick(rnd(p, 'us origin'), ['U', 'U', 'U', 'X']) end as schooling_origin,
            {draw(YES_RARE, "rnd(p, 'tanf')")} as exhausting_tanf, {draw(YES_RARE, "rnd(p, 'unemployed')")} as long_term_unemployed,
            {draw(YES_OFTEN, "rnd(p, 'income')")} as low_income, {draw(YES_RARE, "rnd(p, 'homemaker')")} as displaced_homemaker,
            {draw(YES_RARE, "rnd(p, 'offender')")} as ex_offender, {draw(YES_RARE, "rnd(p, 'homeless')")} as homeless,
            {draw(YES_RARE, "rnd(p, 'migrant')")} as migrant_farmworker, {draw(YES_RARE, "rnd(t, 'disability')")} as disability,
            {draw(YES_SOME, "rnd(t, 'single')")} as single_parent, {draw(YES_RARE, "rnd(p, 'foster')")} as foster_youth
        from reported
    """,
    "course_enrollments": f"""
        select {SDB_KEY}, course_id, section_id, cip as program_cip, mdy(course_entry) as entry_date,
            if(is_open, null, mdy(course_exit)) as exit_date, if(rnd(c, 'no hours') < 0.002, null, hours) as section_hours,
            pick(rnd(c, 'hours type'), ['K', 'K', null]) as hours_type, {draw(AGE_GRADES, "rnd(c, 'grade')")} as grade,
            if(program = 'AHS' and rnd(p, 'co-enrolled') < 0.08, 'E', {draw(DUAL_ENROLLMENT, "rnd(c, 'dual')")}) as dual_enrollment_flag,
            if(is_iet and (n = 1 or rnd(c, 'iet row') < 0.5), iet_number, null) as iet_program_number,
            {draw(WITHDRAWAL, "rnd(c, 'withdrawal')")} as age_withdrawal_reason,
            subject_1 as efl_subject_1, subject_2 as efl_subject_2, subject_3 as efl_subject_3,
            pre_1 as pre_test_id_1, pre_2 as pre_test_id_2, pre_3 as pre_test_id_3,
            post_1 as post_test_id_1, post_2 as post_test_id_2, post_3 as post_test_id_3,
            if(program = 'AHS', diploma_option, null) as ahs_diploma_option,
            if(program = 'AHS' and rnd(c, 'no credits') >= 0.02, credits_at_entry, null)::varchar as ahs_credits_at_entry,
            if(program = 'AHS', 0.5 * upto(rnd(c, 'earned'), 7), null)::varchar as ahs_credits_earned
        from courses join test_ids using (c)
        union all by name
        select {SDB_KEY}, course_id, section_id, cip as program_cip, mdy(course_entry) as entry_date,
            if(is_open, null, mdy(exit)) as exit_date,
            if(hours_type = 'C', pick(rnd(c, 'credits'), ['3', '4', '6', '9', '12']), decimals(40 + 320 * rnd(c, 'hours'), 1)) as section_hours,
            hours_type, {draw(GRADES, "rnd(c, 'grade')")} as grade, {draw(DUAL_ENROLLMENT, "rnd(c, 'dual')")} as dual_enrollment_flag
        from training
    """,
    "course_sections": f"""
        select agency_id, reporting_year, term_id, course_id, section_id, {draw(SECTION_CLASSES, "rnd(k, 'class')")} as primary_section_classification
        from (
            select distinct agency_id, reporting_year, term_id, course_id, section_id, agency_id || course_id || section_id || reporting_year || term_id as k
            from (select * from courses union all by name select * from training)
        )
        where rnd(k, 'no section') >= 0.005
    """,
    "tests": f"""
        select {SDB_KEY}, test_id, test_type, subject as subtest, (150 + given_level * 12 + upto(rnd(s, kind), 12))::varchar as score, efl,
            if(rnd(s, kind || 'no date') < 0.01, null, mdy(given)) as test_date
        from numbered_tests
        union all
        select {SDB_KEY}, 'G' || padded(row_number() over (partition by agency_id, student_id order by t, subtest, attempt), 3), 'GED', subtest,
            (130 + upto(rnd(t, 'first' || subtest || attempt), 16) + upto(rnd(t, 'second' || subtest || attempt), 16))::varchar, null,
            mdy(entry + upto(rnd(t, 'day' || subtest || attempt), exit - entry + 1)::int)
        from terms, (values ('M'), ('N'), ('T'), ('C')) s(subtest), (values ('1'), ('2')) v(attempt)
        where program = 'GED' and rnd(t, 'sits' || subtest || attempt) < if(attempt = '1', 0.25, 0.06)
    """,
    "completions": f"""
        select {SDB_KEY}, case program when 'AHS' then '1532010500' else '1532020207' end as completion_cip,
            case program when 'AHS' then '6' else '8' end as completion_degree, null as ocp_code, mdy(exit) as completion_date
        from terms where program in ('AHS', 'GED') and digit > 1 and rnd(t, 'diploma') < 0.09
        union all
        select {SDB_KEY}, cip, case when outcome < 0.15 then 'P' when outcome > 0.4 then pick(rnd(c, 'degree'), ['1', '2', '3', '5']) end,
            case when outcome >= 0.15 then if(rnd(c, 'bad ocp') < 0.05, 'Z', ocps[1 + upto(rnd(c, 'ocp'), length(ocps))]) end, mdy(exit)
        from (select *, rnd(c, 'outcome') as outcome from training) where outcome < 0.5
    """,
    "industry_certifications": f"""
        select {SDB_KEY}, cip as program_cip, coalesce(certs[1 + upto(rnd(c, 'cert'), len(certs))], 'SYNON001') as certification_code,
            mdy(exit + upto(rnd(c, 'cert day'), 25)::int - 15) as certification_date,
            pick(rnd(c, 'cert outcome'), ['P', 'P', 'P', 'P', 'P', 'P', 'P', 'F', 'F', null]) as outcome
        from training where rnd(c, 'attempts') < 0.4
    """,
    "postsecondary_enrollments": f"""
        select fleid, institution_id, {draw(SPELL_TYPES, "rnd(k, 'type')")} as program_type,
            pick(rnd(k, 'cip'), (select list(cip order by i) from iet)) as program_cip, mdy(begins) as entry_date,
            if(ends <= getvariable('cutoff') and rnd(k, 'ends') < 0.9, mdy(ends), null) as exit_date
        from (select *, p * 4 + spell as k, first_entry - 180 + upto(rnd(p * 4 + spell, 'begins'), 800)::int as begins,
                begins + upto(rnd(k, 'length'), 420)::int as ends,
                padded(103 + 3 * upto(rnd(p * 4 + spell, 'place'), 5), 3) as institution_id
            from stays, (values (0), (1), (2)) v(spell))
        where rnd(k, 'spell') < if(spell = 0, 0.2, 0.04) and begins <= getvariable('cutoff')
    """,
    "postsecondary_credentials": f"""
        select fleid, padded(103 + 3 * upto(rnd(p, 'award place'), 5), 3) as institution_id,
            {draw(CREDENTIAL_TYPES, "rnd(p, 'award type')")} as credential_type, mdy(awarded) as award_date
        from (select *, last_exit - 150 + upto(rnd(p, 'award day'), 550)::int as awarded from stays)
        where rnd(p, 'award') < 0.12 and awarded <= getvariable('cutoff')
    """,
    "hse_completions": """
        select fleid, mdy(completed) as completion_date
        from (select *, last_exit - 60 + upto(rnd(p, 'hse day'), 400)::int as completed from stays)
        where rnd(p, 'hse') < case program when 'GED' then 0.2 when 'ESOL' then 0.005 else 0.04 end and completed <= getvariable('cutoff')
    """,
    "employment": """
        with quarters as (select q from range(getvariable('first_year') * 4 + 2, getvariable('last_year') * 4 + 4) r(q))
        select fleid, (q // 4) || 'Q' || (q % 4 + 1) as year_quarter,
            case when is_military and rnd(k, 'wages seen') < 0.7 then null when rnd(k, 'zero') < 0.01 then '0'
                else decimals(900 + 13000 * pow(rnd(p, 'pay'), 1.4) * (0.6 + 0.8 * rnd(k, 'quarter pay')), pick(rnd(k, 'cents'), [0, 0, 2])) end as wages,
            if(is_military, 'Y', 'N') as military
        from (select *, p * 100 + q % 100 as k, rnd(p, 'military') < 0.01 as is_military from stays, quarters)
        where q >= year(first_entry) * 4 + quarter(first_entry) - 1 and rnd(p, 'works') < 0.64 and rnd(k, 'works') < 0.87
    """,
    "fetpip_status": f"""
        select distinct fleid, reporting_year, {draw(YES_RARE, "rnd(py, 'f tanf')")} as exhausting_tanf,
            {draw(YES_RARE, "rnd(py, 'f unemployed')")} as long_term_unemployed, {draw(YES_OFTEN, "rnd(py, 'f income')")} as low_income
        from terms where rnd(py, 'fetpip') < 0.12
    """,
    "iet_programs": f"""
        select reporting(y) as reporting_year, num as iet_program_number, cip as program_cip, preapprenticeship from iet, years
        union all select reporting(y), '{ONE_YEAR_IET}', '0351399901', 'N' from years where y = getvariable('last_year') - 1
    """,
    "iet_certifications": """
        select distinct reporting(y) as reporting_year, num as iet_program_number, unnest(certs) as certification_code from iet, years
    """,
    "iet_supplemental": """
        select distinct agency_id, fleid, reporting_year, iet_number as iet_program_number
        from terms where reporting_year = '2122' and ((in_iet and rnd(py, 'supplement') < 0.5) or rnd(py, 'supplement') > 0.99)
    """,
    "occupational_completion_points": "select cip as program_cip, unnest(string_split(ocps, '')) as ocp_code from iet",
    "ahs_diploma_options": """
        select reporting(y) as reporting_year, ahs_diploma_option, level_6_credits
        from years, (values ('18', '9'), ('24', '12')) v(ahs_diploma_option, level_6_credits)
    """,
    "personnel": f"""
        with paid as (
            select agency_id, y, job_status, federally_funded, share, hash(agency_id, job_status, federally_funded, y) as k,
                upto(pow(rnd(k, 'teachers'), 1.5) * share, 40) as teachers, teachers // 5 as under_1, teachers // 3 as to_3
            from agencies, years, (values ('PART_TIME', 1.0), ('FULL_TIME', 0.7), ('VOLUNTEER', 0.15)) j(job_status, share),
                (values ('Y'), ('N')) f(federally_funded)
        )
        select agency_id, reporting(y) as reporting_year, staff_function, job_status, federally_funded,
            (case staff_function when 'LOCAL_TEACHER' then teachers when 'TEACHER_EXPERIENCE_UNDER_1' then under_1
                when 'TEACHER_EXPERIENCE_1_TO_3' then to_3 when 'TEACHER_EXPERIENCE_OVER_3' then teachers - under_1 - to_3
                else upto(rnd(k, staff_function) * share, 1 + base * 2) end)::varchar as headcount
        from paid, ({rows(FUNCTIONS)}) v(staff_function, base)
        where headcount <> '0'
        union all
        select 'STATE', reporting(y), 'STATE_ADMINISTRATIVE', job_status, federally_funded, n::varchar
        from years, (values ('PART_TIME', 'Y', 2), ('FULL_TIME', 'Y', 9), ('FULL_TIME', 'N', 4), ('VOLUNTEER', 'Y', 1)) v(job_status, federally_funded, n)
    """,
    "grants": """
        with providers as (
            select agency_id, case agency_type when 'DISTRICT' then 'lea' when 'FCS' then 'community_college'
                else ['other', 'cbo', 'faith_based', 'cbo'][1 + rank % 4] end as provider_type, ielce from agencies
            union all values ('981', 'library', false), ('982', 'four_year_institution', false), ('983', 'other_higher_education', false),
                ('984', 'correctional_institution', false), ('985', 'other_institution', false)
        )
        select reporting(y) as reporting_year, agency_id, provider_type, award_type, if(award = 1 and rnd(k, 'sub') < 0.2, 'Y', 'N') as subrecipient,
            decimals(20000 + 900000 * pow(rnd(k, 'amount'), 2), 2) as amount
        from (select *, hash(agency_id, provider_type, award_type, award, y) as k
            from providers, years, (values ('231'), ('243'), ('225'), ('STATE')) t(award_type), (values (1), (2)) n(award))
        where case award_type when '243' then ielce and award = 1 when '231' then award = 1 or rnd(k, 'again') < 0.1
            when '225' then award = 1 and (provider_type = 'correctional_institution' or rnd(k, 'jail') < 0.2) else award = 1 and rnd(k, 'state') < 0.7 end
    """,
    "family_literacy": """
        select agency_id, reporting(y) as reporting_year, upto(rnd(a * 100 + y, 'families'), 45)::varchar as participants from agencies, years where a % 3 <> 2
    """,
    "spr_finance": """
        select reporting(y) as reporting_year, service, decimals((share + rnd(y, service)) * 450 * getvariable('students'), 2) as funds_expended,
            decimals((share + rnd(y, service)) * 40 * getvariable('students'), 2) as admin_expended
        from years, (values ('CAREER', 1.0), ('TRAINING', 0.2)) v(service, share)
    """,
}

# What goes wrong in real extracts: each fault is column -> SQL for its bad value. `clash` is a second row with one key.
BAD_KEYS = [{"fleid": "'FL00000000000A'"}, {"fleid": "left(fleid, 12)"}, {"agency_id": "'777'"}, {"fleid": "' ' || fleid || ' '"}]
FAULTS = {
    "demographics": [*BAD_KEYS, {"birth_date": "'02302001'"}, {"birth_date": "'1999-12-31'"}, {"sex": "coalesce(lower(sex), 'f')"},
        {"incarceration_status": "'@'"}, {"employment_status": "'e'"}, {"schooling_level": "'99'"}, {"hispanic": "'?'"},
        {"last_name": "' ' || last_name || '  '", "sex": "sex || ' '"}],
    "course_enrollments": [*BAD_KEYS, {"entry_date": "'13452023'"}, {"exit_date": "'2023/05/01'"}, {"section_hours": "'-4'"},
        {"section_hours": "'twelve'"}, {"section_hours": "null"}, {"exit_date": "'07011999'"}, {"efl_subject_1": "'@'"}, {"hours_type": "'k'"},
        {"section_hours": "' ' || section_hours"}, {"term_id": "'9E'"}, {"dual_enrollment_flag": "'e'"}],
    "course_sections": [{"agency_id": "'777'"}, {"primary_section_classification": "'d'"}, {"primary_section_classification": "' D '"}],
    "tests": [*BAD_KEYS, {"test_date": "'00002023'"}, {"efl": "'@'"}, {"efl": "lower(efl)"}, {"score": "'n/a'"}, {"subtest": "'Z'"}],
    "completions": [*BAD_KEYS, {"completion_date": "'31122022'"}, {"completion_date": "null"}],
    "industry_certifications": [*BAD_KEYS, {"certification_date": "'June 2023'"}, {"outcome": "'p'"}],
    "postsecondary_enrollments": [{"fleid": "'FLX'"}, {"program_type": "'PHD'"}, {"program_type": "lower(program_type)"},
        {"entry_date": "'02292023'"}, {"exit_date": "'01011990'"}],
    "postsecondary_credentials": [{"fleid": "lower(fleid)"}, {"credential_type": "'@'"}, {"award_date": "'20230115'"}],
    "hse_completions": [{"fleid": "replace(fleid, 'FL', 'GA')"}, {"completion_date": "'6152023'"}],
    "employment": [{"fleid": "left(fleid, 13)"}, {"year_quarter": "'2023Q5'"}, {"wages": "'-120'"}, {"wages": "'$1,200'"}, {"military": "'@'"}],
    "fetpip_status": [{"fleid": "'none'"}, {"low_income": "'y'"}],
    "personnel": [{"headcount": "'many'"}],
    "iet_supplemental": [{"fleid": "'FL1'"}],
}  # fmt: skip
CLASHES = {
    "demographics": {"birth_date": "'01011980'"},
    "course_enrollments": {"section_hours": "'33.3'"},
    "course_sections": {"primary_section_classification": "'A'"},
    "tests": {"score": "'151'"},
    "employment": {"wages": "'4321'"},
}
NO_DUPLICATES = {"personnel", "iet_supplemental"}

# Files that `parts` writes in parts: one per agency and term, or a few where a row has no agency.
BY_AGENCY = "agency_id || '_' || reporting_year || '_' || term_id"
PARTS = {
    **dict.fromkeys(["demographics", "course_enrollments", "course_sections", "tests", "completions", "industry_certifications"], BY_AGENCY),
    **dict.fromkeys(["postsecondary_enrollments", "postsecondary_credentials"], "'part_' || right(fleid, 1)::int % 3"),
    "employment": "left(year_quarter, 4)",
}


def _build(con: duckdb.DuckDBPyConnection, name: str, dirt: bool) -> int:
    """Build table `extract` with the rows of file NAME as text, sorted, faults put in; returns the row count."""
    part = PARTS.get(name, "''")
    con.execute(f"create or replace table clean as select columns(*)::varchar from ({FILES[name]})")
    columns = [row[0] for row in con.execute("describe clean").fetchall()]
    faults = FAULTS.get(name, []) if dirt else []
    total = con.execute("select count(*) from clean").fetchone()[0]
    each = max(2, round(total * FAULT_SHARE / (len(faults) + 2)))

    def fault_range(k: int) -> str:
        return f"pick between {k * each + 1} and {(k + 1) * each}"

    def values(changes: list[tuple[str, dict[str, str]]]) -> str:
        whens = {c: " ".join(f"when {when} then {change[c]}" for when, change in changes if c in change) for c in columns}
        return ", ".join(f"case {whens[c]} else {c} end as {c}" if whens[c] else c for c in columns)

    selects = [
        f"select *, {part} as _part from clean where rowid not in (select id from picks)",
        f"select {values([(fault_range(k), fault) for k, fault in enumerate(faults)])}, _part from picked",
    ]
    if faults and name not in NO_DUPLICATES:
        selects.append(f"select {', '.join(columns)}, _part from picked where {fault_range(len(faults))}")
    if faults and name in CLASHES:
        selects.append(f"select {values([('true', CLASHES[name])])}, _part from picked where {fault_range(len(faults) + 1)}")
    con.execute(f"""
        create or replace table extract as
        with picks as (
            select rowid as id, row_number() over (order by hash(clean, getvariable('seed'))) as pick from clean
            order by hash(clean, getvariable('seed')) limit {each * (len(faults) + 2) if faults else 0}
        ),
        picked as (select clean.*, {part} as _part, pick from clean inner join picks on id = clean.rowid),
        dirty as ({" union all ".join(selects)})
        select * from dirty order by _part, {", ".join(columns[:7])}, hash(dirty)""")
    return con.execute("select count(*) from extract").fetchone()[0]


def _agencies(n: int) -> Agencies:
    """N agencies in a usual mix."""
    districts, colleges = int(n * 0.45), int(n * 0.25)
    return Agencies(districts, colleges, n - districts - colleges)


def _is_part(path: Path) -> bool:
    """True for a part of an extract, and for a folder of one that an unfinished run left."""
    return path.suffix in (".csv", ".parquet") if path.is_file() else path.match("_part=*")


def _refuse_other_work(out_dir: Path) -> None:
    """Raise FileExistsError where a folder with an extract's name holds anything but parts: an extract is called `tests`."""
    for folder in (out_dir / name for name in FILES):
        others = [found for found in folder.glob("*") if not _is_part(found)]
        if folder.is_file():
            others.append(folder)
        if others:
            raise FileExistsError(f"{others[0]} is no extract, and nothing was written. Name another folder.")


def _write(con: duckdb.DuckDBPyConnection, name: str, out_dir: Path, parts: bool, file_format: str) -> None:
    """Write table `extract` as NAME.csv, or as a folder NAME/ of parts; what stood there before is replaced."""
    folder, single = out_dir / name, out_dir / f"{name}.csv"
    for old in [single, *folder.glob("*.csv"), *folder.glob("*.parquet")]:
        old.unlink(missing_ok=True)
    for unfinished in folder.glob("_part=*"):
        shutil.rmtree(unfinished)
    if folder.exists():
        folder.rmdir()
    options = "format csv, header" if file_format == "csv" else "format parquet, compression zstd"
    if parts and name in PARTS:
        con.execute(f"copy extract to {literal(folder)} ({options}, partition_by (_part))")
        for hive_folder in sorted(folder.glob("_part=*")):
            part = hive_folder.name.removeprefix("_part=")
            # DuckDB begins a second file of a part when it had to close the first one.
            for written in hive_folder.iterdir():
                number = written.stem.removeprefix("data_")
                written.rename(folder / f"{part}{'' if number == '0' else '_' + number}.{file_format}")
            hive_folder.rmdir()
        return
    # The contract knows Parquet only as parts of a folder.
    if file_format == "parquet":
        folder.mkdir()
        single = folder / f"{name}.parquet"
    con.execute(f"copy (select * exclude (_part) from extract) to {literal(single)} ({options})")


def generate(
    out_dir: Path | str,
    students: int = 1000,
    seed: int = 7,
    first_year: int = 2020,
    last_year: int = 2024,
    parts: bool = False,
    file_format: str = "csv",
    dirt: bool = True,
    participants: int | None = None,
    agencies: Agencies | None = None,
) -> dict[str, int]:
    """Write every file of the extract contract for a made-up state into `out_dir`.

    Args:
        out_dir: Folder to write into; made if it isn't there. Extracts in it of the same names are replaced.
        students: Distinct people over all years (about 1.5 active years each); at least 1.
        seed: Any integer; another seed is another state.
        first_year: First calendar year of the earliest reporting year (2020 = `2021`).
        last_year: The same of the latest one, of which only terms 1E and 2B exist, as at the October deadline.
        parts: Write the big files as folders of parts, one per agency and term (or a few without an agency).
        file_format: `csv`, or `parquet` (then each file is a folder; all columns are text all the same).
        dirt: Put faults into about 0.3% of the rows (at least a few of each kind); never a fault of a whole file.
        participants: About so many participants (Table 1) in every closed program year, in place of `students`; then people
            have begun before the earliest year too, so that the first year is as full as the last.
        agencies: Districts, colleges and community organizations; by default 12 to 70, growing with the students.

    Returns:
        Rows written per file name, faulty and duplicated ones included.

    Raises:
        ValueError: No students or agencies, more students than there are FLEIDs to draw, years out of order, or an unknown format.
        FileExistsError: A folder in `out_dir` with an extract's name holds other files; nothing is written.
        OSError, duckdb.IOException: `out_dir` can't be written.
    """
    students = students if participants is None else round(participants * STUDENTS_A_PARTICIPANT)
    agencies = agencies or _agencies(min(70, max(12, students // 750)))
    if not 1 <= students <= MOST_STUDENTS or min(agencies) < 0 or not 2000 <= first_year <= last_year <= 2098:
        raise ValueError(f"students must be 1 to {MOST_STUDENTS:,}, agencies none below 0, and 2000 <= first_year <= last_year <= 2098")
    if not sum(agencies):
        raise ValueError("a state needs an agency")
    if file_format not in FileFormat.__members__:
        raise ValueError(f"file_format must be one of {', '.join(FileFormat.__members__)}")
    out_dir = Path(out_dir)
    _refuse_other_work(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    # In a file, tables are compressed: a nation's would fill the disk otherwise.
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect(f"{scratch}/working_tables.duckdb") as con:
        parameters = {"students": students, "first_year": first_year, "last_year": last_year, **agencies._asdict()}
        parameters["first_start"] = first_year - (max(YEARS_ACTIVE) - 1 if participants else 0)
        parameters["agency_count"] = sum(agencies)
        # A dozen agencies have no tail of small ones.
        parameters["tail"] = 1 if sum(agencies) <= 12 else 2
        for key, value in parameters.items():
            con.execute(f"set variable {key} = {value}::bigint")
        # Nothing is known after the federal deadline of the last closed program year.
        con.execute(f"set variable cutoff = date '{last_year}-10-01'")
        con.execute(f"set variable seed = ' of seed {seed}'")
        # The rows come sorted by part, so few need to wait for their file.
        con.execute("set partitioned_write_flush_threshold = 50000")
        con.execute(MACROS)
        for name, sql in WORKING.items():
            con.execute(f"create table {name} as {sql}")
        # One thread keeps the parts whole and in order, whatever the machine.
        counts = {}
        for name in FILES:
            con.execute("reset threads")
            counts[name] = _build(con, name, dirt)
            con.execute("set threads = 1")
            _write(con, name, out_dir, parts, file_format)
    return counts


def main(
    out_dir: Annotated[Path, typer.Argument(help="Folder to write the extracts into.")],
    size: Annotated[Size | None, typer.Option(help="Participants and agencies of a county, of Florida or of the nation.")] = None,
    participants: Annotated[int | None, typer.Option(min=1, help="About so many participants in every closed program year.")] = None,
    students: Annotated[int, typer.Option(min=1, help="Distinct people over all years, where neither of these is given.")] = 1000,
    agencies: Annotated[tuple[int, int, int] | None, typer.Option(help="How many districts, colleges and community organizations.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another state.")] = 7,
    first_year: Annotated[int, typer.Option(help="First year of the earliest reporting year.")] = 2020,
    last_year: Annotated[int, typer.Option(help="First year of the latest one (terms 1E and 2B only).")] = 2024,
    parts: Annotated[bool, typer.Option("--parts", help="Big files as folders of parts, one per agency and term.")] = False,
    file_format: Annotated[FileFormat, typer.Option("--format", help="Format of the files.")] = FileFormat.csv,
    dirt: Annotated[bool, typer.Option(help="Put a small share of faulty rows in.")] = True,
) -> None:
    """Write synthetic Florida adult-education extracts: nobody in them is real."""
    sized_participants, sized_agencies = SIZES.get(size, (None, None))
    people, where = participants or sized_participants, Agencies(*agencies) if agencies else sized_agencies
    try:
        counts = generate(out_dir, students, seed, first_year, last_year, parts, file_format.value, dirt, people, where)
    except (ValueError, OSError, duckdb.IOException) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    for name, count in counts.items():
        typer.echo(f"{count:>10,}  {name}")


if __name__ == "__main__":
    typer.run(main)
