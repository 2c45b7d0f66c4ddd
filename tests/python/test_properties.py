"""What must not change a report, or change it by so much and no more: the order of the rows, rows sent twice or once wrong and
once right, other ids, the year, another agency, one more person, the threads.

Each property is a question that an agency asks of a wrong number ("we only sent the file again"); hypothesis draws the
seeds of the changes, which are made on whole tables by SQL. Compared are the cells, and the periods of every loaded year
with their gains and dates (`pop_student_file`): a wrong choice shows there before it moves a cell.
"""

from __future__ import annotations

import os
from pathlib import Path

import contract
import duckdb
import generate_laces_extracts
import pytest
import yaml
from generate_extracts import generate
from harness import PROJECT, CompiledProject, MemoryWarehouse, compile_project
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

CELLS, STUDENT_FILE = "marts.nrs_cells", "restricted.pop_student_file"
READ = (CELLS, STUDENT_FILE, "restricted.nrs_cell_members", "restricted.exclusions", "staging.base_fcs__repeated_records", "marts.nrs_form_cells")
READ_LACES = (CELLS, STUDENT_FILE, "staging.base_laces__repeated_records")
# Equal lines are different things in the first two; families are summed as they stand.
NEVER_REPEATED = {"grants", "personnel", "family_literacy"}
# What is only a name for something, and the columns it stands in; persons and names may take any order, the rest keep theirs,
# since the lowest id breaks ties (R3, R5, R10, R64). A program of study is free where it is none of the NRS programs.
IDS = {
    "fleid": ["fleid"],
    "agency_id": ["agency_id"],
    "student_id": ["student_id"],
    "course_id": ["course_id"],
    "section_id": ["section_id"],
    "test_id": ["test_id", *(f"{role}_test_id_{position}" for role in ("pre", "post") for position in (1, 2, 3))],
    "program_cip": ["program_cip", "completion_cip"],
    "iet_program_number": ["iet_program_number"],
    "certification_code": ["certification_code"],
    "ocp_code": ["ocp_code"],
    "institution_id": ["institution_id"],
    "name": ["agency_name", "last_name", "first_name"],
}
YEARS = 4
SEEDS = st.integers(min_value=0, max_value=2**31 - 1)

# A failure is not made smaller: each try is a build. Two examples, always the same ones, unless NRS_EXAMPLES asks for so many at random.
EXAMPLES = os.environ.get("NRS_EXAMPLES")
few = settings(
    max_examples=int(EXAMPLES or 2), derandomize=not EXAMPLES, deadline=None, database=None,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


def natural_keys() -> dict[str, list[str]]:
    """The natural key of each extract, as the contract declares it; without one, no columns."""
    declared = yaml.safe_load((PROJECT / "models" / "staging" / "fcs" / "_fcs__sources.yml").read_text(encoding="utf-8"))
    return {table["name"]: table["config"]["meta"]["natural_key"] for table in declared["sources"][0]["tables"]}


def stir(warehouse: MemoryWarehouse) -> None:
    """Make a generated state one in which choices are many: a third of the persons also go under another one's FLEID, at
    other agencies in the same terms; half the demographic records stand beside one of another student id, and each tells
    something else of a person; courses begin on the first of a month, a fourth of them in two terms, with another program and
    exit; and a third of the tests have no date.

    In the state as generated, persons report the same each term, so that the choice of the wrong record would seldom show.
    """
    run = warehouse.connection.execute
    run("""
        create or replace temp table folded as
        select fleid, lag(fleid) over (order by fleid) as into_fleid, row_number() over (order by fleid) % 3 as place
        from (select distinct fleid from raw.course_enrollments where fleid similar to 'FL[0-9]{12}')""")
    for name, columns in warehouse.extract_columns().items():
        if "student_id" in columns:
            run(f"update raw.{name} set fleid = into_fleid from folded where raw.{name}.fleid = folded.fleid and place = 2")
    run("""
        insert into raw.demographics
        select * replace (
            'T' || student_id as student_id,
            case when birth_date similar to '[0-9]{8}' then birth_date[:4] || (birth_date[5:]::integer - 5) end as birth_date
        ) from raw.demographics where hash(rowid) % 2 = 0""")
    choices = {
        "sex": "['F', 'M', 'X', null]",
        "employment_status": "['E', 'U', 'N', 'S', null]",
        "schooling_level": "['ZZ', '05', '11', 'D1', '20', null]",
        "incarceration_status": "['C', 'Z', null, null]",
        **{race: "['Y', 'N', 'N', null]" for race in ("hispanic", "white", "black", "asian")},
    }
    drawn = ", ".join(f"{column} = ({values})[1 + (hash(rowid, '{column}') % len({values}))::bigint]" for column, values in choices.items())
    run(f"update raw.demographics set {drawn}")
    run("update raw.course_enrollments set entry_date = entry_date[:2] || '01' || entry_date[5:] where entry_date similar to '[0-9]{8}'")
    run("update raw.tests set test_date = null where hash(rowid) % 3 = 0")
    run(f"""
        create or replace temp table twins as
        select courses.* replace (
            substr(term_id, 1, 1)::integer % 3 + 1 || 'E' as term_id,
            coalesce(other_cip, program_cip) as program_cip,
            coalesce(strftime(try_strptime(exit_date, '%m%d%Y') + interval 20 day, '%m%d%Y'), exit_date) as exit_date
        )
        from raw.course_enrollments as courses
        left join (values ('1532010900', '1532010901'), ('1532010100', '1532020207'), ('1532020207', '1532010100')) as others (cip, other_cip)
            on program_cip = cip
        where term_id similar to '[123]E' and hash(courses.rowid, 'twin') % 4 = 0;
        insert into raw.course_enrollments from twins anti join raw.course_enrollments using ({", ".join(natural_keys()["course_enrollments"])})""")


def stranger(fleid: str, number: int) -> str:
    """SQL of a FLEID that nobody has, another for each number from 1 to 9."""
    digits = "0123456789"
    return f"translate({fleid}, '{digits}', '{digits[number:] + digits[:number]}')"


class State(MemoryWarehouse):
    """A warehouse of one small state, which each change starts from anew."""

    def __init__(self, project: CompiledProject, folder: Path) -> None:
        super().__init__(project.needed_for(READ))
        self.load(folder)
        stir(self)
        self.connection.execute("create schema pristine; create schema before")
        for name in self.extract_columns():
            self.connection.execute(f"create table pristine.{name} as from raw.{name}")
        self.build()
        for relation in (CELLS, STUDENT_FILE):
            self.connection.execute(f"create table before.{relation.split('.')[1]} as from {relation}")
        self.connection.execute("""
            create table before.members as
            select program_year, scope, scope_id, table_id, row_code, column_code, person_id, count(*) as members
            from restricted.nrs_cell_members group by all""")
        # Who stands in most cells: somebody with gains and outcomes.
        self.person = self.rows("select person_id from before.members where scope = 'state' group by all order by count(*) desc, person_id limit 1")[0][0]

    def restore(self) -> None:
        """Undo every change of the extracts."""
        for name in self.extract_columns():
            self.connection.execute(f"create or replace table raw.{name} as from pristine.{name}")

    def extracts_with(self, column: str) -> list[str]:
        """The extracts that have a column."""
        return [name for name, columns in self.extract_columns().items() if column in columns]

    def differences(self, relation: str, expected: str | None = None) -> list[tuple]:
        """The first rows that a relation lacks or has too many, against a query, or against what it was before."""
        expected = expected or f"from before.{relation.split('.')[1]}"
        return self.rows(f"""
            select 'missing', * from (({expected}) except all from {relation})
            union all select 'unexpected', * from (from {relation} except all ({expected})) order by all limit 10""")

    def changes(self) -> list[tuple]:
        """The first differences of cells and periods to what they were before."""
        return [*self.differences(CELLS), *self.differences(STUDENT_FILE)]

    def shuffle(self, seed: int, keeps_clashes: bool = False) -> None:
        """Put the rows of every extract in another order; rows with one natural key keep theirs, if asked for, where the key
        says the term, so that the later line wins."""
        for name, key in natural_keys().items():
            contested = ", ".join(key) if keeps_clashes and "reporting_year" not in set(self.extract_columns()[name]) - set(key) else "rowid"
            contested = contested or "rowid"
            self.connection.execute(f"""
                create or replace table raw.{name} as select * from raw.{name}
                order by list_sort(list(hash(rowid, {seed})) over (partition by {contested}))[row_number() over (partition by {contested} order by rowid)]""")

    def repeat(self, seed: int, percent: int) -> None:
        """Add copies of a share of the rows, some of them twice, at the end of each extract that knows no equal lines."""
        for name in self.extract_columns().keys() - NEVER_REPEATED:
            for salt in (1, 2):
                self.connection.execute(f"insert into raw.{name} select * from pristine.{name} where hash(rowid, {seed}, {salt}) % 100 < {percent}")

    def add_clashes(self, seed: int) -> int:
        """Give half the rows of each extract with a natural key a rival that must lose to it; returns how many lose to a row.

        A rival has the key of the row and the values of another: an earlier line, or one of an earlier reporting term where
        the key doesn't say the term. After the row stands one that can't be used.
        """
        rivals = 0
        for name, key in natural_keys().items():
            others = [column for column in self.extract_columns()[name] if column not in key]
            if not key:
                continue
            selected = ", ".join(
                ["row." + column for column in key]
                + [{"reporting_year": "'1920'", "term_id": "'1E'"}.get(column, f"other.{column}") + f" as {column}" for column in others]
            )
            run = self.connection.execute
            run(f"""
                create or replace temp table numbered as select *, rowid as n, row_number() over (order by hash(rowid, {seed})) as place from pristine.{name};
                create or replace temp table rivals as
                select {selected} from numbered as row inner join numbered as other on other.place = row.place + 1
                where row.place % 2 = 0 and ({" or ".join(f"row.{column} is distinct from other.{column}" for column in others)});
                create or replace table raw.{name} as select {", ".join(self.extract_columns()[name])} from rivals;
                insert into raw.{name} from pristine.{name}""")
            rivals += self.rows("select count(*) from rivals")[0][0]
            if "fleid" in others:
                run(f"insert into raw.{name} select * replace ('FL1' as fleid) from rivals")
        return rivals

    def rename_ids(self, seed: int) -> None:
        """Give every id another one, unlike any of the old, that keeps its place in the order of the text; persons and names
        any other. `renamed(kind, id)` is the new one."""
        self.connection.execute("create or replace temp table labels (kind varchar, id varchar, label varchar)")
        for kind, columns in IDS.items():
            found = " union ".join(f"select {column} as id from pristine.{name}" for column in columns for name in self.extracts_with(column))
            order = f"hash(id, {seed})" if kind in ("fleid", "name") else "id"
            label = "'FL' || lpad(place::varchar, 12, '0')" if kind == "fleid" else f"format('X{{:06d}}-{{}}', 7 * place, hash(id, {seed}) % 1000)"
            self.connection.execute(f"""
                insert into labels select '{kind}', id, {label} from (select id, row_number() over (order by {order}) as place from ({found}))
                where id is not null and id <> 'STATE' and id not in (select program_cip from reference.nrs_programs)""")
        self.connection.execute("""
            create or replace temp macro renamed(of_kind, old) as coalesce((select label from labels where kind = of_kind and id = old), old)""")
        for name, columns in self.extract_columns().items():
            named = {column: f"renamed('{kind}', {column})" for kind, of_kind in IDS.items() for column in of_kind if column in columns}
            if named:
                replaced = ", ".join(f"{sql} as {column}" for column, sql in named.items())
                self.connection.execute(f"create or replace table raw.{name} as select * replace ({replaced}) from raw.{name}")

    def shift_years(self) -> None:
        """Move every date, reporting year and quarter by four years, so that February 29 stays one; the rows of rules that
        begin after the first loaded year, end, or name a reporting year move along."""
        for name, columns in self.extract_columns().items():
            moved = {column: f"{column}[:4] || ({column}[5:]::integer + {YEARS})" for column in columns if column.endswith("_date")}
            moved |= {column: f"({column}[:4]::integer + {YEARS}) || {column}[5:]" for column in columns if column == "year_quarter"}
            moved |= {column: f"({column}::integer + {101 * YEARS})::varchar" for column in columns if column == "reporting_year"}
            if moved:
                replaced = ", ".join(f"{sql} as {column}" for column, sql in moved.items())
                self.connection.execute(f"create or replace table raw.{name} as select * replace ({replaced}) from raw.{name}")
        first_year = self.rows("select min(program_year) from before.pop_student_file")[0][0]
        for relation in [relation for relation, (_, types) in self.project.seeds.items() if "effective_to" in types]:
            self.connection.execute(f"update {relation} set effective_from = effective_from + {YEARS} where effective_from > {first_year}")
            self.connection.execute(f"update {relation} set effective_to = effective_to + {YEARS} where effective_to is not null")
        self.connection.execute(f"update reference.rule_codes set code = code::integer + {101 * YEARS} where rule_list like '%_reporting_year'")

    def add_copies(self, persons: str, number: int, changes: dict[str, str] | None = None, without: str | None = None) -> None:
        """Append the rows of persons (a query of FLEIDs) as the numbered strangers, under student ids that nobody has, some columns
        changed, without an extract."""
        new = {"fleid": stranger("fleid", number), "student_id": f"'D{number}' || student_id", **(changes or {})}
        for name in self.extracts_with("fleid"):
            if name != without:
                selected = ", ".join(f"{new[column]} as {column}" if column in new else column for column in self.extract_columns()[name])
                self.connection.execute(f"insert into raw.{name} select {selected} from pristine.{name} where fleid in ({persons})")

    def add_agencies(self, count: int, letter: str, same_persons: bool) -> None:
        """Append some agencies of the state `other`, one of each type first, under ids of their own.

        With the same persons only what an agency reports comes along: what is found for a FLEID (employment, awards) is
        the person's in every agency, so that it would change the others for a reason. `other` uses the FLEIDs of this state.
        """
        names = tuple(["013", "103", "901", "006", "106", "902", "050"][:count])
        as_stranger = f"{stranger('fleid', 1)} as fleid"
        for name, columns in self.extract_columns().items():
            if "agency_id" in columns:
                replaced = f"'{letter}' || agency_id as agency_id" + ("" if same_persons or "fleid" not in columns else f", {as_stranger}")
                self.connection.execute(f"insert into raw.{name} select * replace ({replaced}) from other.{name} where agency_id in {names}")
            elif "fleid" in columns and not same_persons:
                self.connection.execute(f"insert into raw.{name} select * replace ({as_stranger}) from other.{name}")


@pytest.fixture(scope="module")
def state(compiled: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> State:
    """The small state, with another one of the same persons beside it in the schema `other`."""
    folder, other = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("other")
    generate(folder, students=60, seed=21, dirt=False)
    generate(other, students=60, seed=22, dirt=False)
    state = State(compiled, folder)
    state.load(other)
    stir(state)
    state.connection.execute("create schema other")
    for name in state.extract_columns():
        state.connection.execute(f"create table other.{name} as from raw.{name}")
    return state


def test_the_state_has_people_and_no_repeated_row(state: State) -> None:
    """The properties below start from a state without key clashes, and say nothing about an empty one."""
    for name, key in natural_keys().items():
        if name not in NEVER_REPEATED:
            columns = ", ".join(key or state.extract_columns()[name])
            assert state.rows(f"select {columns} from pristine.{name} group by {columns} having count(*) > 1") == [], name
    counted = {table for (table,) in state.rows("select distinct table_id from before.nrs_cells where value > 0")}
    assert counted == {table for (table,) in state.rows("select distinct table_id from before.nrs_cells")}


@few
@given(seed=SEEDS)
def test_order_of_the_rows_changes_nothing(state: State, seed: int) -> None:
    state.restore()
    state.shuffle(seed)
    state.build()
    assert state.changes() == []


@few
@given(seed=SEEDS, percent=st.integers(min_value=10, max_value=90))
def test_repeated_rows_change_nothing(state: State, seed: int, percent: int) -> None:
    state.restore()
    state.repeat(seed, percent)
    state.shuffle(seed)
    state.build()
    repeated = state.rows("select count(*) from staging.base_fcs__repeated_records where disposition = 'duplicate'")[0][0]
    added = sum(state.rows(f"select (select count(*) from raw.{n}) - (select count(*) from pristine.{n})")[0][0] for n in state.extract_columns())
    assert repeated == added > 0
    assert state.changes() == []


@few
@given(seed=SEEDS)
def test_rows_that_lose_a_clash_change_nothing_wherever_they_stand(state: State, seed: int) -> None:
    """Of two rows with one key the latest reporting term wins, else the later line (extract contract), and one that can't be
    used is out before (R60): nothing else of the order counts, and what loses is as if it weren't there."""
    state.restore()
    rivals = state.add_clashes(seed)
    state.shuffle(seed, keeps_clashes=True)
    state.build()
    superseded = state.rows("select count(*), count(distinct extract_name) from staging.base_fcs__repeated_records where disposition = 'superseded'")
    assert superseded == [(rivals, 6)] and rivals > 100
    assert state.changes() == []


@few
@given(seed=SEEDS)
def test_other_ids_change_nothing_else(state: State, seed: int) -> None:
    """Every id of agencies, students, courses, sections, tests, programs and persons: nothing hangs on what one says."""
    state.restore()
    state.rename_ids(seed)
    for column in ("agency_id", "student_id", "fleid", "course_id", "section_id", "pre_test_id_1", "iet_program_number"):
        kept = f"select count(*), (select count(*) from pristine.course_enrollments where {column} is not null) > 0 from raw.course_enrollments"
        assert state.rows(f"{kept} semi join pristine.course_enrollments using ({column})") == [(0, True)]
    state.build()
    scope = "renamed('agency_id', scope_id) as scope_id"
    assert state.differences(CELLS, f"select * replace ({scope}) from before.nrs_cells") == []
    named = {"agency_id": "agency_id", "student_id": "student_id", "person_id": "fleid", "last_name": "name", "first_name": "name"}
    renamed = ", ".join([scope, *(f"renamed('{kind}', {column}) as {column}" for column, kind in named.items())])
    assert state.differences(STUDENT_FILE, f"select * replace ({renamed}) from before.pop_student_file") == []


def test_four_years_later_everything_is_the_same(state: State, compiled_for_any_year: CompiledProject) -> None:
    """No rule reads a year but from its rows: whatever happens to the same people four years later gives the same report."""
    state.connection.begin()
    project = state.project
    try:
        state.restore()
        state.shift_years()
        state.project = compiled_for_any_year.of_year(2023 + YEARS).needed_for(READ)
        state.build()
        later = f"program_year + {YEARS} as program_year"
        assert state.differences(CELLS, f"select * replace ({later}) from before.nrs_cells") == []
        dates = [name for name, sql_type, *_ in state.rows("describe before.pop_student_file") if sql_type == "DATE"]
        moved = [f"cast({name} + interval {YEARS} year as date) as {name}" for name in dates]
        moved += [later, f"({YEARS} + exit_quarter[:4]::integer) || exit_quarter[5:] as exit_quarter"]
        assert len(dates) == 11
        assert state.differences(STUDENT_FILE, f"select * replace ({', '.join(moved)}) from before.pop_student_file") == []
    finally:
        state.connection.rollback()
        state.project = project


@few
@given(count=st.integers(min_value=2, max_value=7), seed=SEEDS)
def test_added_agencies_change_no_other_agency(state: State, count: int, seed: int) -> None:
    """Agencies with the persons of this state (M), and agencies with persons of their own (N)."""
    state.restore()
    state.add_agencies(count, "M", same_persons=True)
    state.add_agencies(count, "N", same_persons=False)
    for letter, is_shared in (("M", True), ("N", False)):
        shared = f"select count(*) > 0 from raw.course_enrollments semi join pristine.course_enrollments using (fleid) where agency_id like '{letter}%'"
        assert state.rows(shared) == [(is_shared,)]
    state.shuffle(seed)
    state.build()
    assert state.rows("select count(distinct scope_id[1]) from marts.nrs_cells where scope = 'agency' and scope_id[1] in ('M', 'N') and value > 0") == [(2,)]
    for relation in (CELLS, STUDENT_FILE):
        name = relation.split(".")[1]
        kept = f"from {relation} where scope = 'agency' and scope_id[1] not in ('M', 'N')"
        state.connection.execute(f"create or replace temp table kept as {kept}")
        assert state.differences("kept", f"from before.{name} where scope = 'agency'") == []


@few
@example(seed=0, percent=100)
@given(seed=SEEDS, percent=st.integers(min_value=10, max_value=50))
def test_a_copied_person_adds_what_the_person_is_counted_for(state: State, seed: int, percent: int) -> None:
    """The same rows under another FLEID and student ids are another person: every count grows by the person's own members. With
    everybody copied, none can be taken for another unnoticed."""
    state.restore()
    drawn = f"select distinct person_id from before.members where hash(person_id, {seed}) % 100 < {percent}"
    state.add_copies(drawn, 1)
    state.build()
    expected = f"""
        select cells.* replace (cells.value + coalesce(members, 0) as value)
        from before.nrs_cells as cells
        semi join counts using (table_id, row_code, column_code)
        left join (
            select * exclude (person_id, members), sum(members) as members from before.members where person_id in ({drawn}) group by all
        ) as copied using (program_year, scope, scope_id, table_id, row_code, column_code)"""
    state.connection.execute("create or replace temp table counts as from marts.nrs_form_cells where measure = 'count'")
    state.connection.execute(f"create or replace temp table kept as from {CELLS} semi join counts using (table_id, row_code, column_code)")
    growing = f"({expected}) anti join before.nrs_cells using (scope, scope_id, table_id, row_code, column_code, value)"
    assert state.rows(f"select count(*) > 100 from {growing}") == [(True,)]
    assert state.differences("kept", expected) == []


RACES = ("hispanic", "white", "black", "asian", "american_indian", "pacific_islander")
EXCLUDED: dict[str, tuple[dict[str, str], str | None]] = {
    "no_demographic_record": ({}, "demographics"),
    "no_valid_birth_date": ({"birth_date": "null"}, None),
    "no_valid_race": (dict.fromkeys(RACES, "'N'"), None),
    "under_16": ({"birth_date": "'01312013'"}, None),
    "no_valid_efl": ({"efl": "null", "program_cip": "'1532010100'"}, None),
}


def test_excluded_persons_change_nothing(state: State) -> None:
    """R8: whoever lacks what the report needs is in no table, whatever else is known. One person for each reason."""
    state.restore()
    for number, (changes, without) in enumerate(EXCLUDED.values(), start=1):
        state.add_copies(f"select '{state.person}'", number, changes, without)
    state.build()
    for number, reason in enumerate(EXCLUDED, start=1):
        person = f"person_id = {stranger(repr(state.person), number)} and scope = 'state' and program_year = 2023"
        assert (reason,) in state.rows(f"select reason from restricted.exclusions where {person}")
    assert state.changes() == []


def test_order_parts_and_repeated_rows_of_laces_files_change_nothing(tmp_path: Path) -> None:
    """Mississippi's files: whole; in any order and two parts; the same with a third of the rows in both parts. Equal lines of
    personnel and grants are different things (extract contract), so they are not repeated."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    generate_laces_extracts.generate(whole, contract.State.MS, students=200, seed=21, dirt=False)
    lines = {file.stem: duckdb.read_csv(str(file), header=True, all_varchar=True).project("*, row_number() over () as n") for file in whole.glob("*.csv")}

    def write(first: str, copied: str, order: str) -> int:
        """Write the rows into two parts, those `copied` into both; returns how many are."""
        copies = 0
        for name, rows in lines.items():
            in_both = "false" if name in NEVER_REPEATED else copied
            copies += rows.filter(in_both).shape[0]
            for number, share in enumerate((first, f"not {first}"), start=1):
                rows.filter(f"{share} or {in_both}").order(order).project("* exclude (n)").write_csv(str(parts / name / f"{number}.csv"), header=True)
        return copies

    for name in lines:
        (parts / name).mkdir(parents=True)
    write("true", copied="false", order="n")
    warehouse = MemoryWarehouse(compile_project(tmp_path / "compiled", "MS", parts).of_year(2023).needed_for(READ_LACES))

    def built() -> list[tuple[int, str]]:
        """The digests of the cells and of the student-level file, built from what the files hold."""
        warehouse.build()
        digests = warehouse.digests()
        return [digests[CELLS], digests[STUDENT_FILE]]

    before = built()
    assert warehouse.rows(f"select count(*) > 100 from {CELLS} where value > 0") == [(True,)]
    for copied in ("false", "n % 3 = 0"):
        copies = write("hash(n) % 2 = 0", copied, order="hash(n, 1)")
        assert (copies > 1000) == (copied != "false")
        assert built() == before
        assert warehouse.rows("select count(*) from staging.base_laces__repeated_records where disposition = 'duplicate'") == [(copies,)]


@pytest.mark.parametrize("record_system", ["fcs", "laces"])
def test_threads_change_no_row(request: pytest.FixtureRequest, tmp_path: Path, record_system: str) -> None:
    """Every relation, with faulty rows and suppressed cells: which of two rows wins must not hang on which thread came first.
    Those of LACES read their files, and number the records, by as many threads."""
    extracts = tmp_path / "extracts"
    if record_system == "fcs":
        compiled = request.getfixturevalue("compiled")
        generate(extracts, students=60, seed=23)
    else:
        generate_laces_extracts.generate(extracts, contract.State.MS, students=60, seed=23)
        compiled = compile_project(tmp_path / "compiled", "MS", extracts).of_year(2023)
    results = []
    for threads in (1, 4):
        warehouse = MemoryWarehouse(compiled, threads=threads)
        if threads > 1:
            # A small table is one thread's work otherwise, and the test could not fail.
            warehouse.connection.execute("pragma verify_parallelism")
        if record_system == "fcs":
            warehouse.load(extracts)
            stir(warehouse)
        warehouse.build(with_suppression=True)
        results.append(warehouse.digests())
    one, four = results
    assert {model.relation for model in compiled.models} <= one.keys()
    full = ("restricted.rejected_rows", "restricted.exclusions", "restricted.nrs_cell_members", "intermediate.int_suppressed_cells")
    assert all(one[relation][0] for relation in full)
    assert {relation for relation in one.keys() | four.keys() if one.get(relation) != four.get(relation)} == set()
