"""The floor of the benchmark: the least that any build from these files must do, reading and typing each of them once.

Every column of the extract contract is read, trimmed and typed into a table of a DuckDB file. No rule, no check, no report.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import duckdb
import typer
import yaml
from contract import PROJECT, State, record_system, tables

# Types of the contract that are not text, each as SQL over the trimmed text.
TYPED = dict.fromkeys(["date", "required_date"], "cast(try_strptime({}, '%m%d%Y') as date)") | dict.fromkeys(
    ["number", "hours"], "try_cast({} as decimal(18, 6))"
)


def column_types() -> dict[str, dict[str, str]]:
    """Columns of each of Florida's extracts with their types, as the contract declares them."""
    declared = tables(record_system(State.FL))
    return {table["name"]: {column["name"]: column["config"]["meta"]["type"] for column in table["columns"]} for table in declared}


def floor(folder: Path, to: Path) -> int:
    """Read and type Florida's CSV extracts in `folder` (each a file or a folder of parts) into the new DuckDB file `to`; return the rows read.

    Raises duckdb.IOException where an extract is missing.
    """
    rows = 0
    # As the warehouse writes.
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    with duckdb.connect(str(to)) as connection:
        for setting, value in profile["nrs"]["outputs"]["dev"]["settings"].items():
            connection.execute(f"set {setting} = '{value}'")
        for name, columns in column_types().items():
            single = folder / f"{name}.csv"
            parts = [single] if single.exists() else sorted((folder / name).glob("*.csv"))
            extract = connection.read_csv([str(part) for part in parts], header=True, all_varchar=True, delimiter=",", quotechar='"', escapechar='"')
            typed = [TYPED.get(kind, "{}").format(f"nullif(trim({column}), '')") + f" as {column}" for column, kind in columns.items()]
            extract.project(", ".join(typed)).create(name)
            rows += connection.table(name).count("*").fetchone()[0]
    return rows


def main(
    folder: Annotated[Path, typer.Argument(help="Folder of CSV extracts.")],
    to: Annotated[Path, typer.Argument(help="DuckDB file to write; must not exist.")],
) -> None:
    """Read and type every extract once."""
    typer.echo(f"{floor(folder, to):,} rows")


if __name__ == "__main__":
    typer.run(main)
