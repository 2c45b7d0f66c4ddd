"""`nrs.py check`: what stops, what is set aside, what is only said; nobody is named, and nothing is touched."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import contract
import duckdb
import pytest
from building import print_summary
from contract import State
from extract_check import (
    FAULT,
    Heard,
    code_rows,
    number_lines,
    print_check_summary,
    print_document,
    summary_line,
    unread_document,
    write_error_files,
)
from generate_extracts import generate
from harness import PROJECT, MemoryWarehouse, file_contents, read_table, write_table

SAMPLE = PROJECT / "seeds" / "extracts"
ESCAPE = "\x1b[31m" + "x" * 50

# Extract, record, column, value as it comes; and as it may be printed.
PLANTED = [
    ("demographics", 2, "last_name", "Two\nlines", None),
    ("demographics", 5, "birth_date", "1999-12-31", "9999-99-99"),
    ("course_enrollments", 3, "fleid", "FL12 345", "AA99 999"),
    ("course_enrollments", 4, "entry_date", ESCAPE, "\N{REPLACEMENT CHARACTER}[31m" + "x" * 34 + "\N{HORIZONTAL ELLIPSIS}"),
    ("course_enrollments", 5, "section_hours", "-4", "-4"),
    ("course_enrollments", 6, "grade", "FL000000000000", None),
    ("course_enrollments", 7, "hours_type", "06151990", "99999999"),
    ("tests", 2, "fleid", "=1+1", "=9+9"),
    ("tests", 3, "agency_id", "", "(blank)"),
    ("tests", 4, "agency_id", "../evil", None),
    ("tests", 4, "score", "n/a", "n/a"),
    ("employment", 2, "wages", "$1,200", "$1,200"),
]


@dataclass(frozen=True)
class Checked:
    """A run of the command: exit code, what it printed, the bytes of the folder before and after, the error files."""

    code: int
    printed: str
    folder: Path
    before: dict[str, bytes]
    errors: Path

    def document(self) -> dict:
        return json.loads(self.printed)


def run_checks(*runs: tuple[Path, Path]) -> list[Checked]:
    """Run `nrs.py check` for (folder, work), all at the same time: each is mostly one core's work.

    Temporary files, error files and the warehouse that must stay away stand below `work`.
    """
    before = [file_contents(folder) for folder, _ in runs]
    started = []
    for folder, work in runs:
        (work / "tmp").mkdir(parents=True)
        command = [sys.executable, str(PROJECT / "scripts" / "nrs.py"), "check", str(folder), "--json", "--errors-to", str(work / "errors")]
        environment = {**os.environ, "NRS_WAREHOUSE": str(work / "nrs.duckdb"), "TMPDIR": str(work / "tmp")}
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
    printed = [process.communicate()[0] for process in started]
    for _, work in runs:
        assert list((work / "tmp").iterdir()) == []
        assert not (work / "nrs.duckdb").exists()
    return [
        Checked(process.returncode, text, folder, files, work / "errors")
        for process, text, files, (folder, work) in zip(started, printed, before, runs, strict=True)
    ]


def plant(folder: Path) -> None:
    """Put the planted faults into a folder; a quarter without a match, a key that clashes, a file out of place."""
    for extract in {extract for extract, *_ in PLANTED} | {"agencies"}:
        file = folder / f"{extract}.csv"
        header, *records = read_table(file)
        for name, record, column, value, _ in PLANTED:
            if name == extract:
                records[record - 1][header.index(column)] = value
        if extract == "agencies":
            records.append(["../evil", *records[0][1:]])
        if extract == "employment":
            records = [record for record in records if record[header.index("year_quarter")] != "2023Q3"]
        if extract == "tests":
            # The same key with another score: the later line counts.
            records.append([*records[5]])
            records[-1][header.index("score")] = "999"
        write_table(file, [header, *records])
    (folder / "old").mkdir()
    (folder / "old" / "tests.csv").write_bytes((folder / "tests.csv").read_bytes())


@pytest.fixture(scope="module")
def checks(kept_parse: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Checked, Checked]:
    """The checks of a folder with planted faults, its name a pattern, and of one without a file."""
    work = tmp_path_factory.mktemp("check")
    faulty, unreadable = work / "extracts [1]", work / "unreadable"
    generate(faulty, students=60, seed=31, dirt=False)
    plant(faulty)
    generate(unreadable, students=5, seed=1, dirt=False)
    (unreadable / "grants.csv").unlink()
    first, second = run_checks((faulty, work / "first"), (unreadable, work / "second"))
    return first, second


@pytest.fixture(scope="module")
def checked(checks: tuple[Checked, Checked]) -> Checked:
    return checks[0]


@pytest.fixture(scope="module")
def sample(warehouse: MemoryWarehouse) -> MemoryWarehouse:
    warehouse.load(SAMPLE)
    warehouse.build()
    return warehouse


def of_kind(checked: Checked, finding: str) -> list[dict]:
    return [row for row in checked.document()["findings"] if row["finding"] == finding]


def error_rows(file: Path) -> list[dict]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_absent_quarter_stops_and_is_named_in_the_last_line(checked: Checked) -> None:
    document = checked.document()
    assert checked.code == 1
    assert not document["is_ready"]
    assert ("stop", "employment", "2023Q3") in {(row["severity"], row["extract"], row["term"]) for row in of_kind(checked, "match_period_absent")}
    assert re.match(r"\d+ things? to mend before you build: .*employment: .*\(2023Q3\)", document["summary"])
    assert {(row["extract"], row["period"]) for row in document["coverage"] if row["is_missing"]} >= {("employment", "2023Q3")}


def test_planted_values_are_shown_with_their_line_but_name_nobody(checked: Checked) -> None:
    """A line break in record 2 moves the lines of demographics after it; its header is line 1."""
    examples = {
        (row["extract"], row["column"], example["record"], example["line"], example["value"] or "(blank)")
        for row in checked.document()["findings"]
        for example in row["examples"]
        if row["severity"] == "reject"
    }
    expected = {
        (extract, column, record, record + (2 if extract == "demographics" and record > 2 else 1), shown)
        for extract, record, column, _, shown in PLANTED
        if shown is not None
    }
    assert expected <= examples


def test_nothing_printed_holds_an_id_of_a_person(checked: Checked, capsys: pytest.CaptureFixture[str]) -> None:
    print_document(checked.document())
    for_people = capsys.readouterr().out
    assert "Mend before you build" in for_people
    ids = set()
    for name in ("demographics", "course_enrollments", "tests"):
        header, *records = read_table(checked.folder / f"{name}.csv")
        ids |= {record[header.index(column)] for record in records for column in ("fleid", "student_id")}
    ids = {value for value in ids if len(value) > 6}
    assert ids
    assert [value for value in ids if value in checked.printed or value in for_people] == []
    assert "\x1b" not in for_people


def test_folder_is_left_as_it_was_and_every_record_is_in_the_profile(checked: Checked) -> None:
    assert file_contents(checked.folder) == checked.before
    records = {}
    for row in checked.document()["profile"]:
        assert row["records"] == row["usable"] + row["rejected"] + row["repeated"]
        records[row["file"]] = records.get(row["file"], 0) + row["records"]
    assert records == {name: len(read_table(checked.folder / name)) - 1 for name in records}
    assert "old/tests.csv" not in records
    assert [row["file"] for row in of_kind(checked, "file_not_read")] == ["old/tests.csv"]


def test_document_has_what_the_documentation_says(checked: Checked) -> None:
    """docs/check.md shows each key of the document and of its lists."""
    text = (PROJECT / "docs" / "check.md").read_text(encoding="utf-8")
    document = checked.document()
    keys = set(document) | set(document["counts"])
    for value in document.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            keys |= set(value[0])
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []
    assert {row["severity"] for row in document["findings"]} == {"stop", "reject", "warn"}
    assert document["counts"] == {severity: sum(row["severity"] == severity for row in document["findings"]) for severity in ("stop", "reject", "warn")}


def test_error_files_hold_full_values_by_agency_and_are_the_owners_alone(checked: Checked) -> None:
    names = {file.name for file in checked.errors.iterdir()}
    assert {"errors_state_matches.csv", "errors_unknown_agency.csv"} <= names
    assert [Path(file).name for file in checked.document()["error_files"]] == sorted(names)
    assert checked.errors.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in checked.errors.iterdir()} == {0o600}
    header, *records = read_table(checked.folder / "tests.csv")
    agency = records[1][header.index("agency_id")]
    rows = error_rows(checked.errors / f"errors_{agency}.csv")
    # A cell that a spreadsheet would run is text.
    formula = next(row for row in rows if row["column"] == "fleid" and row["file"] == "tests.csv" and row["record"] == "2")
    assert (formula["value"], formula["line"], formula["reason"]) == ("'=1+1", "3", "Not a FLEID")
    assert "not used" in formula["what_happened"] and formula["remedy"]
    everything = [row for file in checked.errors.iterdir() for row in error_rows(file)]
    clash = next(row for row in everything if row["file"] == "tests.csv" and row["record"] == "6")
    assert f"Kept: tests.csv record {len(records)}." in clash["what_happened"]
    unknown = error_rows(checked.errors / "errors_unknown_agency.csv")
    assert ("tests.csv", "3", "agency_id") in {(row["file"], row["record"], row["column"]) for row in unknown}
    matches = error_rows(checked.errors / "errors_state_matches.csv")
    assert ("employment.csv", "2", "$1,200") in {(row["file"], row["record"], row["value"]) for row in matches}
    # All in all each finding about a record once, and no agency's id taken for a path.
    assert len(everything) == sum(row["records"] for row in checked.document()["findings"] if row["examples"])
    evil = [file for file in checked.errors.iterdir() if re.fullmatch(r"errors_\w*evil_[0-9a-f]{8}\.csv", file.name)]
    assert len(evil) == 1
    assert ("tests.csv", "4", "n/a") in {(row["file"], row["record"], row["value"]) for row in error_rows(evil[0])}


def test_unreadable_file_stops_and_nothing_else_is_said(checks: tuple[Checked, Checked]) -> None:
    run = checks[1]
    document = run.document()
    assert file_contents(run.folder) == run.before
    assert not run.errors.exists()
    assert run.code == 1
    assert not document["is_ready"]
    assert document["profile"] == []
    assert "grants.csv" in json.dumps([document["findings"], document["errors"]])
    assert document["summary"].startswith("1 thing to mend before you build: ")


def test_fault_of_a_file_is_a_stop_with_its_line_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    heard = Heard()
    fault = {"file": "te\x1bsts.csv", "line": 7, "column": None, "reason": "the line has more fields than the header", "remedy": "Quote the field."}
    heard(FAULT + json.dumps(fault))
    heard("Extracts: column remark is not in the contract and was ignored, in 1 place(s), the first tests.csv")
    document = unread_document(Path("extracts"), State.FL, 2023, heard, ["Compilation Error"])
    assert (document["is_ready"], document["errors"]) == (False, [])
    (finding,) = document["findings"]
    assert (finding["severity"], finding["title"], finding["remedy"]) == ("stop", fault["reason"], fault["remedy"])
    assert finding["examples"] == [{"file": "te\N{REPLACEMENT CHARACTER}sts.csv", "record": None, "line": 7, "value": None}]
    print_document(document)
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1] == "1 thing to mend before you build (listed above)."
    assert "sts.csv line 7" in printed and "Remedy: Quote the field." in printed and "column remark" in printed and "\x1b" not in printed


def test_faults_of_a_kind_are_told_once_and_a_column_of_a_file_apart(capsys: pytest.CaptureFixture[str]) -> None:
    heard = Heard()
    missing = {"line": None, "column": None, "reason": "file missing", "remedy": "Add the file."}
    column = {"file": "tests.csv", "line": 1, "column": "score", "reason": "missing column(s) score", "remedy": "Add it."}
    heard.faults = [{**missing, "file": "agencies.csv"}, column, {**missing, "file": "grants.csv"}]
    heard.faults.append({**missing, "file": ".", "reason": "the folder /x holds no extract"})
    print_document(unread_document(Path("extracts"), State.FL, 2023, heard, []))
    printed = capsys.readouterr().out
    assert printed.count("File missing") == 1
    assert "\n  tests.csv, column score\n" in printed and "\n  the folder\n" in printed


def test_codes_beyond_those_named_are_counted() -> None:
    frequency = {"extract": "tests", "column": "level", "code_list": "levels", "is_listed": True, "records": 1}
    (row,) = code_rows([{**frequency, "code": str(number)} for number in range(8)])
    assert row[:2] == ["tests.level", "0=1, 1=1, 2=1, 3=1, 4=1, 5=1 and 2 more"]


def test_run_that_ends_early_is_a_thing_to_mend() -> None:
    document = unread_document(Path("extracts"), State.FL, 2023, Heard(), ["No rule in force"])
    assert (document["is_ready"], document["errors"]) == (False, ["No rule in force"])
    assert document["summary"].startswith("1 thing to mend")


def test_stops_of_one_kind_and_extract_are_one_thing_to_mend() -> None:
    def stop(title: str, extract: str, term: str | None, agency: str | None = None) -> dict:
        return {"severity": "stop", "title": title, "extract": extract, "file": None, "term": term, "agency": agency}

    absent = [stop("No record", "employment", quarter) for quarter in ("2023Q1", "2023Q2")]
    assert summary_line([*absent, stop("No course", "course_enrollments", "2324", "013")]) == (
        "2 things to mend before you build: employment: no record (2023Q1, 2023Q2); course_enrollments: no course (013)."
    )
    warning = {"severity": "warn", "finding": "duplicate", "records": 3}
    rejected = [{"severity": "reject", "finding": "blank", "records": n} for n in (2, 5)]
    assert summary_line([warning, *rejected]).startswith("Nothing to mend before you build: 7 records or values")


def test_error_files_go_to_a_folder_of_their_own(tmp_path: Path) -> None:
    """Neither into the extracts, nor beside files that would be lost or shut off."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    for folder, errors in (
        (tmp_path / "mine", tmp_path / "mine" / "errors"),
        (SAMPLE, tmp_path / "mine"),
        (SAMPLE, tmp_path / "mine" / "notes.txt" / "errors"),
    ):
        run = subprocess.run(
            [sys.executable, str(PROJECT / "scripts" / "nrs.py"), "check", str(folder), "--errors-to", str(errors)], capture_output=True, text=True
        )
        assert run.returncode == 2, run.stdout
        assert "Traceback" not in run.stderr
    assert file_contents(tmp_path) == {"mine": b"", "mine/notes.txt": b"mine"}


def test_check_that_is_stopped_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, str(PROJECT / "scripts" / "nrs.py"), "check", str(SAMPLE), "--json"],
        env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not list(tmp_path.glob("nrs-check-*")):
        assert process.poll() is None
        time.sleep(0.05)
    process.terminate()
    printed, said = process.communicate()
    assert (process.returncode, printed) == (128 + signal.SIGTERM, "")
    assert "Stopped." in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("a,b\n1,2\n3,4\n", [2, 3], id="plain"),
        pytest.param("\ufeffa,b\r\n1,2\r\n3,4", [2, 3], id="byte order mark, CRLF, no line end at the end"),
        pytest.param('a,b\n1,"x\ny"\n3,"\n\n"\n5,6\n', [2, 4, 7], id="line breaks in quotes"),
        pytest.param('a,b\r\n1,"x\ny"\r\n3,4\r\n', [2, 4], id="LF in quotes of a CRLF file"),
        pytest.param('a,b\n1,"x\r\ny"\n3,4\n', [2, 4], id="CRLF in quotes of an LF file"),
        pytest.param('a,b\n1,in"side\n3,"""x\n"\n5,6\n\n\n', [2, 3, 5], id="quotes inside a value, empty lines at the end"),
        pytest.param("a,b\n1,2\n\n3,4\n", [None, None], id="an empty line between records: no line is better than a wrong one"),
    ],
)
def test_record_is_found_on_its_line(text: str, lines: list[int | None], tmp_path: Path) -> None:
    (tmp_path / "tests.csv").write_bytes(text.encode("utf-8"))
    with duckdb.connect() as connection:
        connection.execute("create schema restricted")
        connection.execute(f"create table restricted.extract_profile as select 'tests.csv' as source_file, {len(lines)} as records")
        number_lines(connection, tmp_path, f"select 'tests.csv' as source_file, unnest(range(1, {len(lines) + 1})) as record_number")
        found = connection.execute(
            "select line from wanted_records left join record_lines using (source_file, record_number) order by record_number"
        ).fetchall()
    assert [line for (line,) in found] == lines


def test_bundled_sample_has_no_stop_and_its_summary_says_so(sample: MemoryWarehouse, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample.rows("select finding, extract_name, agency_id, term from restricted.extract_findings where severity = 'stop'") == []
    print_check_summary(sample.connection, State.FL)
    printed = capsys.readouterr().out
    assert re.search(r"reject +\d+ +\d+", printed) and "to mend" not in printed


def test_report_says_which_extracts_were_read_and_where_nobody_counts(sample: MemoryWarehouse, capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(sample.connection, State.FL, 2023)
    printed = capsys.readouterr().out
    assert "Extracts: bundled synthetic sample" in printed and "is the year right" not in printed
    assert printed.index("Extracts: ") < printed.index("What was read")
    print_summary(sample.connection, State.FL, 2031, Path("/data/[red]mine"))
    printed = capsys.readouterr().out
    assert "Extracts: /data/[red]mine\n" in printed and "Nobody has an NRS row in 2031-32: is the year right?" in printed


def test_error_files_of_a_built_warehouse_replace_the_earlier_ones(sample: MemoryWarehouse, tmp_path: Path) -> None:
    folder = tmp_path / "errors"
    folder.mkdir(mode=0o755)
    (folder / "errors_999.csv").write_text("of last week", encoding="utf-8")
    files = write_error_files(sample.connection, folder, SAMPLE, State.FL)
    assert sorted(folder.iterdir()) == files
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sum(len(error_rows(file)) for file in files) == sample.rows("select count(*) from restricted.record_findings")[0][0]
    with pytest.raises(ValueError, match="other files"):
        write_error_files(sample.connection, tmp_path, SAMPLE, State.FL)


def test_every_reason_of_a_fault_has_its_rule() -> None:
    """A reason without a row would have no severity: the build would stop at the contract, in front of a user."""
    text = (PROJECT / "macros" / "extracts" / "base.sql").read_text(encoding="utf-8")
    faults = set(re.findall(r"'(\w+)', '(rejected|value_ignored)'", text))
    metas = [column["config"]["meta"] for system in contract.RECORD_SYSTEMS for table in contract.tables(system) for column in table["columns"]]
    faults |= {(f"before_{meta['not_before']}", "rejected") for meta in metas if "not_before" in meta}
    header, *rules = read_table(PROJECT / "seeds" / "rules" / "finding_rules.csv")
    assert len(faults) > 10
    assert faults <= {(row[header.index("finding")], row[header.index("action")]) for row in rules}
