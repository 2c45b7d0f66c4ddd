"""Compares the sample's cells of each program year with the hashes in tests/golden/nrs_cells.csv, or accepts what they are now.

A hash covers a table's cells as text, so that a number that moves anywhere is seen, whoever meant to move it. The file's own
digest is quoted in CHANGELOG.md with a reason (`Golden cells: <digest>: <reason>`, the newest first); a test compares.

    python scripts/golden.py
    python scripts/golden.py --accept
"""

from __future__ import annotations

import csv
import re
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import duckdb
import typer
from contract import PROJECT

GOLDEN = PROJECT / "tests" / "golden" / "nrs_cells.csv"
PROGRAM_YEARS = (2022, 2023)
HEADER = ["program_year", "table_id", "cells", "sha256"]
# A hash of our own text: DuckDB's hash() may change with its version. Nine digits: the last bits of a mean hang on the order of a sum.
HASHES = """
with lines as (
    select program_year, table_id, concat_ws(chr(9), program_year, scope, scope_id, table_id, row_code, column_code,
        coalesce(format('{:.9g}', value), 'null')) as line
    from marts.nrs_cells
)
select program_year, table_id, count(*), sha256(string_agg(line, chr(10) order by line)) from lines group by all order by all
"""

Hashes = dict[tuple[int, str], tuple[int, str]]


def hashes(connection: duckdb.DuckDBPyConnection) -> Hashes:
    """(cells, sha256) of each (program year, table) in `marts.nrs_cells`."""
    return {(year, table): (cells, digest) for year, table, cells, digest in connection.execute(HASHES).fetchall()}


def read_golden(file: Path = GOLDEN) -> Hashes:
    """The hashes as accepted; raises OSError without the file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {(int(row["program_year"]), row["table_id"]): (int(row["cells"]), row["sha256"]) for row in csv.DictReader(lines)}


def write_golden(found: Hashes, file: Path = GOLDEN) -> None:
    """Write the hashes as those accepted, in order of year and table."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows([*key, *found[key]] for key in sorted(found))


def digest_of(file: Path = GOLDEN) -> str:
    """The first twelve letters of the file's SHA-256: what the changelog quotes."""
    return sha256(file.read_bytes()).hexdigest()[:12]


def quoted_digest(changelog: str) -> str | None:
    """The digest in the newest line `Golden cells: <digest>: <reason>` of a changelog; None without such a line, or a reason."""
    line = re.search(r"Golden cells: ([0-9a-f]{12}): \S", changelog)
    return line.group(1) if line else None


def moved(accepted: Hashes, found: Hashes) -> list[str]:
    """A line for each table of a year whose cells are not those accepted, with the number of its cells then and now."""
    absent = (0, "")
    return [
        f"{year} Table {table}: {accepted.get((year, table), absent)[0]} cells accepted, {found.get((year, table), absent)[0]} found"
        for year, table in sorted(accepted.keys() | found.keys())
        if accepted.get((year, table)) != found.get((year, table))
    ]


def sample_hashes() -> Hashes:
    """Build the sample in memory under the rules of each program year; raises RuntimeError where dbt does."""
    sys.path.append(str(PROJECT / "tests" / "python"))
    from harness import MemoryWarehouse, compile_project

    with TemporaryDirectory() as work:
        compiled = compile_project(Path(work)).needed_for(["marts.nrs_cells"])
    found: Hashes = {}
    for year in PROGRAM_YEARS:
        warehouse = MemoryWarehouse(compiled.of_year(year))
        warehouse.load(PROJECT / "seeds" / "extracts")
        warehouse.build()
        found |= hashes(warehouse.connection)
    return found


def main(accept: Annotated[bool, typer.Option("--accept", help="Write what the cells are now as the accepted hashes.")] = False) -> None:
    """Say which tables of the sample have cells other than those accepted; with --accept, accept them."""
    found = sample_hashes()
    lines = moved(read_golden() if GOLDEN.exists() else {}, found)
    typer.echo("\n".join(lines) or "No cell has moved.")
    if accept:
        write_golden(found)
        typer.echo(f"Write into CHANGELOG.md, under Unreleased, above any other such line:\n- Golden cells: {digest_of()}: <reason>")
    elif lines:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
