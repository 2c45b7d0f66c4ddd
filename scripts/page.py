"""Writes the page for program staff: what may be published of the builds of a store, as a folder of HTML that opens by a double click.

Only published files are read (docs/publishing.md): small numbers are suppressed in them, and nobody stands there. Nothing is
calculated here: each number is a cell of `marts.nrs_cells_published` or a row of `marts.population_summary_published`, and links
to its rule. What it looks like is in docs/site/page; why it is made this way, in docs/decisions/0012-page-for-program-staff.md.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import typer
from docs_site import TEMPLATES, Reference, Row, environment
from files import name_part
from jinja2 import Environment
from spreadsheet import FORMULA_STARTS
from store import PUBLISHED, Store
from texts import year_name

# Columns of Table 4 that the page shows: participants, kinds of gain, both rates (and what the second is of). Of Table 4A, all.
LEVEL_COLUMNS = ("B", "E", "F", "G", "J", "K", "O")
NEEDED = (
    "nrs_cells_published",
    "population_summary_published",
    "nrs_form_cells",
    "nrs_forms",
    "nrs_form_notes",
    "nrs_cell_rules",
    "report_scopes",
    "assumptions",
)
# By this a folder is known as a page written here, which the next one may replace.
GENERATOR = '<meta name="generator" content="nrs.py page">'
STYLE = "style.css"
# What a desktop leaves in a folder that was looked at.
LEFT_BY_VIEWERS = {".DS_Store", "Thumbs.db", "desktop.ini"}

# What the page shows: cells of the forms, in the program year whose rules are those of the file.
SHOWN_CELLS = """
create temp table shown_cells as
with leads as (
    select table_id, row_code, column_code from key_indicators
    union all
    select table_id, row_code, base_column_code from key_indicators
    union all
    select table_id, headline_row_code, headline_column_code from marts.nrs_forms
)
from marts.nrs_form_cells
where
    table_id = '4A'
    or table_id = '4' and list_contains($level_columns, column_code)
    or (table_id, row_code, column_code) in (from leads)
"""
CELLS = """
select cells.*, shown_cells.measure
from marts.nrs_cells_published as cells inner join shown_cells using (table_id, row_code, column_code)
where cells.program_year = $year
"""
PERSONS = """
select summary.*
from marts.population_summary_published as summary inner join population_measures as measures using (measure)
where summary.program_year = $year
"""
# Participants, reportable individuals and excluded add up to the first; a reason adds up to nothing, since a person may have several.
# What must be none is checked, not shown.
POPULATION = """
from population_measures where measure <> 'in_tables_1_and_2a'
order by array_position(['persons_with_nrs_rows', 'participants', 'reportable_individuals', 'excluded'], measure) nulls last, description
"""
RULES = """
select shown_cells.*, rules.sentence, rules.formula, rules.citation
from shown_cells inner join marts.nrs_cell_rules as rules using (table_id, row_code, column_code)
order by row_order, column_order
"""


class PageError(Exception):
    """What keeps the page from being written, with the remedy."""


@dataclass(frozen=True)
class Number:
    """A published number: its value (None: suppressed, or nothing to calculate it from), its measure, and the anchor of its rule."""

    value: float | None
    is_suppressed: bool
    measure: str
    rule: str

    @property
    def exact(self) -> str:
        """The value in full, for sorting and export; a rate as a share of 1."""
        return f"{self.value:.0f}" if self.measure == "count" else repr(self.value)

    @property
    def shown(self) -> str:
        """The value as people read it: 1,234, 62.5%, $6,494."""
        if self.measure == "rate":
            return f"{100 * self.value:.1f}%"
        return f"${self.value:,.0f}" if self.measure in ("median", "dollars") else f"{self.value:,.0f}"


Numbers = dict[tuple[str, ...], Number]


def rule_of_cell(table_id: str, row_code: str, column_code: str) -> str:
    """The anchor of a cell's rule on the page of rules."""
    return f"cell-{table_id}-{row_code}-{column_code}"


def file_of(scope: str, scope_id: str) -> str:
    """The file of a scope's page."""
    return "index.html" if scope == "state" else f"{scope}_{name_part(scope_id)}.html"


def lacks(file: Path) -> str | None:
    """What a published file lacks for the page, by name; None where it has all."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = {name for (name,) in connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()}
        seeds = connection.execute("select table_name from duckdb_tables() where table_name = 'key_indicators'").fetchall()
    missing = [f"marts.{name}" for name in NEEDED if name not in found] + ([] if seeds else ["reference.key_indicators"])
    return ", ".join(missing) or None


def year_of(file: Path) -> int:
    """The program year that a published file reports."""
    with duckdb.connect(str(file), read_only=True) as connection:
        (year,) = connection.execute("select max(program_year) from marts.nrs_cells_published").fetchone() or (None,)
    if year is None:
        raise PageError(f"{file} has no numbers. Build again.")
    return year


def published_files(store: Store) -> tuple[dict[int, Path], dict[str, str], int]:
    """The published file for each program year, what other builds lack (by id), and the year of the build in place.

    Of several builds of a year the newest counts; of its own year, the one in place, which may be an earlier one that was put
    back. Raises PageError where nothing is in place, or what is can't make a page.
    """
    if not store.published.is_file():
        raise PageError(f"There is no published file {store.published}. Make one: `nrs.py build`, or name another warehouse of a store with --warehouse.")
    if missing := lacks(store.published):
        raise PageError(f"{store.published} lacks {missing}: it was built by an earlier version. Build again from the same extracts.")
    earlier = {build.id: build.folder / PUBLISHED for build in store.builds() if not build.is_current and (build.folder / PUBLISHED).is_file()}
    left_out = {build_id: missing for build_id, file in earlier.items() if (missing := lacks(file))}
    year = year_of(store.published)
    years = {year_of(file): file for build_id, file in earlier.items() if build_id not in left_out}
    return dict(sorted((years | {year: store.published}).items())), left_out, year


def read_numbers(reference: Reference, year: int) -> Numbers:
    """The numbers of a published file, by program year, scope, its id, and table, row and column (or a measure of the population).

    Raises PageError where a number that says it is suppressed is there all the same.
    """
    cells, persons = reference.rows(CELLS, year=year), reference.rows(PERSONS, year=year)
    if any(row["is_suppressed"] and row.get("value", row.get("persons")) is not None for row in [*cells, *persons]):
        raise PageError(f"A suppressed number of {year_name(year)} has its value in the published file. Nothing was written; don't publish that file.")
    numbers = {
        (year, *(row[key] for key in ("scope", "scope_id", "table_id", "row_code", "column_code"))): Number(
            row["value"], row["is_suppressed"], row["measure"], rule_of_cell(row["table_id"], row["row_code"], row["column_code"])
        )
        for row in cells
    }
    return numbers | {
        (year, row["scope"], row["scope_id"], row["measure"]): Number(row["persons"], row["is_suppressed"], "count", f"persons-{row['measure']}")
        for row in persons
    }


def read_reference(connection: duckdb.DuckDBPyConnection, year: int) -> Reference:
    """The rules of a published file that are in force in its year, with the temporary table `shown_cells`."""
    (state,) = connection.execute("select max(scope_id) from marts.nrs_cells_published where scope = 'state'").fetchone() or ("",)
    reference = Reference(connection, year, state)
    reference.connection.execute(SHOWN_CELLS, {"level_columns": LEVEL_COLUMNS})
    return reference


def form(rules: list[Row], table_id: str) -> Row:
    """A table of levels as the page shows it: its rows, totals apart, and its columns, each with the rule of its grand total."""
    cells = [rule for rule in rules if rule["table_id"] == table_id and (table_id != "4" or rule["column_code"] in LEVEL_COLUMNS)]
    rows = list({cell["row_code"]: cell for cell in cells}.values())
    return {
        "table_id": table_id,
        "title": cells[0]["table_title"],
        "columns": [cell for cell in cells if cell["row_code"] == "total"],
        "rows": [row for row in rows if not row["is_total_row"]],
        "totals": [row for row in rows if row["is_total_row"]],
    }


def facts_of(reference: Reference) -> dict[str, str | None]:
    """What the published file says of its build: id, when it was made, from what."""
    return {str(row["name"]): row["value"] for row in reference.rows("from reference.build_manifest where section = 'build'")}


def contents(reference: Reference, year: int) -> Row:
    """What the pages say of one year's build besides its numbers."""
    scopes = reference.rows("from marts.report_scopes where program_year = $year order by scope_name, scope_id", year=year)
    rules = reference.rows(RULES)
    rule_of = {(rule["table_id"], rule["row_code"], rule["column_code"]): rule for rule in rules}
    tables = reference.rows("from marts.nrs_forms order by form_order")
    indicators = reference.rows("from key_indicators order by indicator_order")
    return {
        "state": next(scope for scope in scopes if scope["scope"] == "state"),
        "agency_types": [scope for scope in scopes if scope["scope"] == "agency_type"],
        "agencies": [scope for scope in scopes if scope["scope"] == "agency"],
        "indicators": [row | {"rule": rule_of[row["table_id"], row["row_code"], row["column_code"]]} for row in indicators],
        "headlines": [
            table | {"rule": rule_of[key]}
            for table in tables
            if (key := (table["table_id"], table["headline_row_code"], table["headline_column_code"])) in rule_of
        ],
        "levels": form(rules, "4"),
        "gains": form(rules, "4A"),
        "population": reference.rows(POPULATION),
        "rules_by_table": [table | {"rules": own} for table in tables if (own := [rule for rule in rules if rule["table_id"] == table["table_id"]])],
        "notes": reference.rows("from marts.nrs_form_notes order by note_order"),
        "rulings": reference.rows("from rulings order by cast(ruling_id[2:] as integer)"),
        "assumptions": reference.rows("from marts.assumptions where seed <> 'rulings' order by all"),
        "facts": facts_of(reference),
    }


def templates_of(content: Row, numbers: Numbers, years: list[int], year: int, docs: str | None) -> Environment:
    """The templates with all they ask for; `most` gives the length of the longest bar: 1 for rates, else the greatest number shown."""

    def number(scope: Row, *key: str, of_year: int = year) -> Number | None:
        return numbers.get((of_year, scope["scope"], scope["scope_id"], *key))

    def most(shown: list[Number | None]) -> float:
        found = [each for each in shown if each and each.value is not None]
        return 1.0 if any(each.measure == "rate" for each in found) else max((each.value for each in found), default=1.0) or 1.0

    found = environment(content["rulings"], [], TEMPLATES / "page", "rules.html")
    found.filters["year_name"] = year_name
    found.globals |= content | {
        "number": number, "most": most, "file_of": file_of, "rule_of_cell": rule_of_cell, "years": years, "year": year, "docs": docs, "generator": GENERATOR,
        "formula_starts": FORMULA_STARTS,
    }  # fmt: skip
    return found


def write_page(files: dict[int, Path], year: int, folder: Path, docs: str | None = None) -> list[Path]:
    """Write the page of the published `files` (by program year) into the new folder `folder`, and return its files.

    `year` is the one that is shown in full, the others beside it; `docs` the address of the auditors' pages, seen from `folder`.
    Raises PageError.
    """
    numbers: Numbers = {}
    for each, file in files.items():
        with duckdb.connect(str(file), read_only=True) as connection:
            reference = read_reference(connection, each)
            numbers |= read_numbers(reference, each)
            if each == year:
                content = contents(reference, each)
    templates = templates_of(content, numbers, list(files), year, docs)
    pages = {file_of(scope["scope"], scope["scope_id"]): ("scope", {"of": scope}) for kind in ("agency_types", "agencies") for scope in content[kind]}
    pages |= {f"indicator_{indicator['indicator']}.html": ("indicator", {"indicator": indicator}) for indicator in content["indicators"]}
    pages |= {"index.html": ("scope", {"of": content["state"]}), "agencies.html": ("agencies", {}), "rules.html": ("rules", {})}
    for name, (template, shown) in pages.items():
        html = templates.get_template(f"{template}.html.j2").render(current=name, **shown)
        (folder / name).write_text(html, encoding="utf-8", newline="\n")
    styles = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "page/page.css")]
    (folder / STYLE).write_text("\n".join(styles), encoding="utf-8", newline="\n")
    return [folder / name for name in [*pages, STYLE]]


def replace_folder(new: Path, folder: Path, scratch: Path) -> None:
    """Put a finished folder in place of an earlier page, whole: what is no longer written must not stay to be read."""
    old = scratch / "old"
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise


def is_page(file: Path) -> bool:
    """True for a page that `nrs.py page` wrote."""
    return file.suffix == ".html" and file.is_file() and GENERATOR in file.read_text(encoding="utf-8", errors="replace")


def check_folder(folder: Path) -> None:
    """Raise PageError where `folder` holds anything but a page written here: all of it would be replaced."""
    found = {file.name: file for file in folder.iterdir() if file.name not in LEFT_BY_VIEWERS} if folder.is_dir() else {}
    for name, file in sorted(found.items()):
        if not (is_page(file) or (name == STYLE and "index.html" in found)):
            raise PageError(f"{file} is no part of a page that `nrs.py page` wrote. Name another folder with --to, or take it out.")


def page(warehouse: Path, to: Path | None, program_year: int | None, docs: str | None) -> None:
    """Write the page of the store around `warehouse` and say what is in it; ends with 1 where it can't be written."""
    store = Store(warehouse)
    folder = (to or store.folder / "page").expanduser().resolve()
    try:
        check_folder(folder)
        files, left_out, in_place = published_files(store)
        year = program_year or in_place
        if year not in files:
            raise PageError(f"No build reports {year_name(year)}; there is {', '.join(map(year_name, files))}. Build it: `nrs.py build --program-year {year}`.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".page-", dir=folder.parent) as scratch:
            (new := Path(scratch) / "new").mkdir()
            written = write_page(files, year, new, docs)
            replace_folder(new, folder, Path(scratch))
    except (PageError, OSError, duckdb.Error) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    for build_id, missing in left_out.items():
        typer.echo(f"Left out: build {build_id}, which lacks {missing} (built by an earlier version; build that year again to see it).")
    kilobytes = sum((folder / file.name).stat().st_size for file in written) / 1000
    typer.echo(f"{len(written)} files, {kilobytes:,.0f} kB, program year {', '.join(map(year_name, files))}; shown in full: {year_name(year)}.")
    typer.echo(f"Open {folder / 'index.html'} (suppressed numbers, nobody named: may be shown to everyone)")
