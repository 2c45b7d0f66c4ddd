"""Hostile contents through dbt: kept as they came, or named as a fault; never run, never lost, within bounded memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from building import write_forms
from generate_extracts import generate
from harness import PROJECT, DbtRun, dbt_build, read_table, write_table
from spreadsheet import spreadsheet_safe, spreadsheet_safe_sql

NAMES = [
    "NUL \x00 inside", "'); drop table staging.base_fcs__tests; --", "{{ 7*7 }} {% raise %} {# x #}",
    "\u202eRTL \u200bzero\u0301 \U0001f600 \u2028 \x85", '=cmd|"/C calc"!A0',
    'quote " inside', "two\nlines", "two\r\nlines", "../../etc/passwd", "%s {0} $1 \\", "x" * 4_100_000, "null", "-1", "@SUM(1)", "\tTab",
]  # fmt: skip
# Wages that are no plain decimals, and what is made of them: nothing.
NUMBERS = ["1e999", "99999999999999999999", "NaN", "Infinity", "-0", "0x1F", "1_000", "١٢"]
DATES = ["02302024", "00000000", "99999999", "13012024", "02292023", "0101202", "\uff11\uff12\uff13\uff11\uff12\uff10\uff12\uff13"]
PART_NAMES = [
    "a*b.csv",
    "aXb.csv",
    "p[1].csv",
    "p1.csv",
    "q?.csv",
    "-x.csv",
    "it's; drop table x--.csv",
    "é\U0001f600.csv",
    "x" * 250 + ".csv",
    "{{ 7*7 }}.csv",
]
COLUMN_NAMES = ["{{ 7*7 }}", "{% raise %}", "it's; drop table x--", 'a "quoted" name', "null", "", "source_path", *(f"extra_{n}" for n in range(800))]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    generate(folder, students=30, seed=31, dirt=False)
    return folder


def put(records: list[list[str]], column: int, values: list[str]) -> None:
    """Write values over those of the first records."""
    for record, value in zip(records, values, strict=False):
        record[column] = value


def as_typed_parquet(file: Path, replaced: str) -> None:
    """A CSV file as parquet, some of its columns replaced by an expression."""
    with duckdb.connect() as con:
        con.read_csv(str(file), all_varchar=True).project(f"* replace ({replaced})").write_parquet(str(file.with_suffix(".parquet")))
    file.unlink()


@pytest.fixture(scope="module")
def hostile(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything odd that is no fault, in a folder whose own name is odd."""
    folder = tmp_path_factory.mktemp("odd") / "it's [x] * agency_id=999" / "term_id=9E"
    folder.mkdir(parents=True)
    for source in good.glob("*.csv"):
        header, *records = read_table(source)
        if source.stem == "agencies":
            (folder / "agencies").mkdir()
            for number, name in enumerate(PART_NAMES):
                write_table(folder / "agencies" / name, [header, *records[number :: len(PART_NAMES)]])
            continue
        if source.stem == "demographics":
            put(records, header.index("last_name"), NAMES)
            put(records, header.index("birth_date"), [*[""] * len(NAMES), *DATES])
        if source.stem == "employment":
            put(records, header.index("wages"), NUMBERS)
        if source.stem == "grants":
            header = COLUMN_NAMES + header
            records = [["{{ 7*7 }}"] * len(COLUMN_NAMES) + record for record in records]
        write_table(folder / source.name, [header, *records])
    as_typed_parquet(folder / "hse_completions.csv", "strptime(completion_date, '%m%d%Y')::date as completion_date")
    as_typed_parquet(folder / "personnel.csv", "{'a': staff_function, 'b': [1, 2]} as staff_function, headcount::double as headcount")
    # One part has the ids as numbers, the other as text: read as the first, the second would be an error that quotes an id.
    header, *records = read_table(good / "tests.csv")
    (folder / "tests.csv").unlink()
    (folder / "tests").mkdir()
    write_table(folder / "tests" / "a.csv", [header, *records[:10]])
    write_table(folder / "tests" / "b.csv", [header, *records[10:]])
    as_typed_parquet(folder / "tests" / "a.csv", "student_id::bigint as student_id")
    as_typed_parquet(folder / "tests" / "b.csv", "'A' || student_id as student_id")
    return folder


@pytest.fixture(scope="module")
def run(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    run = dbt_build(tmp_path_factory.mktemp("run"), hostile, "--select", "code_lists", "path:models/staging/fcs/base")
    assert run.is_success, run.message
    return run


def values(run: DbtRun, extract: str, column: str) -> list[str]:
    with run.connect() as con:
        return [row[0] for row in con.execute(f"select {column} from staging.base_fcs__{extract} order by source_file, record_number").fetchall()]


def faults(run: DbtRun, extract: str) -> list[str]:
    """The faults of each record with one, as `column reason value`."""
    return [" ".join(fault.split("\x1f")[i] for i in (0, 1, 3)) for text in values(run, extract, "faults") if text for fault in text.split("\x1e") if fault]


def test_no_record_is_lost(run: DbtRun, good: Path) -> None:
    with run.connect() as con:
        for file in good.glob("*.csv"):
            assert con.execute(f"select count(*) from staging.base_fcs__{file.stem}").fetchall() == [(len(read_table(file)) - 1,)], file.stem


def test_text_is_kept_as_it_came(run: DbtRun) -> None:
    assert values(run, "demographics", "last_name")[: len(NAMES)] == NAMES


def test_patterns_in_names_of_parts_match_nothing_else(run: DbtRun, good: Path) -> None:
    """a*b.csv is a file: read as a pattern it would bring in aXb.csv a second time."""
    records = len(read_table(good / "agencies.csv")) - 1
    with run.connect() as con:
        counts = dict(con.execute("select source_file, count(*) from staging.base_fcs__agencies group by all").fetchall())
    assert counts == {f"agencies/{name}": len(range(number, records, len(PART_NAMES))) for number, name in enumerate(PART_NAMES)}


def test_folders_named_as_columns_are_no_columns(run: DbtRun, good: Path) -> None:
    """agency_id=999/ would be taken for a partition, and every record for agency 999's."""
    header, *records = read_table(good / "course_sections.csv")
    assert values(run, "course_sections", "agency_id") == [record[header.index("agency_id")] for record in records]


def test_numbers_and_dates_that_are_none_are_faults(run: DbtRun) -> None:
    assert [fault for fault in faults(run, "employment") if fault.startswith("wages")] == [f"wages not_a_number {value}" for value in NUMBERS]
    assert [fault for fault in faults(run, "demographics") if fault.startswith("birth_date")] == [f"birth_date not_a_date {value}" for value in DATES]


def test_parquet_of_other_types_is_read_as_text(run: DbtRun, good: Path) -> None:
    """A date is then not MMDDYYYY and rejected, with the value it was read as."""
    header, *records = read_table(good / "hse_completions.csv")
    dates = [record[header.index("completion_date")] for record in records]
    assert faults(run, "hse_completions") == [f"completion_date not_a_date {date[4:]}-{date[:2]}-{date[2:4]}" for date in dates]
    assert all("unknown_code {'a': " in fault for fault in faults(run, "personnel"))
    header, *records = read_table(good / "tests.csv")
    ids = [record[header.index("student_id")] for record in records]
    assert values(run, "tests", "student_id") == [str(int(i)) for i in ids[:10]] + [f"A{i}" for i in ids[10:]]


def with_header(file: Path, change: Callable[[bytes], bytes]) -> None:
    header, _, rest = file.read_bytes().partition(b"\n")
    file.write_bytes(change(header) + b"\n" + rest)


def test_hostile_files_are_named_within_bounded_memory(good: Path, tmp_path: Path) -> None:
    """Through the command line. dbt and the engine take some 300 MB by themselves; a field of 15 MB must not come on top often.

    A larger one is named at the door, before dbt (test_door.py).
    """
    folder = tmp_path / "extracts"
    folder.mkdir()
    for source in good.glob("*.csv"):
        (folder / source.name).write_bytes(source.read_bytes())
    with_header(folder / "grants.csv", lambda header: header + b',"two\nlines"')
    with_header(folder / "personnel.csv", lambda header: b"," * 500_000 + header)
    with_header(folder / "agencies.csv", lambda header: header.upper())
    with_header(folder / "completions.csv", lambda header: header.replace(b",", b";"))
    with_header(folder / "iet_programs.csv", lambda header: header.replace(b"program_cip", b"program\x00_cip"))
    with (folder / "tests.csv").open("ab") as file:
        file.write(b'"' + (b"a" * 999 + b"\n") * 15_000)
    expected = {
        "grants.csv: line 1: a column name holds a line break",
        "personnel.csv: line 1: the header has more than 1000 columns",
        "agencies.csv: line 1: missing column(s) agency_id, .*: the names are not in small letters",
        "completions.csv: line 1: missing column(s) agency_id, .*: the names are separated by another mark",
        "iet_programs.csv: line 1: missing column(s) program_cip. Found: .*, and other names in place 3",
    }
    # A child's peak begins with that of whoever starts it: so it is started by a small process, and not by this one.
    measured = "import resource, subprocess, sys; status = subprocess.run(sys.argv[1:]).returncode; "
    measured += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(status)"
    run = subprocess.run(
        [sys.executable, "-c", measured, sys.executable, str(PROJECT / "scripts" / "nrs.py"), "report", "--extracts", str(folder)],
        env={**os.environ, "NRS_WAREHOUSE": str(tmp_path / "out" / "nrs.duckdb")}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 1
    printed = run.stdout
    found = re.findall(r"^ *- (.*)$", printed, re.MULTILINE)
    # A field without an end has no one line: each line of it is named, up to the limit.
    long_field = [line for line in found if line.startswith("tests.csv: ")]
    assert long_field
    for fault in expected:
        assert sum(bool(re.match(re.escape(fault).replace(r"\.\*", ".*"), line)) for line in found) == 1, (fault, found)
    assert len(found) == len(expected) + len(long_field), found
    assert '{"file"' not in printed
    assert int(run.stderr.split()[-1]) < 1_500_000


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "x=1", "'x", "", " =1", " \uff1d1", None]
)
def test_formulas_are_text_in_a_spreadsheet(value: str | None) -> None:
    """The Python and the SQL of it agree."""
    starts_as_formula = bool(value) and value[0] in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
    assert spreadsheet_safe(value) == (f"'{value}" if starts_as_formula else value)
    with duckdb.connect() as con:
        assert con.execute(f"select {spreadsheet_safe_sql('v')} from (select cast(? as varchar) as v)", [value]).fetchone() == (spreadsheet_safe(value),)


def test_written_forms_hold_no_formula(tmp_path: Path) -> None:
    """An agency's id comes from the extracts, and ends up in the first columns of every form."""
    with duckdb.connect() as con:
        con.execute("create schema marts")
        con.execute("create table marts.nrs_table_x as select 2023 as program_year, 'agency' as scope, '=1+1' as scope_id, 1 as row_order, -5 as value")
        write_forms(con, tmp_path)
    assert read_table(tmp_path / "nrs_table_x.csv") == [["program_year", "scope", "scope_id", "row_order", "value"], ["2023", "agency", "'=1+1", "1", "-5"]]
