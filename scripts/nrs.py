#!/usr/bin/env python3
"""The warehouse's command line: build a report from a folder of extracts, and say what came of it.

The build goes into a new file beside the warehouse and is put in place in one step, only when every model and data
test of it has passed: a failed run leaves the last good warehouse as it was.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from dbt_run import PROJECT, BuildError, console, run_dbt
from rich.box import SIMPLE
from rich.table import Table

DEFAULT_WAREHOUSE = PROJECT / "warehouse" / "nrs.duckdb"

HELP = """Turn raw adult-education extracts into every table of the National Reporting System.

First time: `nrs.py report` builds and reports the bundled sample. Your own data: docs/bring_your_own_data.md.

A build takes the place of the one before only when all its tests have passed. NRS_WAREHOUSE names another place for the warehouse file.
"""
EPILOG = """`nrs.py COMMAND --help` says what a command does, shows an example, and what it writes.

Completion by the tab key: put scripts/ on PATH, run `nrs.py --install-completion` once, and open a new shell.
"""

app = typer.Typer(no_args_is_help=True, help=HELP, epilog=EPILOG)


@app.callback()
def main() -> None:
    """Keeps a single command a command by name; the help is HELP."""


def warehouse_path() -> Path:
    """Where the warehouse is: the environment variable NRS_WAREHOUSE, or the project's own folder."""
    return Path(os.environ.get("NRS_WAREHOUSE", DEFAULT_WAREHOUSE)).expanduser().resolve()


def write_forms(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Write each wide NRS table (all scopes, in the form's order) as CSV into `folder`; returns the files' names."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' and table_name like 'nrs_table_%' order by all"
    ).fetchall()
    for (table,) in tables:
        rows = connection.table(f"marts.{table}").order("program_year, scope desc, scope_id, row_order")
        rows.write_csv(str(folder / f"{table}.csv"), header=True)
    return [f"{table}.csv" for (table,) in tables]


def print_summary(connection: duckdb.DuckDBPyConnection, program_year: int) -> None:
    """Print what was read, who is counted, who is not and why, and which identities hold (state scope)."""

    def rows(sql: str) -> list[tuple]:
        return connection.execute(sql).fetchall()

    console.print(f"\n[bold]NRS report, program year {program_year} ({program_year}-{(program_year + 1) % 100:02d})[/bold]\n")

    headings = ("extract", "records", "used", "repeated", "rejected", "no scope", "ignored")
    read = Table(*headings, title="What was read", title_justify="left", box=SIMPLE, pad_edge=False)
    read.columns[0].no_wrap = True
    for column in read.columns[1:]:
        column.justify = "right"
    for row in rows(
        """
        with ignored as (
            select extract_name, count(*) as ignored from restricted.rejected_rows
            where action = 'value_ignored' group by extract_name
        )
        select
            extract_name, count(*), count(*) filter (where disposition = 'used'),
            count(*) filter (where disposition in ('duplicate', 'superseded')),
            count(*) filter (where disposition = 'rejected'), count(*) filter (where disposition = 'not_in_scope'),
            coalesce(any_value(ignored.ignored), 0)
        from restricted.input_disposition left join ignored using (extract_name)
        group by extract_name order by extract_name
        """
    ):
        read.add_row(row[0], *(f"{value:,}" for value in row[1:]))
    console.print(read)
    console.print("repeated: copies and losers of a key clash; no scope: not an NRS row or person; ignored: single values.")
    console.print("Each record is in restricted.input_disposition, each fault in restricted.rejected_rows.\n")

    people = Table("persons, state scope", "count", title="Who is counted", title_justify="left", box=SIMPLE, pad_edge=False)
    people.columns[1].justify = "right"
    for label, persons in rows(
        f"""
        select measures.description, summary.persons
        from marts.population_summary as summary inner join reference.population_measures as measures using (measure)
        where summary.program_year = {program_year} and summary.scope = 'state' and measures.measure <> 'in_tables_1_and_2a'
        order by
            array_position(['persons_with_nrs_rows', 'participants', 'reportable_individuals', 'excluded'], measure) nulls last,
            measure
        """
    ):
        people.add_row(label, f"{persons:,}")
    console.print(people)

    held, readings, scopes = rows("select count(*) filter (where is_held), count(*), count(distinct (scope, scope_id)) from marts.equality_results")[0]
    console.print(f"Identities held: {held:,} of {readings:,} readings in {scopes} scopes (marts.equality_results).")
    assumptions = rows("select count(*) from reference.rulings where is_assumption")[0][0]
    console.print(f"Rulings in force that rest on an assumption: {assumptions} (reference.rulings).")


def say(message: str) -> None:
    console.print(message, markup=False, soft_wrap=True)


@app.command()
def report(
    extracts: Annotated[
        Path | None,
        typer.Option(help="Folder of extracts (docs/extracts.md); without it the bundled sample is read.", exists=True, file_okay=False, resolve_path=True),
    ] = None,
    program_year: Annotated[int, typer.Option(help="Program year to report: 2023 = July 1, 2023 - June 30, 2024.", min=1900, max=2199)] = 2023,
) -> None:
    """Build the warehouse from extracts, test it, put it in place, write the forms, and print a summary.

    Example: nrs.py report --extracts ../extracts --program-year 2023

    Writes the warehouse and, beside it, forms/YEAR with each table as CSV. If a file can't be read or a test fails, nothing.
    """
    warehouse = warehouse_path()
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    # A folder of its own beside the warehouse: the same file system, so that one rename puts the file in place.
    work = Path(tempfile.mkdtemp(prefix=".build-", dir=warehouse.parent))
    try:
        new = work / warehouse.name
        # Unit tests are left to `make test`: they do not depend on the data.
        run_dbt(["build", "--exclude-resource-type", "unit_test"], new, work, extracts, program_year, on_message=say)
        with duckdb.connect(str(new), read_only=True) as connection:
            forms = write_forms(connection, work / "forms")
            print_summary(connection, program_year)
        os.replace(new, warehouse)
        forms_folder = warehouse.parent / "forms" / str(program_year)
        forms_folder.mkdir(parents=True, exist_ok=True)
        for form in forms:
            os.replace(work / "forms" / form, forms_folder / form)
    except BuildError as error:
        console.print("[bold red]The build did not pass. The last good warehouse is as it was.[/bold red]")
        for message in error.messages:
            console.print(message, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    console.print(f"\nWarehouse: {warehouse} (confidential: holds people)")
    console.print(f"Forms:     {forms_folder} ({len(forms)} tables as CSV, small cells not suppressed: for the submission only)")


if __name__ == "__main__":
    app()
