"""The commands of `nrs.py` on a state with LACES, for real: Mississippi's sample is built once, and each command is asked about it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import why
from contract import SAMPLES, State
from harness import PROJECT, file_contents
from nrs import app
from reading import Scope, open_warehouse
from store import WAREHOUSE
from typer.testing import CliRunner, Result

EXTRACTS = SAMPLES[State.MS]
COUNTED = re.compile(r": (\d+) record\(s\)")


def start(file: Path, *arguments: str) -> subprocess.CompletedProcess:
    """A command that runs dbt, in a process of its own."""
    command = [sys.executable, str(PROJECT / "scripts" / "nrs.py"), *arguments]
    return subprocess.run(command, env={**os.environ, "NRS_WAREHOUSE": str(file)}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that `report` puts in place."""
    path = tmp_path_factory.mktemp("ms") / WAREHOUSE
    done = start(path, "report", "--state", "MS", "--extracts", str(EXTRACTS))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NRS report, MS, program year 2023 (2023-24)" in done.stdout
    # So small a state has suppressed numbers that can be worked out.
    with duckdb.connect(str(path), read_only=True) as connection:
        (pinned,) = connection.execute("select count(*) from restricted.pinned_cells").fetchone()
    assert pinned and f"Look before you publish: {pinned} suppressed number(s)" in done.stdout
    return path


@pytest.fixture(scope="module")
def warehouse(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(file) as connection:
        yield connection


def run(file: Path, *arguments: str) -> Result:
    """A command that must succeed, in this process."""
    done = CliRunner().invoke(app, list(arguments), env={"NRS_WAREHOUSE": str(file), "COLUMNS": "300"})
    assert done.exit_code == 0, done.output
    return done


def test_report_writes_every_form_and_an_error_file_of_each_agency_with_faults(file: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    tables = warehouse.execute("select distinct concat('nrs_table_', lower(table_id), '.csv') from marts.nrs_cells").fetchall()
    assert {(form.name,) for form in (file.parent / "forms" / "2023").iterdir()} == set(tables)
    agencies = warehouse.execute(
        "select distinct agency_id from staging.stg_laces__agencies inner join restricted.record_findings using (agency_id)"
    ).fetchall()
    assert agencies
    written = {path.name for path in (file.parent / "current" / "errors").iterdir()}
    assert {f"errors_{agency}.csv" for (agency,) in agencies} <= written


def test_check_finds_what_the_build_found(file: Path, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    # Status 1 says that something is to be mended, as the build says.
    done = start(file, "check", str(EXTRACTS), "--state", "MS", "--json", "--errors-to", str(tmp_path))
    document = json.loads(done.stdout)
    # An unknown agency is none (docs/check.md).
    agency = "case when agency_id in (select agency_id from staging.stg_laces__agencies) then agency_id end"
    columns = f"finding, extract_name, {agency}, term, column_name, records"
    built = Counter(warehouse.execute(f"select {columns} from restricted.extract_findings").fetchall())
    keys = ("finding", "extract", "agency", "term", "column", "records")
    assert sum(built.values()) > 10
    assert Counter(tuple(finding[key] for key in keys) for finding in document["findings"]) == built
    assert document["errors"] == [] and done.returncode == int(bool(document["counts"]["stop"]))
    assert file_contents(tmp_path) == file_contents(file.parent / "current" / "errors")


@pytest.mark.parametrize(
    "persons",
    [
        "select fleid from intermediate.int_gains inner join intermediate.int_person_scopes using (person_key) where program_year = 2023",
        "select laces_id from staging.base_laces__attendance where is_rejected and laces_id is not null",
        "select laces_id from staging.base_laces__assessments where is_rejected and laces_id is not null",
        "select laces_id from staging.base_laces__outcomes where laces_id in (select fleid from intermediate.int_person_scopes)",
    ],
)
def test_why_tells_every_record_of_a_person(persons: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    (person,) = warehouse.execute(f"select min(id) from ({persons}) as found(id)").fetchone()
    story = why.tell(warehouse, person, 2023, Scope.state, "MS")
    told = {part["extract"]: [line["line"] for line in part["lines"]] for part in story["records"]}
    assert told.keys() == {"attendance", *why.SAYS_LACES}
    counts = {extract: warehouse.execute(f"select count(*) from staging.base_laces__{extract} where laces_id = ?", [person]).fetchone()[0] for extract in told}
    assert sum(counts.values()) > 0
    attendance = sum(int(COUNTED.search(line)[1]) for line in told.pop("attendance"))
    assert {"attendance": attendance, **{extract: len(lines) for extract, lines in told.items()}} == counts


def test_why_is_printed_with_the_cells_the_person_counts_in(file: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    (person,) = warehouse.execute("select min(person_id) from restricted.nrs_cell_members where table_id = '4' and column_code = 'E'").fetchone()
    printed = run(file, "why", person, "--state", "MS").stdout
    assert all(step.heading in printed for step in (why.COURSES, why.SPANS, why.GAINS, why.COUNTED))
    assert re.search(r"Table 4: .*\bE\b", printed)


@pytest.mark.parametrize(("table", "column"), [("1", "total"), ("4", "E"), ("5", "C"), ("11", "B")])
def test_explain_lists_as_many_members_as_the_cell_says(table: str, column: str, file: Path, warehouse: duckdb.DuckDBPyConnection) -> None:
    largest = "where scope = 'state' and table_id = ? and column_code = ? and row_code not like 'median%' order by value desc, row_code limit 1"
    row, value = warehouse.execute(f"select row_code, value from marts.nrs_cells {largest}", [table, column]).fetchone()
    assert value > 0
    answer = json.loads(run(file, "explain", table, row, column, "--json", "--limit", "0").stdout)
    (part,) = answer["parts"]
    assert len(part["members"]) == part["members_in_all"] == value


def test_a_warehouse_differs_from_itself_in_nothing(file: Path) -> None:
    answer = json.loads(run(file, "diff", str(file), str(file), "--json").stdout)
    assert answer["cells"] == answer["persons"] == []


def test_page_and_workbook_are_written_for_each_scope(file: Path, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    names = [name for (name,) in warehouse.execute("select scope_name from marts.report_scopes where program_year = 2023").fetchall()]
    run(file, "page", "--to", str(tmp_path / "page"))
    text = "".join(page.read_text(encoding="utf-8") for page in (tmp_path / "page").glob("*.html"))
    assert names and [name for name in names if name not in text] == []
    run(file, "workbook", "--to", str(tmp_path / "books"))
    assert len(list((tmp_path / "books").glob("nrs_2023_*.xlsx"))) == len(names)
