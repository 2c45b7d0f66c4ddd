"""Compares the tables of a build by Spark with those of a build by DuckDB, of the same sample: same columns, same rows (`make spark`).

Both hold text, whole numbers, dates and exact decimals alike; doubles are compared to nine decimals, since the last bits of a sum hang
on its order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import duckdb
import typer
from texts import literal

# What follows the one model in Python, which takes DuckDB's relations (docs/decisions/0017).
NOT_BY_SPARK = {
    "intermediate.int_suppressed_cells",
    "marts.nrs_cells_published",
    "marts.performance_against_targets",
    "marts.population_summary_published",
    "restricted.pinned_cells",
}


def differences(warehouse: Path, spark: Path) -> tuple[int, list[str]]:
    """How many tables were compared, and a line for each that Spark's warehouse folder `spark` lacks or has otherwise than the file `warehouse`.

    Raises duckdb.IOException where the file can't be read.
    """
    compared, lines = 0, []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns: dict[str, dict[str, str]] = {}
        for *place, column, kind in connection.execute(
            "select schema_name, table_name, column_name, data_type "
            "from duckdb_columns() semi join duckdb_tables() using (schema_name, table_name) order by all"
        ).fetchall():
            columns.setdefault(".".join(place), {})[column] = kind
        for name in sorted(columns.keys() - NOT_BY_SPARK):
            schema, table = name.split(".")
            folder = spark / f"{schema}.db" / table
            if not folder.is_dir():
                lines.append(f"{name}: not made by Spark")
                continue
            compared += 1
            found = connection.read_parquet(f"{folder}/*.parquet").columns
            if set(found) != columns[name].keys():
                lines.append(f"{name}: columns differ: {', '.join(sorted(set(found) ^ columns[name].keys()))}")
                continue
            values = ", ".join(f"round({column}, 9)" if kind == "DOUBLE" else column for column, kind in sorted(columns[name].items()))
            ours, theirs = (f"select {values} from {source}" for source in (name, f"read_parquet({literal(f'{folder}/*.parquet')})"))
            only_ours, only_theirs = (
                connection.sql(f"select count(*) from ({one} except all {other})").fetchone()[0] for one, other in ((ours, theirs), (theirs, ours))
            )
            if only_ours or only_theirs:
                lines.append(f"{name}: {only_ours:,} rows by DuckDB alone, {only_theirs:,} by Spark alone")
    return compared, lines


def main(
    warehouse: Annotated[Path, typer.Argument(help="The file that DuckDB built.")],
    spark: Annotated[Path, typer.Argument(help="The folder of Spark's tables (spark.sql.warehouse.dir).")],
) -> None:
    """Say which tables differ; end with 1 where any does."""
    compared, lines = differences(warehouse, spark)
    for line in lines:
        typer.echo(line)
    typer.echo(f"{compared} tables compared, {len(lines)} differ.")
    if lines or not compared:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
