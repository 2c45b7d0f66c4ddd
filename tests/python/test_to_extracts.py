"""Tables of one's own become extracts: the worked example of docs/bring_your_own_data.md, and what is said when they don't."""

from __future__ import annotations

import csv
import os
import re
import stat
from pathlib import Path

import duckdb
import pytest
from contract import State, extract_columns
from contract_docs import MAPPINGS
from harness import PROJECT, MemoryWarehouse, dbt_build, file_contents
from to_extracts import MappingError, main, write_extracts
from typer import Typer
from typer.testing import CliRunner

EXAMPLE = PROJECT / "examples" / "bring_your_own_data" / "to_extracts.sql"
GUIDE = PROJECT / "docs" / "bring_your_own_data.md"


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's folder of extracts."""
    folder = tmp_path_factory.mktemp("example")
    write_extracts(EXAMPLE, folder)
    return folder


def records(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def written(tmp_path: Path, sql: str) -> Path:
    """The folder that a piece of SQL gives."""
    (tmp_path / "mine.sql").write_text(sql, encoding="utf-8")
    write_extracts(tmp_path / "mine.sql", tmp_path / "extracts")
    return tmp_path / "extracts"


def test_example_gives_the_counts_of_the_guide(extracts: Path, warehouse: MemoryWarehouse) -> None:
    """Five persons, counted by hand: three participants, one with 8 hours, one without a test that places him."""
    warehouse.load(extracts)
    warehouse.build()
    cells = "select value from marts.nrs_cells where scope = 'state' and table_id = '{}' and row_code = '{}' and column_code = '{}'"
    expected = {
        ("1", "total", "total"): 3,
        ("1", "esl_3", "hispanic_female"): 1,
        ("1", "abe_2", "black_male"): 1,
        ("1", "abe_2", "white_no_answer"): 1,
        ("2A", "total", "total"): 1,
        ("4", "esl_3", "E"): 1,
        ("4", "abe_2", "E"): 0,
        ("4", "abe_2", "D"): 1040.5 + 24.25,
    }
    assert {cell: warehouse.rows(cells.format(*cell))[0][0] for cell in expected} == expected
    assert warehouse.rows("select reason from restricted.exclusions where scope = 'state' and program_year = 2023") == [("no_valid_efl",)]
    assert warehouse.rows("from restricted.rejected_rows") == []
    assert warehouse.rows("from marts.equality_results where not is_held") == []
    (things_to_mend,) = re.findall(r'says "(\d+) things to mend', GUIDE.read_text(encoding="utf-8"))
    stops = "select count(distinct (finding, extract_name)) from restricted.extract_findings where severity = 'stop'"
    assert warehouse.rows(stops) == [(int(things_to_mend),)]


def test_warehouse_reads_the_files_of_the_example(extracts: Path, tmp_path: Path) -> None:
    """dbt's own check of the files: every extract there, with its columns."""
    run = dbt_build(tmp_path, extracts, "--select", "rulings")
    assert run.is_success, run.message


def test_dates_booleans_and_blanks_are_written_as_the_contract_asks(extracts: Path) -> None:
    first = next(row for row in records(extracts / "demographics.csv") if row["student_id"] == "L-01")
    assert (first["birth_date"], first["hispanic"], first["white"], first["disability"]) == ("04121993", "Y", "N", "")
    assert next(row["exit_date"] for row in records(extracts / "course_enrollments.csv") if row["student_id"] == "L-05") == ""


def test_every_extract_is_there_with_its_columns_in_order(extracts: Path) -> None:
    headers = {file.stem: file.read_text(encoding="utf-8").splitlines()[0].split(",") for file in extracts.iterdir()}
    assert headers == extract_columns("fcs")
    assert records(extracts / "grants.csv") == []


def test_extracts_are_the_owners_alone(tmp_path: Path) -> None:
    """In a new folder, and in place of an earlier file that others could read."""
    old_mask = os.umask(0o022)
    try:
        folder = written(tmp_path, "create view agencies as select '7' as agency_id;")
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "agencies.csv").chmod(0o644)
        written(tmp_path, "create view agencies as select '7' as agency_id;")
        assert stat.S_IMODE((folder / "agencies.csv").stat().st_mode) == 0o600
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(old_mask)


@pytest.mark.parametrize(
    ("day", "year"), [("2023-06-30", "2223"), ("2023-07-01", "2324"), ("2024-06-30", "2324"), ("1999-12-31", "9900"), ("2009-07-01", "0910")]
)
def test_reporting_year_turns_on_july_1(tmp_path: Path, day: str, year: str) -> None:
    folder = written(tmp_path, f"create view agencies as select '7' as agency_id, reporting_year_of(date '{day}') as reporting_year;")
    assert records(folder / "agencies.csv")[0]["reporting_year"] == year


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("create view agencies as select 1 as agency_id, 'x' as agencyname;", r"View agencies: the contract has no column agencyname\. Rename or drop it"),
        ("create view agency as select 1 as agency_id;", r"no view is named after an extract\. Name them after these: agencies, "),
        ("create view agencies as select agency from nowhere;", "nowhere"),
        ("create view agencies as from read_csv('not_there.csv');", "not_there.csv"),
        ("create view agencies as select '1' as agency_id; create view test as select 1 as score;", "View test: .* Rename it: to tests"),
    ],
)
def test_sql_that_does_not_fit_is_named(tmp_path: Path, sql: str, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        written(tmp_path, sql)
    assert not (tmp_path / "extracts").exists()


def test_sql_in_another_encoding_is_named(tmp_path: Path) -> None:
    sql = tmp_path / "mine.sql"
    sql.write_bytes("create view agencies as select 'é' as agency_name;".encode("cp1252"))
    with pytest.raises(MappingError, match=r"mine\.sql: byte 33 is not UTF-8\. Save it as UTF-8\."):
        write_extracts(sql, tmp_path / "extracts")


def test_a_write_that_fails_leaves_the_earlier_extracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path, "create view agencies as select '7' as agency_id;")
    before = file_contents(folder)
    # Left by a run that was killed; the next one takes it away.
    (folder / ".to_extracts-x").mkdir()

    def full(file: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(file))

    (tmp_path / "mine.sql").write_text("create view agencies as select '8' as agency_id;", encoding="utf-8")
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write_extracts(tmp_path / "mine.sql", folder)
    assert file_contents(folder) == before


def test_unknown_code_is_named(tmp_path: Path) -> None:
    for file in EXAMPLE.parent.rglob("*.*"):
        target = tmp_path / file.relative_to(EXAMPLE.parent)
        target.parent.mkdir(exist_ok=True)
        target.write_text(file.read_text(encoding="utf-8").replace("part time", "seasonal"), encoding="utf-8")
    sql = tmp_path / "to_extracts.sql"
    sql.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(MappingError, match='No code in list employment_status for "seasonal": add it to the table codes'):
        write_extracts(sql, tmp_path / "extracts")


@pytest.mark.parametrize(
    ("sql", "quoted", "said"),
    [
        ("create view agencies as select cast('Doe' as integer) as agency_id;", "Doe", "mine.sql, view agencies: Conversion Error: "),
        ("create table t (id varchar unique); insert into t select 'FL630135476119' from range(2);", "FL6301", "mine.sql: Constraint Error: PRIMARY KEY or "),
        ("create table t as select cast(555123456789 as tinyint);", "555123456789", "mine.sql: Conversion Error: "),
    ],
    ids=["string", "key", "number"],
)
def test_value_in_an_error_is_not_shown(tmp_path: Path, sql: str, quoted: str, said: str) -> None:
    """DuckDB quotes each of them by another mark."""
    with pytest.raises(duckdb.Error, match=quoted), duckdb.connect() as connection:
        connection.execute(sql)
        connection.execute("from agencies")
    with pytest.raises(MappingError, match="withheld") as raised:
        written(tmp_path, sql)
    assert said in str(raised.value)
    assert quoted not in str(raised.value)
    assert "dbt" not in str(raised.value)


def test_what_the_command_prints_is_what_the_guide_shows(tmp_path: Path) -> None:
    command = Typer()
    command.command()(main)
    result = CliRunner().invoke(command, [str(EXAMPLE), "--to", str(tmp_path)])
    assert result.exit_code == 0
    shown = [line.partition(", ...")[0] for line in re.findall(r"```text\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[0].splitlines()[:-1]]
    assert [line for line in shown if line not in result.output] == []
    assert len(shown) == 5
    empty = {name.strip(" .") for name in re.findall("With a header line only, .*: (.*)", result.output)[0].split(",")}
    assert empty == {file.stem for file in tmp_path.iterdir() if not records(file)}
    # Its own files are written anew; a folder that holds others is left alone.
    assert CliRunner().invoke(command, [str(EXAMPLE), "--to", str(tmp_path)]).exit_code == 0
    (tmp_path / "notes.txt").touch()
    refused = CliRunner().invoke(command, [str(EXAMPLE), "--to", str(tmp_path)])
    assert refused.exit_code == 2 and "notes.txt" in refused.output


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = Typer()
    command.command()(main)
    result = CliRunner().invoke(command, [str(EXAMPLE), "--to", str(tmp_path / "file" / "below")])
    assert (result.exit_code, "The extracts can't be written: " in result.stderr, "with --to" in result.stderr) == (1, True, True)


def test_a_state_of_laces_gets_the_extracts_of_laces(tmp_path: Path) -> None:
    sql = tmp_path / "map.sql"
    sql.write_text("create view students as select '101' as agency_id, date '2001-02-03' as birth_date, true as white", encoding="utf-8")
    write_extracts(sql, tmp_path / "extracts", State.MO)
    assert {file.stem for file in (tmp_path / "extracts").iterdir()} == extract_columns("laces").keys()
    (student,) = records(tmp_path / "extracts" / "students.csv")
    assert {name: value for name, value in student.items() if value} == {"agency_id": "101", "birth_date": "02032001", "white": "Y"}


def test_mapping_template_has_every_column_once() -> None:
    rows = records(MAPPINGS["fcs"])
    assert [(row["extract"], row["column"]) for row in rows] == [(extract, column) for extract, columns in extract_columns("fcs").items() for column in columns]
    asked = {(row["extract"], row["column"]): row for row in rows}
    assert asked["demographics", "birth_date"] | {"meaning": ""} == {
        **{"extract": "demographics", "column": "birth_date", "data_element": "1019", "required": "no", "type": "date", "code_list": "", "meaning": ""},
        **{"your_table": "", "your_column": "", "conversion": ""},
    }
    assert asked["course_enrollments", "entry_date"]["required"] == "yes"
    assert asked["demographics", "sex"]["code_list"] == "sex"
