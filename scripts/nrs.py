#!/usr/bin/env python3
"""The warehouse's command line: what the commands take and print; what they do stands in modules of its own."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

try:
    import duckdb
    import typer
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is not installed here. Run `make report` once, then `. .venv/bin/activate`.")
from building import ERRORS, Order, Stopped, build_warehouse, refuse_another_state, refuse_stops, say, told_plainly
from contract import State
from dbt_run import PROJECT, console
from diff import diff as diff_warehouses
from explain import explain as explain_cell
from extract_check import check
from page import page as write_page
from reading import Scope, program_year_typed
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text
from store import Build, Store, StoreError
from why import why as why_person
from withheld import without_people
from workbook import WorkbookError, write_student_workbooks, write_workbooks
from xlsxwriter.exceptions import XlsxWriterException

WAREHOUSES = PROJECT / "warehouse"


StateOption = Annotated[State, typer.Option("--state", help="Whose rules, extracts and warehouse.", case_sensitive=False)]
ReadStateOption = Annotated[
    State | None, typer.Option("--state", help="Whose warehouse; by default that of NRS_WAREHOUSE, or Florida's.", case_sensitive=False, show_default=False)
]
Extracts = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the state's extracts (docs/extracts.md); without it its bundled sample is read.", exists=True, file_okay=False, resolve_path=True
    ),
]
ProgramYear = Annotated[int, typer.Option(help="Program year to report: 2023 = July 1, 2023 - June 30, 2024.", parser=program_year_typed)]
Label = Annotated[str | None, typer.Option(help="Label of the build, e.g. october-2024-submission; a labelled build is kept for good.")]
Keep = Annotated[int, typer.Option(help="How many builds to keep, this one included; labelled ones are kept beside them.", min=1)]
AcceptStops = Annotated[bool, typer.Option("--accept-stops", help="Label the build although findings about its extracts say stop.")]
BuildName = Annotated[str, typer.Argument(metavar="ID", help="Id or label of a build; `builds` lists them.")]

HELP = """Turn raw adult-education extracts into every table of the National Reporting System.

First time: `nrs.py report` builds and reports the bundled sample. Your own data: docs/bring_your_own_data.md.

A build takes the place of the one before only when all its tests have passed. NRS_WAREHOUSE names another place for the warehouse file.
"""
EPILOG = """`nrs.py COMMAND --help` says what a command does, shows an example, and what it writes.

Completion by the tab key: put scripts/ on PATH, run `nrs.py --install-completion` once, and open a new shell.
"""

# Values of variables may be people.
app = typer.Typer(no_args_is_help=True, help=HELP, epilog=EPILOG, pretty_exceptions_show_locals=False)


app.command()(told_plainly()(check))


@app.callback()
def main() -> None:
    """Ends a command cleanly when it is asked to end; the help is HELP."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # A run started with nohup stays deaf.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)


def stop(number: int, frame: object) -> NoReturn:
    raise Stopped(number)


def warehouse_path(state: State) -> Path:
    """Where a state's warehouse is: the environment variable NRS_WAREHOUSE, or the project's own folder, with one in it for each other state."""
    folder = WAREHOUSES if state == State.FL else WAREHOUSES / state.lower()
    return Path(os.environ.get("NRS_WAREHOUSE") or folder / "nrs.duckdb").expanduser()


def make_report(state: State | None) -> str:
    """The command that builds a state's warehouse from its sample."""
    return "make report" if state in (None, State.FL) else f"make report STATE={state}"


def store_to_read(state: State | None, warehouse: Path | None = None) -> Store:
    """The store around a warehouse, by default the state's; raises typer.BadParameter where it is another state's than the one asked for."""
    store = Store(warehouse or warehouse_path(state or State.FL))
    try:
        if state:
            refuse_another_state(store, state)
    except StoreError as error:
        raise typer.BadParameter(str(error), param_hint="--state") from None
    return store


def warehouse_to_read(state: State | None, warehouse: Path | None = None) -> Path:
    """The warehouse that a command is to read: the file named, or the state's; ends the command where it isn't there or is another state's."""
    path = warehouse.expanduser() if warehouse else warehouse_path(state or State.FL)
    store_to_read(state, path)
    if not warehouse and not path.exists():
        typer.echo(f"No warehouse at {path}. Build one with `{make_report(state)}`, or name one with the environment variable NRS_WAREHOUSE.", err=True)
        raise typer.Exit(1)
    return path


def print_build(store: Store, build: Build) -> None:
    """Print where a build that is in place is to be found."""
    labels = f" ({', '.join(build.labels)})" if build.labels else ""
    say(f"\nBuild:     {build.id}{labels}")
    say(f"Warehouse: {store.warehouse} (confidential: holds people)")
    say(f"Published: {store.published} (without people; only what is marked as published)")


def build_files_state(build: Build) -> str:
    """Whether a build's files are as its manifest has them, in a few words."""
    try:
        return ", ".join(build.differences()) or "as built" if build.manifest() else "no manifest"
    except (StoreError, OSError) as error:
        return str(error)


@app.command("build")
def build_command(
    state: StateOption = State.FL,
    extracts: Extracts = None,
    program_year: ProgramYear = 2023,
    label: Label = None,
    keep: Keep = 5,
    accept_stops: AcceptStops = False,
) -> None:
    """Build the warehouse from extracts, test it, and put it in place.

    Example: nrs.py build --extracts ../extracts --program-year 2023 --label october-2024-submission
    """
    store = Store(warehouse_path(state))
    with told_plainly(store):
        print_build(store, build_warehouse(Order(state, extracts, program_year, label, keep, accept_stops), store, with_report=False))


@app.command()
def report(
    state: StateOption = State.FL,
    extracts: Extracts = None,
    program_year: ProgramYear = 2023,
    label: Label = None,
    keep: Keep = 5,
    accept_stops: AcceptStops = False,
) -> None:
    """Build the warehouse from extracts, test it, put it in place with the forms, and print a summary.

    Example: nrs.py report --extracts ../extracts --program-year 2023

    Writes the warehouse and, in the same build (docs/publishing.md), forms/YEAR with each table as CSV and an error file per agency.

    Writes nothing if a file can't be read or a test fails.
    """
    store = Store(warehouse_path(state))
    with told_plainly(store):
        print_build(store, build_warehouse(Order(state, extracts, program_year, label, keep, accept_stops), store, with_report=True))
        forms = store.forms / str(program_year)
        say(f"Forms:     {forms} ({len(list(forms.iterdir()))} tables as CSV, small cells not suppressed: for the submission only)")
        errors = store.current / ERRORS
        files = len(list(errors.iterdir()))
        say(f"Errors:    {errors} ({files} file{'s' * (files != 1)} to send back, one an agency; confidential)")


@app.command("builds")
def builds_command(state: ReadStateOption = None) -> None:
    """List the builds of the store, the oldest first; every file is compared with its manifest.

    Example: nrs.py builds
    """
    store = store_to_read(state)
    with told_plainly(store):
        table = Table("", "id", "state", "year", "source", "labels", "size", "files", box=SIMPLE, pad_edge=False, collapse_padding=True)
        # What is typed again stands there whole, an id on one line.
        for column in table.columns:
            column.no_wrap, column.overflow = column.header not in ("labels", "files"), "fold"
        for build in store.builds():
            table.add_row(*map(Text, build_row(build)))
        if not table.rows:
            say(f"No build yet in {store.folder}. Make one with `{make_report(state)}`.")
            return
        console.print(table)
        console.print("An id begins with the time of its build (UTC).")


def build_row(build: Build) -> tuple[str, ...]:
    """One build as `builds` lists it: whether it is in place, id, state, program year, source, labels, size, what has become of its files."""
    files = build_files_state(build)
    facts = build.facts()
    size = sum(file.stat().st_size for file in build.folder.rglob("*") if file.is_file())
    state, year, source = (str(facts.get(name, "")) for name in ("state", "program_year", "source"))
    source = source.removeprefix("bundled ")
    return ("current" if build.is_current else "", build.id, state, year, source, ", ".join(build.labels), f"{size / 1e6:,.0f} MB", files)


@app.command("label")
def label_command(
    name: BuildName,
    label: Annotated[str, typer.Argument(help="The label: letters, digits, - _ .")],
    accept_stops: AcceptStops = False,
    state: ReadStateOption = None,
) -> None:
    """Label a build, which keeps it for good.

    Example: nrs.py label 20241001T093000Z-a1b2c3 october-2024-submission
    """
    store = store_to_read(state)
    with told_plainly(store):
        if manifest := store.find(name).manifest():
            refuse_stops(manifest, accept_stops)
        build = store.label(name, label)
        say(f"Build {build.id} has the label '{label}'.")


@app.command("restore")
def restore_command(name: BuildName, state: ReadStateOption = None) -> None:
    """Put an earlier build back in place, if its files are as they were built.

    Example: nrs.py restore october-2024-submission
    """
    store = store_to_read(state)
    with told_plainly(store):
        print_build(store, store.restore(name))


WarehouseOption = Annotated[
    Path | None, typer.Option(help="The warehouse to read; by default NRS_WAREHOUSE, or the project's own of the state.", dir_okay=False)
]
ScopeOption = Annotated[Scope, typer.Option(help="Whose numbers: the state's, an agency type's or an agency's.")]
ScopeIdOption = Annotated[str | None, typer.Option("--id", help="The agency type (DISTRICT, CBO ...) or the agency's id; the state needs none.")]
YearOption = Annotated[int | None, typer.Option(help="Program year: 2023 = 2023-24; by default the one that the warehouse reports.", parser=program_year_typed)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
@told_plainly(on_stderr=True)
def explain(
    table_id: Annotated[str, typer.Argument(metavar="TABLE", help="Number of the table: 1, 4A, SPR, MSG ...")],
    row_code: Annotated[str, typer.Argument(metavar="ROW", help="Code of the row: abe_3, employment_q2, total ...")],
    column_code: Annotated[str, typer.Argument(metavar="COLUMN", help="Code of the column, or its letter on the form: E, asian_female, total ...")],
    scope: ScopeOption = Scope.state,
    scope_id: ScopeIdOption = None,
    program_year: YearOption = None,
    limit: Annotated[int, typer.Option(help="Members shown; 0 shows all.", min=0)] = 20,
    as_json: JsonOption = False,
    state: ReadStateOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Explain a number: what the cell counts, by which rule, and who or what stands behind it.

    Example: nrs.py explain 4 abe_3 E --scope agency --id 013
    """
    explain_cell(warehouse_to_read(state, warehouse), table_id, row_code, column_code, scope, scope_id, program_year, limit, as_json)


@app.command()
@told_plainly(on_stderr=True)
def why(
    person_id: Annotated[str, typer.Argument(metavar="ID", help="The person's statewide id: a FLEID (FL and twelve digits), or a LACES id (digits).")],
    scope: ScopeOption = Scope.state,
    scope_id: ScopeIdOption = None,
    program_year: YearOption = None,
    as_json: JsonOption = False,
    state: ReadStateOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Tell one person's story: records, periods, level, gains, exits; where counted, where not, and why.

    The answer is confidential. Example: nrs.py why FL630135476119 --scope agency --id 013
    """
    why_person(warehouse_to_read(state, warehouse), person_id, scope, scope_id, program_year, as_json)


@app.command()
@told_plainly(on_stderr=True)
def diff(
    old: Annotated[Path, typer.Argument(help="The warehouse file to compare from.")],
    new: Annotated[Path, typer.Argument(help="The warehouse file to compare with it.")],
    scope: ScopeOption = Scope.state,
    scope_id: ScopeIdOption = None,
    table_id: Annotated[str | None, typer.Option("--table", help="Only this table.")] = None,
    limit: Annotated[int, typer.Option(help="Changed cells shown; 0 shows all.", min=0)] = 40,
    people: Annotated[bool, typer.Option("--people", help="Name the persons, with the facts that differ: confidential.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare two warehouses cell by cell: who entered, left or moved, and why.

    Example: nrs.py diff last_week.duckdb warehouse/nrs.duckdb --table 4
    """
    diff_warehouses(old, new, scope, scope_id, table_id, limit, people, as_json)


@app.command()
@told_plainly(on_stderr=True)
def workbook(
    program_year: Annotated[
        int | None, typer.Option(help="Program year: 2023 = 2023-24; without it the latest in the warehouse.", parser=program_year_typed)
    ] = None,
    scope: Annotated[Scope | None, typer.Option(help="Only this kind of scope; without it all.")] = None,
    scope_id: Annotated[str | None, typer.Option("--id", help="Only this scope: the agency's id, the type's code, the state's code.")] = None,
    to: Annotated[Path | None, typer.Option(help="Folder for the files; without it workbooks beside the warehouse.", file_okay=False)] = None,
    published: Annotated[bool, typer.Option("--published", help="From the suppressed cells, for publication.")] = False,
    students: Annotated[bool, typer.Option("--students", help="The student-level files instead (Reports 4 and 5). Restricted: they hold people.")] = False,
    state: ReadStateOption = None,
) -> None:
    """Write the federal forms as Excel workbooks, one per scope (docs/workbook.md).

    Example: nrs.py workbook --scope agency --id 013
    """
    if published and students:
        raise typer.BadParameter("--students holds people and is never published; leave out one of --published and --students.")
    warehouse = warehouse_to_read(state)
    folder = to.expanduser().resolve() if to else warehouse.parent / "workbooks"
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            if students:
                paths = write_student_workbooks(connection, folder, program_year, scope, scope_id)
            else:
                paths = write_workbooks(connection, folder, program_year, scope, scope_id, is_published=published)
    except WorkbookError as error:
        say(str(error))
        raise typer.Exit(1) from None
    except duckdb.Error as error:
        say(f"{warehouse} can't be read as a warehouse ({without_people(str(error))}). Build it anew (make report), or name another with NRS_WAREHOUSE.")
        raise typer.Exit(1) from None
    except (OSError, XlsxWriterException) as error:
        say(f"The workbooks can't be written: {error}. Name a folder with room, and which you may write to, with --to.")
        raise typer.Exit(1) from None
    who_may_read = "RESTRICTED: they hold people" if students else "suppressed: for publication" if published else "confidential: small cells not suppressed"
    say(f"{len(paths)} file(s) in {folder} ({who_may_read})")


@app.command()
@told_plainly(on_stderr=True)
def page(
    to: Annotated[
        Path | None, typer.Option(help="Folder of the page; without it `page` beside the warehouse. An earlier page there is replaced.", file_okay=False)
    ] = None,
    program_year: YearOption = None,
    docs: Annotated[str | None, typer.Option(help="Address of the auditors' pages (`make docs`) as seen from the page, to link to them.")] = None,
    state: ReadStateOption = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Write a page for program staff: a folder of HTML, suppressed, that opens by a double click (docs/page.md).

    Example: nrs.py page --to ../page

    Writes index.html with the state, a page for each agency, agency type and indicator, and the rules.

    Years stand side by side, one for each program year of the store's builds.
    """
    write_page(warehouse_to_read(state, warehouse), to, program_year, docs)


if __name__ == "__main__":
    app()
