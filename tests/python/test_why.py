"""`nrs.py why`: the story of a person of each fate, against what the warehouse itself says."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import why
from harness import PROJECT
from nrs import app
from reading import AskError, Scope, answering, open_warehouse
from typer.testing import CliRunner

OF_STATE = "intermediate.int_persons as persons inner join intermediate.int_person_scopes as scopes using (person_key, fleid) where scope = 'state'"


@pytest.fixture(scope="module")
def warehouse(state_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(state_file) as connection:
        yield connection


def find(warehouse: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The first FLEID that a query finds; the state must have one."""
    found = warehouse.execute(f"select min(fleid) from ({sql})").fetchall()[0][0]
    assert found, sql
    return found


def tell(warehouse: duckdb.DuckDBPyConnection, fleid: str) -> dict[str, Any]:
    return why.tell(warehouse, fleid, 2023, Scope.state, "FL")


def lines(story: dict[str, Any], heading: str) -> list[str]:
    """The lines of a step; none where the story leaves it out."""
    return [line["line"] for step in story["steps"] if step["heading"] == heading for line in step["lines"]]


def records(story: dict[str, Any]) -> list[str]:
    return [line["line"] for part in story["records"] for line in part["lines"]]


def counted_cells(story: dict[str, Any]) -> set[tuple[str, str, str]]:
    """The cells that a story says the person counts in."""
    cells = set()
    for line in lines(story, why.COUNTED.heading):
        table, rest = line.removeprefix("Table ").split(": ", 1)
        for row, columns in re.findall(r"(\w+) \[([^\]]+)\]", rest):
            cells |= {(table, row, code) for code in columns.split() if not re.fullmatch(r"x\d+", code)}
    return cells


@pytest.fixture(scope="module")
def participant(warehouse: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The story of a participant with two periods of participation and gains of two kinds."""
    fleid = find(
        warehouse,
        f"select fleid from {OF_STATE} and program_year = 2023 and participation_status = 'participant' and periods_of_participation > 1 and person_key in "
        "(select person_key from intermediate.int_gains where program_year = 2023 group by 1 having count(distinct kind) > 1)",
    )
    return tell(warehouse, fleid)


def test_a_participants_story_has_every_step(participant: dict[str, Any]) -> None:
    assert [step["heading"] for step in participant["steps"]] == [step.heading for step in why.STEPS]
    assert participant["finding"] is None


def test_an_agency_id_is_printed_as_it_stands(participant: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """It may be any text: a style that ends without a beginning, one that is known, an emoji."""
    with answering() as console:
        why.print_story(console, {**participant, "scope": "agency", "scope_id": "[/b] [red]A :bug:", "steps": [], "records": []}, {})
    assert f"{participant['fleid']}, program year 2023-24, agency [/b] [red]A :bug:" in capsys.readouterr().out


def test_where_counted_is_where_the_members_are(warehouse: duckdb.DuckDBPyConnection, participant: dict[str, Any]) -> None:
    cells = warehouse.execute(
        "select distinct table_id, row_code, column_code from restricted.nrs_cell_members where scope = 'state' and person_id = ?", [participant["fleid"]]
    ).fetchall()
    assert len(cells) > 30
    assert counted_cells(participant) == set(cells)


def test_periods_gaps_and_gains_are_told_with_their_dates(warehouse: duckdb.DuckDBPyConnection, participant: dict[str, Any]) -> None:
    periods = warehouse.execute(
        "select pop_number, pop_entry_date, reported_msg from restricted.pop_student_file where scope = 'state' and program_year = 2023 and person_id = ?",
        [participant["fleid"]],
    ).fetchall()
    spans, gains = lines(participant, why.SPANS.heading), lines(participant, why.GAINS.heading)
    assert len(periods) > 1
    for number, entry, reported in periods:
        assert any(f": {entry} to " in line and line.endswith(f"period of participation (POP) {number}") for line in spans)
        assert any(line.startswith(f"POP {number} reports {reported}, the most recent of" if reported else f"POP {number}: no gain") for line in gains)
    gap = next(re.search(r"(\d+) days after the latest exit, 90 or more", line) for line in spans if "90 or more" in line)
    assert gap and int(gap[1]) >= 90


def test_who_has_no_period_is_told_the_hours_that_lack(warehouse: duckdb.DuckDBPyConnection) -> None:
    story = tell(warehouse, find(warehouse, f"select fleid from {OF_STATE} and program_year = 2023 and participation_status = 'reportable_individual'"))
    assert any("short, fewer than 10 hours: no period of participation" in line for line in lines(story, why.SPANS.heading))
    assert {table for table, _, _ in counted_cells(story)} >= {"2A"}
    assert any(line.endswith("not a participant: no period of participation") for line in lines(story, why.NOT_COUNTED.heading))
    assert lines(story, why.GAINS.heading) == []


@pytest.mark.parametrize("reason", ["no_demographic_record", "no_valid_birth_date", "no_valid_race", "under_16", "no_valid_efl"])
def test_who_is_excluded_is_told_each_reason(warehouse: duckdb.DuckDBPyConnection, reason: str) -> None:
    fleid = find(warehouse, f"select person_id as fleid from restricted.exclusions where scope = 'state' and program_year = 2023 and reason = '{reason}'")
    story = tell(warehouse, fleid)
    assert any(line.startswith(f"{reason}: ") for line in lines(story, why.VERDICT.heading))
    assert any(line.startswith("Table 2A: excluded: ") and reason in line for line in lines(story, why.NOT_COUNTED.heading))
    assert not {table for table, _, _ in counted_cells(story)} & {"1", "2", "2A", "3", "4"}


def test_every_participant_is_told_why_not_in_4a_4b_4c(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Each of these tables is either among the cells counted in, or has its reason."""
    persons = warehouse.execute(
        f"select distinct fleid from {OF_STATE} and program_year = 2023 and participation_status = 'participant' order by 1 limit 8"
    ).fetchall()
    assert len(persons) == 8
    reasons = set()
    for (fleid,) in persons:
        story = tell(warehouse, fleid)
        counted = {table for table, _, _ in counted_cells(story)}
        told = " ".join(line.split(": ")[0] for line in lines(story, why.NOT_COUNTED.heading))
        reasons |= {line.split(": ", 1)[1] for line in lines(story, why.NOT_COUNTED.heading)}
        for table in ("4A", "4B", "4C"):
            assert (table in counted) != (table in told), fleid
    assert len(reasons) > 4


def test_an_exit_in_no_cohort_says_why(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every final exit is laid to every window: in the cohort as int_exit_outcomes has it, or out for a reason."""
    fleid = find(
        warehouse,
        "select scopes.fleid from intermediate.int_exit_outcomes inner join intermediate.int_person_scopes as scopes using (person_key) "
        "where scope = 'state' and program_year = 2023 and indicator = 'employment_q2' and has_outcome",
    )
    told = lines(tell(warehouse, fleid), why.COHORTS.heading)
    assert any(line.startswith("employment_q2, POP ") and "in the cohort, with the outcome; employed in " in line for line in told)
    indicators = {"employment_q2", "employment_q4", "secondary_credential", "postsecondary_credential"}
    assert {indicator for indicator in indicators if any(indicator in line for line in told)} == indicators


def test_records_are_told_with_what_became_of_them(warehouse: duckdb.DuckDBPyConnection) -> None:
    dispositions = "select fleid from staging.base_fcs__demographics as base inner join restricted.input_disposition as d using (source_file, record_number)"
    for disposition, says in [("duplicate", "duplicate (kept: "), ("superseded", "superseded (kept: ")]:
        fleid = find(warehouse, f"{dispositions} where disposition = '{disposition}' and extract_name = 'demographics'")
        assert any(says in line for line in records(tell(warehouse, fleid)))
    everything = find(warehouse, f"select fleid from {OF_STATE}")
    told = records(tell(warehouse, everything))
    counts = [warehouse.execute(f"select count(*) from staging.base_fcs__{extract} where fleid = ?", [everything]).fetchall()[0][0] for extract in why.SAYS_FCS]
    assert len(told) == sum(counts) > 0


def test_who_stands_in_rejected_rows_alone_is_told_the_fault(warehouse: duckdb.DuckDBPyConnection) -> None:
    rejected = "select fleid from staging.base_fcs__course_enrollments where fleid is not null group by fleid having bool_and(is_rejected)"
    story = tell(warehouse, find(warehouse, rejected))
    assert story["finding"] == "Every course row of this FLEID was rejected, so that nothing of it counts. The faults stand with the records."
    assert any(re.search(r"rejected.*Fault in \w+: .*\(rejected\)", line) for line in records(story))


def test_a_fleid_without_a_record_is_refused(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(AskError, match=r"No record of 'FL999999999999' in any extract\. Look for"):
        tell(warehouse, "FL999999999999")
    with pytest.raises(AskError, match="A FLEID is FL and twelve digits"):
        tell(warehouse, "12345")
    fleid = find(warehouse, "select fleid from intermediate.int_person_scopes limit 1")
    for typed in (fleid.lower(), fleid[2:], f"{fleid[:5]} {fleid[5:]}"):
        with pytest.raises(AskError, match=f"Did you mean {fleid}?"):
            tell(warehouse, typed)


def test_a_scope_without_the_person_is_refused_with_those_that_have_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    one_scope = "select fleid from intermediate.int_person_scopes where scope = 'agency' group by fleid having count(*) = 1 and max(scope_id) <> '013'"
    fleid = find(warehouse, one_scope)
    with pytest.raises(AskError, match="Its scopes: agency "):
        why.tell(warehouse, fleid, 2023, Scope.agency, "013")


def test_every_ruling_named_is_one() -> None:
    with (PROJECT / "seeds" / "rules" / "rulings.csv").open(encoding="utf-8") as file:
        known = {row["ruling_id"] for row in csv.DictReader(file)}
    named = set(re.findall(r"\bR\d+\b", (PROJECT / "scripts" / "why.py").read_text(encoding="utf-8")))
    assert len(named) > 25
    assert named <= known


def test_the_command_prints_the_story_and_that_it_is_confidential(state_file: Path, participant: dict[str, Any]) -> None:
    arguments = ["why", participant["fleid"], "--warehouse", str(state_file)]
    printed = CliRunner().invoke(app, arguments)
    assert printed.exit_code == 0
    assert "Confidential: this answer holds people." in printed.output
    for step in why.STEPS:
        assert step.heading in printed.output
    assert max(map(len, printed.output.splitlines())) <= 100
    assert json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)["steps"] == participant["steps"]
    refused = CliRunner().invoke(app, ["why", "FL999999999999", "--warehouse", str(state_file)])
    assert (refused.exit_code, refused.stdout) == (1, "")
