"""The warehouse's command line: build a warehouse from a folder of extracts, report from it, and keep the builds.

A build goes into a new folder of the store and is put in place in one step, only when every model and data test of it
has passed: a failed run leaves the last good warehouse as it was (docs/publishing.md).
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import duckdb
import typer
from build_files import SAMPLE, build_facts, dbt_manifest, extract_files, extract_stamps, write_manifest_table, write_published
from dbt_run import PROJECT, BuildError, console, run_dbt
from diff import diff as diff_warehouses
from explain import explain as explain_cell
from extract_check import check, print_check_summary, write_error_files
from reading import Scope
from rich.box import SIMPLE
from rich.table import Table
from store import FORMS, PUBLISHED, WAREHOUSE, Build, Manifest, Store, StoreError
from why import why as why_person
from workbook import WorkbookError, write_student_workbooks, write_workbooks

DEFAULT_WAREHOUSE = PROJECT / "warehouse" / "nrs.duckdb"
# The folder of a build with one error file an agency.
ERRORS = "errors"
# The operating system's words, which Python, DuckDB and dbt repeat.
NO_SPACE_WORDS = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT))

Extracts = Annotated[
    Path | None,
    typer.Option(help="Folder of extracts (docs/extracts.md); without it the bundled sample is read.", exists=True, file_okay=False, resolve_path=True),
]
ProgramYear = Annotated[int, typer.Option(help="Program year to report: 2023 = July 1, 2023 - June 30, 2024.", min=1900, max=2199)]
Label = Annotated[str | None, typer.Option(help="Label of the build, e.g. october-2024-submission; a labelled build is kept for good.")]
Keep = Annotated[int, typer.Option(help="How many builds to keep, this one included; labelled ones are kept beside them.", min=1)]
AcceptStops = Annotated[bool, typer.Option("--accept-stops", help="Label the build although findings about its extracts say stop.")]
BuildName = Annotated[str, typer.Argument(metavar="ID", help="Id or label of a build; `builds` lists them.")]

# Values of variables may be people.
app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_show_locals=False)


class Stopped(KeyboardInterrupt):
    """A signal that asks this process to end; raised so that it cleans up."""


app.command()(check)


@app.callback()
def main() -> None:
    """Build NRS reports from extracts."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # A run started with nohup stays deaf.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)


def stop(number: int, frame: object) -> NoReturn:
    raise Stopped(number)


def warehouse_path() -> Path:
    """Where the warehouse is: the environment variable NRS_WAREHOUSE, or the project's own folder."""
    return Path(os.environ.get("NRS_WAREHOUSE", DEFAULT_WAREHOUSE))


def write_forms(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write each wide NRS table (all scopes, in the form's order) as CSV into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' and table_name like 'nrs_table_%' order by all"
    ).fetchall()
    for (table,) in tables:
        rows = connection.table(f"marts.{table}").order("program_year, scope desc, scope_id, row_order")
        rows.write_csv(str(folder / f"{table}.csv"), header=True)


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


@contextmanager
def told_plainly(store: Store) -> Iterator[None]:
    """End the command with what went wrong, what it means for the warehouse in place, and what to do."""
    before = store.current_id()
    try:
        yield
    except (BuildError, StoreError, OSError, duckdb.Error) as error:
        messages = error.messages if isinstance(error, BuildError) else [str(error)]
        code = 1
        # Where there is no room, everything after the first write that failed is noise.
        if no_room := [line.strip() for message in messages for line in message.splitlines() if any(words in line for words in NO_SPACE_WORDS)]:
            messages = [
                f"There is no room left. A build needs room for one more warehouse in {store.folder}: free some, or keep fewer builds (--keep).",
                no_room[0],
            ]
    except (KeyboardInterrupt, RuntimeError) as signalled:
        # DuckDB's word for a signal that reaches it in the middle of a query; it doesn't say which.
        if isinstance(signalled, RuntimeError) and str(signalled) != "Query interrupted":
            raise
        number = signalled.args[0] if isinstance(signalled, Stopped) else signal.SIGINT
        messages, code = ["Stopped. To go on, run the command again; there is nothing to clean up."], 128 + number
    else:
        return
    after = store.current_id()
    if before is None and after is None:
        state = "No warehouse was put in place."
    elif after == before:
        state = f"The last good warehouse is as it was (build {after})."
    else:
        state = f"Build {after} is in place, but the command did not end as it should."
    console.print(f"[bold red]{state}[/bold red]", soft_wrap=True)
    for message in messages:
        say(message)
    raise typer.Exit(code)


def build_warehouse(extracts: Path | None, program_year: int, label: str | None, keep: int, accept_stops: bool, with_report: bool, store: Store) -> Build:
    """Build, test and put in place a warehouse, its published file and manifest; `with_report`: its forms and summary too."""
    with store.new_build(label) as work:
        folder = extracts or SAMPLE
        stamps = extract_stamps(folder)
        warehouse = work.folder / WAREHOUSE
        # Unit tests are left to `make test`: they do not depend on the data.
        run_dbt(["build", "--exclude-resource-type", "unit_test"], warehouse, work.scratch, extracts, program_year, on_message=say)
        manifest = dbt_manifest(work.scratch)
        forms = work.folder / FORMS
        forms.mkdir()
        with duckdb.connect(str(warehouse)) as connection:
            facts = build_facts(connection, work.id, label, work.began, program_year, "folder" if extracts else "bundled sample")
            facts |= extract_files(folder, manifest, stamps)
            if label:
                refuse_stops(facts, accept_stops)
            write_manifest_table(connection, facts, "nrs", tuple(facts))
            write_published(connection, work.folder / PUBLISHED, manifest, facts)
            if with_report:
                write_forms(connection, forms / str(program_year))
                write_error_files(connection, work.folder / ERRORS, extracts)
                print_summary(connection, program_year)
                print_check_summary(connection)
            # Closing would do this too, and say nothing where it fails.
            connection.execute("checkpoint")
        return store.place(work, facts, label, keep)


def refuse_stops(manifest: Manifest, accept_stops: bool) -> None:
    """Raise StoreError where findings about the extracts say stop: what is labelled is what will be submitted."""
    stops = manifest["checks"]["stop_findings"]
    if stops and not accept_stops:
        raise StoreError(
            f"{stops} finding(s) about the extracts say stop (restricted.extract_findings), so that the build gets no label. Mend the extracts, build "
            "without a label to look at the findings, or add --accept-stops."
        )


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
def build_command(extracts: Extracts = None, program_year: ProgramYear = 2023, label: Label = None, keep: Keep = 5, accept_stops: AcceptStops = False) -> None:
    """Build the warehouse from extracts, test it, and put it in place."""
    store = Store(warehouse_path())
    with told_plainly(store):
        print_build(store, build_warehouse(extracts, program_year, label, keep, accept_stops, False, store))


@app.command()
def report(extracts: Extracts = None, program_year: ProgramYear = 2023, label: Label = None, keep: Keep = 5, accept_stops: AcceptStops = False) -> None:
    """Build the warehouse from extracts, test it, put it in place with the forms, and print a summary."""
    store = Store(warehouse_path())
    with told_plainly(store):
        print_build(store, build_warehouse(extracts, program_year, label, keep, accept_stops, True, store))
        forms = store.forms / str(program_year)
        say(f"Forms:     {forms} ({len(list(forms.iterdir()))} tables as CSV, small cells not suppressed: for the submission only)")
        errors = store.current / ERRORS
        say(f"Errors:    {errors} ({len(list(errors.iterdir()))} files to send back, one an agency; confidential)")


@app.command("builds")
def builds_command() -> None:
    """List the builds of the store, the oldest first; every file is compared with its manifest."""
    store = Store(warehouse_path())
    with told_plainly(store):
        table = Table("", "id", "made (UTC)", "year", "labels", "size", "files", box=SIMPLE, pad_edge=False)
        for build in store.builds():
            table.add_row(*build_row(build))
        console.print(table)


def build_row(build: Build) -> tuple[str, ...]:
    """One build as `builds` lists it: whether it is in place, id, time, program year, labels, size, state of its files."""
    state = build_files_state(build)
    try:
        facts = (build.manifest() or {}).get("build", {})
    except StoreError:
        facts = {}
    size = sum(file.stat().st_size for file in build.folder.rglob("*") if file.is_file())
    made = str(facts.get("created_at", "")).replace("T", " ").removesuffix("Z")
    return ("current" if build.is_current else "", build.id, made, str(facts.get("program_year", "")), ", ".join(build.labels), f"{size / 1e6:,.1f} MB", state)


@app.command("label")
def label_command(name: BuildName, label: Annotated[str, typer.Argument(help="The label: letters, digits, - _ .")], accept_stops: AcceptStops = False) -> None:
    """Label a build, which keeps it for good."""
    store = Store(warehouse_path())
    with told_plainly(store):
        if manifest := store.find(name).manifest():
            refuse_stops(manifest, accept_stops)
        build = store.label(name, label)
        say(f"Build {build.id} has the label '{label}'.")


@app.command("restore")
def restore_command(name: BuildName) -> None:
    """Put an earlier build back in place, if its files are as they were built."""
    store = Store(warehouse_path())
    with told_plainly(store):
        print_build(store, store.restore(name))


WarehouseOption = Annotated[Path | None, typer.Option(help="The warehouse to read; by default NRS_WAREHOUSE, or the project's own.", dir_okay=False)]
ScopeOption = Annotated[Scope, typer.Option(help="Who the table is for.")]
ScopeIdOption = Annotated[str | None, typer.Option("--id", help="DISTRICT, FCS, CBO or the agency's id; the state needs none.")]
YearOption = Annotated[int | None, typer.Option(help="Program year: 2023 = 2023-24; by default the one that the warehouse reports.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
def explain(
    table_id: Annotated[str, typer.Argument(metavar="TABLE", help="Number of the table: 1, 4A, SPR, MSG ...")],
    row_code: Annotated[str, typer.Argument(metavar="ROW", help="Code of the row: abe_3, employment_q2, total ...")],
    column_code: Annotated[str, typer.Argument(metavar="COLUMN", help="Code of the column, or its letter on the form: E, asian_female, total ...")],
    scope: ScopeOption = Scope.state,
    scope_id: ScopeIdOption = None,
    program_year: YearOption = None,
    limit: Annotated[int, typer.Option(help="Members shown; 0 shows all.", min=0)] = 20,
    as_json: JsonOption = False,
    warehouse: WarehouseOption = None,
) -> None:
    """Explain a number: what the cell counts, by which rule, and who or what stands behind it.

    Example: nrs.py explain 4 abe_3 E --scope agency --id 013
    """
    explain_cell(warehouse or warehouse_path(), table_id, row_code, column_code, scope, scope_id, program_year, limit, as_json)


@app.command()
def why(
    fleid: Annotated[str, typer.Argument(metavar="FLEID", help="Florida education identifier: FL and twelve digits.")],
    scope: ScopeOption = Scope.state,
    scope_id: ScopeIdOption = None,
    program_year: YearOption = None,
    as_json: JsonOption = False,
    warehouse: WarehouseOption = None,
) -> None:
    """Tell one person's story: records, periods, level, gains, exits; where counted, where not, and why.

    The answer is confidential. Example: nrs.py why FL630135476119 --scope agency --id 013
    """
    why_person(warehouse or warehouse_path(), fleid, scope, scope_id, program_year, as_json)


@app.command()
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
def workbook(
    program_year: Annotated[int | None, typer.Option(help="Program year: 2023 = 2023-24; without it the latest in the warehouse.")] = None,
    scope: Annotated[Scope | None, typer.Option(help="Only this kind of scope; without it all.")] = None,
    scope_id: Annotated[str | None, typer.Option("--id", help="Only this scope: the agency's id, the type's code, the state's code.")] = None,
    to: Annotated[Path | None, typer.Option(help="Folder for the files; without it workbooks beside the warehouse.", file_okay=False)] = None,
    published: Annotated[bool, typer.Option("--published", help="From the suppressed cells, for publication.")] = False,
    students: Annotated[bool, typer.Option("--students", help="The student-level files instead (Reports 4 and 5). Restricted: they hold people.")] = False,
) -> None:
    """Write the federal forms as Excel workbooks, one per scope (docs/workbook.md)."""
    if published and students:
        raise typer.BadParameter("--students holds people and is never published; leave out one of --published and --students.")
    warehouse = warehouse_path()
    if not warehouse.exists():
        say(f"No warehouse at {warehouse}. Build one (make report), or name it with the environment variable NRS_WAREHOUSE.")
        raise typer.Exit(1)
    folder = to.expanduser().resolve() if to else warehouse.parent / "workbooks"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            if students:
                paths = write_student_workbooks(connection, folder, program_year, scope, scope_id)
            else:
                paths = write_workbooks(connection, folder, program_year, scope, scope_id, is_published=published)
        except WorkbookError as error:
            say(str(error))
            raise typer.Exit(1) from None
    who_may_read = "RESTRICTED: they hold people" if students else "suppressed: for publication" if published else "confidential: small cells not suppressed"
    say(f"{len(paths)} file(s) in {folder} ({who_may_read})")


if __name__ == "__main__":
    app()
