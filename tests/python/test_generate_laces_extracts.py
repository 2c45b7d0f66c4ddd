"""The generator of synthetic LACES extracts: same arguments, same bytes; the contract's files and columns; usable without dirt."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from contract import SAMPLES, State, extract_columns, tables
from generate_laces_extracts import AGENCIES, generate
from harness import file_contents


def records(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("state", [State.MS, State.MO])
def test_checked_in_sample_is_what_the_generator_writes(state: State, tmp_path: Path) -> None:
    counts = generate(tmp_path, state)
    assert all(counts.values())
    assert file_contents(tmp_path) == file_contents(SAMPLES[state]), "run make sample"


def test_another_seed_gives_another_state(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / str(seed), State.MS, students=20, seed=seed)
    assert file_contents(tmp_path / "1")["attendance.csv"] != file_contents(tmp_path / "2")["attendance.csv"]


def test_one_student_more_changes_no_other(tmp_path: Path) -> None:
    for students in (20, 21):
        generate(tmp_path / str(students), State.MO, students=students, dirt=False)
    fewer, more = (records(tmp_path / str(students), "attendance") for students in (20, 21))
    assert more[: len(fewer)] == fewer
    assert len(more) > len(fewer)


def test_without_dirt_every_key_is_unique_and_every_required_value_is_there(tmp_path: Path) -> None:
    generate(tmp_path, State.MO, dirt=False)
    optional = {"text", "date", "number", "code", "hours"}
    for table in tables("laces"):
        rows = records(tmp_path, table["name"])
        required = [column["name"] for column in table["columns"] if column["config"]["meta"]["type"] not in optional]
        assert [row for row in rows if not all(row[name] for name in required)] == [], table["name"]
        if key := table["config"]["meta"]["natural_key"]:
            assert len({tuple(row[name] for name in key) for row in rows}) == len(rows), table["name"]


def test_every_file_of_the_contract_has_its_columns_in_order(tmp_path: Path) -> None:
    generate(tmp_path, State.MS, students=5)
    headers = {file.stem: file.open(encoding="utf-8").readline().strip().split(",") for file in tmp_path.iterdir()}
    assert headers == extract_columns("laces")


def test_each_program_has_students(tmp_path: Path) -> None:
    for state, agencies in AGENCIES.items():
        generate(tmp_path, state, dirt=False)
        assert {row["agency_id"] for row in records(tmp_path, "attendance")} == {agency.agency_id for agency in agencies}
