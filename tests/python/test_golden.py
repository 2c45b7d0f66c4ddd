"""The sample's numbers in both of its program years are those accepted, and were accepted with a reason."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from golden import PROGRAM_YEARS, digest_of, hashes, moved, quoted_digest, read_golden, write_golden
from harness import PROJECT, CompiledProject, MemoryWarehouse

HOW = "If the change is meant: python scripts/golden.py --accept, and the reason into CHANGELOG.md (CONTRIBUTING.md, Tests)"
CELLS = [(2023, "state", "FL", "4", "total", "b", 12.0), (2023, "agency", "013", "4", "total", "n", 1 / 3), (2022, "state", "FL", "5", "q2", "e", None)]


@pytest.fixture(scope="module")
def sample_2022(compiled_for_any_year: CompiledProject) -> MemoryWarehouse:
    warehouse = MemoryWarehouse(compiled_for_any_year.of_year(2022).needed_for(["marts.nrs_cells"]))
    warehouse.load(PROJECT / "seeds" / "extracts")
    warehouse.build()
    return warehouse


@pytest.fixture
def few_cells() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    columns = "program_year integer, scope varchar, scope_id varchar, table_id varchar, row_code varchar, column_code varchar, value double"
    connection.execute(f"create schema marts; create table marts.nrs_cells ({columns})")
    connection.executemany("insert into marts.nrs_cells values (?, ?, ?, ?, ?, ?, ?)", CELLS)
    return connection


@pytest.mark.parametrize("year", PROGRAM_YEARS)
def test_cells_of_the_sample_are_those_accepted(year: int, request: pytest.FixtureRequest) -> None:
    warehouse = request.getfixturevalue({2022: "sample_2022", 2023: "sample_warehouse"}[year])
    accepted = {key: value for key, value in read_golden().items() if key[0] == year}
    lines = moved(accepted, hashes(warehouse.connection))
    assert not lines, "\n".join([*lines, HOW])


def test_both_years_have_every_table(sample_warehouse: MemoryWarehouse) -> None:
    tables = {table for (table,) in sample_warehouse.rows("select distinct table_id from marts.nrs_cells")}
    assert set(read_golden()) == {(year, table) for year in PROGRAM_YEARS for table in tables}


def test_the_changelog_gives_the_reason() -> None:
    quoted = quoted_digest((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert quoted == digest_of(), f"CHANGELOG.md needs, under Unreleased: Golden cells: {digest_of()}: <reason>"


def test_a_line_without_a_reason_counts_for_nothing() -> None:
    assert quoted_digest("- Golden cells: 0123456789ab: Table 4 reads R23\n- Golden cells: ba9876543210: first") == "0123456789ab"
    assert quoted_digest("- Golden cells: 0123456789ab:\n") is None
    assert quoted_digest("Golden cells: 0123: too short") is None


def test_the_hash_is_that_of_the_cells_as_text(few_cells: duckdb.DuckDBPyConnection) -> None:
    table_4 = "2023\tagency\t013\t4\ttotal\tn\t0.333333333\n2023\tstate\tFL\t4\ttotal\tb\t12"
    table_5 = "2022\tstate\tFL\t5\tq2\te\tnull"
    assert hashes(few_cells) == {
        (2022, "5"): (1, sha256(table_5.encode()).hexdigest()),
        (2023, "4"): (2, sha256(table_4.encode()).hexdigest()),
    }


def test_a_cell_that_moves_is_named_by_its_table(few_cells: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_golden(hashes(few_cells), tmp_path / "golden.csv")
    accepted = read_golden(tmp_path / "golden.csv")
    assert moved(accepted, hashes(few_cells)) == []
    few_cells.execute("update marts.nrs_cells set value = 0 where value is null")
    assert moved(accepted, hashes(few_cells)) == ["2022 Table 5: 1 cells accepted, 1 found"]
    few_cells.execute("delete from marts.nrs_cells where scope = 'agency'")
    assert moved(accepted, hashes(few_cells)) == ["2022 Table 5: 1 cells accepted, 1 found", "2023 Table 4: 2 cells accepted, 1 found"]
