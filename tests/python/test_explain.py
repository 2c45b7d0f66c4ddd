"""`nrs.py explain`: every cell of a small state is what its members make of it, and is told with rule and ruling."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from explain import explain_cell, find_cell, print_explanation, take
from nrs import app
from reading import Scope, answering, open_warehouse
from typer.testing import CliRunner

CELL = "program_year, scope, scope_id, table_id, row_code, column_code"


@pytest.fixture(scope="module")
def warehouse(state_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The state's warehouse, opened as the commands open it."""
    with open_warehouse(state_file) as connection:
        yield connection


@pytest.fixture(scope="module")
def taken(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """All cells of all scopes, taken at once by the command's own queries."""
    take(warehouse)
    return warehouse


def run(state_file: Path, *arguments: str) -> str:
    """What `nrs.py explain` prints, as one line of text; it must succeed."""
    result = CliRunner().invoke(app, ["explain", *arguments, "--warehouse", str(state_file)])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def refused(state_file: Path, *arguments: str) -> str:
    """The message with which `nrs.py explain` refuses."""
    result = CliRunner().invoke(app, ["explain", *arguments, "--warehouse", str(state_file)])
    assert result.exit_code == 1
    return " ".join(result.stderr.split())


def test_every_cell_has_a_sentence_of_its_own_and_a_ruling_or_section(warehouse: duckdb.DuckDBPyConnection) -> None:
    cells = warehouse.execute("""
        select form_cells.table_id, row_code, column_code, sentence, citation, count(ruling_id) as rulings
        from marts.nrs_form_cells as form_cells
        left join marts.nrs_cell_rules using (table_id, row_code, column_code)
        left join marts.nrs_cell_rulings using (table_id, row_code, column_code)
        group by all""").fetchall()
    assert len(cells) > 2000
    assert [cell for cell in cells if not cell[3]] == []
    assert len({(cell[0], cell[3]) for cell in cells}) == len(cells)
    # What is submitted follows the rules' text alone.
    assert {cell[0] for cell in cells if not cell[5]} == {"7", "14"}
    assert [cell for cell in cells if not cell[5] and f"Table {cell[0]}" not in cell[4]] == []


def test_every_value_is_found_anew_from_its_members(taken: duckdb.DuckDBPyConnection) -> None:
    differing = taken.execute(f"""
        select {CELL}, cells.value, cell_values.value from marts.nrs_cells as cells left join cell_values using ({CELL})
        where (cells.value is null) <> (cell_values.value is null)
            or abs(cells.value - cell_values.value) > 1e-9 * greatest(1, abs(cells.value))""").fetchall()
    assert differing == []
    counted = taken.execute("""
        select measure, count(*) from cell_values inner join marts.nrs_form_cells using (table_id, row_code, column_code)
        where value > 0 group by all""").fetchall()
    assert {measure for measure, cells in counted if cells > 5} == {"count", "hours", "rate", "median", "dollars"}


def test_as_many_members_are_listed_as_are_counted(taken: duckdb.DuckDBPyConnection) -> None:
    """Counts and both sides of rates; where rows are submitted, an agency may have several."""
    differing = taken.execute(f"""
        with listed as (
            select {CELL}, part, count(*) as members, count(distinct (person_id, pop_program_year, pop_number, kind)) as distinct_members
            from part_members where not is_submitted group by all
        )
        select {CELL}, part, value, members from part_values
        inner join marts.nrs_form_cells using (table_id, row_code, column_code) left join listed using ({CELL}, part)
        where measure in ('count', 'rate') and table_id not in ('7', '14') and row_code <> 'family_literacy'
            and (coalesce(members, 0) <> part_values.value or coalesce(distinct_members, 0) <> part_values.value)""").fetchall()
    assert differing == []
    submitted = taken.execute("select distinct table_id from part_members where is_submitted order by 1").fetchall()
    assert submitted == [("14",), ("6",), ("7",), ("SPR",)]


def test_every_member_has_its_evidence_with_file_and_record(taken: duckdb.DuckDBPyConnection) -> None:
    assert taken.execute("select * from part_members where not is_submitted and not regexp_matches(evidence, '[a-z_]+ #[0-9]+')").fetchall() == []
    assert taken.execute("select * from part_members where is_submitted and (source_file is null or record_number is null)").fetchall() == []


@pytest.mark.parametrize(
    ("table", "row", "code", "says"),
    [
        ("1", "total", "total", "entering level: Total"),
        ("4", "total", "J", "(E + F + G) / (B - C)"),
        ("4", "total", "D", "Instructional hours of all periods"),
        ("5", "median_earnings_q2", "F", "Median of the wages"),
        ("7", "local_teacher", "B", "Nobody is named"),
        ("14", "lea", "F", "E / total E"),
        ("6", "family_literacy", "participants", "grant applications"),
        ("SPR", "career_services", "cost_per_participant", "funds_expended / participants_served"),
        ("SPR", "total", "msg_rate", "msg_numerator / Table 99 msg"),
        ("MSG", "total", "skill_gains", "one of each type per period"),
    ],
)
def test_one_cell_is_told_with_value_rule_and_members(
    warehouse: duckdb.DuckDBPyConnection, state_file: Path, table: str, row: str, code: str, says: str
) -> None:
    cell = find_cell(warehouse, 2023, Scope.state, "FL", table, row, code)
    answer = explain_cell(warehouse, cell, None)
    assert answer["value_from_members"] == pytest.approx(cell["value"])
    for part in answer["parts"]:
        assert len(part["members"]) == part["members_in_all"]
    text = run(state_file, table, row, code, "--limit", "2")
    assert says in text
    assert cell["sentence"] in text


def test_thresholds_and_windows_in_force_are_told_where_they_apply(state_file: Path) -> None:
    gains = run(state_file, "4A", "total", "K")
    assert "hse_subtest_passing_score = 145 (score)" in gains
    assert "pop_gap_days" not in gains
    assert "exits of employment_q4: 2022-01-01 to 2022-12-31" in run(state_file, "5", "employment_q4", "B")
    assert "exits of" not in gains


def test_json_has_everything_and_the_limit_only_shortens_the_list(state_file: Path) -> None:
    answer = json.loads(CliRunner().invoke(app, ["explain", "1", "total", "total", "--json", "--limit", "3", "--warehouse", str(state_file)]).stdout)
    (part,) = answer["parts"]
    assert part["members_in_all"] == answer["value"] > 3 == len(part["members"])
    assert {"R8", "R10"} <= {ruling["ruling_id"] for ruling in answer["rulings"]}
    assert all(member["person_id"] and member["evidence"] for member in part["members"])


def test_json_says_whether_it_holds_people(state_file: Path) -> None:
    people, submitted = (
        json.loads(CliRunner().invoke(app, ["explain", *cell, "--json", "--limit", "1", "--warehouse", str(state_file)]).stdout)
        for cell in (("1", "total", "total"), ("7", "local_teacher", "B"))
    )
    assert people["confidential"].startswith("Confidential: this answer holds people.")
    assert "confidential" not in submitted


def test_an_agency_id_is_printed_as_it_stands(warehouse: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be any text: a style that ends without a beginning, one that is known, an emoji."""
    answer = explain_cell(warehouse, find_cell(warehouse, 2023, Scope.state, "FL", "1", "total", "total"), 1)
    with answering() as console:
        print_explanation(console, {**answer, "scope": "agency", "scope_id": "[/b] [red]A :bug:"})
    assert "agency [/b] [red]A :bug:" in capsys.readouterr().out


def test_what_does_not_fit_into_memory_is_the_owners_alone(warehouse: duckdb.DuckDBPyConnection) -> None:
    (folder,) = warehouse.execute("select current_setting('temp_directory')").fetchall()[0]
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700


def test_a_column_may_be_given_by_its_letter_and_codes_in_any_case(state_file: Path) -> None:
    assert "asian_female" in run(state_file, "1", "TOTAL", "E", "--limit", "1")
    assert "Table 4A:" in run(state_file, "4a", "total", "b", "--limit", "1")


def test_what_the_form_does_not_have_is_refused_with_what_it_has(state_file: Path) -> None:
    assert "No table '12'." in refused(state_file, "12", "total", "B")
    assert "No row 'abe_33' in Table 4. Nearest: abe_3" in refused(state_file, "4", "abe_33", "B")
    assert "No column 'Z' in Table 4, row abe_3." in refused(state_file, "4", "abe_3", "Z")
    assert "The form has no cell in Table 4A, row abe_alternative, column C (Table 4A Crosswalk, N/A; R34)" in refused(state_file, "4A", "abe_alternative", "C")
    assert "is of the state alone" in refused(state_file, "14", "lea", "B", "--scope", "agency", "--id", "013")
    assert "Which agency? Give --id. There are: " in refused(state_file, "1", "total", "total", "--scope", "agency")
    assert "No agency '13' in the report of 2023-24. Nearest: 013" in refused(state_file, "1", "total", "total", "--scope", "agency", "--id", "13")
    assert "--id 013 is not the state's. Add --scope agency" in refused(state_file, "1", "total", "total", "--id", "013")
    other_year = refused(state_file, "1", "total", "total", "--program-year", "2019")
    assert "reports program year 2023, not 2019" in other_year and "`make report STATE=FL PROGRAM_YEAR=2019`" in other_year


def test_a_file_that_is_no_warehouse_is_refused(tmp_path: Path) -> None:
    text, other = tmp_path / "text.duckdb", tmp_path / "other.duckdb"
    text.write_text("agency_id\n013\n", encoding="utf-8")
    duckdb.connect(str(other)).close()
    assert "No warehouse at" in refused(tmp_path / "none.duckdb", "1", "total", "total")
    assert "can't be read as a warehouse" in refused(text, "1", "total", "total")
    assert "is no warehouse of this version: it has no marts.nrs_cells" in refused(other, "1", "total", "total")


def test_a_warehouse_of_an_earlier_version_is_named_as_that(tmp_path: Path) -> None:
    """Also where it has what every warehouse must have, and lacks what the question asks for."""
    file = tmp_path / "earlier.duckdb"
    with duckdb.connect(str(file)) as connection:
        for relation in ("marts.nrs_cells", "marts.nrs_cell_rules", "restricted.nrs_cell_members", "intermediate.int_submitted_rows"):
            connection.execute(f"create schema if not exists {relation.split('.')[0]}; create table {relation} as select 1 as value")
    said = refused(file, "1", "total", "total")
    assert "is no warehouse of this version (Binder Error: " in said and "Build it anew with `make report`." in said


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [(KeyboardInterrupt(), 130, "Stopped."), (RuntimeError("Query interrupted"), 130, "Stopped."), (duckdb.IOException("IO Error: full"), 1, "IO Error: full")],
)
def test_what_ends_a_question_is_told_beside_the_answer(error: BaseException, code: int, said: str, state_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_: object) -> None:
        raise error

    monkeypatch.setattr("nrs.explain_cell", end)
    ended = CliRunner().invoke(app, ["explain", "1", "total", "total", "--json", "--warehouse", str(state_file)])
    assert (ended.exit_code, ended.stdout) == (code, "") and said in ended.stderr


def test_a_home_folder_is_found_in_every_way_of_naming_a_warehouse(state_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(state_file.parent))
    cell, home = ["explain", "1", "total", "total"], f"~/{state_file.name}"
    assert CliRunner().invoke(app, [*cell, "--warehouse", home]).exit_code == 0
    assert CliRunner().invoke(app, cell, env={"NRS_WAREHOUSE": home}).exit_code == 0


@pytest.mark.parametrize(("relation", "said"), [("nrs_cells_published", "is the published file"), ("nrs_years", "is a file of numbers of several years")])
def test_a_file_without_people_is_known(relation: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "other.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"create schema marts; create table marts.{relation} as select 1 as value")
    assert f"{said}" in refused(file, "1", "total", "total") and "nrs.duckdb" in refused(file, "1", "total", "total")


@pytest.mark.parametrize("command", [["explain", "1", "total", "total"], ["why", "FL000000000001"], ["workbook"], ["page"], ["builds"], ["restore", "first"]])
def test_another_states_store_is_not_read_in_its_place(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = tmp_path / "builds" / "20240101T000010Z-000000"
    build.mkdir(parents=True)
    (build / "manifest.json").write_text('{"build": {"state": "FL"}}', encoding="utf-8")
    monkeypatch.setenv("NRS_WAREHOUSE", str(tmp_path / "nrs.duckdb"))
    asked = CliRunner().invoke(app, [*command, "--state", "ms"], env={"COLUMNS": "300"})
    assert asked.exit_code == 2 and "holds builds of FL" in asked.output
    # Who doesn't ask for a state gets what is there.
    assert "holds builds of FL" not in CliRunner().invoke(app, command).output


def test_a_hint_names_the_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NRS_WAREHOUSE", str(tmp_path / "nrs.duckdb"))
    asked = CliRunner().invoke(app, ["explain", "1", "total", "total", "--state", "MS"])
    assert asked.exit_code == 1 and "Build one with `make report STATE=MS`" in asked.output


def test_nothing_can_be_written(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match="read-only"):
        warehouse.execute("delete from marts.nrs_cells")
