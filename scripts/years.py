"""Puts the cells of several builds, one for each program year, side by side in one file with their labels, for BI.

Each build was made and tested under the rules of its own year; nothing is calculated here. Give published files, and the
result may be shown to whom they may; give working files, and it is confidential as they are, the owner's alone. The two
aren't mixed.

    python scripts/years.py builds/2022/nrs_published.duckdb warehouse/nrs_published.duckdb --to warehouse/nrs_years.duckdb
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from files import EVERYONE_READS, owner_only
from texts import literal

TABLE = """
create schema marts;
create table marts.nrs_years (
    program_year integer not null,
    scope varchar not null check (scope in ('state', 'agency_type', 'agency')),
    scope_id varchar not null,
    table_id varchar not null,
    table_title varchar not null,
    block varchar not null,
    row_code varchar not null,
    row_label varchar not null,
    row_order integer not null,
    column_code varchar not null,
    column_letter varchar,
    column_label varchar not null,
    column_order integer not null,
    measure varchar not null check (measure in ('count', 'hours', 'rate', 'median', 'dollars')),
    value double,
    is_suppressed boolean not null,
    suppression varchar,
    primary key (program_year, scope, scope_id, table_id, row_code, column_code)
);
comment on table marts.nrs_years is
    'One row per program year, scope and cell of a form: the number with its labels, for every cell of each year, zeros included.';
comment on column marts.nrs_years.program_year is 'First half of the program year: 2023 is July 1, 2023 to June 30, 2024.';
comment on column marts.nrs_years.scope is 'Whom the number is for: state, agency_type or agency.';
comment on column marts.nrs_years.scope_id is 'State code, agency type or agency id.';
comment on column marts.nrs_years.table_id is 'Number of the NRS table.';
comment on column marts.nrs_years.table_title is 'Title of the form in that year.';
comment on column marts.nrs_years.block is 'Block of the form: a set of rows with a set of columns.';
comment on column marts.nrs_years.row_code is 'Code of the row; the same over the years.';
comment on column marts.nrs_years.row_label is 'Label of the row in that year.';
comment on column marts.nrs_years.row_order is 'Order of the row in the table.';
comment on column marts.nrs_years.column_code is 'Code of the column; the same over the years.';
comment on column marts.nrs_years.column_letter is 'Letter of the column on the form; null = it has none.';
comment on column marts.nrs_years.column_label is 'Label of the column in that year.';
comment on column marts.nrs_years.column_order is 'Order of the column in the table.';
comment on column marts.nrs_years.measure is
    'What the cell holds: count, hours, rate (share of 1), median or dollars. Only counts, hours and dollars may be added.';
comment on column marts.nrs_years.value is 'The number; null = suppressed, or a rate or median without a base.';
comment on column marts.nrs_years.is_suppressed is 'True where the number may not be shown. Always false from working files.';
comment on column marts.nrs_years.suppression is 'Why it is suppressed; null = it is not.';
"""
# The relation that holds the cells -> how it says what is suppressed. A working file has both: it is asked for the whole.
CELLS = {
    "nrs_cells": "false as is_suppressed, null as suppression",
    "nrs_cells_published": "cells.is_suppressed, cells.suppression",
}
CELLS_OF_A_BUILD = """
insert into marts.nrs_years
select
    cells.program_year, cells.scope, cells.scope_id, cells.table_id, form_cells.table_title, form_cells.block,
    cells.row_code, form_cells.row_label, form_cells.row_order,
    cells.column_code, form_cells.column_letter, form_cells.column_label, form_cells.column_order,
    form_cells.measure, cells.value, {suppressed}
from build.marts.{cells} as cells left join build.marts.nrs_form_cells as form_cells using (table_id, row_code, column_code)
order by all
"""


class YearsError(Exception):
    """Builds that can't stand side by side; the message names the file and says what to do."""


def add_build(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[str, list[int]]:
    """Add the cells of a build; returns the relation they were read from and their program years. Raises YearsError."""
    connection.execute(f"attach {literal(file)} as build (read_only)")
    try:
        found = connection.execute("select table_name from duckdb_tables() where database_name = 'build' and schema_name = 'marts'").fetchall()
        cells = next((name for name in CELLS if (name,) in found), None)
        if not cells or ("nrs_form_cells",) not in found:
            raise YearsError(f"{file} is no build: it lacks marts.nrs_form_cells, or marts.nrs_cells and marts.nrs_cells_published. Name a file of the store.")
        years = [year for (year,) in connection.execute(f"select distinct program_year from build.marts.{cells} order by 1").fetchall()]
        taken = connection.execute("select distinct program_year from marts.nrs_years where list_contains($years, program_year)", {"years": years}).fetchall()
        if taken:
            raise YearsError(f"{file} holds program year {taken[0][0]}, and so does a file before it. Name one build for each year.")
        connection.execute(CELLS_OF_A_BUILD.format(cells=cells, suppressed=CELLS[cells]))
        return cells, years
    finally:
        connection.execute("detach build")


def join_years(files: list[Path], to: Path) -> dict[Path, list[int]]:
    """Write the cells of builds into the table `marts.nrs_years` of the file `to`; returns the program years of each build.

    `to` is replaced in one step when all is written, so that a reader sees the old file or the new one. Raises YearsError.
    """
    if missing := [file for file in files if not file.is_file()]:
        raise YearsError(f"{missing[0]} doesn't exist. `python scripts/nrs.py builds` lists the builds.")
    new = to.with_name(f".{to.name}.new")
    new.unlink(missing_ok=True)
    try:
        with owner_only(), duckdb.connect(str(new)) as connection:
            connection.execute(TABLE)
            added = {file: add_build(connection, file) for file in files}
        if len(kinds := {cells for cells, _ in added.values()}) > 1:
            raise YearsError(f"Published and working files are mixed ({', '.join(sorted(kinds))}). Name files of one kind.")
        if kinds == {"nrs_cells_published"}:
            new.chmod(EVERYONE_READS)
        os.replace(new, to)
    except duckdb.Error as error:
        raise YearsError(f"{to} can't be written from these files: {error}. Name files of the store, and a place you may write to with --to.") from error
    finally:
        new.unlink(missing_ok=True)
    return {file: years for file, (_, years) in added.items()}


def main(
    files: Annotated[list[Path], typer.Argument(help="Files of builds, one for each program year: nrs_published.duckdb (or nrs.duckdb) of each.")],
    to: Annotated[Path, typer.Option(help="File to write; an earlier one is replaced.", dir_okay=False)],
) -> None:
    """Put the cells of several builds side by side, with labels, in one file for BI."""
    try:
        written = join_years(files, to)
    except YearsError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"{to} can't be written: {error}. Name a place you may write to with --to.", err=True)
        raise typer.Exit(1) from None
    for file, years in written.items():
        typer.echo(f"{', '.join(map(str, years))}: {file}")
    typer.echo(f"Written: {to} (marts.nrs_years)")


if __name__ == "__main__":
    typer.run(main)
