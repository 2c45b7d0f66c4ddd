"""`compare_engines.py` finds what one engine has otherwise than the other (docs/engines.md)."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from compare_engines import differences

CELLS = "select * from (values ('1', 3, 0.1), ('2', 5, 0.2), ('2', 5, 0.2)) as cells (table_id, members, rate)"
ALL_DIFFER = ["marts.cells: 3 rows by DuckDB alone, 3 by Spark alone"]


def compared(folder: Path, theirs: str | None) -> tuple[int, list[str]]:
    """What is said of a warehouse with one table, `marts.cells`, beside Spark's of the query `theirs` (None: without it)."""
    # The apostrophe: a path is a text in SQL.
    (folder := folder / "Spark's").mkdir()
    with duckdb.connect(str(folder / "nrs.duckdb")) as connection:
        connection.execute("create schema marts; create schema intermediate; create table intermediate.int_suppressed_cells (state varchar)")
        connection.execute(f"create table marts.cells as select table_id, members, cast(rate as double) as rate from ({CELLS})")
        if theirs:
            (folder / "marts.db" / "cells").mkdir(parents=True)
            connection.sql(theirs).write_parquet(str(folder / "marts.db" / "cells" / "part-0.parquet"))
    return differences(folder / "nrs.duckdb", folder)


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        pytest.param(f"select rate, members, table_id from ({CELLS}) order by all desc", [], id="other order of rows and columns"),
        pytest.param(f"select * replace (cast(rate as double) + 1e-12 as rate) from ({CELLS})", [], id="last bits of a double"),
        pytest.param(f"select * replace (cast(rate as double) + 1e-8 as rate) from ({CELLS})", ALL_DIFFER, id="another double"),
        pytest.param(f"select distinct * from ({CELLS})", ["marts.cells: 1 rows by DuckDB alone, 0 by Spark alone"], id="a row once instead of twice"),
        pytest.param(f"select * replace (null as members) from ({CELLS})", ALL_DIFFER, id="null instead of a value"),
        pytest.param(f"select * exclude (rate) from ({CELLS})", ["marts.cells: columns differ: rate"], id="a column less"),
    ],
)  # fmt: skip
def test_a_table_is_compared_by_its_columns_and_rows(tmp_path: Path, theirs: str, said: list[str]) -> None:
    assert compared(tmp_path, theirs) == (1, said)


def test_a_table_that_spark_did_not_make_is_named_but_for_those_of_the_suppression(tmp_path: Path) -> None:
    assert compared(tmp_path, None) == (0, ["marts.cells: not made by Spark"])
