"""What a build is made of: the extracts looked at, dbt run, the forms and error files written, a summary printed, all put in place."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import typer
from build_files import build_facts, dbt_manifest, extract_files, extract_stamps, write_manifest_table, write_published
from contract import SAMPLES, State, record_system
from dbt_run import BUILD, FAULT, SAID, BuildError, console, run_dbt
from door import faults_of_folder, ignored_in_folder, shown, unreadable
from extract_check import print_check_summary, write_error_files
from rich.box import SIMPLE
from rich.table import Table
from spreadsheet import spreadsheet_safe_sql
from store import FORMS, PUBLISHED, WAREHOUSE, Build, Manifest, Store, StoreError
from texts import year_name
from withheld import without_fleids, without_people

# The folder of a build with one error file an agency.
ERRORS = "errors"
# The operating system's words, which Python, DuckDB and dbt repeat.
NO_SPACE_WORDS = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT))


class Stopped(KeyboardInterrupt):
    """A signal that asks this process to end; raised so that it cleans up."""


def say(message: str) -> None:
    # Faults are printed once, with the error that they end in.
    if not message.startswith(FAULT):
        console.print(message, markup=False, soft_wrap=True)


def look_at_the_door(folder: Path, state: State) -> None:
    """Say what of a folder of extracts is not read; raise BuildError with what keeps it from being read at all."""
    for note in ignored_in_folder(folder, state):
        say(without_fleids(f"{SAID}{note}"))
    if faults := faults_of_folder(folder, state):
        raise BuildError([without_fleids(unreadable(folder, faults))])


@contextmanager
def told_plainly(store: Store | None = None, on_stderr: bool = False) -> Iterator[None]:
    """End the command with what went wrong, what it means for the warehouse in place, and what to do.

    `store` is None where the command changes none; `on_stderr` is for a command whose output is an answer.
    """
    before = store and store.current_id()
    try:
        yield
    except (BuildError, StoreError, OSError, duckdb.Error) as error:
        messages = error.messages if isinstance(error, BuildError) else [without_people(str(error))]
        code = 1
        # Where there is no room, everything after the first write that failed is noise.
        no_room = [line.strip() for message in messages for line in message.splitlines() if any(words in line for words in NO_SPACE_WORDS)]
        if store and no_room:
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
    for message in messages:
        if on_stderr:
            typer.echo(message, err=True)
        else:
            say(message)
    if store:
        after = store.current_id()
        if before is None and after is None:
            state = "No warehouse was put in place."
        elif after == before:
            state = f"The last good warehouse is as it was (build {after})."
        else:
            state = f"Build {after} is in place, but the command did not end as it should."
        console.print(f"[bold red]{state}[/bold red]", soft_wrap=True)
    raise typer.Exit(code)


@dataclass(frozen=True)
class Order:
    """What to build: a state's extracts (None: its bundled sample) for a program year, the label, and how many builds to keep."""

    state: State
    extracts: Path | None
    program_year: int
    label: str | None = None
    keep: int = 5
    accept_stops: bool = False


def build_warehouse(order: Order, store: Store, with_report: bool) -> Build:
    """Build, test and put in place a warehouse, its published file and manifest; `with_report`: its forms and summary too."""
    state, extracts, program_year, label = order.state, order.extracts, order.program_year, order.label
    refuse_another_state(store, state)
    with store.new_build(label) as work:
        folder = extracts or SAMPLES[state]
        if extracts:
            look_at_the_door(extracts, state)
        stamps = extract_stamps(folder)
        warehouse = work.folder / WAREHOUSE
        run_dbt([*BUILD], warehouse, work.scratch, extracts, program_year, state, on_message=say)
        manifest = dbt_manifest(work.scratch)
        forms = work.folder / FORMS
        forms.mkdir()
        with duckdb.connect(str(warehouse)) as connection:
            facts = build_facts(connection, work.id, label, work.began, program_year, "folder" if extracts else "bundled sample")
            facts |= extract_files(folder, manifest, record_system(state), stamps)
            if label:
                refuse_stops(facts, order.accept_stops)
            say_what_is_pinned(connection)
            write_manifest_table(connection, facts, "nrs", tuple(facts))
            write_published(connection, work.folder / PUBLISHED, manifest, facts)
            if with_report:
                write_forms(connection, forms / str(program_year))
                write_error_files(connection, work.folder / ERRORS, folder, state)
                print_summary(connection, state, program_year, extracts)
                print_check_summary(connection, state)
            # Closing would do this too, and say nothing where it fails.
            connection.execute("checkpoint")
        return store.place(work, facts, label, order.keep)


def refuse_another_state(store: Store, state: State) -> None:
    """Raise StoreError where the store holds another state's builds: pages and comparisons take all of a store for one state's."""
    held = {build.facts().get("state") for build in store.builds()} - {None, state}
    if held:
        raise StoreError(f"{store.folder} holds builds of {', '.join(sorted(map(str, held)))}. Name another place for {state} with NRS_WAREHOUSE.")


def refuse_stops(manifest: Manifest, accept_stops: bool) -> None:
    """Raise StoreError where findings about the extracts say stop: what is labelled is what will be submitted."""
    stops = manifest["checks"]["stop_findings"]
    if stops and not accept_stops:
        raise StoreError(
            f"{stops} thing(s) in the extracts are to be mended (stop in restricted.extract_findings), so that the build gets no label. Mend them, build "
            "without a label to look at the findings, or add --accept-stops."
        )


def say_what_is_pinned(connection: duckdb.DuckDBPyConnection) -> None:
    """Say how many suppressed numbers can be worked out from what is published, if any; dbt only warns."""
    (pinned,) = connection.execute("select count(*) from restricted.pinned_cells").fetchone()
    if pinned:
        say(f"Look before you publish: {pinned:,} suppressed number(s) can be worked out from the others (restricted.pinned_cells; docs/privacy.md).")


def write_forms(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write each wide NRS table (all scopes, in the form's order) as CSV into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' and table_name like 'nrs_table_%' order by all"
    ).fetchall()
    for (table,) in tables:
        rows = connection.table(f"marts.{table}")
        texts = [name for name, kind in zip(rows.columns, rows.types, strict=True) if kind == "VARCHAR"]
        safe = ", ".join(f"{spreadsheet_safe_sql(name)} as {name}" for name in texts)
        rows = rows.project(f"* replace ({safe})").order("program_year, scope desc, scope_id, row_order")
        rows.write_csv(str(folder / f"{table}.csv"), header=True)


def print_summary(connection: duckdb.DuckDBPyConnection, state: State, program_year: int, extracts: Path | None = None) -> None:
    """Print what was read and from where (None: the bundled sample), who is counted, who is not and why, and which identities hold (state scope)."""

    def rows(sql: str) -> list[tuple]:
        return connection.execute(sql).fetchall()

    console.print(f"\n[bold]NRS report, {state}, program year {program_year} ({year_name(program_year)})[/bold]\n")
    if not rows(f"from marts.population_summary where program_year = {program_year} and measure = 'persons_with_nrs_rows' and persons > 0"):
        say(f"Nobody has an NRS row in {year_name(program_year)}: is the year right?\n")
    say(f"Extracts: {shown(str(extracts)) if extracts else 'bundled synthetic sample (nobody in it is real)'}\n")

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
