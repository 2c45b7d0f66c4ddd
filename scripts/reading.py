"""What the reading commands share: a warehouse opened read-only, its year and scopes, near codes, and plain messages."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import typer
from rich.console import Console
from rich.text import Text
from texts import literal, year_name

CONFIDENTIAL = "Confidential: this answer holds people. Don't pass it on outside the circle that may see student records."
# Of numbers without names.
SUBMISSION = "Confidential: small cells are not suppressed. For the submission, not for publication."

# Files of this project that are no warehouse, by the relation that they are known by.
NO_WAREHOUSES = {"marts.nrs_cells_published": "the published file, in which nobody stands", "marts.nrs_years": "a file of numbers of several years"}

# Piped output has no width of its own; the texts are written to read well at this one.
WIDTH = 100


class Scope(StrEnum):
    """Who a table is for (Reports 1-3)."""

    state = "state"
    agency_type = "agency_type"
    agency = "agency"


def program_year_typed(text: str | int) -> int:
    """A program year as it is typed, or the default; raises typer.BadParameter for all but four digits of our time."""
    if not re.fullmatch("(?:19|20|21)[0-9][0-9]", str(text)):
        raise typer.BadParameter(f"{text!r} is no program year. Write 2023 for 2023-24.")
    return int(text)


class AskError(Exception):
    """A question that the warehouse can't answer; the message says why, and what to ask instead."""


@contextmanager
def answering(as_json: bool = False) -> Iterator[Console]:
    """The console that an answer is printed on. An AskError in the block goes to stderr and ends the command with status 1."""
    try:
        # An agency's id may be any text: `[/b]` is no markup, and `:x:` no emoji.
        yield Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else WIDTH, file=sys.stderr if as_json else None)
    except AskError as error:
        Console(stderr=True, highlight=False, markup=False, emoji=False, width=None if sys.stderr.isatty() else WIDTH).print(str(error))
        raise typer.Exit(1) from None


@contextmanager
def open_warehouse(*paths: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can only read: one file as the default database, or two attached as `old` and `new`.

    Raises AskError for a file that isn't there, is no DuckDB file, is being written, or is no warehouse of this version.
    """
    # What a large answer takes beyond the memory holds people too, and must not lie in the folder the command was begun in.
    with TemporaryDirectory(prefix="nrs-") as spill, duckdb.connect(config={"temp_directory": spill}) as connection:
        names = ["warehouse"] if len(paths) == 1 else ["old", "new"]
        for name, path in zip(names, paths, strict=True):
            _attach(connection, name, path)
        if len(paths) == 1:
            connection.execute("use warehouse")
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            what, where = str(error).splitlines()[0], " or ".join(map(str, paths))
            raise AskError(f"{where} is no warehouse of this version ({what}). Build it anew with `make report`.") from None


def _attach(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    if not path.is_file():
        raise AskError(f"No warehouse at {path}. Build one with `make report`, or name another with --warehouse FILE.")
    try:
        connection.execute(f"attach {literal(path)} as {name} (read_only)")
    except duckdb.Error as error:
        raise AskError(f"{path} can't be read as a warehouse: {str(error).splitlines()[0]}") from None
    found = set(connection.execute("select schema_name || '.' || table_name from duckdb_tables() where database_name = ?", [name]).fetchall())
    found |= set(connection.execute("select schema_name || '.' || view_name from duckdb_views() where database_name = ?", [name]).fetchall())
    needed = ["marts.nrs_cells", "marts.nrs_cell_rules", "restricted.nrs_cell_members", "intermediate.int_submitted_rows"]
    missing = [relation for relation in needed if (relation,) not in found]
    for relation, kind in NO_WAREHOUSES.items():
        if needed[0] in missing and (relation,) in found:
            raise AskError(f"{path} is {kind}. Give the warehouse (nrs.duckdb).")
    if missing:
        raise AskError(f"{path} is no warehouse of this version: it has no {', '.join(missing)}. Build it anew with `make report`.")


def rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: object, **named: object) -> list[dict[str, Any]]:
    """The rows of a query, each as {column: value}; its parameters are `?`, or named."""
    result = connection.execute(sql, named or list(values))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def column(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[Any]:
    """The first column of a query."""
    return [row[0] for row in connection.execute(sql, list(values)).fetchall()]


def listed(codes: Iterable[object]) -> str:
    """Codes as a line of text."""
    return ", ".join(map(str, codes))


def nearest(code: str, known: list[str]) -> str:
    """The known codes that look like `code`, as a clause of a message; empty where none does."""
    close = get_close_matches(code.lower(), [k.lower() for k in known], n=3, cutoff=0.5)
    return f" Nearest: {listed(k for k in known if k.lower() in close)}." if close else ""


def choose(what: str, code: str, known: list[str], where: str = "") -> str:
    """`code` as the warehouse writes it: as it is, or in another case. Raises AskError with the nearest codes and all."""
    same = [k for k in known if k == code] or [k for k in known if k.lower() == code.lower()]
    if len(same) == 1:
        return same[0]
    raise AskError(f"No {what} {code!r}{where}.{nearest(code, known)} There are: {listed(known)}.")


def reported_year(connection: duckdb.DuckDBPyConnection, asked: int | None) -> int:
    """The program year whose cells are asked for; by default the one reported. Raises AskError with the years there are."""
    years = column(connection, "select distinct program_year from marts.nrs_cells order by 1 desc")
    if asked is None or asked in years:
        return asked or years[0]
    (state,) = column(connection, "select max(scope_id) from marts.nrs_cells where scope = 'state'")
    report = f"make report STATE={state} PROGRAM_YEAR={asked}"
    raise AskError(f"The warehouse reports program year {listed(years)}, not {asked}. Build it with `{report}`, and EXTRACTS=folder for your own.")


def reported_scope(connection: duckdb.DuckDBPyConnection, year: int, scope: Scope, scope_id: str | None) -> str:
    """The id of the scope asked for, of those in the report of `year`. Raises AskError as chosen_scope."""
    known = column(connection, "select distinct scope_id from marts.nrs_cells where program_year = ? and scope = ? order by 1", year, str(scope))
    return chosen_scope(scope, scope_id, known, f" in the report of {year_name(year)}")


def chosen_scope(scope: Scope, scope_id: str | None, known: list[str], where: str) -> str:
    """The id of the scope asked for, of the ids `known`; an only one needn't be given. Raises AskError with the ids there are."""
    if scope_id is None and len(known) == 1:
        return known[0]
    if scope_id is None:
        raise AskError(f"Which {scope}? Give --id. There are: {listed(known)}.")
    if scope == Scope.state and scope_id.upper() not in known:
        raise AskError(f"--id {scope_id} is not the state's. Add --scope agency or --scope agency_type.")
    return choose(scope.replace("_", " "), scope_id, known, where)


def number(value: float | Decimal | None, measure: str = "count") -> str:
    """A cell's value as text: counts whole, hours as they add up, dollars with cents, rates in full and in percent."""
    if value is None:
        return "none (nothing is the base)"
    if measure == "rate":
        return f"{value:.6g} ({value:.1%})"
    return f"{value:,.2f}" if measure in ("dollars", "median") else f"{value:,.10g}"


def heading(console: Console, text: str) -> None:
    """A section's heading, with an empty line before it."""
    console.print()
    console.print(Text(text, style="bold"))


def paragraph(console: Console, text: str, indent: int = 2, style: str = "") -> None:
    """A text wrapped at the console's width, indented; a numbered one hangs."""
    lines = textwrap.wrap(text, console.width - 1, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2), break_on_hyphens=False)
    console.print(Text("\n".join(lines), style=style))


def print_json(answer: object) -> None:
    """The answer as JSON on stdout; dates as text, decimals as numbers."""
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
