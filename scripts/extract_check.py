"""Check a folder of extracts before anything is built: what is missing, what will not be used, and what to mend.

The findings are models (`models/checks`), so that the check and the built warehouse say the same. This file runs dbt on
them in a temporary folder, adds the line numbers, and prints. No printed value names a person; the error files and the
restricted models hold the values in full.
"""

from __future__ import annotations

import csv
import glob
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Annotated

import duckdb
import reading
import typer
from contract import State, record_system
from dbt_run import BUILD, FAULT, SAID, BuildError, console, run_dbt
from door import faults_of_folder, ignored_in_folder
from files import name_part, owner_only
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text
from spreadsheet import spreadsheet_safe_sql
from store import WAREHOUSE
from texts import year_name
from withheld import FLEID, FLEID_MASKED, without_fleids

SELECTION = [*BUILD, "--exclude-resource-type", "test", "--select", "+path:models/checks"]
# How many things of `extract_findings` there are to mend: kinds of findings, by file.
THINGS = "count(distinct (title, coalesce(source_file, extract_name)))"
MOST_ROWS = 60
MOST_EXAMPLES = 3
SEVERITIES = {"stop": "Mend before you build", "reject": "Will not be used", "warn": "Look at these"}

# What is printed of a value: the shape alone where it may identify a person, no FLEID, no character that a terminal would obey.
WITHOUT_FLEIDS = f"create or replace temp macro without_fleids(text) as regexp_replace(text, '{FLEID.pattern}', '{FLEID_MASKED}', 'g');"
SHOWN = r"""
create or replace temp macro visible(text) as
    without_fleids(regexp_replace(
        replace(replace(replace(text, chr(9), '\t'), chr(10), '\n'), chr(13), '\r'), '[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]', chr(65533), 'g'
    ));
create or replace temp macro shape(text) as
    regexp_replace(regexp_replace(regexp_replace(text, '[\p{Ll}\p{Lm}\p{Lo}\p{Lt}\p{M}]', 'a', 'g'), '\p{Lu}', 'A', 'g'), '\p{N}', '9', 'g');
create or replace temp macro truncated(text) as case when length(text) > 40 then concat(left(text, 39), chr(8230)) else text end;
create or replace temp macro shown(text, is_identifying) as truncated(visible(case when is_identifying then shape(text) else text end));
create or replace temp macro shown_term(text) as shown(text, not regexp_matches(text, '^[0-9]{4}([0-9][A-Z]|Q[1-4]|-[0-9]{2})?$'));
"""

KNOWN_AGENCIES = """
create or replace temp table known_agencies as
    select distinct agency_id, truncated(visible(agency_id)) as agency from staging.stg_{system}__agencies
"""

GROUPS = """
create or replace temp table shown_findings as
select
    row_number() over (
        order by
            array_position(['stop', 'reject', 'warn'], severity), findings.finding, findings.action, extract_name, column_name,
            source_file, findings.agency_id, findings.term
    ) as finding_number,
    findings.*, known_agencies.agency
from restricted.extract_findings as findings left join known_agencies using (agency_id);
create or replace temp table finding_examples as
select shown_findings.finding_number, examples.source_file, examples.record_number, shown(examples.value, examples.is_identifying) as value
from restricted.record_findings as examples
inner join shown_findings
    on examples.finding = shown_findings.finding and examples.action = shown_findings.action
    and examples.extract_name = shown_findings.extract_name and examples.source_file = shown_findings.source_file
    and examples.agency_id is not distinct from shown_findings.agency_id and examples.term is not distinct from shown_findings.term
    and examples.column_name is not distinct from shown_findings.column_name
where examples.example_number <= {most_examples};
"""


@dataclass
class Heard:
    """What the project's macros said during a run: faults of whole files, and notes."""

    faults: list[dict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __call__(self, message: str) -> None:
        """Take one message; a fault is JSON with file, line, column, reason and remedy (macros/extracts/check_files.sql)."""
        if message.startswith(FAULT):
            self.faults.append(json.loads(message.removeprefix(FAULT)))
        else:
            self.notes.append(visible(message.removeprefix(SAID)))


def visible(text: str) -> str:
    """Text without the characters that a terminal would obey, and without a FLEID, which the name of a file can hold."""
    return without_fleids("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def file_finding(fault: dict) -> dict:
    """The finding, as in the JSON document, of a fault that keeps a whole file from being read."""
    texts = {name: visible(str(fault[name])) if fault.get(name) is not None else None for name in ("file", "column", "reason", "remedy")}
    return {
        "severity": "stop",
        "finding": "unreadable_file",
        "title": texts["reason"],
        "consequence": "Nothing can be read before it is mended.",
        "remedy": texts["remedy"],
        "extract": None,
        "file": texts["file"],
        "agency": None,
        "term": None,
        "column": texts["column"],
        "records": 0,
        "detail": None,
        "examples": [{"file": texts["file"], "record": None, "line": fault.get("line"), "value": None}],
    }


def physical_lines(file: Path) -> int:
    """Number of lines of a file up to the last that isn't empty; an empty line between them counts."""
    lines = pending = 0
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            text = chunk.rstrip(b"\r\n")
            if text:
                lines += pending + text.count(b"\n")
                pending = 0
            pending += chunk[len(text) :].count(b"\n")
    return lines + 1


def number_lines(connection: duckdb.DuckDBPyConnection, extracts: Path, records: str) -> None:
    """Make the temporary table `record_lines` (source_file, record_number, line) of the records that a query names.

    `records` is SQL with the columns source_file and record_number. A record stands on one line more than its number,
    unless quoted values before it hold line breaks: these are counted. A file whose lines can't be accounted for (empty
    lines between records) and parquet give no line.
    """
    connection.execute(f"create or replace temp table wanted_records as select distinct source_file, record_number from ({records})")
    connection.execute("create or replace temp table record_lines (source_file varchar, record_number bigint, line bigint)")
    files = connection.execute("""
        select source_file, sum(records) from restricted.extract_profile
        where source_file in (select source_file from wanted_records) and source_file like '%.csv'
        group by source_file order by source_file
    """).fetchall()
    for source_file, records_of_file in files:
        path = extracts / source_file
        lines = physical_lines(path)
        if lines == records_of_file + 1:
            connection.execute(
                "insert into record_lines select source_file, record_number, record_number + 1 from wanted_records where source_file = ?", [source_file]
            )
            continue
        with path.open(encoding="utf-8-sig", newline="") as text:
            columns = {f"c{number}": "varchar" for number, _ in enumerate(next(csv.reader(text)))}
        connection.execute(
            f"""
            insert into record_lines
            with counted as (
                select row_number() over () as record_number, length(text) - length(replace(text, chr(10), '')) as breaks
                from (
                    select concat_ws('|', {", ".join(columns)}) as text
                    from read_csv(
                        $path, columns = {columns}, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
                        max_line_size = 4194304, hive_partitioning = false
                    )
                )
            ),
            numbered as (
                select
                    record_number, record_number + 1 + sum(breaks) over (order by record_number) - breaks as line,
                    count(*) over () + 1 + sum(breaks) over () as lines
                from counted
            )
            select source_file, record_number, line
            from wanted_records inner join numbered using (record_number)
            where source_file = $source_file and lines = $lines
            """,
            # The path's own brackets are no pattern.
            {"path": glob.escape(str(path)), "source_file": source_file, "lines": lines},
        )


def know_what_is_shown(connection: duckdb.DuckDBPyConnection, state: State) -> None:
    """Make the macros that say what is printed of a value, and the list of agencies, whose ids are."""
    connection.execute(WITHOUT_FLEIDS + SHOWN)
    connection.execute(KNOWN_AGENCIES.format(system=record_system(state)))


def read_findings(connection: duckdb.DuckDBPyConnection, extracts: Path, state: State) -> list[dict]:
    """The findings as the JSON document has them: one per finding, extract, file, agency, term and column, the worst first."""
    know_what_is_shown(connection, state)
    connection.execute(GROUPS.format(most_examples=MOST_EXAMPLES))
    number_lines(connection, extracts, "from finding_examples")
    return reading.rows(
        connection,
        """
        with examples as (
            select
                finding_number,
                list(
                    {'file': visible(source_file), 'record': record_number, 'line': line, 'value': value} order by record_number
                ) as examples
            from finding_examples left join record_lines using (source_file, record_number)
            group by finding_number
        )
        select
            severity, finding, title, consequence, remedy, extract_name as extract, visible(source_file) as file, agency,
            shown_term(term) as term, column_name as column, records, detail, coalesce(examples, []) as examples
        from shown_findings left join examples using (finding_number)
        order by finding_number
        """,
    )


def summary_line(findings: list[dict]) -> str:
    """The one line to act on: what to mend before a build, or that nothing stops it."""
    stops = [(key, list(rows)) for key, rows in groupby((f for f in findings if f["severity"] == "stop"), stop_key)]
    if not stops:
        unused = sum(f["records"] for f in findings if f["severity"] == "reject")
        warnings = len({f["finding"] for f in findings if f["severity"] == "warn"})
        return f"Nothing to mend before you build: {unused:,} records or values will not be used, {warnings} kinds of warnings to look at."
    things = []
    for (title, place), rows in stops[:5]:
        details = [row["agency"] or row["term"] for row in rows if row["agency"] or row["term"]]
        things.append(f"{place}: {title[0].lower()}{title[1:]}" + (f" ({listed(details)})" if details else ""))
    more = f"; and {len(stops) - 5} more" if len(stops) > 5 else ""
    return f"{len(stops)} thing{'s' * (len(stops) > 1)} to mend before you build: {'; '.join(things)}{more}."


def stop_key(finding: dict) -> tuple[str, str]:
    """What makes stops one thing to mend: their title, and the file, or else the extract."""
    return finding["title"], finding["file"] or finding["extract"]


def listed(values: list[str], most: int = 6) -> str:
    """Distinct values in their order, the first few by name."""
    distinct = list(dict.fromkeys(values))
    return ", ".join(distinct[:most]) + (f" and {len(distinct) - most} more" if len(distinct) > most else "")


def check_document(connection: duckdb.DuckDBPyConnection, extracts: Path, state: State, program_year: int, heard: Heard) -> dict:
    """The JSON document (docs/check.md) of a check whose files could be read."""
    findings = read_findings(connection, extracts, state)
    return {
        **document_head(extracts, state, program_year, findings),
        "findings": findings,
        "profile": reading.rows(
            connection,
            """
            select
                extract_name as extract, visible(source_file) as file, agency, shown_term(term) as term, sum(records)::bigint as records,
                sum(usable_records)::bigint as usable, sum(rejected_records)::bigint as rejected, sum(repeated_records)::bigint as repeated
            from restricted.extract_profile left join known_agencies using (agency_id) group by 1, 2, 3, 4 order by 1, 2, 3, 4
            """,
        ),
        "code_frequencies": reading.rows(
            connection,
            """
            select
                extract_name as extract, agency, column_name as column, code_list, shown(code, is_identifying) as code, is_listed,
                sum(records)::bigint as records
            from restricted.extract_code_frequencies left join known_agencies using (agency_id) group by all order by all
            """,
        ),
        "coverage": reading.rows(
            connection,
            "select extract_name as extract, period_unit, period, is_needed, records, is_missing from restricted.extract_coverage order by all",
        ),
        "year_counts": reading.rows(
            connection,
            """
            select extract_name as extract, agency, reporting_year, records, records_year_before, finding
            from restricted.extract_year_counts left join known_agencies using (agency_id) order by all
            """,
        ),
        "notes": heard.notes,
        "errors": [],
        "error_files": [],
    }


def unread_document(extracts: Path, state: State, program_year: int, heard: Heard, errors: list[str]) -> dict:
    """The JSON document of a check that could not read the files: nothing but the faults, or else dbt's messages."""
    # Those of a kind together, so that each kind is told once.
    findings = sorted((file_finding(fault) for fault in heard.faults), key=lambda finding: (finding["title"], finding["remedy"]))
    empty: dict[str, list] = {"profile": [], "code_frequencies": [], "coverage": [], "year_counts": []}
    head = document_head(extracts, state, program_year, findings)
    if not findings:
        head |= {"is_ready": False, "summary": "1 thing to mend before you build: the check did not run to its end, see the messages."}
    return {**head, "findings": findings, **empty, "notes": heard.notes, "errors": [] if findings else errors, "error_files": []}


def document_head(extracts: Path, state: State, program_year: int, findings: list[dict]) -> dict:
    """What the document begins with: what was checked, and what came of it."""
    return {
        "state": state.value,
        "program_year": program_year,
        "extracts": str(extracts),
        "is_ready": all(f["severity"] != "stop" for f in findings),
        "summary": summary_line(findings),
        "counts": {severity: sum(f["severity"] == severity for f in findings) for severity in SEVERITIES},
    }


def rows_table(title: str, headings: list[str], rows: list[list[object]]) -> None:
    """Print a table; a column of numbers is ruled right, and what is beyond a screen is counted."""
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if rows and isinstance(rows[0][number], int) else "left", overflow="fold", no_wrap=number == 0)
    for row in rows[:MOST_ROWS]:
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else cell or "") for cell in row))
    console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"... and {len(rows) - MOST_ROWS:,} more; --json lists all.")


def totals(rows: list[dict], *names: str) -> list[list[object]]:
    """Rows of the profile added up by the columns named: these, then records, usable, repeated, rejected."""
    sums: dict[tuple, list[int]] = {}
    for row in rows:
        counts = sums.setdefault(tuple(row[name] for name in names), [0, 0, 0, 0])
        for number, name in enumerate(("records", "usable", "repeated", "rejected")):
            counts[number] += row[name]
    return [[*key, *counts] for key, counts in sums.items()]


def print_findings(findings: list[dict]) -> None:
    """Print the findings by severity and kind: where, how many, the first examples, and the remedy."""
    say = lambda text: console.print(text, markup=False, soft_wrap=True)  # noqa: E731
    for severity, heading in SEVERITIES.items():
        of_severity = [f for f in findings if f["severity"] == severity]
        if not of_severity:
            continue
        console.print(f"\n[bold]{severity}: {heading}[/bold]")
        for (title, consequence, remedy), kind in groupby(of_severity, lambda f: (f["title"], f["consequence"], f["remedy"])):
            say(f"\n{title[0].upper()}{title[1:]}. {consequence}")
            for place, rows in groupby(kind, lambda f: (f["extract"] or f["file"], f["column"])):
                say(f"  {finding_place(place, list(rows))}")
            say(f"  Remedy: {remedy}")


def finding_place(place: tuple[str, str | None], rows: list[dict]) -> str:
    """The lines about one finding in one column of an extract."""
    records = sum(row["records"] for row in rows)
    agencies, terms = ([row[name] for row in rows if row[name]] for name in ("agency", "term"))
    # A file has its name's dot already; `.` is the folder, which the words about it name.
    whole = "the folder" if place[0] == "." else place[0]
    parts = [(f"{whole}.{place[1]}" if rows[0]["extract"] else f"{whole}, column {place[1]}") if place[1] else whole]
    parts += [f"{records:,} record{'s' * (records > 1)}"] if records and rows[0]["detail"] is None else []
    parts += [f"agency {listed(agencies)}"] if agencies else []
    parts += [f"term {listed(terms)}"] if terms else []
    parts += [f"e.g. {rows[0]['detail']}"] if rows[0]["detail"] else []
    examples = [example for row in rows for example in row["examples"] if example["record"] or example["line"]]
    examples = sorted(examples, key=lambda example: (example["file"], example["record"] or 0))[:MOST_EXAMPLES]
    return "\n".join([", ".join(parts), *(f"      {example_text(example)}" for example in examples)])


def example_text(example: dict) -> str:
    """Where an example stands, and its value: `tests.csv line 17 (record 16): AA99 999`."""
    places = [f"line {example['line']}"] if example["line"] else []
    places += [f"(record {example['record']})" if places else f"record {example['record']}"] if example["record"] else []
    value = "" if example["value"] is None else f": {example['value'] or '(blank)'}"
    return f"{example['file']} {' '.join(places)}".rstrip() + value


def code_rows(frequencies: list[dict]) -> Iterator[list[object]]:
    """Per column with a code list: the codes on the list and those that aren't, the most frequent first."""
    for (extract, column, _), rows in groupby(
        sorted(frequencies, key=lambda f: (f["extract"], f["column"], f["code_list"])), lambda f: (f["extract"], f["column"], f["code_list"])
    ):
        counts: dict[bool | None, dict[str, int]] = {True: {}, False: {}, None: {}}
        for row in rows:
            of_kind = counts[row["is_listed"]]
            of_kind[row["code"] or "(blank)"] = of_kind.get(row["code"] or "(blank)", 0) + row["records"]
        # Without a blank, so that a line doesn't end between code and number.
        texts = [listed([f"{code}={n:,}" for code, n in sorted(c.items(), key=lambda item: (-item[1], item[0]))]) for c in counts.values()]
        yield [f"{extract}.{column}", texts[0], texts[1], sum(counts[None].values())]


def coverage_rows(coverage: list[dict]) -> Iterator[list[object]]:
    """Per extract: the periods needed, how many have records, and those that have none."""
    for extract, rows in groupby((row for row in coverage if row["is_needed"]), lambda row: row["extract"]):
        needed = list(rows)
        missing = [row["period"] for row in needed if row["is_missing"]]
        yield [extract, f"{needed[0]['period']} to {needed[-1]['period']}", len(needed), len(needed) - len(missing), listed(missing)]


def print_document(document: dict) -> None:
    """Print the check for people, its last line the one to act on."""
    year = document["program_year"]
    console.print(f"\n[bold]Check of the extracts of {document['state']} for program year {year} ({year_name(year)})[/bold]\n")
    counts = ["records", "usable", "repeated", "rejected"]
    if document["profile"]:
        rows_table("Files", ["file", *counts], totals(document["profile"], "file"))
        of_agencies = [{**row, "agency": row["agency"] or "(none, or unknown)"} for row in document["profile"]]
        rows_table("Agencies", ["agency", *counts], sorted(totals(of_agencies, "agency"), key=lambda row: str(row[0])))
        rows_table("Codes", ["column", "on the code list", "not on it", "blank"], list(code_rows(document["code_frequencies"])))
        rows_table("Periods that the report needs", ["extract", "needed", "periods", "there", "absent"], list(coverage_rows(document["coverage"])))
    print_findings(document["findings"])
    for text in (*document["notes"], *document["errors"]):
        console.print(f"\n{text}", markup=False, soft_wrap=True)
    for file in document["error_files"]:
        console.print(f"Error file: {file} (confidential: holds people)", markup=False, soft_wrap=True)
    # What is to be mended stands above; the document for programs has it in one line.
    last = f"{document['summary'].partition(':')[0]} (listed above)." if document["counts"]["stop"] else document["summary"]
    console.print(f"\n{last}", markup=False, soft_wrap=True)


def print_check_summary(connection: duckdb.DuckDBPyConnection, state: State) -> None:
    """Print what a built warehouse says of its extracts: things and records by severity, and every stop."""
    rows = connection.execute(f"""
        select severity, {THINGS}, sum(records)::bigint from restricted.extract_findings
        group by severity order by array_position(['stop', 'reject', 'warn'], severity)
    """).fetchall()
    rows_table("Findings in the extracts", ["severity", "things", "records"], [list(row) for row in rows])
    console.print(
        "A thing is a kind of finding in a file. Each finding is in restricted.extract_findings; `nrs.py check FOLDER` prints them with examples.", markup=False
    )
    know_what_is_shown(connection, state)
    stops = reading.rows(
        connection,
        """
        select severity, title, extract_name as extract, visible(source_file) as file, agency, shown_term(term) as term
        from restricted.extract_findings left join known_agencies using (agency_id)
        where severity = 'stop' order by finding, extract_name, agency, term
        """,
    )
    if stops:
        console.print(summary_line(stops), markup=False, soft_wrap=True)


def earlier_error_files(folder: Path) -> list[Path]:
    """The files of a folder for error files; raises ValueError where it holds anything but error files."""
    files = list(folder.iterdir()) if folder.exists() else []
    foreign = [file.name for file in files if not (file.is_file() and file.match("errors_*.csv"))]
    if foreign:
        raise ValueError(f"{folder} holds other files ({visible(foreign[0])}). Name a new folder, or one with error files alone.")
    return files


def write_error_files(connection: duckdb.DuckDBPyConnection, folder: Path, extracts: Path, state: State) -> list[Path]:
    """Write one CSV per agency with all that is wrong with its records, to be sent back to it; returns the files.

    `extracts` is the state's folder that the warehouse was built from, read for line numbers. Earlier error
    files in `folder` are replaced; folder and files are the owner's alone (0700, 0600). The files hold values in full. A
    cell that a spreadsheet would run as a formula begins with an apostrophe. An agency's id is in the name of its file
    as `files.name_part` gives it. Raises ValueError where the folder holds anything else.
    """
    for file in earlier_error_files(folder):
        file.unlink()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    number_lines(connection, extracts, "from restricted.record_findings")
    connection.execute(f"create or replace temp macro cell(text) as {spreadsheet_safe_sql('text')}")
    system = record_system(state)
    connection.execute(f"""
        create or replace temp table error_lines as
        with agencies as (select distinct agency_id from staging.stg_{system}__agencies),
        extracts_of_agencies as (
            select replace(table_name, 'base_{system}__', '') as extract_name from information_schema.columns
            where table_schema = 'staging' and starts_with(table_name, 'base_{system}__') and column_name = 'agency_id'
        ),
        rules as (select distinct finding, action, title, consequence, remedy from restricted.extract_findings)
        select
            agencies.agency_id as agency,
            case
                when agencies.agency_id is not null then null
                when extracts_of_agencies.extract_name is null or findings.agency_id = 'STATE' then 'state_matches'
                else 'unknown_agency'
            end as of_no_agency,
            cell(source_file) as file,
            record_number as record,
            record_lines.line,
            cell(findings.term) as term,
            findings.column_name as column,
            cell(findings.value) as value,
            rules.title as reason,
            case
                when findings.kept_record_number is null then rules.consequence
                else concat(rules.consequence, ' Kept: ', findings.kept_source_file, ' record ', findings.kept_record_number, '.')
            end as what_happened,
            rules.remedy
        from restricted.record_findings as findings
        inner join rules using (finding, action)
        left join agencies using (agency_id)
        left join extracts_of_agencies using (extract_name)
        left join record_lines using (source_file, record_number)
    """)
    parts = {
        of_no_agency or name_part(agency): {"agency": agency, "of_no_agency": of_no_agency}
        for agency, of_no_agency in connection.execute("select distinct agency, of_no_agency from error_lines").fetchall()
    }
    files = {folder / f"errors_{part}.csv": parts[part] for part in sorted(parts)}
    with owner_only():
        for file, whose in files.items():
            lines = connection.sql(
                """
                select file, record, line, term, "column", value, reason, what_happened, remedy from error_lines
                where agency is not distinct from $agency and of_no_agency is not distinct from $of_no_agency
                order by file, record, "column", reason
                """,
                params=whose,
            )
            lines.write_csv(str(file), header=True)
    return list(files)


def refuse_folder(errors_to: Path, extracts: Path) -> None:
    """Raise typer.BadParameter, before any work, where error files can't be written to a folder."""
    if errors_to == extracts or extracts in errors_to.parents:
        raise typer.BadParameter("the folder of extracts stays as it is; name another folder", param_hint="--errors-to")
    try:
        earlier_error_files(errors_to)
        there = next(folder for folder in (errors_to, *errors_to.parents) if folder.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise ValueError(f"{there} is no folder that can be written. Name another.")
    except (ValueError, OSError) as error:
        raise typer.BadParameter(str(error), param_hint="--errors-to") from None


def check(
    folder: Annotated[Path, typer.Argument(help="Folder of extracts (docs/extracts.md).", exists=True, file_okay=False, resolve_path=True)],
    state: Annotated[State, typer.Option(help="Whose extracts and rules.", case_sensitive=False)] = State.FL,
    program_year: Annotated[
        int, typer.Option(help="Program year to be reported: 2023 = July 1, 2023 - June 30, 2024.", parser=reading.program_year_typed)
    ] = 2023,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document (docs/check.md) and nothing else.")] = False,
    errors_to: Annotated[
        Path | None, typer.Option(help="Folder for one error file per agency, to send back. Confidential.", file_okay=False, resolve_path=True)
    ] = None,
) -> None:
    """Check a folder of extracts before a build. Neither the folder nor the warehouse is touched. Status 1: something to mend.

    Example: nrs.py check ../extracts --program-year 2023 --errors-to ../errors
    """
    if errors_to:
        refuse_folder(errors_to, folder)
    # Progress is not part of the document.
    console.stderr = as_json
    heard = Heard(notes=[visible(note) for note in ignored_in_folder(folder, state)], faults=[asdict(fault) for fault in faults_of_folder(folder, state)])
    work = Path(tempfile.mkdtemp(prefix="nrs-check-"))
    # Named as a build names it, so that what dbt parsed serves both.
    checked = work / WAREHOUSE
    try:
        if heard.faults:
            raise BuildError([])
        run_dbt(SELECTION, checked, work, folder, program_year, state, doing="Checking the extracts", on_message=heard)
        with duckdb.connect(str(checked), read_only=True) as connection:
            document = check_document(connection, folder, state, program_year, heard)
            if errors_to:
                document["error_files"] = [str(file) for file in write_error_files(connection, errors_to, folder, state)]
    except BuildError as error:
        document = unread_document(folder, state, program_year, heard, error.messages)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print_document(document)
    if not document["is_ready"]:
        raise typer.Exit(1)
