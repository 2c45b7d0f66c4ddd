"""The workbooks hold the marts' numbers where the form has them, and nothing of a text runs or leaks."""

from __future__ import annotations

import csv
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nrs
import openpyxl
import pytest
import workbook
from harness import PROJECT, CompiledProject, MemoryWarehouse
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

# An agency's and a student's name as somebody might type them: a formula, markup, a control character, a code of print headers.
HOSTILE_AGENCY = '=cmd|"/c calc"!A1 & <r>Sons</r>'
HOSTILE_NAME = "<r><t>=1+1</t></r>"
NAME_WITH_CONTROL_CHARACTER = "@SUM(A1)\x0b\x1f"


@pytest.fixture(scope="module")
def sample(compiled: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> MemoryWarehouse:
    """A warehouse of the bundled sample, in which an agency and two students bear hostile names, with suppressed cells."""
    folder = tmp_path_factory.mktemp("extracts")
    for path in (PROJECT / "seeds" / "extracts").glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    rename(folder / "agencies.csv", "agency_id", "013", {"agency_name": HOSTILE_AGENCY})
    rename(folder / "demographics.csv", "agency_id", "013", {"last_name": HOSTILE_NAME, "first_name": NAME_WITH_CONTROL_CHARACTER})
    built = MemoryWarehouse(compiled)
    built.load(folder)
    built.build()
    built.connection.execute(
        "create table marts.nrs_cells_published as select *, value between 1 and 9 as is_suppressed, "
        "case when value between 1 and 9 then 'small' end as suppression from marts.nrs_cells"
    )
    built.connection.execute("update marts.nrs_cells_published set value = null where is_suppressed")
    built.connection.execute(
        "update marts.equality_results set left_value = 7, right_value = 5, difference = 2, is_held = false "
        "where scope_id = '050' and identity_id = 'table_1_equals_table_2'"
    )
    return built


def rename(path: Path, key: str, key_value: str, new_values: dict[str, str]) -> None:
    """Put the values into every record of the file whose `key` is `key_value`."""
    with path.open(encoding="utf-8", newline="") as handle:
        records = list(csv.DictReader(handle))
    assert any(record[key] == key_value for record in records)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(records[0]))
        writer.writeheader()
        writer.writerows(record | new_values if record[key] == key_value else record for record in records)


@pytest.fixture(scope="module")
def submission(sample: MemoryWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the workbooks of every scope."""
    folder = tmp_path_factory.mktemp("submission")
    workbook.write_workbooks(sample.connection, folder)
    return folder


@pytest.fixture(scope="module")
def published(sample: MemoryWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the published workbook of the state."""
    folder = tmp_path_factory.mktemp("published")
    workbook.write_workbooks(sample.connection, folder, scope="state", is_published=True)
    return folder


def form_values(sheet: Worksheet) -> Iterator[tuple[str, str, str, object, str | None, bool]]:
    """Each cell of a form's sheet: block or group heading, row label, column label, value, its fill, whether it is bold.

    Reads the sheet as a person would: headings are the dark rows, a cell belongs to the heading above and the label left.
    """
    merged = {cell.coord.split(":")[0]: cell for cell in sheet.merged_cells.ranges}
    headings: dict[int, str] = {}
    over: dict[int, str] = {}
    block = ""
    for row in sheet.iter_rows(min_row=6):
        label = row[0]
        fill = label.fill.fgColor.rgb if label.fill.fill_type else None
        if label.value == "Notes":
            return
        if fill == "FF1F3864":
            texts = {}
            for cell in row[1:]:
                text = cell.value
                if cell.coordinate in merged:
                    over |= dict.fromkeys(range(cell.column, merged[cell.coordinate].max_col + 1), text)
                    continue
                if text and not text.startswith("("):
                    texts[cell.column] = f"{over[cell.column]}, {text}" if over.get(cell.column) else text
            headings = texts or headings
        elif label.coordinate in merged:
            block = label.value
        elif label.value is not None:
            over = {}
            for cell in row[1:]:
                if cell.column in headings:
                    yield (block, label.value, headings[cell.column], cell.value, cell.fill.fgColor.rgb if cell.fill.fill_type else None, bool(cell.font.b))


def expected_values(sample: MemoryWarehouse, scope: tuple[str, str], relation: str = "marts.nrs_cells") -> dict[str, list[tuple]]:
    """The same from the marts, in the order of the rows and columns."""
    rows = sample.rows(
        f"""
        select cells.table_id, coalesce(form.row_group, form.block_label, ''), form.row_label, form.column_label, cells.value,
            form.is_calculated, form.is_total_row or form.is_total_column
        from {relation} as cells inner join marts.nrs_form_cells as form using (table_id, row_code, column_code)
        where cells.scope = '{scope[0]}' and cells.scope_id = '{scope[1]}'
        order by cells.table_id, form.row_order, form.column_order
        """
    )
    tables: dict[str, list[tuple]] = {}
    for table, *rest in rows:
        tables.setdefault(table, []).append(tuple(rest))
    return tables


@pytest.mark.parametrize("scope", [("state", "FL"), ("agency_type", "CBO"), ("agency", "013")], ids=lambda scope: scope[1])
def test_every_cell_stands_under_its_labels_and_nothing_else(sample: MemoryWarehouse, submission: Path, scope: tuple[str, str]) -> None:
    book = openpyxl.load_workbook(submission / f"nrs_2023_{scope[0]}_{scope[1]}.xlsx")
    expected = expected_values(sample, scope)
    assert {name.removeprefix("Table ") for name in book.sheetnames} - {"Contents", "Readiness", "Identities"} == expected.keys()
    for table, cells in expected.items():
        found = list(form_values(book[f"Table {table}"]))
        written = {cell[:3]: cell[3:] for cell in found if cell[4] != "FFBFBFBF"}
        assert len(written) == len(cells)
        for block, row, column, value, is_calculated, is_total in cells:
            seen, fill, is_bold = written[block, row, column]
            assert seen == (pytest.approx(value, rel=1e-14) if value is not None else "\N{EN DASH}"), (table, row, column)
            assert (fill == "FFDDEBF7", is_bold) == (is_calculated, is_total), (table, row, column)


def test_a_cell_that_the_form_lacks_is_grey_and_empty(sample: MemoryWarehouse, submission: Path) -> None:
    book = openpyxl.load_workbook(submission / "nrs_2023_state_FL.xlsx")
    absent = {(cell[1], cell[2][:28]): cell[3] for cell in form_values(book["Table 4A"]) if cell[4] == "FFBFBFBF"}
    (count,) = sample.rows("select count(*) from reference.form_absent_cells where table_id = '4A'")[0]
    assert len(absent) == count
    assert set(absent.values()) == {None}
    assert ("ABE Level 1", "Number with EFL Gain by Carn") in absent
    medians = [cell[2] for cell in form_values(book["Table 5"]) if cell[1].startswith("Median") and cell[4] == "FFBFBFBF"]
    assert medians == ["Percentage of Participants Achieving Outcome", "Percentage of Periods of Participation Achieving Outcome"]


def test_letters_stand_in_the_order_of_the_form(submission: Path) -> None:
    book = openpyxl.load_workbook(submission / "nrs_2023_state_FL.xlsx")
    letters = {
        name: [cell.value for row in book[name].iter_rows(min_row=6, max_row=9) if row[0].value == "(A)" for cell in row if cell.value]
        for name in ("Table 1", "Table 3", "Table 4", "Table 4A", "Table 4B", "Table 5", "Table 14")
    }
    last = {"Table 1": "P", "Table 3": "H", "Table 4": "O", "Table 4A": "L", "Table 4B": "G", "Table 5": "G", "Table 14": "H"}
    assert letters == {name: [f"({chr(code)})" for code in range(ord("A"), ord(end) + 1)] for name, end in last.items()}


def test_suppressed_cells_are_stars_and_nothing_unsuppressed_goes_out(sample: MemoryWarehouse, published: Path) -> None:
    path = published / "nrs_2023_state_FL_published.xlsx"
    book = openpyxl.load_workbook(path)
    small = dict(sample.rows("select table_id, count(*) from marts.nrs_cells_published where scope = 'state' and is_suppressed group by table_id"))
    assert len(small) > 10
    assert {table: sum(cell[3] == "*" for cell in form_values(book[f"Table {table}"])) for table in small} == small
    assert {"Readiness", "Identities"} & set(book.sheetnames) == set()
    headlines = {row[0]: row[3] for row in book["Contents"].iter_rows(values_only=True)}
    shown = {
        f"Table {table}": "*" if is_suppressed else value
        for table, value, is_suppressed in sample.rows(
            "select table_id, value, is_suppressed from marts.nrs_cells_published inner join marts.nrs_forms using (table_id) "
            "where scope = 'state' and row_code = headline_row_code and column_code = headline_column_code"
        )
    }
    assert "*" in shown.values()
    assert {name: headlines[name] for name in shown} == shown
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_readiness_says_what_the_marts_say_and_what_fails_comes_first(sample: MemoryWarehouse, submission: Path) -> None:
    book = openpyxl.load_workbook(submission / "nrs_2023_agency_050.xlsx")
    lines = list(book["Readiness"].iter_rows(values_only=True))
    checks = sample.rows("select title, severity, value from marts.readiness where scope_id = '050'")
    assert {line[1]: (line[0], line[2]) for line in lines if line[0] in ("stop", "warn", "clear")} == {
        title: (severity if value else "clear", value) for title, severity, value in checks
    }
    assert {"clear", "warn"} <= {line[0] for line in lines}
    counted = {line[0]: line[2] for line in lines}
    waterfall = sample.rows("select measure, persons from marts.population_summary where program_year = 2023 and scope_id = '050'")
    assert {measure: counted[measure] for measure, _ in waterfall} == dict(waterfall)
    left_out = sample.rows("select action, extract_name || ': ' || reason, faults from marts.rows_not_counted where scope_id = '050'")
    assert set(left_out) <= {line[:3] for line in lines}
    assert {f"R{number}" for number in (4, 13, 70)} <= {line[1] for line in lines}
    # The fixture breaks one reading of this agency: 7 on the left, 5 on the right.
    assert next(line[2:4] for line in lines if line[0] == "does not hold") == (2, "7 = 5")
    readings = list(book["Identities"].iter_rows(min_row=7, values_only=True))
    assert [reading[0] for reading in readings[:2]] == ["does not hold", "holds"]
    assert readings[0][3:7] == (7, "=", 5, 2)
    assert len(readings) == sample.rows("select count(*) from marts.equality_results where scope_id = '050'")[0][0]


def test_texts_stay_texts(submission: Path, students: Path) -> None:
    label = f"Agency 013: {HOSTILE_AGENCY}"
    names = [HOSTILE_NAME, NAME_WITH_CONTROL_CHARACTER]
    for path, texts in ((submission / "nrs_2023_agency_013.xlsx", [label]), (students / "RESTRICTED_students_2023_agency_013.xlsx", names)):
        book = openpyxl.load_workbook(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
        assert set(texts) <= {unescape(cell.value).removesuffix(" ") for cell in cells if isinstance(cell.value, str)}
        with zipfile.ZipFile(path) as parts:
            sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
            assert not [sheet for sheet in sheets if b"<f>" in sheet]
    header = openpyxl.load_workbook(submission / "nrs_2023_agency_013.xlsx")["Table 1"].oddHeader.right.text
    assert header.strip() == label.replace("&", "&&")


def test_two_writes_are_equal_to_the_byte_and_only_the_owner_reads_them(sample: MemoryWarehouse, submission: Path, tmp_path: Path) -> None:
    again = workbook.write_workbooks(sample.connection, tmp_path / "again", scope="agency", scope_id="013")
    assert [path.name for path in again] == ["nrs_2023_agency_013.xlsx"]
    # Written once with all the others and once alone.
    assert again[0].read_bytes() == (submission / again[0].name).read_bytes()
    assert stat.S_IMODE(again[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(again[0].parent.stat().st_mode) == 0o700
    assert [path.name for path in again[0].parent.iterdir()] == [again[0].name]
    scopes = sample.rows("select scope, scope_id from marts.report_scopes")
    assert {path.name for path in submission.iterdir()} == {f"nrs_2023_{scope}_{scope_id}.xlsx" for scope, scope_id in scopes}


@pytest.fixture(scope="module")
def students(sample: MemoryWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the student-level files of the state and of an agency."""
    folder = tmp_path_factory.mktemp("students")
    workbook.write_student_workbooks(sample.connection, folder, scope="state")
    workbook.write_student_workbooks(sample.connection, folder, scope="agency", scope_id="013")
    return folder


def test_student_level_files_hold_the_rows_of_their_scope(sample: MemoryWarehouse, students: Path) -> None:
    by_agency = ["student_file_table_1", "student_file_table_4", "student_file_table_4b", "student_file_table_5", "student_file_table_10"]
    for scope, scope_id, names in (
        ("agency", "013", [*by_agency, "pop_student_file", "pop_test_file"]),
        ("state", "FL", ["pop_student_file", "pop_test_file"]),
    ):
        path = students / f"RESTRICTED_students_2023_{scope}_{scope_id}.xlsx"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == names
        for name in names:
            lines = list(book[name].iter_rows(values_only=True))
            assert lines[2][0].startswith("RESTRICTED")
            year = "reported_program_year" if name.startswith("student") else "program_year"
            where = f"from restricted.{name} where {year} = 2023 and scope = '{scope}' and scope_id = '{scope_id}'"
            columns = ("person_id", "pop_number", "agency_id")
            positions = [lines[4].index(column) for column in columns]
            expected = sample.rows(f"select {', '.join(columns)} {where} order by all")
            assert sorted(tuple(line[position] for position in positions) for line in lines[5:]) == expected
    dates = [line[lines[4].index("test_date")] for line in lines[5:]]
    assert {date.date() for date in dates if date} == {row[0] for row in sample.rows(f"select distinct test_date {where} and test_date is not null")}


def test_a_file_beyond_a_sheet_is_written_as_csv(sample: MemoryWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (periods,) = sample.rows("select count(*) from restricted.pop_student_file where program_year = 2023 and scope = 'state'")[0]
    (tests,) = sample.rows("select count(*) from restricted.pop_test_file where program_year = 2023 and scope = 'state'")[0]
    assert periods < tests
    # Five lines stand above the rows.
    monkeypatch.setattr(workbook, "EXCEL_ROWS", periods + 5)
    paths = workbook.write_student_workbooks(sample.connection, tmp_path, scope="state")
    assert [path.name for path in paths] == ["RESTRICTED_students_2023_state_FL.xlsx", "RESTRICTED_students_2023_state_FL_pop_test_file.csv"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600, 0o600]
    book = openpyxl.load_workbook(paths[0])
    assert book["pop_student_file"].max_row == periods + 5
    assert paths[1].name in book["pop_test_file"]["A5"].value
    with paths[1].open(encoding="utf-8", newline="") as handle:
        assert sum(1 for _ in csv.DictReader(handle)) == tests


def test_no_text_of_that_csv_is_a_formula(sample: MemoryWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number below zero would be none either, and stays a number."""
    monkeypatch.setattr(workbook, "EXCEL_ROWS", 5)
    paths = workbook.write_student_workbooks(sample.connection, tmp_path, scope="agency", scope_id="013")
    with next(path for path in paths if path.name.endswith("_pop_student_file.csv")).open(encoding="utf-8", newline="") as handle:
        students = list(csv.DictReader(handle))
    assert {student["first_name"] for student in students} == {f"'{NAME_WITH_CONTROL_CHARACTER}"}
    assert {student["last_name"] for student in students} == {HOSTILE_NAME}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"program_year": 1999}, "no program year 1999; it has 2023"),
        ({"scope": "agency", "scope_id": "999"}, "No scope agency 999 reports in program year 2023. There is: agency 006"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(sample: MemoryWarehouse, tmp_path: Path, arguments: dict, message: str) -> None:
    with pytest.raises(workbook.WorkbookError, match=message):
        workbook.write_workbooks(sample.connection, tmp_path / "none", **arguments)
    assert not (tmp_path / "none").exists()


def test_an_id_of_any_text_stays_in_the_folder_and_has_a_file_of_its_own() -> None:
    part = {scope_id: workbook.Scope("agency", scope_id, "x").file_part for scope_id in ("013", "../0 1/é", "a", "A", "é" * 40)}
    assert (part["013"], part["A"]) == ("agency_013", "agency_A")
    assert (part["../0 1/é"], part["a"]) == ("agency__0_1__eebb7e81", "agency_a_0cc175b9")
    # A file's name has up to 255 bytes, and others stand around this part.
    assert len(part["é" * 40].encode()) < 60


def test_the_command_refuses_to_publish_people_and_asks_for_a_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NRS_WAREHOUSE", str(tmp_path / "none.duckdb"))
    both = CliRunner().invoke(nrs.app, ["workbook", "--published", "--students"])
    assert both.exit_code == 2
    none = CliRunner().invoke(nrs.app, ["workbook"])
    assert (none.exit_code, "No warehouse at" in none.output) == (1, True)


def test_the_command_says_what_cannot_be_read_or_written(state_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (other := tmp_path / "other.duckdb").write_text("agency_id\n013\n", encoding="utf-8")
    monkeypatch.setenv("NRS_WAREHOUSE", str(other))
    read = CliRunner().invoke(nrs.app, ["workbook"])
    assert (read.exit_code, "can't be read as a warehouse (IO Error" in read.output, "Build it anew" in read.output) == (1, True, True)
    monkeypatch.setenv("NRS_WAREHOUSE", str(state_file))
    written = CliRunner().invoke(nrs.app, ["workbook", "--scope", "state", "--to", str(other / "below")])
    assert (written.exit_code, "The workbooks can't be written: " in written.output, "with --to" in written.output) == (1, True, True)
