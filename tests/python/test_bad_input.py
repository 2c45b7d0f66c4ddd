"""Bad input: a file that can't be read stops the run before anything is built, a bad value doesn't; nothing is silent.

Extracts are mended by hand, at night, under a deadline: every fault of every file must be named in one run, with its
place and what to do; and the last good warehouse must stay what it was.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from generate_extracts import generate
from harness import PROJECT, dbt_build, file_contents, read_table, write_table

# Files are checked before the first node; one small seed is enough to get there.
FILE_CHECK = ("--select", "rulings")


def on_line(number: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """A change of one line (1 = the header) of a file."""

    def changed(content: bytes) -> bytes:
        lines = content.split(b"\n")
        lines[number - 1] = change(lines[number - 1])
        return b"\n".join(lines)

    return changed


def on_every_line(change: Callable[[int, bytes], bytes]) -> Callable[[bytes], bytes]:
    """A change of each line of a file, by number."""
    return lambda content: b"".join(change(n, line) + b"\n" for n, line in enumerate(content.splitlines(), 1))


@dataclass(frozen=True)
class FileFault:
    """A fault of a whole file or of a line: how it is put in, and what the message must say of it."""

    extract: str
    change: Callable[[bytes], bytes] | None
    line: int | None
    said: str
    remedy: str

    def put_in(self, folder: Path) -> None:
        file = folder / f"{self.extract}.csv"
        if self.change is None:
            file.unlink()
        else:
            file.write_bytes(self.change(file.read_bytes()))

    def named_in(self, message: str) -> list[str]:
        """The lines of a message that name the fault: file, line, what is wrong, remedy."""
        place = rf"{self.extract}\.csv: " + (f"line {self.line}: " if self.line else "")
        return [line for line in message.splitlines() if re.search(rf"{place}.*{self.said}.*{self.remedy}", line)]


FILE_FAULTS = {
    "missing file": FileFault("grants", None, None, "missing", "Add the file"),
    "missing column": FileFault("agencies", on_every_line(lambda _, line: line.rpartition(b",")[0]), 1, "missing column.* ielce_grantee", "Add the column"),
    "name written otherwise": FileFault(
        "family_literacy",
        on_line(1, lambda line: line.replace(b"reporting_year", b"Reporting Year")),
        1,
        "missing column.* reporting_year",
        "Write the name in place 2 as reporting_year",
    ),
    "column twice": FileFault(
        "completions", on_every_line(lambda n, line: line + (b",ocp_code" if n == 1 else b",A")), 1, "ocp_code .*more than once", "Keep one"
    ),
    "empty file": FileFault("iet_programs", lambda _: b"", 1, "empty", "Add the header line: reporting_year,"),
    "not UTF-8": FileFault("demographics", on_line(4, lambda line: line.replace(b",Y,", b",\xe9,", 1)), 4, "not UTF-8", "Export the file as UTF-8"),
    "too few fields": FileFault("course_enrollments", on_line(5, lambda line: line.rpartition(b",")[0]), 5, "fewer fields", "Complete the line"),
    "too many fields": FileFault("tests", on_line(8, lambda line: line + b",9"), 8, "more fields", "Quote the field"),
    "open quote": FileFault("course_sections", on_line(6, lambda line: line.replace(b",", b',"', 1)), 6, "quote is not closed", "Close it"),
}

# Record, column, value as it comes, reason, action; in records that have no other fault.
ODD_TEXT = "FL'); drop table raw.tests; -- \";"
CONTROL_TEXT = "FL\x1e12\x1frejected\x1fsex\x1eX"
BAD_VALUES = {
    "course_enrollments": [
        (3, "entry_date", "02302023", "not_a_date", "rejected"),
        (4, "exit_date", "07011999", "before_entry_date", "rejected"),
        (5, "section_hours", "-4", "not_hours", "rejected"),
        (6, "section_hours", "twelve", "not_hours", "rejected"),
        (7, "section_hours", "", "blank_hours_counted_as_0", "value_ignored"),
        (8, "fleid", " FL12 ", "malformed_fleid", "rejected"),
        (9, "agency_id", "777", "unknown_agency", "rejected"),
        (10, "efl_subject_1", "@", "unknown_code", "value_ignored"),
        (11, "term_id", "9E", "not_a_term", "rejected"),
        (12, "fleid", ODD_TEXT, "malformed_fleid", "rejected"),
        (13, "fleid", CONTROL_TEXT, "malformed_fleid", "rejected"),
        (14, "hours_type", ODD_TEXT, "unknown_code", "value_ignored"),
        # Two faults of one record are two rows.
        (15, "reporting_year", "2325", "not_a_reporting_year", "rejected"),
        (15, "hours_type", "k", "unknown_code", "value_ignored"),
    ],
    "demographics": [
        (5, "birth_date", "1999-12-31", "not_a_date", "rejected"),
        (6, "sex", "f", "unknown_code", "value_ignored"),
        (7, "student_id", "  ", "blank", "rejected"),
    ],
    "tests": [(2, "test_date", "00002023", "not_a_date", "rejected"), (3, "score", "n/a", "not_a_number", "value_ignored")],
    "employment": [(2, "year_quarter", "2023Q5", "not_a_quarter", "rejected"), (3, "wages", "$1,200", "not_a_number", "value_ignored")],
    "postsecondary_credentials": [(1, "credential_type", "PHD", "unknown_code", "rejected")],
    "personnel": [(4, "headcount", "many", "not_a_number", "value_ignored")],
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    generate(folder, students=60, seed=31, dirt=False)
    return folder


@pytest.fixture(scope="module")
def unreadable(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every fault of a file at once, each in another file."""
    folder = tmp_path_factory.mktemp("unreadable")
    shutil.copytree(good, folder, dirs_exist_ok=True)
    for fault in FILE_FAULTS.values():
        fault.put_in(folder)
    return folder


@pytest.fixture(scope="module")
def bad_values(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with bad values, and a line break inside a quoted name, from which on records and lines part."""
    folder = tmp_path_factory.mktemp("bad_values")
    shutil.copytree(good, folder, dirs_exist_ok=True)
    for extract, faults in BAD_VALUES.items():
        file = folder / f"{extract}.csv"
        header, *records = read_table(file)
        for record, column, value, _, _ in faults:
            records[record - 1][header.index(column)] = value
        if extract == "demographics":
            records[1][header.index("last_name")] = "Two\nlines"
        write_table(file, [header, *records])
    return folder


@dataclass(frozen=True)
class Report:
    """A run of the command line: exit code, what it printed, and the state of the warehouse's folder before and after."""

    code: int
    printed: str
    before: dict[str, bytes]
    after: dict[str, bytes]


def reports(*runs: tuple[Path, Path, int]) -> Iterator[Report]:
    """Run `nrs.py report` for (warehouse, extracts, program year), all at the same time: each is mostly one core's work."""
    before = [file_contents(warehouse.parent) for warehouse, _, _ in runs]
    command = [sys.executable, str(PROJECT / "scripts" / "nrs.py"), "report"]
    started = [
        subprocess.Popen(
            [*command, "--extracts", str(extracts), "--program-year", str(program_year)],
            env={**os.environ, "NRS_WAREHOUSE": str(warehouse), "COLUMNS": "1000"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for warehouse, extracts, program_year in runs
    ]
    for (warehouse, _, _), process, files in zip(runs, started, before, strict=True):
        printed, _ = process.communicate()
        yield Report(process.returncode, printed, files, file_contents(warehouse.parent))


@pytest.fixture(scope="module")
def warehouses(kept_parse: None, bad_values: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two warehouses of the same extracts, bad values and all, each with the forms beside it."""
    first, second = (tmp_path_factory.mktemp(name) / "nrs.duckdb" for name in ("first", "second"))
    for report in reports((first, bad_values, 2023), (second, bad_values, 2023)):
        assert report.code == 0, report.printed
        assert not any(".build-" in file for file in report.after)
    return first, second


@pytest.fixture(scope="module")
def failed_reports(warehouses: tuple[Path, Path], good: Path, unreadable: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    """Reports that fail over copies of a good warehouse: at the files, and in the middle of the build."""
    copies = []
    for name in ("over_unreadable", "over_no_rule"):
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(warehouses[0].parent, folder, symlinks=True, dirs_exist_ok=True)
        copies.append(folder / warehouses[0].name)
    at_files, at_rules = reports((copies[0], unreadable, 2023), (copies[1], good, 1999))
    return at_files, at_rules


def test_every_file_that_cannot_be_read_is_named_in_one_run(unreadable: Path, tmp_path: Path) -> None:
    run = dbt_build(tmp_path, unreadable)
    assert not run.is_success
    assert {name: len(fault.named_in(run.message)) for name, fault in FILE_FAULTS.items()} == dict.fromkeys(FILE_FAULTS, 1), run.message
    assert "Nothing was built" in run.message
    with run.connect() as con:
        assert con.execute("select table_schema, table_name from information_schema.tables").fetchall() == []


@pytest.mark.parametrize("name", FILE_FAULTS)
def test_file_fault_alone_is_the_only_one_named(name: str, good: Path, tmp_path: Path) -> None:
    """A fault that is named only beside others, or twice, or that drags others along, sends people to the wrong place."""
    folder = tmp_path / "extracts"
    shutil.copytree(good, folder)
    FILE_FAULTS[name].put_in(folder)
    run = dbt_build(tmp_path / "run", folder, *FILE_CHECK)
    assert not run.is_success
    assert len(FILE_FAULTS[name].named_in(run.message)) == 1, run.message
    assert len(re.findall(r"^\s*- ", run.message, re.MULTILINE)) == 1, run.message


def test_lines_of_one_file_are_each_named_once(good: Path, tmp_path: Path) -> None:
    """Several in one part of several: a line that lacks three fields, or has two too many, is one line to mend."""
    folder = tmp_path / "extracts"
    shutil.copytree(good, folder)
    parts = folder / "course_enrollments"
    parts.mkdir()
    content = (folder / "course_enrollments.csv").read_bytes()
    (folder / "course_enrollments.csv").rename(parts / "a_whole.csv")
    for number, change in {
        3: lambda line: line.rsplit(b",", 3)[0],
        5: lambda line: line + b",8,9",
        9: lambda line: line.replace(b",", b"\xff,", 1),
    }.items():
        content = on_line(number, change)(content)
    (parts / "b_faulty.csv").write_bytes(content)
    run = dbt_build(tmp_path / "run", folder, *FILE_CHECK)
    assert not run.is_success
    named = re.findall(r"^\s*- (\S+): line (\d+): ", run.message, re.MULTILINE)
    assert named == [("course_enrollments/b_faulty.csv", line) for line in ("3", "5", "9")], run.message


def test_comma_without_quotes_is_a_field_too_many(good: Path, tmp_path: Path) -> None:
    """Also where the last field is blank, as it mostly is: the values would move to the columns beside theirs, unseen."""
    folder = tmp_path / "extracts"
    shutil.copytree(good, folder)
    file = folder / "demographics.csv"
    header, *records = read_table(file)
    records[2][-1] = ""
    write_table(file, [header, *records])
    name = records[2][header.index("last_name")].encode()
    file.write_bytes(on_line(4, lambda line: line.replace(name, name + b", Jr.", 1))(file.read_bytes()))
    assert len(read_table(file)[3]) == len(header) + 1
    run = dbt_build(tmp_path / "run", folder, *FILE_CHECK)
    assert re.search(r"demographics\.csv: line 4: .*more fields", run.message), run.message or "the line was read"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda content: content.decode().encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(lambda content: content.replace(b"agency_name", b"agency_nam\xe9", 1), "UTF-8", id="header not UTF-8"),
        pytest.param(lambda _: b"\n", "(empty|missing column).* Add the", id="blank line only"),
    ],
)
def test_header_that_is_none_is_named(change: Callable[[bytes], bytes], said: str, good: Path, tmp_path: Path) -> None:
    """What spreadsheets save when asked for text: an error of the engine's would say neither file nor remedy."""
    folder = tmp_path / "extracts"
    shutil.copytree(good, folder)
    (folder / "grants.csv").unlink()
    file = folder / "agencies.csv"
    file.write_bytes(change(file.read_bytes()))
    run = dbt_build(tmp_path / "run", folder, *FILE_CHECK)
    assert not run.is_success
    assert re.search(rf"agencies\.csv: line 1: .*{said}", run.message), run.message
    assert FILE_FAULTS["missing file"].named_in(run.message), run.message


def test_column_without_a_name_is_ignored_and_said(good: Path, tmp_path: Path) -> None:
    """A comma at the end of every line, as some exports write it."""
    folder = tmp_path / "extracts"
    shutil.copytree(good, folder)
    file = folder / "agencies.csv"
    file.write_bytes(on_every_line(lambda _, line: line + b",")(file.read_bytes()))
    run = dbt_build(tmp_path / "run", folder, *FILE_CHECK)
    assert run.is_success, run.message
    assert re.search(r"column \(without a name\) is not in the contract and was ignored.* agencies\.csv", run.log)


def test_report_over_unreadable_files_leaves_the_warehouse(failed_reports: tuple[Report, Report]) -> None:
    report, _ = failed_reports
    assert report.code == 1
    assert report.before == report.after
    assert {name: len(fault.named_in(report.printed)) for name, fault in FILE_FAULTS.items()} == dict.fromkeys(FILE_FAULTS, 1), report.printed


def test_report_for_a_year_without_rules_leaves_the_warehouse(failed_reports: tuple[Report, Report]) -> None:
    """The parameter that has no row, and the seed to put it in; half a build is no report."""
    _, report = failed_reports
    assert report.code == 1
    assert report.before == report.after
    assert re.search(r"No rule in force in program year 1999 for pop_minimum_hours .*seeds/rules/rule_parameters\.csv", report.printed), report.printed


def without_controls(text: str) -> str:
    """Text with its control characters as blanks: what matters is that they split nothing."""
    return re.sub(r"[\x00-\x1f]", " ", text)


def test_bad_values_are_shown_as_they_came(warehouses: tuple[Path, Path]) -> None:
    with duckdb.connect(str(warehouses[0]), read_only=True) as con:
        found = con.execute("select extract_name, source_file, record_number, column_name, value, reason, action from restricted.rejected_rows").fetchall()
        rejected = con.execute("select extract_name, record_number from restricted.input_disposition where disposition = 'rejected'").fetchall()
        records = dict(con.execute("select extract_name, count(*) from restricted.input_disposition group by all").fetchall())
    # Clean extracts hold blank hours all the same.
    rest = {(name, record) for name, faults in BAD_VALUES.items() for record, *_ in faults}
    put_in = [(row[0], row[1], row[2], row[3], without_controls(row[4]), *row[5:]) for row in found if (row[0], row[2]) in rest]
    expected = [
        (name, f"{name}.csv", record, column, without_controls(value), reason, action)
        for name, faults in BAD_VALUES.items()
        for record, column, value, reason, action in faults
    ]
    assert sorted(put_in) == sorted(expected)
    assert {row[5] for row in found if (row[0], row[2]) not in rest} <= {"blank_hours_counted_as_0"}
    assert set(rejected) == {(name, record) for name, faults in BAD_VALUES.items() for record, *_, action in faults if action == "rejected"}
    assert len(records) == 21


def test_record_numbers_count_records_not_lines(warehouses: tuple[Path, Path], bad_values: Path) -> None:
    """A line break inside a name (record 2) moves the lines after it, not the records; and no record is lost."""
    assert b'"Two\nlines"' in (bad_values / "demographics.csv").read_bytes()
    with duckdb.connect(str(warehouses[0]), read_only=True) as con:
        counts = con.execute("select extract_name, count(*), min(record_number), max(record_number) from restricted.input_disposition group by all").fetchall()
    for name, count, first, last in counts:
        assert (count, first, last) == (len(read_table(bad_values / f"{name}.csv")) - 1, 1, count), name


def test_report_twice_gives_the_same_warehouse(warehouses: tuple[Path, Path]) -> None:
    """Every table and view, row for row: a report that differs by the day can't be defended. Only the manifest says when."""
    relations = "select table_schema, table_name from information_schema.tables where table_name <> 'build_manifest' order by all"
    with duckdb.connect(str(warehouses[0]), read_only=True) as one, duckdb.connect(str(warehouses[1]), read_only=True) as other:
        names = one.execute(relations).fetchall()
        assert names == other.execute(relations).fetchall()
        assert {"staging", "intermediate", "marts", "restricted", "reference"} <= {schema for schema, _ in names}
        for schema, name in names:
            query = f'select * from "{schema}"."{name}" order by all'
            assert one.execute(query).fetchall() == other.execute(query).fetchall(), name
    forms = [{file.name: file.read_bytes() for file in (warehouse.parent / "forms" / "2023").iterdir()} for warehouse in warehouses]
    assert forms[0] == forms[1]
    assert forms[0]
