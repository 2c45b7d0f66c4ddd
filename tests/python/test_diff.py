"""`nrs.py diff`: engineered changes are found, each person named for its own change, and nobody else."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from diff import MOVES, compare, print_difference
from harness import CompiledProject, MemoryWarehouse
from nrs import app
from reading import AskError, Scope, answering, open_warehouse
from typer.testing import CliRunner


@dataclass(frozen=True)
class Changed:
    """The same state after three changes, and whom they befell."""

    path: Path
    without_race: str
    with_lower_level: str
    with_more_hours: str


@pytest.fixture(scope="module")
def changed(compiled: CompiledProject, state_file: Path, state_extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """One participant loses the race, another's placing test is of level 1 now, a third has one more course row."""
    with open_warehouse(state_file) as old:
        persons = old.execute("""
            select persons.fleid, levels.test_id, levels.placing_agency_id, levels.source_file, levels.record_number
            from intermediate.int_persons as persons
            inner join intermediate.int_person_scopes as scopes using (person_key, fleid)
            inner join intermediate.int_entering_levels as levels using (person_key, program_year)
            where scope = 'state' and program_year = 2023 and participation_status = 'participant'
                and levels.entering_efl in ('abe_2', 'abe_3', 'abe_4', 'abe_5') and levels.program in ('abe', 'ged')
            order by fleid""").fetchall()
    assert len(persons) >= 3
    without_race, lower, longer = persons[:3]
    path = tmp_path_factory.mktemp("changed") / "state.duckdb"
    warehouse = MemoryWarehouse(compiled, path=path)
    warehouse.load(state_extracts)
    run = warehouse.connection.execute
    run("update raw.demographics set birth_date = '01312013' where hash(fleid) % 8 = 0")
    run(
        "update raw.demographics set hispanic = 'N', white = 'N', black = 'N', asian = 'N', american_indian = 'N', pacific_islander = 'N' where fleid = ?",
        [without_race[0]],
    )
    run("update raw.tests set efl = '1' where fleid = ? and test_id = ? and agency_id = ?", lower[:3])
    # Records are numbered in the order of the rows.
    run(
        "insert into raw.course_enrollments select * replace ('9999' as section_id, '5.5' as section_hours) from raw.course_enrollments "
        "where fleid = ? and rowid + 1 = ?",
        [longer[0], longer[4]],
    )
    warehouse.build()
    warehouse.connection.close()
    return Changed(path, without_race[0], lower[0], longer[0])


@pytest.fixture(scope="module")
def answer(state_file: Path, changed: Changed) -> dict[str, Any]:
    """What differs in the state."""
    with open_warehouse(state_file, changed.path) as connection:
        return compare(connection, Scope.state, None, None)


def causes(answer: dict[str, Any], fleid: str) -> set[str]:
    return {row["cause"] for row in answer["people"] if row["person_id"] == fleid}


def test_exactly_the_persons_who_changed_are_named(answer: dict[str, Any], changed: Changed) -> None:
    assert {row["person_id"] for row in answer["people"]} == {changed.without_race, changed.with_lower_level, changed.with_more_hours}
    assert sum(row["persons"] for row in answer["persons"]) == 3


def test_each_is_named_for_its_own_change(answer: dict[str, Any], changed: Changed) -> None:
    assert causes(answer, changed.without_race) == {"status participant -> excluded: no_valid_race"}
    assert causes(answer, changed.with_more_hours) == {"hours changed"}
    lower = [row for row in answer["people"] if row["person_id"] == changed.with_lower_level]
    assert any(re.search(r"entering level abe_[2-5] -> abe_1", row["cause"]) for row in lower)
    level = next(row["facts"] for row in lower if "entering level" in row["cause"])
    assert re.search(r"entering level: abe_[2-5] \(.*tests.csv #\d+.*-> abe_1 \(.*tests.csv #\d+", level)


def test_the_one_moves_from_level_to_level_and_the_other_only_leaves(answer: dict[str, Any], changed: Changed) -> None:
    moved = [row for row in answer["moved"] if row["table_id"] == "1"]
    assert [(row["to_code"], row["persons"]) for row in moved] == [("abe_1", 1)]
    changes = {row["change"] for row in answer["people"] if row["person_id"] == changed.without_race}
    assert changes == {"left"}


def test_the_changed_cells_are_those_of_the_two_files(answer: dict[str, Any], state_file: Path, changed: Changed) -> None:
    """Against a comparison of the cells alone; and the members who came and went make the difference of each count."""
    with duckdb.connect(str(state_file), read_only=True) as old, duckdb.connect(str(changed.path), read_only=True) as new:
        sql = "select table_id, row_code, column_code, value from marts.nrs_cells where scope = 'state'"
        differing = {row[:3] for row in set(old.execute(sql).fetchall()) ^ set(new.execute(sql).fetchall())}
    assert len(differing) > 50
    assert {(c["table_id"], c["row_code"], c["column_code"]) for c in answer["cells"] if c["old_value"] != c["new_value"]} == differing
    assert [c for c in answer["cells"] if c["measure"] == "count" and c["entered"] - c["left"] != c["difference"]] == []


def test_every_member_has_a_cause_that_can_move_its_cell(answer: dict[str, Any]) -> None:
    assert [row for row in answer["people"] if row["cause"] == "another record of the person"] == []


def test_other_scopes_are_counted_and_an_agency_can_be_looked_at(state_file: Path, changed: Changed) -> None:
    with open_warehouse(state_file, changed.path) as connection:
        agency = connection.execute(
            "select scope_id from new.intermediate.int_person_scopes where scope = 'agency' and fleid = ? order by 1", [changed.without_race]
        ).fetchall()[0][0]
        answer = compare(connection, Scope.agency, agency, "1")
        assert {cell["table_id"] for cell in answer["cells"]} == {"1"}
        assert changed.without_race in {row["person_id"] for row in answer["people"]}
        assert {row["scope"] for row in answer["scopes"] if row["status"] == "changed"} == {"state", "agency_type", "agency"}
        with pytest.raises(AskError, match="No agency 'nowhere' in either file"):
            compare(connection, Scope.agency, "nowhere", None)
        with pytest.raises(AskError, match="No table '12'"):
            compare(connection, Scope.state, None, "12")


def test_an_agency_id_is_printed_as_it_stands(answer: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """It may be any text: a style that ends without a beginning, one that is known, an emoji."""
    scope_id = "[/b] [red]A :bug:"
    with answering() as console:
        print_difference(
            console, {**answer, "scopes": [{"scope": "agency", "scope_id": scope_id, "status": "equal", "cells": 1}], "scope_id": scope_id}, 1, False
        )
    assert capsys.readouterr().out.count(scope_id) == 2


def test_a_file_against_itself_differs_in_nothing(state_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(state_file, copy)
    with open_warehouse(state_file, copy) as connection:
        answer = compare(connection, Scope.state, None, None)
    assert (answer["cells"], answer["people"], answer["moved"]) == ([], [], [])
    assert {row["status"] for row in answer["scopes"]} == {"equal"}


def test_a_scope_or_a_year_that_one_file_lacks_is_told(state_file: Path, tmp_path: Path) -> None:
    """Another year's cells are compared place by place; this one has no member of that year."""
    other = tmp_path / "other.duckdb"
    shutil.copy(state_file, other)
    with duckdb.connect(str(other)) as connection:
        connection.execute("delete from marts.nrs_cells where scope_id = '013'")
    with open_warehouse(state_file, other) as connection:
        statuses = {(row["scope_id"], row["status"]) for row in compare(connection, Scope.state, None, "1")["scopes"]}
    assert ("013", "only in the old") in statuses
    with duckdb.connect(str(other)) as connection:
        connection.execute("update marts.nrs_cells set program_year = 2022")
    with open_warehouse(state_file, other) as connection:
        answer = compare(connection, Scope.state, None, "1")
    assert (answer["old_year"], answer["new_year"]) == (2023, 2022)
    assert answer["cells"] and {row["change"] for row in answer["people"]} == {"left"}


def test_each_fact_can_move_a_cell_and_each_cell_with_members_is_moved_by_one(state_file: Path) -> None:
    with open_warehouse(state_file) as connection:
        cells = [
            c for (c,) in connection.execute("select distinct concat_ws('/', table_id, row_code, column_code) from intermediate.int_cell_members").fetchall()
        ]
        form = [c for (c,) in connection.execute("select concat_ws('/', table_id, row_code, column_code) from marts.nrs_form_cells").fetchall()]
    places = [(fact, re.compile(pattern)) for fact, pattern, moves in MOVES if moves == "place"]
    assert [fact for fact, pattern, _ in MOVES if not any(re.fullmatch(pattern, cell) for cell in form)] == []
    moved_by_status_alone = [cell for cell in cells if not any(pattern.fullmatch(cell) for fact, pattern in places if fact != "status")]
    # Whoever is a participant at all is served, and receives career services.
    assert {cell.split("/")[0] for cell in moved_by_status_alone} <= {"3", "SPR"}


def test_people_are_named_only_when_asked_for(state_file: Path, changed: Changed) -> None:
    run = CliRunner().invoke
    quiet = run(app, ["diff", str(state_file), str(changed.path)])
    assert quiet.exit_code == 0
    assert "status participant -> excluded: no_valid_race" in " ".join(quiet.output.split())
    quiet_json = run(app, ["diff", str(state_file), str(changed.path), "--json"]).stdout
    for text in (quiet.output, quiet_json):
        assert not re.search(r"FL[0-9]{12}", text)
    named = run(app, ["diff", str(state_file), str(changed.path), "--people", "--json"]).stdout
    assert changed.with_lower_level in {row["person_id"] for row in json.loads(named)["people"]}
    printed = run(app, ["diff", str(state_file), str(changed.path), "--people", "--table", "1"]).output
    assert changed.without_race in printed and "Confidential" in printed
    refused = run(app, ["diff", str(state_file), str(state_file.parent / "none.duckdb")])
    assert refused.exit_code == 1 and "No warehouse at" in refused.stderr
