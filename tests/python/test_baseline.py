"""The benchmark's baseline, written by hand in pandas from the rulings, gives the numbers of the warehouse: else it would be no comparison."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from baseline_pandas import baseline
from harness import CASES, PROJECT, CompiledProject, MemoryWarehouse

TABLES = ("1", "2", "2A", "3", "4")
CASE_FOLDERS = sorted(folder.parent for folder in CASES.glob("*/expected.csv"))

Cells = dict[tuple[str, ...], float | None]


def baseline_cells(folder: Path, program_year: int = 2023) -> Cells:
    """Cells by table, row and column; None where a rate has no base."""
    return {tuple(key): None if math.isnan(value) else value for *key, value in baseline(folder, program_year).itertuples(index=False)}


def warehouse_cells(warehouse: MemoryWarehouse, program_year: int = 2023) -> Cells:
    rows = warehouse.rows(
        f"select table_id, row_code, column_code, value from marts.nrs_cells where program_year = {program_year} and scope = 'state' and table_id in {TABLES}"
    )
    return {tuple(key): value for *key, value in rows}


def assert_equal(found: Cells, expected: Cells) -> None:
    """Every cell is there, and equal within what sums of hours in binary may differ by."""
    assert found.keys() == expected.keys()
    different = {
        key: (found[key], value)
        for key, value in expected.items()
        if (found[key] is None) != (value is None) or (value is not None and not math.isclose(found[key], value, rel_tol=1e-9))
    }
    assert different == {}


def test_baseline_and_warehouse_agree_on_the_bundled_sample(sample_warehouse: MemoryWarehouse) -> None:
    expected = warehouse_cells(sample_warehouse)
    assert {table for table, _, _ in expected} == set(TABLES)
    assert sum(value or 0 for (table, row, column), value in expected.items() if (table, row, column) == ("1", "total", "total")) > 200
    assert_equal(baseline_cells(PROJECT / "seeds" / "extracts"), expected)


def test_baseline_and_warehouse_agree_on_the_year_of_the_supplemental_file(compiled_for_any_year: CompiledProject) -> None:
    warehouse = MemoryWarehouse(compiled_for_any_year.of_year(2021).needed_for(["marts.nrs_cells"]))
    warehouse.load(PROJECT / "seeds" / "extracts")
    warehouse.build()
    assert_equal(baseline_cells(PROJECT / "seeds" / "extracts", 2021), warehouse_cells(warehouse, 2021))


@pytest.mark.skipif(not CASE_FOLDERS, reason=f"no cases in {CASES}; set CASES to their folder")
@pytest.mark.parametrize("folder", CASE_FOLDERS, ids=lambda folder: folder.name)
def test_baseline_gives_the_expected_cells_of_a_case(folder: Path) -> None:
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["scope"] == "state" and row["table_id"] in TABLES]
    expected = {(row["table_id"], row["row_code"], row["column_code"]): float(row["value"]) if row["value"] else None for row in rows}
    found = baseline_cells(folder / "extracts")
    # The states made by a generator (9...) give every cell, the others only those that were worked out by hand.
    assert_equal(found if folder.name.startswith("9") else {key: found[key] for key in expected}, expected)
