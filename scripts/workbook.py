"""The federal forms as Excel workbooks, one per scope: contents to sign, readiness, a sheet per table, identities.

What a sheet says (titles, labels, letters, notes, what is calculated, what is a total) is read from the marts
`nrs_forms`, `nrs_form_notes` and `nrs_form_cells`; the numbers from `nrs_cells`, or `nrs_cells_published` where small
cells are suppressed. Each relation is read once, in the order of the scopes. Two writes of one warehouse are equal to
the byte. The student-level files (Reports 4 and 5) are workbooks of their own.
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
from files import EVERYONE_READS, name_part
from reading import SUBMISSION
from spreadsheet import spreadsheet_safe
from texts import year_name
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

CELLS = "marts.nrs_cells"
PUBLISHED_CELLS = "marts.nrs_cells_published"
# Report 5 is by agency; Report 4 and its tests are of every scope.
MEMBER_FILE = ("reported_program_year", "person_id, program_year, pop_number, table_row_code")
STUDENT_FILES = {
    "student_file_table_1": MEMBER_FILE,
    "student_file_table_4": MEMBER_FILE,
    "student_file_table_4b": MEMBER_FILE,
    "student_file_table_5": MEMBER_FILE,
    "student_file_table_10": MEMBER_FILE,
    "pop_student_file": ("program_year", "person_id, pop_number"),
    "pop_test_file": ("program_year", "person_id, pop_number, source_file, record_number, test_role, position, test_source_file, test_record_number"),
}
EXCEL_ROWS = 1_048_576
OWNER_ONLY = 0o600

NUMBER_FORMATS = {"count": "#,##0", "hours": "#,##0.00", "rate": "0.00%", "median": "$#,##0.00", "dollars": "$#,##0.00"}
NO_BASE = "\N{EN DASH}"
SUPPRESSED = "*"
NAVY, SHADE, ABSENT, BAND, RED, AMBER, GREEN = "#1F3864", "#DDEBF7", "#BFBFBF", "#F2F2F2", "#F8CBAD", "#FFE699", "#E2EFDA"
SEVERITY_COLOURS = {"stop": RED, "warn": AMBER, "clear": GREEN}
LINE_HEIGHT = 13.5  # points, of a line of 10 point text
LEGEND = (
    "Shaded: calculated from other cells. Grey: the form has no such cell. Italic: asked for by the state, not on the federal form. "
    f"{NO_BASE}: nothing to divide by, or no earnings."
)
PUBLISHED_BANNER = f"{SUPPRESSED}: suppressed, so that nobody can be told from a small number."
STUDENTS_BANNER = "RESTRICTED: this file holds people. Education records, not to be passed on; keep it where only those who need it can read it."


# Value of a cell and whether it is suppressed, by row and column code.
Values = dict[tuple[str, str], tuple[float | None, bool]]


class WorkbookError(Exception):
    """What was asked for can't be written; the message says why and what to do."""


@dataclass(frozen=True)
class Scope:
    """Who a workbook is for; `name` is the agency's name, the type's label or the state's code."""

    scope: str
    scope_id: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        return (self.scope, self.scope_id)

    @property
    def label(self) -> str:
        if self.scope == "agency":
            return f"Agency {self.scope_id}: {self.name}"
        return f"Agency type: {self.name} ({self.scope_id})" if self.scope == "agency_type" else f"State: {self.name}"

    @property
    def file_part(self) -> str:
        return f"{self.scope}_{name_part(self.scope_id)}"


@dataclass(frozen=True)
class Cell:
    """One cell of a form, as `marts.nrs_form_cells` has it."""

    block: str
    row_code: str
    column_code: str
    row_label: str
    column_letter: str | None
    column_label: str
    column_order: int
    measure: str
    block_label: str | None
    row_heading: str
    row_group: str | None
    is_state_only: bool
    is_on_federal_form: bool
    is_calculated: bool
    is_total_row: bool
    is_total_column: bool


@dataclass
class Section:
    """Rows and columns that stand under one heading line; `lines` are row codes, or headings over rows."""

    heading: str
    columns: dict[str, list[Cell]] = field(default_factory=dict)
    rows: dict[str, list[Cell]] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)

    def add(self, cells: list[Cell]) -> None:
        """Take in the cells of one block, with the headings over its rows."""
        if cells[0].block_label and cells[0].row_code not in self.rows:
            self.lines.append(("heading", cells[0].block_label))
        group = None
        for cell in cells:
            if cell.row_code not in self.rows:
                if cell.row_group and cell.row_group != group:
                    self.lines.append(("group", cell.row_group))
                group = cell.row_group
                self.lines.append(("row", cell.row_code))
            self.rows.setdefault(cell.row_code, []).append(cell)
        # By their own order: a row may lack a cell that the rows after it have.
        for cell in sorted(cells, key=lambda cell: cell.column_order):
            self.columns.setdefault(cell.column_code, []).append(cell)


@dataclass(frozen=True)
class Form:
    """A table: its texts, and its cells in the order of the form."""

    table_id: str
    title: str
    headline: tuple[str, str]
    citation: str
    notes: list[tuple[str, str]]
    cells: list[Cell]

    @property
    def name(self) -> str:
        return f"Table {self.table_id}"

    def cells_of(self, scope: Scope) -> list[Cell]:
        """The cells that the scope has: some are the state's alone."""
        return [cell for cell in self.cells if scope.scope == "state" or not cell.is_state_only]


@dataclass(frozen=True)
class Report:
    """What is the same in every workbook of one run."""

    program_year: int
    forms: list[Form]
    fingerprint: str
    is_published: bool

    @property
    def year_label(self) -> str:
        return f"Program year {year_name(self.program_year)} (July 1, {self.program_year} - June 30, {self.program_year + 1})"

    def subtitles(self, scope: Scope) -> tuple[str, str, str]:
        """The lines under a sheet's title."""
        return (self.year_label, scope.label, PUBLISHED_BANNER if self.is_published else SUBMISSION)

    def print_texts(self, scope: Scope) -> tuple[str, str]:
        """What stands in header and footer of a printed sheet."""
        return (scope.label, f"{year_name(self.program_year)}, numbers {self.fingerprint}, {'published' if self.is_published else 'confidential'}")


class ScopedRows:
    """Rows of one relation and program year, handed out scope by scope; the relation is read once, ordered.

    `take` must be called in the order of the scopes; what it returns is to be used before the next call.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, relation: str, columns: str, order: str, year: tuple[str, int], scope: Scope | None) -> None:
        where, parameters = f"{year[0]} = ?", [year[1]]
        if scope:
            where, parameters = f"{where} and scope = ? and scope_id = ?", [year[1], *scope.key]
        cursor = connection.cursor()
        cursor.execute(f"select scope, scope_id, {columns} from {relation} where {where} order by scope, scope_id, {order}", parameters)
        self.names = [column[0] for column in cursor.description][2:]
        self._groups = groupby(fetched(cursor), key=itemgetter(0, 1))
        self._group = next(self._groups, None)

    def take(self, scope: Scope) -> Iterator[tuple]:
        """The rows of the scope, without the scope's columns; none where the relation has none."""
        while self._group and self._group[0] < scope.key:
            self._group = next(self._groups, None)
        if not self._group or self._group[0] != scope.key:
            return iter(())
        return (row[2:] for row in self._group[1])


def fetched(cursor: duckdb.DuckDBPyConnection, size: int = 20_000) -> Iterator[tuple]:
    """The rows of an executed query, fetched in parts."""
    while rows := cursor.fetchmany(size):
        yield from rows


def has_relation(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Whether the warehouse holds `schema.name`."""
    return bool(connection.execute("select 1 from information_schema.tables where table_schema || '.' || table_name = ?", [relation]).fetchall())


def reported_year(connection: duckdb.DuckDBPyConnection, relation: str, program_year: int | None) -> int:
    """The program year to write: the one asked for, else the latest; raises WorkbookError where it isn't there."""
    if not has_relation(connection, relation):
        raise WorkbookError(f"The warehouse has no {relation}. Build it again with this version (make report).")
    years = [year for (year,) in connection.execute(f"select distinct program_year from {relation} order by program_year").fetchall()]
    if program_year is not None and program_year not in years:
        raise WorkbookError(f"The warehouse has no program year {program_year}; it has {', '.join(map(str, years))}. Build that year, or name another.")
    return years[-1] if program_year is None else program_year


def scopes_of(connection: duckdb.DuckDBPyConnection, program_year: int, scope: str | None, scope_id: str | None) -> list[Scope]:
    """The scopes to write, in order; raises WorkbookError where none is as asked for."""
    rows = connection.execute(
        "select scope, scope_id, scope_name from marts.report_scopes where program_year = ? and scope = coalesce(?, scope) order by scope, scope_id",
        [program_year, scope],
    ).fetchall()
    chosen = [Scope(*row) for row in rows if scope_id in (None, row[1])]
    if not chosen:
        there = ", ".join(f"{row[0]} {row[1]}" for row in rows) or "none of that kind"
        raise WorkbookError(f"No scope {scope or ''} {scope_id or ''} reports in program year {program_year}. There is: {there}.".replace("  ", " "))
    return chosen


def read_forms(connection: duckdb.DuckDBPyConnection) -> list[Form]:
    """Every table with its notes and cells, in the order of the forms."""
    columns = ", ".join(Cell.__dataclass_fields__)
    cells = connection.execute(f"select table_id, {columns} from marts.nrs_form_cells order by table_id, row_order, column_order").fetchall()
    cells_by_table = {table: [Cell(*row[1:]) for row in rows] for table, rows in groupby(cells, key=itemgetter(0))}
    notes = connection.execute("select table_id, note, citation from marts.nrs_form_notes order by table_id, note_order").fetchall()
    notes_by_table = {table: [row[1:] for row in rows] for table, rows in groupby(notes, key=itemgetter(0))}
    forms = connection.execute("select table_id, title, headline_row_code, headline_column_code, citation from marts.nrs_forms order by form_order").fetchall()
    return [Form(table, title, (row, column), citation, notes_by_table.get(table, []), cells_by_table[table]) for table, title, row, column, citation in forms]


def fingerprint(connection: duckdb.DuckDBPyConnection, relation: str, program_year: int) -> str:
    """A short hash of every number of the year, all scopes: two workbooks with the same one are of the same numbers."""
    value = "coalesce(cast(value as varchar), '')"
    (digest,) = connection.execute(
        f"select md5(string_agg(concat_ws('|', scope, scope_id, table_id, row_code, column_code, {value}), chr(10) "
        f"order by scope, scope_id, table_id, row_code, column_code)) from {relation} where program_year = ?",
        [program_year],
    ).fetchone()
    return digest[:12]


def sections_of(cells: list[Cell]) -> list[Section]:
    """The form's blocks put together: same rows go on to the right, lettered columns that are there already go on below."""
    sections: list[Section] = []
    for _, group in groupby(cells, key=lambda cell: cell.block):
        block = list(group)
        last = sections[-1] if sections else None
        goes_right = last and list(last.rows) == list(dict.fromkeys(cell.row_code for cell in block))
        goes_below = last and all(cell.column_letter and cell.column_code in last.columns for cell in block)
        if not (goes_right or goes_below):
            last = Section(block[0].row_heading)
            sections.append(last)
        last.add(block)
    return sections


@contextmanager
def replaced_file(path: Path, permissions: int, **options: Any) -> Iterator[Any]:
    """A file that takes the place of `path` in one step when it is whole; it has `permissions` from the start."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, permissions), **options) as handle:
            yield handle
        os.chmod(part, permissions)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


class Book:
    """An Excel workbook with its formats; texts are always written as strings, never as formulas or links."""

    def __init__(self, handle: Any, title: str, program_year: int, temporary: str) -> None:
        self.book = Workbook(handle, {"constant_memory": True, "tmpdir": temporary})
        # The clock is not read: equal numbers give equal files.
        self.book.set_properties({"title": title, "author": "NRS warehouse", "created": datetime(program_year + 1, 6, 30)})
        self._formats: dict[tuple, Format] = {}

    def format(self, **properties: Any) -> Format:
        """The format with these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_name": "Calibri", "font_size": 10, "valign": "vcenter", **properties})
        return self._formats[key]

    def sheet(self, name: str, title: str, subtitles: Iterable[str], print_texts: tuple[str, str], widths: Iterable[float], pages: int = 0) -> Worksheet:
        """A new sheet with its first lines, set up for print.

        `print_texts` stand in header and footer, `widths` are the columns' in characters, `pages` is how many pages
        long the print is (0: as long as it takes).
        """
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        write_text(sheet, 0, 0, title, self.format(bold=True, font_size=14, font_color=NAVY))
        for row, subtitle in enumerate(subtitles, start=1):
            write_text(sheet, row, 0, subtitle, self.format(font_color="#404040"))
        sheet.set_landscape()
        sheet.set_paper(1)
        sheet.fit_to_pages(1, pages)
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
        header, footer = (printed(text) for text in print_texts)
        # The blank after a size: a text may begin with a digit.
        sheet.set_header(f"&L&9 {printed(name)}&R&9 {header}")
        sheet.set_footer(f"&L&8 {footer}&R&8 Page &P of &N")
        sheet.hide_gridlines(2)
        return sheet


def printed(text: str) -> str:
    """A text as header and footer take it: an ampersand begins a code there, and 255 characters are all."""
    return textwrap.shorten(text, 90, placeholder=" ...").replace("&", "&&")


def write_text(sheet: Worksheet, row: int, column: int, text: str, cell_format: Format | None = None) -> None:
    """Write a text as it stands. XlsxWriter takes what stands between these two tags for ready markup; a blank after it
    keeps it a text."""
    sheet.write_string(row, column, f"{text} " if re.fullmatch(r"<r>.*</r>", text, re.DOTALL) else text, cell_format)


@lru_cache(maxsize=10_000)
def line_count(text: str, width: float) -> int:
    """Lines that a text takes in a column of `width`, which is counted in digits of 11 points: of 10 point text a fifth
    more goes into it. The same texts come again in every scope."""
    return len(textwrap.wrap(text, max(int(width * 1.2), 1))) or 1


def fit_height(sheet: Worksheet, row: int, texts: Iterable[tuple[str, float]]) -> None:
    """Make the row as high as its wrapped texts, given with the widths in characters they have: readers other than Excel
    do not do it by themselves, and nobody does for merged cells."""
    lines = (line_count(text, width) for text, width in texts)
    sheet.set_row(row, LINE_HEIGHT * max(lines) + 1.5)


def write_merged(sheet: Worksheet, row: int, columns: tuple[int, int], text: str, cell_format: Format) -> None:
    """Write a text over the columns from the first to the last of `columns`."""
    if columns[0] < columns[1]:
        sheet.merge_range(row, columns[0], row, columns[1], "", cell_format)
    write_text(sheet, row, columns[0], text, cell_format)


def write_across(sheet: Worksheet, row: int, widths: list[float], text: str, cell_format: Format) -> int:
    """Write a text over all columns, which are `widths` characters wide, wrapped; returns the next row."""
    fit_height(sheet, row, [(text, sum(widths))])
    write_merged(sheet, row, (0, len(widths) - 1), text, cell_format)
    return row + 1


def write_value(sheet: Worksheet, row: int, column: int, value: Any, cell_format: Format, date_format: Format) -> None:
    """Write a value of a query by its type; null is an empty cell."""
    if value is None:
        sheet.write_blank(row, column, None, cell_format)
    elif isinstance(value, str):
        write_text(sheet, row, column, value, cell_format)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, cell_format)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, date_format)
    else:
        sheet.write_number(row, column, value, cell_format)


def write_form(book: Book, report: Report, form: Form, scope: Scope, values: Values) -> None:
    """Write one table as its form; `values` are value and whether it is suppressed, by row and column code."""
    sections = sections_of(form.cells_of(scope))
    widths = column_widths(sections, values)
    title = f"{form.name}: {form.title}"
    sheet = book.sheet(form.name, title, report.subtitles(scope), report.print_texts(scope), widths, pages=1)
    row = 5
    for section in sections:
        first_line = write_heading(book, sheet, row, section, widths)
        # Each part of a form of several has its own heading, so that only the title can stay in sight.
        sheet.freeze_panes(first_line if len(sections) == 1 else 4, 1)
        row = write_lines(book, sheet, first_line, section, widths, values) + 1
    small = {"font_size": 9, "text_wrap": True, "valign": "top"}
    row = write_across(sheet, row, widths, "Notes", book.format(bold=True, font_color=NAVY))
    for note, citation in form.notes:
        row = write_across(sheet, row, widths, f"{note} ({citation})", book.format(**small))
    for text in (LEGEND, f"Source of the table: {form.citation}"):
        row = write_across(sheet, row, widths, text, book.format(**small, font_color="#595959"))


def column_widths(sections: list[Section], values: Values) -> list[float]:
    """Widths in characters: the row labels' column, then as wide as the longest word and number in it."""
    labels = [cells[0].row_label for section in sections for cells in section.rows.values()]
    widths = [float(min(max(map(len, labels)) + 2, 46))]
    for section in sections:
        for position, (code, cells) in enumerate(section.columns.items(), start=1):
            numbers = [len(f"{values[cell.row_code, code][0] or 0:,.2f}") for cell in cells]
            words = [len(word) for word in re.split(r"[ -]", cells[0].column_label.rpartition(", ")[2])]
            width = float(max(*numbers, *words, 12 if len(cells[0].column_label) > 60 else 5) + 1.5)
            if position < len(widths):
                widths[position] = max(widths[position], width)
            else:
                widths.append(width)
    return widths


def heading_groups(section: Section) -> list[tuple[str, list[str]]]:
    """Neighbouring columns `Group, part` under their common heading; a column without such neighbours has an empty one."""
    labels = [cells[0].column_label for cells in section.columns.values()]
    groups = [(group, list(members)) for group, members in groupby(labels, key=lambda label: label.rpartition(", ")[0])]
    return [(group if len(members) > 1 else "", members) for group, members in groups]


def write_heading(book: Book, sheet: Worksheet, row: int, section: Section, widths: list[float]) -> int:
    """Write the columns' headings (common heading, label, letter); returns the row after them."""
    properties = {"bold": True, "text_wrap": True, "align": "center", "bg_color": NAVY, "font_color": "white", "border": 1, "border_color": "#8EA9DB"}
    style, corner = book.format(**properties), book.format(**{**properties, "align": "left"})
    columns = list(section.columns.values())
    groups = heading_groups(section)
    if any(group for group, _ in groups):
        write_text(sheet, row, 0, "", corner)
        texts, column = [], 1
        for group, members in groups:
            # Columns without a common heading stay apart.
            for first, last in [(column, column + len(members) - 1)] if group else [(column + i, column + i) for i in range(len(members))]:
                write_merged(sheet, row, (first, last), group, style)
            texts.append((group, sum(widths[column : column + len(members)]) - 2))
            column += len(members)
        fit_height(sheet, row, texts)
        row += 1
    labels = [label.removeprefix(f"{group}, ") if group else label for group, members in groups for label in members]
    write_text(sheet, row, 0, section.heading, corner)
    for column, (label, cells) in enumerate(zip(labels, columns, strict=True), start=1):
        is_on_form = any(cell.is_on_federal_form for cell in cells)
        write_text(sheet, row, column, label, style if is_on_form else book.format(**properties, italic=True))
    # Bold text is wider than plain.
    fit_height(sheet, row, zip([section.heading, *labels], [width * 0.9 for width in widths], strict=False))
    if any(cells[0].column_letter for cells in columns):
        row += 1
        write_text(sheet, row, 0, "(A)", corner)
        for column, cells in enumerate(columns, start=1):
            write_text(sheet, row, column, f"({cells[0].column_letter})" if cells[0].column_letter else "", style)
    return row + 1


def write_lines(book: Book, sheet: Worksheet, row: int, section: Section, widths: list[float], values: Values) -> int:
    """Write the section's rows and the headings over them; returns the row after."""
    border = {"border": 1, "border_color": "#BFBFBF"}
    for kind, text in section.lines:
        if kind != "row":
            style = book.format(bold=True, italic=kind == "group", bg_color=BAND, font_color=NAVY, **border)
            write_merged(sheet, row, (0, len(section.columns)), text, style)
            row += 1
            continue
        cells = {cell.column_code: cell for cell in section.rows[text]}
        first = section.rows[text][0]
        is_off_form = not any(cell.is_on_federal_form for cell in cells.values())
        label_style = book.format(text_wrap=True, bold=first.is_total_row, italic=is_off_form, indent=0 if first.is_total_row else 1, **border)
        write_text(sheet, row, 0, first.row_label, label_style)
        fit_height(sheet, row, [(first.row_label, widths[0] - 2)])
        for column, code in enumerate(section.columns, start=1):
            if code not in cells:
                sheet.write_blank(row, column, None, book.format(bg_color=ABSENT, **border))
                continue
            cell = cells[code]
            style = book.format(
                num_format=NUMBER_FORMATS[cell.measure], align="right", bold=cell.is_total_row or cell.is_total_column,
                italic=not cell.is_on_federal_form, **border, **({"bg_color": SHADE} if cell.is_calculated else {}),
            )  # fmt: skip
            value, is_suppressed = values[text, code]
            if is_suppressed or value is None:
                write_text(sheet, row, column, SUPPRESSED if is_suppressed else NO_BASE, style)
            else:
                sheet.write_number(row, column, value, style)
        row += 1
    return row


def write_table(book: Book, sheet: Worksheet, row: int, widths: Iterable[float], headings: list[str], rows: Iterable[tuple]) -> int:
    """Write a plain table from column 0, numbers as they are, a severity in its colour; returns the row after the next."""
    border = {"text_wrap": True, "border": 1}
    heading_style = book.format(bold=True, bg_color=NAVY, font_color="white", border_color="#8EA9DB", **border)
    plain = book.format(valign="top", border_color="#BFBFBF", num_format="#,##0.##########", **border)
    whole = book.format(valign="top", border_color="#BFBFBF", num_format="#,##0", **border)
    coloured = {
        severity: book.format(valign="top", bold=True, bg_color=colour, border_color="#BFBFBF", **border) for severity, colour in SEVERITY_COLOURS.items()
    }
    for column, heading in enumerate(headings):
        write_text(sheet, row, column, heading, heading_style)
    for values in rows:
        row += 1
        for column, value in enumerate(values):
            is_whole = isinstance(value, int | float) and value == round(value)
            style = whole if is_whole else coloured.get(value, plain)
            write_value(sheet, row, column, value, style, style)
        fit_height(sheet, row, ((value, width) for value, width in zip(values, widths, strict=False) if isinstance(value, str)))
    return row + 2


def write_part(book: Book, sheet: Worksheet, row: int, title: str, remark: str) -> int:
    """Write the title of a part of a page and what it shows; returns the next row."""
    write_text(sheet, row, 0, title, book.format(bold=True, font_size=12, font_color=NAVY))
    write_text(sheet, row + 1, 0, remark, book.format(font_color="#595959"))
    return row + 2


def write_contents(book: Book, report: Report, scope: Scope, headlines: list[tuple[Form, str, float | str | None]], open_checks: list[tuple]) -> None:
    """Write the first sheet: what is in the workbook, whether it is ready, and the lines to sign."""
    widths = [15.0, 78.0, 62.0, 14.0]
    title = "National Reporting System for Adult Education: federal tables"
    sheet = book.sheet("Contents", title, report.subtitles(scope), report.print_texts(scope), widths, pages=1)
    border = {"border": 1, "border_color": "#BFBFBF"}
    row = 5
    if not report.is_published:
        stops = sum(severity == "stop" for severity, *_ in open_checks)
        text = f"Not ready: {stops} check(s) stop the submission" if stops else "No check stops the submission"
        style = book.format(bold=True, bg_color=RED if stops else GREEN, **border)
        row = write_across(sheet, row, widths, f"{text}; {len(open_checks) - stops} to be decided by who signs. See sheet Readiness.", style) + 1
    for column, heading in enumerate(("Sheet", "Table", "Number", "Value")):
        write_text(sheet, row, column, heading, book.format(bold=True, bg_color=NAVY, font_color="white", border=1, border_color="#8EA9DB"))
    link, plain, number = (
        book.format(font_color="#0563C1", underline=1, **border),
        book.format(**border),
        book.format(num_format="#,##0", align="right", **border),
    )
    pages = [(form.name, form.title, label, value) for form, label, value in headlines]
    if not report.is_published:
        pages.insert(0, ("Readiness", "What stands between the tables and their submission", "", None))
        pages.append(("Identities", "Agreement between tables, both sides of each", "", None))
    for name, page_title, label, value in pages:
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
        write_text(sheet, row, 1, page_title, plain)
        write_text(sheet, row, 2, label, plain)
        write_value(sheet, row, 3, value, number, number)
    what_it_is = (
        f"Numbers {report.fingerprint}: a hash of every number of the program year, all scopes. Workbooks that show the same one hold the same numbers."
    )
    row = write_across(sheet, row + 2, widths, what_it_is, book.format(font_size=9, font_color="#595959"))
    if not report.is_published:
        write_sign_off(book, sheet, row + 1)


def write_sign_off(book: Book, sheet: Worksheet, row: int) -> None:
    """Write the lines to sign."""
    write_text(sheet, row, 0, "Sign-off", book.format(bold=True, font_size=12, font_color=NAVY))
    row += 1
    for column, heading in enumerate(("", "Name and title", "Signature", "Date")):
        write_text(sheet, row, column, heading, book.format(font_size=9, font_color="#595959"))
    for role in ("Prepared by", "Reviewed by", "Approved by"):
        row += 1
        sheet.set_row(row, 30)
        write_text(sheet, row, 0, role, book.format(bold=True, valign="bottom"))
        for column in (1, 2, 3):
            sheet.write_blank(row, column, None, book.format(bottom=1))


def write_readiness(book: Book, report: Report, scope: Scope, parts: dict[str, list[tuple]], assumptions: list[tuple]) -> None:
    """Write the page that says what stands between the tables and their submission; counts only, nobody by name."""
    widths = [29.0, 50.0, 11.0, 66.0, 46.0]
    title = "Readiness: what stands between the tables and their submission"
    sheet = book.sheet("Readiness", title, report.subtitles(scope), report.print_texts(scope), widths)
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(0, 3)

    checks = [
        (severity if count else "clear", text, count, f"{meaning} {remedy}", f"{look_in} ({citation})")
        for severity, text, count, meaning, remedy, look_in, citation in parts["readiness"]
    ]
    checks.sort(key=lambda check: list(SEVERITY_COLOURS).index(check[0]))
    remark = "stop: the tables can't be submitted as they are. warn: to be decided by who signs. clear: nothing to answer."
    row = write_part(book, sheet, 5, "Checks", remark)
    headings = ["Severity", "What is counted", "Count", "What it means, what to do", "Where to look (source)"]
    row = write_table(book, sheet, row, widths, headings, checks)

    results = parts["equality_results"]
    failed = [
        (result, f"{text}: {read_for}" if read_for else text, difference, f"{left:,.12g} {operator} {right:,.12g}", citation)
        for result, text, read_for, left, operator, right, difference, citation in results
        if result != "holds"
    ]
    remark = f"{len(results) - len(failed):,} of {len(results):,} readings hold. Each of them, with both sides, is in sheet Identities."
    row = write_part(book, sheet, row, "Identities", remark)
    row = write_table(book, sheet, row, widths, ["Result", "Identity", "Difference", "Both sides", "Source"], failed) if failed else row + 1

    remark = "Persons of the program year. Who is excluded for two reasons counts in both. By name: restricted.exclusions."
    row = write_part(book, sheet, row, "Who is counted", remark)
    row = write_table(book, sheet, row, widths, ["Measure", "Persons", "Count"], parts["population_summary"])

    remark = (
        "rejected: the record serves no rule. value_ignored: the value is read as blank (both: every loaded year). "
        "not_in_scope: records of service of the year that count nowhere."
    )
    row = write_part(book, sheet, row, "Rows left out", remark)
    row = write_table(book, sheet, row, widths, ["Action", "Extract: reason", "Count"], parts["rows_not_counted"])

    remark = "Readings and rule rows that no public document settles; the same for every scope."
    row = write_part(book, sheet, row, "Assumptions in force", remark)
    # The third column is the other parts' count.
    rows = [(seed, item, None, reading, citation) for seed, item, reading, citation in assumptions]
    write_table(book, sheet, row, widths, ["Seed", "Ruling or rule row", "", "Reading", "Source"], rows)


def write_identities(book: Book, report: Report, scope: Scope, results: list[tuple]) -> None:
    """Write every reading of an identity with both its sides, those that do not hold first."""
    widths = [14.0, 74.0, 28.0, 14.0, 10.0, 14.0, 14.0, 60.0]
    sheet = book.sheet("Identities", "Identities: agreement between tables", report.subtitles(scope), report.print_texts(scope), widths)
    headings = ["Result", "Identity", "Read for", "Left side", "Operator", "Right side", "Difference", "Source"]
    write_table(book, sheet, 5, widths, headings, results)
    sheet.autofilter(5, 0, 5 + len(results), len(headings) - 1)
    sheet.freeze_panes(6, 0)
    sheet.repeat_rows(0, 5)


def headline_of(form: Form, values: Values) -> tuple[Form, str, float | str | None]:
    """The table with the number that stands for it in the contents, and that number's label."""
    cell = next((cell for cell in form.cells if (cell.row_code, cell.column_code) == form.headline), None)
    if cell is None:
        return (form, "", None)
    value, is_suppressed = values[form.headline]
    label = cell.row_label if cell.row_label == cell.column_label else f"{cell.row_label}: {cell.column_label}"
    return (form, label, SUPPRESSED if is_suppressed else value)


def write_workbook(path: Path, report: Report, scope: Scope, cells: Iterable[tuple], parts: dict[str, list[tuple]], assumptions: list[tuple]) -> None:
    """Write one scope's workbook; `cells` are (table_id, row_code, column_code, value, is_suppressed), by table.

    Raises WorkbookError where a cell of a form has no row among `cells`.
    """
    values = {table: {(row, column): (value, suppressed) for _, row, column, value, suppressed in rows} for table, rows in groupby(cells, key=itemgetter(0))}
    forms = [form for form in report.forms if form.cells_of(scope)]
    for form in forms:
        missing = {(cell.row_code, cell.column_code) for cell in form.cells_of(scope)} - values.get(form.table_id, {}).keys()
        if missing:
            raise WorkbookError(f"{scope.label}: {form.name} has no number for row and column {min(missing)}. Build the warehouse again (make report).")
    mode = EVERYONE_READS if report.is_published else OWNER_ONLY
    title = f"NRS tables {year_name(report.program_year)}, {scope.label}"
    with tempfile.TemporaryDirectory(dir=path.parent) as temporary, replaced_file(path, mode, mode="w+b") as handle:
        book = Book(handle, title, report.program_year, temporary)
        headlines = [headline_of(form, values[form.table_id]) for form in forms]
        write_contents(book, report, scope, headlines, [check for check in parts.get("readiness", []) if check[2]])
        if not report.is_published:
            write_readiness(book, report, scope, parts, assumptions)
        for form in forms:
            write_form(book, report, form, scope, values[form.table_id])
        if not report.is_published:
            write_identities(book, report, scope, parts["equality_results"])
        book.book.close()


# What the readiness page reads: relation of the marts, columns, order.
READINESS_PARTS = {
    "readiness": ("marts.readiness", "severity, title, value, meaning, remedy, look_in, citation", "check_order"),
    "equality_results": (
        "marts.equality_results",
        "case when is_held then 'holds' else 'does not hold' end, description, read_for, left_value, operator, right_value, difference, citation",
        "is_held is true, identity_id, read_for",
    ),
    "population_summary": (
        "marts.population_summary inner join (select distinct measure, description from reference.population_measures) as measures using (measure)",
        "measure, description, persons",
        "array_position(['persons_with_nrs_rows', 'participants', 'reportable_individuals', 'excluded'], measure) nulls last, measure",
    ),
    "rows_not_counted": ("marts.rows_not_counted", "action, concat(extract_name, ': ', reason), faults", "action, extract_name, reason"),
}


def write_workbooks(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    program_year: int | None = None,
    scope: str | None = None,
    scope_id: str | None = None,
    is_published: bool = False,
) -> list[Path]:
    """Write the workbooks of the scopes asked for (None: all) into `folder`; returns their paths.

    Raises WorkbookError where the warehouse lacks the year, the scope or the relation.
    """
    relation = PUBLISHED_CELLS if is_published else CELLS
    year = reported_year(connection, relation, program_year)
    scopes = scopes_of(connection, year, scope, scope_id)
    only = scopes[0] if len(scopes) == 1 else None
    report = Report(year, read_forms(connection), fingerprint(connection, relation, year), is_published)
    suppressed = "is_suppressed" if is_published else "false"
    cells = ScopedRows(connection, relation, f"table_id, row_code, column_code, value, {suppressed}", "table_id", ("program_year", year), only)
    streams, assumptions = {}, []
    if not is_published:
        # Both sides of an identity and counts of excluded persons are small numbers too: not for publication.
        streams = {name: ScopedRows(connection, *part, ("program_year", year), only) for name, part in READINESS_PARTS.items()}
        assumptions = connection.execute("select seed, item, reading, citation from marts.assumptions order by seed desc, length(item), item").fetchall()
    folder.mkdir(parents=True, exist_ok=True, mode=0o777 if is_published else 0o700)
    paths = []
    for current in scopes:
        path = folder / f"nrs_{year}_{current.file_part}{'_published' if is_published else ''}.xlsx"
        parts = {name: list(stream.take(current)) for name, stream in streams.items()}
        write_workbook(path, report, current, cells.take(current), parts, assumptions)
        paths.append(path)
    return paths


def student_files_of(scopes: list[Scope]) -> list[str]:
    """The student-level files that any of the scopes has: those of a table's members are by agency (Report 5)."""
    return [name for name in STUDENT_FILES if name.startswith("pop_") or any(scope.scope == "agency" for scope in scopes)]


def write_student_workbooks(
    connection: duckdb.DuckDBPyConnection, folder: Path, program_year: int | None = None, scope: str | None = None, scope_id: str | None = None
) -> list[Path]:
    """Write the student-level files of the scopes asked for (None: all), a sheet per file; returns their paths.

    A file with more rows than a sheet takes is written as CSV beside the workbook. Raises WorkbookError as above.
    """
    year = reported_year(connection, CELLS, program_year)
    scopes = scopes_of(connection, year, scope, scope_id)
    only = scopes[0] if len(scopes) == 1 else None
    counts, streams = {}, {}
    for name in student_files_of(scopes):
        year_column, order = STUDENT_FILES[name]
        relation = f"restricted.{name}"
        rows = connection.execute(f"select scope, scope_id, count(*) from {relation} where {year_column} = ? group by scope, scope_id", [year]).fetchall()
        counts[name] = {row[:2]: row[2] for row in rows}
        streams[name] = ScopedRows(connection, relation, "columns(name -> name not in ('scope', 'scope_id'))", order, (year_column, year), only)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths: list[Path] = []
    for current in scopes:
        own = {name: (streams[name], counts[name].get(current.key, 0)) for name in student_files_of([current])}
        paths += write_student_workbook(folder / f"RESTRICTED_students_{year}_{current.file_part}.xlsx", year, current, own)
    return paths


def write_student_workbook(path: Path, program_year: int, scope: Scope, files: dict[str, tuple[ScopedRows, int]]) -> list[Path]:
    """Write one scope's student-level files, given as stream and number of rows by name; returns the files written."""
    paths = [path]
    title = f"NRS student-level files {year_name(program_year)}, {scope.label}"
    with tempfile.TemporaryDirectory(dir=path.parent) as temporary, replaced_file(path, OWNER_ONLY, mode="w+b") as handle:
        book = Book(handle, title, program_year, temporary)
        for name, (stream, row_count) in files.items():
            subtitles = [f"Program year {year_name(program_year)}, {scope.label}", STUDENTS_BANNER]
            sheet = book.sheet(name, name, subtitles, (scope.label, STUDENTS_BANNER), [max(len(column) + 2, 12) for column in stream.names])
            if row_count > EXCEL_ROWS - 5:
                csv_path = path.with_name(f"{path.stem}_{name}.csv")
                write_text(sheet, 4, 0, f"{row_count:,} rows, more than a sheet takes: see {csv_path.name}.")
                with replaced_file(csv_path, OWNER_ONLY, mode="w", encoding="utf-8", newline="") as csv_handle:
                    writer = csv.writer(csv_handle, lineterminator="\n")
                    writer.writerow(stream.names)
                    writer.writerows([spreadsheet_safe(value) if isinstance(value, str) else value for value in row] for row in stream.take(scope))
                paths.append(csv_path)
                continue
            write_student_sheet(book, sheet, stream.names, stream.take(scope), row_count)
        book.book.close()
    return paths


def write_student_sheet(book: Book, sheet: Worksheet, names: list[str], rows: Iterable[tuple], row_count: int) -> None:
    """Write one student-level file, its column names in row 5."""
    plain, dates = book.format(), book.format(num_format="yyyy-mm-dd")
    for column, name in enumerate(names):
        write_text(sheet, 4, column, name, book.format(bold=True, bg_color=NAVY, font_color="white"))
    for row, values in enumerate(rows, start=5):
        for column, value in enumerate(values):
            write_value(sheet, row, column, value, plain, dates)
    sheet.freeze_panes(5, 3)
    sheet.autofilter(4, 0, 4 + row_count, len(names) - 1)
    sheet.repeat_rows(0, 4)
