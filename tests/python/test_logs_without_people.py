"""No name, FLEID, student id or birth date leaves the warehouse by a log, an error, an artifact of dbt's or the docs site.

Every person of the extracts is a marker. A copy of the project with few of its models gets models and a test that fail in
the middle of people's values.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from generate_extracts import generate
from harness import PROJECT, folder_manifest, read_table, write_table
from withheld import without_people

MARKERS = {"last_name": "LASTMARK{}", "first_name": "FIRSTMARK{}", "student_id": "SIDMARK{}", "fleid": "FL7777{:08}", "birth_date": "04041904"}
TRACES = ("LASTMARK", "FIRSTMARK", "SIDMARK", "FL7777", "04041904", "1904-04-04")

# The contract, and the models that read people; what is built of them isn't needed for an error.
BASE = "models/staging/fcs/base"
MODELS = ("models/staging/fcs/_fcs__sources.yml", f"{BASE}/base_fcs__agencies.sql", f"{BASE}/base_fcs__demographics.sql")
AS_TABLE = "{{ config(materialized='table') }}"
PEOPLE = "{{ ref('base_fcs__demographics') }}"
FAILING = {
    "models/cast_error.sql": f"{AS_TABLE} select cast(last_name as integer) as name from {PEOPLE}",
    "models/range_error.sql": f"{AS_TABLE} select cast(cast(substr(fleid, 3) as bigint) as tinyint) as fleid from {PEOPLE}",
    "models/key_error.sql": f"select fleid, student_id from {PEOPLE} union all select fleid, student_id from {PEOPLE}",
    "models/key_error.yml": """
models:
  - name: key_error
    config: {materialized: table, contract: {enforced: true}}
    constraints: [{type: primary_key, columns: [fleid, student_id]}]
    columns: [{name: fleid, data_type: varchar}, {name: student_id, data_type: varchar}]
""",
    # Of another model than the rest: what follows a model whose test fails is not built.
    "models/people.sql": f"select * from {PEOPLE}",
    "tests/finds_people.sql": "select * from {{ ref('people') }}",
}


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Extracts in which every person is a marker."""
    folder = tmp_path_factory.mktemp("marked")
    generate(folder, students=30, seed=5, dirt=False)
    for file in folder.glob("*.csv"):
        header, *records = read_table(file)
        for number, record in enumerate(records):
            for column, marker in MARKERS.items():
                if column in header:
                    record[header.index(column)] = marker.format(number)
        write_table(file, [header, *records])
    return folder


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project without its models but for two, with models and a test that fail."""
    copy = tmp_path_factory.mktemp("project") / "nrs"
    for name in ("macros", "scripts", "docs", "tests/generic", "seeds/terminology"):
        shutil.copytree(PROJECT / name, copy / name)
    for name in ("dbt_project.yml", "profiles.yml", *MODELS):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, copy / name)
    for path, text in FAILING.items():
        (copy / path).write_text(text, encoding="utf-8")
    return copy


def run(copy: Path, work: Path, *command: str) -> tuple[int, str]:
    """Run a command in the copy, temporary files and all in `work`; returns its exit code and what it printed."""
    work.mkdir()
    environment = {**os.environ, "NRS_WAREHOUSE": str(work / "nrs.duckdb"), "TMPDIR": str(work), "COLUMNS": "1000"}
    done = subprocess.run([*command], cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def report(copy: Path, work: Path, extracts: Path) -> tuple[int, str]:
    return run(copy, work, sys.executable, str(copy / "scripts" / "nrs.py"), "report", "--extracts", str(extracts))


def traces_below(*folders: Path) -> list[tuple[str, str]]:
    """The files, but for a warehouse, that hold a trace of a person."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file() and not file.name.startswith("nrs.duckdb")]
    return [(file.name, trace) for file in files for trace in TRACES if trace.encode() in file.read_bytes()]


def traces_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if any(trace in line for trace in TRACES)]


def test_errors_of_the_engine_name_nobody(copy: Path, marked: Path, tmp_path: Path) -> None:
    code, printed = report(copy, tmp_path / "out", marked)
    assert code == 1
    for said in (
        "model cast_error",
        "model range_error",
        "Conversion Error: ",
        "model key_error",
        "Constraint Error: PRIMARY KEY or UNIQUE constraint violation",
        "finds_people",
    ):
        assert said in printed, printed
    assert traces_in(printed) == []
    assert traces_below(copy, tmp_path) == []


def test_faults_of_files_name_nobody(copy: Path, marked: Path, tmp_path: Path) -> None:
    """Ragged in the middle of a person's line, bytes that are no text inside a name, a quote left open, a file without its header."""
    folder = Path(shutil.copytree(marked, tmp_path / "extracts"))
    for name, change in {
        "demographics": lambda lines: [
            *lines[:2],
            lines[2].replace(b"LASTMARK", b"LASTMARK,LASTMARK"),
            lines[3].replace(b"LASTMARK", b"LASTMARK\xff"),
            *lines[4:],
        ],
        "tests": lambda lines: lines[1:],
        "employment": lambda lines: [lines[0][: len(lines[0]) // 2] + lines[1], *lines[1:]],
        "completions": lambda lines: [*lines[:1], lines[1].replace(b"SIDMARK", b'"SIDMARK'), *lines[2:]],
        "fetpip_status": lambda lines: [line.replace(b"FL", b"\xfeFL") for line in lines],
    }.items():
        lines = (folder / f"{name}.csv").read_bytes().split(b"\n")
        (folder / f"{name}.csv").write_bytes(b"\n".join(change(lines)))
    code, printed = report(copy, tmp_path / "out", folder)
    assert code == 1
    for said in ("demographics.csv: line 3", "demographics.csv: line 4", "tests.csv: line 1", "employment.csv: line 1", "completions.csv", "fetpip_status.csv"):
        assert said in printed, printed
    assert traces_in(printed) == []
    assert traces_below(copy, tmp_path / "out") == []


def test_logs_artifacts_and_docs_of_plain_dbt_name_nobody(copy: Path, marked: Path, tmp_path: Path) -> None:
    """A build without an engine's error, and the docs site of it: logs with the SQL, results, manifest, catalog."""
    places = ["--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"), "--vars", f"{{extracts_path: '{marked}'}}"]
    dbt = str(Path(sys.executable).with_name("dbt"))
    selected = ["--select", "code_lists", "base_fcs__agencies", "base_fcs__demographics", "people", "finds_people"]
    code, printed = run(copy, tmp_path / "build", dbt, "build", *selected, *places)
    assert code == 1
    assert "finds_people" in printed
    (tmp_path / "nrs").mkdir()
    (tmp_path / "build" / "nrs.duckdb").rename(tmp_path / "nrs" / "nrs.duckdb")
    code, documented = run(copy, tmp_path / "docs", dbt, "docs", "generate", "--static", *places)
    assert code == 0, documented
    written = {file.name for file in (tmp_path / "target").iterdir()} | {file.name for file in (tmp_path / "logs").iterdir()}
    assert written >= {"dbt.log", "manifest.json", "run_results.json", "catalog.json", "static_index.html"}
    assert traces_in(printed + documented) == []
    assert traces_below(copy, tmp_path / "target", tmp_path / "logs") == []


def test_no_test_stores_what_it_finds() -> None:
    """Stored failures would be tables of people outside the restricted schemas."""
    stored = [node.name for node in folder_manifest().nodes.values() if node.resource_type == "test" and node.config.store_failures]
    assert stored == []


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (
            "Runtime Error in model m (m.sql)\n  Conversion Error: Could not convert string 'Doe' to INT32",
            "Runtime Error in model m (m.sql)\n  Conversion Error: ",
        ),
        ('Constraint Error: Duplicate key "fleid: FL012345678901, name: Doe" violates primary key constraint.', "violates primary key constraint"),
        ("Constraint Error: NOT NULL constraint failed: rejected_rows.reason\n  Doe", "rejected_rows.reason"),
        ("Invalid Input Error: CSV Error on Line: 5\nOriginal Line: 013,Doe\nPossible fixes", "Invalid Input Error: "),
        ("Traceback ...\nKeyError: 'Doe'", "Traceback ...\nKeyError: "),
        ("INTERNAL Error: Attempted to access Doe", "INTERNAL Error: "),
    ],
)
def test_text_that_can_quote_a_value_is_withheld(message: str, kept: str) -> None:
    assert kept in without_people(message)
    assert "withheld" in without_people(message)
    assert "Doe" not in without_people(message)
    assert "FL0" not in without_people(message)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Binder Error: Referenced column x not found", "Binder Error: Referenced column x not found"),
        ("Database Error in model m\n  Invalid Input Error: NRS: No rule in force", "Database Error in model m\n  No rule in force"),
        ("Failure in test t (t.yml)\n  Got 3 results, configured to fail if != 0", "Failure in test t (t.yml)\n  Got 3 results, configured to fail if != 0"),
        ("person FL012345678901 of 013", "person FL************ of 013"),
    ],
)
def test_text_without_values_is_shown(message: str, shown: str) -> None:
    assert without_people(message) == shown
