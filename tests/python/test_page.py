"""The page for program staff: every number is the published one and leads to its rule, nothing suppressed stands there, and it is on its own."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pytest
from build_files import write_published
from docs_site import TEMPLATES
from harness import MemoryWarehouse, file_contents
from nrs import app
from page import LEVEL_COLUMNS, Number, PageError, file_of, published_files, rule_of_cell
from spreadsheet import FORMULA_STARTS
from store import Store
from test_docs_site import Page, contrast
from typer.testing import CliRunner, Result

HOSTILE_AGENCY, HOSTILE_NAME = "014", '=HYPERLINK("http://example.org","x")<script>alert(1)</script>'
YEARS = (2022, 2023)
NO_BASE = "\u2013"
# Ids of builds, the oldest first.
A, B, C, D, E = (f"20241001T08300{second}Z-{second:06x}" for second in range(5))


def write_build(warehouse: MemoryWarehouse, manifest: dict, file: Path) -> None:
    """The published file of 2023-24, with all that is marked as published; counts below 10 are suppressed, whatever else says so."""
    facts = {"build_id": "b", "created_at": "2024-10-01T08:30:00Z", "program_year": 2023, "state": "FL", "source": "bundled sample"}
    # The suppression itself is another test's: a stand-in takes its place.
    stand_ins = ("nrs_cells_published", "population_summary_published")
    manifest = {**manifest, "nodes": {key: node for key, node in manifest["nodes"].items() if node["name"] not in stand_ins}}
    write_published(warehouse.connection, file, manifest, {"build": facts, "versions": {}, "rule_sha256": {}})
    warehouse.connection.execute(f"""
        attach '{file}' as published;
        create or replace table published.marts.nrs_cells_published as
        select * exclude (is_small) replace (if(is_small, null, value) as value), is_small as is_suppressed, if(is_small, 'primary', null) as suppression
        from (
            select cells.*, form_cells.measure in ('count', 'hours') and coalesce(cells.value between 1 and 9, false) as is_small
            from marts.nrs_cells as cells inner join marts.nrs_form_cells as form_cells using (table_id, row_code, column_code)
        );
        create or replace table published.marts.population_summary_published as
        select * exclude (is_small) replace (if(is_small, null, persons) as persons), is_small as is_suppressed, if(is_small, 'primary', null) as suppression
        from (select *, persons between 1 and 9 as is_small from marts.population_summary);
        update published.marts.report_scopes set scope_name = '{HOSTILE_NAME}' where scope = 'agency' and scope_id = '{HOSTILE_AGENCY}';
        detach published""")


def move_to_2022(file: Path) -> None:
    """Make a published file one of 2022-23, with ten times the numbers."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("""
            update marts.report_scopes set program_year = 2022;
            update marts.nrs_cells_published set program_year = 2022, value = 10 * value;
            update marts.population_summary_published set program_year = program_year - 1, persons = 10 * persons""")


def copy_build(house: Path, build_id: str, folder: Path) -> Path:
    """A store in `folder` with one build of another, in place; returns its published file."""
    (folder / "builds" / build_id).mkdir(parents=True)
    put_in_place(folder, build_id)
    return Path(shutil.copy(house / "builds" / build_id / "nrs_published.duckdb", folder / "builds" / build_id))


def put_in_place(folder: Path, build_id: str) -> None:
    """Make a build the current one, with the links of a store."""
    (folder / "current").unlink(missing_ok=True)
    os.symlink(f"builds/{build_id}", folder / "current")
    if not (folder / "nrs_published.duckdb").is_symlink():
        os.symlink("current/nrs_published.duckdb", folder / "nrs_published.duckdb")


@pytest.fixture(scope="module")
def house(sample_warehouse: MemoryWarehouse, manifest: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with a build of 2022-23 and, in place, one of 2023-24."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "builds" / B).mkdir(parents=True)
    write_build(sample_warehouse, manifest, folder / "builds" / B / "nrs_published.duckdb")
    put_in_place(folder, B)
    shutil.copytree(folder / "builds" / B, folder / "builds" / A)
    move_to_2022(folder / "builds" / A / "nrs_published.duckdb")
    return folder


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["page", "--warehouse", str(folder / "nrs.duckdb"), *arguments])


@dataclass
class Cell:
    """A cell of a table: its element, text, links, numbers in full, and whether it has a bar."""

    tag: str
    scope: tuple[str, str] | None
    text: str = ""
    links: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    has_bar: bool = False


class TablePage(Page):
    """A page with its tables: {name: rows of cells}; and the numbers outside tables, as (anchor of the rule, number in full)."""

    def __init__(self, html: str) -> None:
        self.tables: dict[str, list[list[Cell]]] = {}
        self.loose: list[tuple[str, str]] = []
        self.cell: Cell | None = None
        self.rows: list[list[Cell]] = []
        self.row_scope: tuple[str, str] | None = None
        self.last_link = ""
        super().__init__(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        attributes = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.rows = self.tables.setdefault(attributes.get("data-name", f"unnamed {len(self.tables)}"), [])
        elif tag == "tr":
            self.row_scope = (attributes["data-scope"], attributes["data-id"]) if "data-scope" in attributes else None
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = Cell(tag, self.row_scope)
            self.rows[-1].append(self.cell)
        elif tag == "a":
            self.last_link = attributes["href"]
            if self.cell:
                self.cell.links.append(self.last_link)
        elif tag == "svg" and self.cell:
            self.cell.has_bar = True
        elif tag == "data":
            if self.cell:
                self.cell.values.append(attributes["value"])
            else:
                self.loose.append((self.last_link, attributes["value"]))

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if self.cell:
            self.cell.text += data.strip()


Site = dict[str, TablePage]


@pytest.fixture(scope="module")
def folder(house: Path) -> Path:
    assert run(house, "--docs", "../docs").exit_code == 0
    return house / "page"


@pytest.fixture(scope="module")
def site(folder: Path) -> Site:
    return {file.name: TablePage(file.read_text(encoding="utf-8")) for file in folder.glob("*.html")}


@dataclass
class Expected:
    """What a table must show: numbers by the anchor of their rule, and how many are suppressed or have nothing to be calculated from."""

    numbers: dict[str, float]
    suppressed: int
    without_base: int


@cache
def published(house: Path) -> duckdb.DuckDBPyConnection:
    """What the published files of both years hold, in one table: cells of the forms and counts of persons, with the anchor of their rule."""
    connection = duckdb.connect()
    for build_id in (A, B):
        connection.execute(f"attach '{house / 'builds' / build_id / 'nrs_published.duckdb'}' as build (read_only); use build")
        connection.execute("""
            create table if not exists memory.main.numbers (
                program_year integer, scope varchar, scope_id varchar, table_id varchar, row_code varchar, column_code varchar, measure varchar, value double,
                is_suppressed boolean, rule varchar
            );
            insert into memory.main.numbers by name
            select * exclude (suppression), concat_ws('-', 'cell', table_id, row_code, column_code) as rule from marts.nrs_cells_published;
            insert into memory.main.numbers by name
            select * exclude (suppression, persons), persons as value, concat('persons-', measure) as rule from marts.population_summary_published
            where program_year = (select max(program_year) from marts.nrs_cells_published);
            create or replace table memory.main.scopes as select scope, scope_id from marts.report_scopes;
            create or replace table memory.main.indicators as from reference.key_indicators;
            create or replace table memory.main.forms as from marts.nrs_forms;
            create or replace table memory.main.rules as from marts.nrs_cell_rules;
            use memory; detach build""")
    return connection


def expected(house: Path, condition: str, year: int = 2023) -> Expected:
    """What the published file of a year holds of the numbers that meet a condition."""
    found = published(house).execute(f"select rule, value, is_suppressed from numbers where program_year = {year} and {condition}").fetchall()
    assert found, condition
    numbers = {rule: value for rule, value, _ in found if value is not None}
    hidden = sum(is_suppressed for _, _, is_suppressed in found)
    return Expected(numbers, hidden, len(found) - len(numbers) - hidden)


def shown(cells: list[Cell]) -> Expected:
    """What cells of a page show, in the same terms."""
    numbers = {cell.links[-1].removeprefix("rules.html#"): float(value) for cell in cells for value in cell.values}
    return Expected(numbers, sum(cell.text == "*" for cell in cells), sum(cell.text == NO_BASE for cell in cells))


def scopes(house: Path) -> list[tuple[str, str]]:
    return published(house).execute("from scopes order by all").fetchall()


def indicators(house: Path) -> list[tuple[str, str, str, str, str | None]]:
    return published(house).execute("select indicator, table_id, row_code, column_code, base_column_code from indicators").fetchall()


def is_indicator(house: Path, with_base: bool = False) -> str:
    keys = [(table, row, column) for _, table, row, column, _ in indicators(house)]
    keys += [(table, row, base) for _, table, row, _, base in indicators(house) if base and with_base]
    return f"(table_id, row_code, column_code) in {tuple(keys)}"


def body(page: TablePage, table: str) -> list[Cell]:
    """The number cells of a table."""
    return [cell for row in page.tables[table] for cell in row if cell.tag == "td"]


def test_there_is_a_page_for_every_scope_and_indicator(site: Site, house: Path) -> None:
    assert len(scopes(house)) == 15
    pages = {file_of(*scope) for scope in scopes(house)} | {f"indicator_{indicator[0]}.html" for indicator in indicators(house)}
    assert site.keys() == pages | {"index.html", "agencies.html", "rules.html"}


def test_levels_and_gains_are_the_published_ones(site: Site, house: Path) -> None:
    for scope, scope_id in scopes(house):
        page, where = site[file_of(scope, scope_id)], f"scope = '{scope}' and scope_id = '{scope_id}'"
        assert shown(body(page, "table_4")) == expected(house, f"{where} and table_id = '4' and column_code in {LEVEL_COLUMNS}"), scope_id
        assert shown(body(page, "table_4A")) == expected(house, f"{where} and table_id = '4A'"), scope_id


def test_population_is_the_published_one(site: Site, house: Path) -> None:
    for scope, scope_id in scopes(house):
        condition = f"scope = '{scope}' and scope_id = '{scope_id}' and measure <> 'in_tables_1_and_2a'"
        assert shown(body(site[file_of(scope, scope_id)], "population")) == expected(house, condition), scope_id


def test_years_are_each_years_own(site: Site, house: Path) -> None:
    for scope, scope_id in scopes(house):
        rows = site[file_of(scope, scope_id)].tables["years"]
        assert [cell.text for cell in rows[0]] == ["Indicator", "2022-23", "2023-24", "Chart"]
        for column, year in enumerate(YEARS, start=1):
            condition = f"{is_indicator(house)} and scope = '{scope}' and scope_id = '{scope_id}'"
            assert shown([row[column] for row in rows[1:]]) == expected(house, condition, year), (scope_id, year)
    state = site["index.html"].tables["years"][1]
    assert float(state[1].values[0]) == 10 * float(state[2].values[0]) > 0


def test_headline_of_each_table_is_the_published_one(site: Site, house: Path) -> None:
    rows = site["index.html"].tables["tables"]
    condition = "scope = 'state' and (table_id, row_code, column_code) in (select (table_id, headline_row_code, headline_column_code) from forms)"
    for column, year in enumerate(YEARS, start=1):
        assert shown([row[column] for row in rows[1:]]) == expected(house, condition, year)


def test_indicators_of_agencies_are_the_published_ones(site: Site, house: Path) -> None:
    for scope, scope_id in scopes(house):
        where = f"scope = '{scope}' and scope_id = '{scope_id}'"
        overview = [cell for table in ("agencies", "agency_types") for cell in body(site["agencies.html"], table) if cell.scope == (scope, scope_id)]
        assert shown(overview[1:]) == expected(house, f"{is_indicator(house)} and {where}")
        for name, table, row, column, base in indicators(house):
            page = site[f"indicator_{name}.html"]
            cells = [cell for rows in page.tables for cell in body(page, rows) if cell.scope == (scope, scope_id)]
            own = f"table_id = '{table}' and row_code = '{row}' and column_code in ('{column}', '{base or column}') and {where}"
            assert shown(cells[1:]) == expected(house, own), (scope_id, name)


def test_indicators_at_the_head_are_the_scopes_and_the_states(site: Site, house: Path) -> None:
    for scope, scope_id in scopes(house):
        own = expected(house, f"{is_indicator(house, with_base=True)} and scope = '{scope}' and scope_id = '{scope_id}'").numbers
        state = expected(house, f"{is_indicator(house)} and scope = 'state'").numbers if scope != "state" else {}
        found = [(link.removeprefix("rules.html#"), float(value)) for link, value in site[file_of(scope, scope_id)].loose]
        assert sorted(found) == sorted([*own.items(), *state.items()]), scope_id


def test_suppressed_numbers_are_a_sign_and_nothing_else(site: Site) -> None:
    """No value, no bar, no rule in the place of a suppressed number; all other numbers are in the tables that are compared above."""
    hidden = [cell for page in site.values() for rows in page.tables.values() for row in rows for cell in row if "#hidden" in cell.links]
    assert len(hidden) > 500
    assert [cell for cell in hidden if cell.text != "*" or cell.values or cell.has_bar or cell.links != ["#hidden"]] == []
    compared = {"table_4", "table_4A", "population", "years", "tables", "agencies", "agency_types"} | {
        name for page in site for name in site[page].tables if page.startswith("indicator_")
    }
    assert [
        name for page in site.values() for name, rows in page.tables.items() if name not in compared and any(cell.values for row in rows for cell in row)
    ] == []


def test_every_number_leads_to_its_rule(site: Site, house: Path) -> None:
    rules = site["rules.html"]
    sentences = published(house).execute("select table_id, row_code, column_code, sentence, citation from rules").fetchall()
    text = " ".join(rules.text.split())
    cells = [cell for page in site.values() for rows in page.tables.values() for row in rows for cell in row if cell.values]
    anchors = {cell.links[-1].removeprefix("rules.html#") for cell in cells}
    assert len(anchors) > 200 and anchors <= set(rules.ids)
    shown_rules = [rule for rule in sentences if rule_of_cell(*rule[:3]) in anchors]
    assert len(shown_rules) > 200
    assert [rule for rule in shown_rules if rule[3] not in text or rule[4] not in text] == []


def test_columns_of_levels_have_their_rule_on_the_page(site: Site) -> None:
    for name, page in site.items():
        for table in {"table_4", "table_4A"} & page.tables.keys():
            heads = page.tables[table][0][1:]
            assert heads and all(len(head.links) == 1 and head.links[0].removeprefix("#") in page.ids for head in heads), name


def test_links_lead_somewhere_and_nowhere_else(site: Site, folder: Path) -> None:
    """No other host; files and anchors exist, but for those of the auditors' pages, which are where --docs says."""
    broken = []
    for name, page in site.items():
        for _, link in page.links:
            parts = urlsplit(link)
            target = parts.path or name
            if parts.scheme or parts.netloc:
                broken.append((name, link))
            elif target.startswith("../docs/"):
                broken += [] if re.fullmatch(r"\.\./docs/table_\w+\.html#form", link) else [(name, link)]
            elif not (folder / target).is_file() or (parts.fragment and unquote(parts.fragment) not in site[target].ids):
                broken.append((name, link))
    assert broken == []
    for html in folder.iterdir():
        assert not re.search(r"url\(|@import|https?://(?!example\.org)", html.read_text(encoding="utf-8")), html.name


def test_pages_are_sound_html(site: Site) -> None:
    for name, page in site.items():
        assert page.faults == page.open == [], name
        assert sorted(i for i in set(page.ids) if page.ids.count(i) > 1) == [], name
        assert [value for _, attributes in page.attributes for value in attributes.values() if '"' in (value or "")] == [], name
        assert page.levels.count(1) == 1 and page.levels[0] == 1, name
        assert all(after <= before + 1 for before, after in zip(page.levels, page.levels[1:], strict=False)), name


def test_pages_are_made_for_keyboard_and_screen_reader(site: Site) -> None:
    for name, page in site.items():
        assert ("html", {"lang": "en"}) in page.attributes, name
        assert page.links[1] == ("a", "#content") and "content" in page.ids, f"{name}: the first link skips to the content"
        assert page.tags.count("table") == page.tags.count("caption"), name
        assert [a for tag, a in page.attributes if tag == "th" and a.get("scope") not in ("col", "row")] == [], name
        assert [a for tag, a in page.attributes if tag == "svg" and a.get("aria-hidden") != "true"] == [], name
        frames = [a for _, a in page.attributes if a.get("class") == "frame"]
        assert [a for a in frames if a.get("tabindex") != "0" or a.get("role") != "region" or not a.get("aria-label")] == [], name
        widths = {len(row) for rows in page.tables.values() for row in rows} if len(page.tables) == 1 else {1}
        assert len(widths) == 1, name


def test_contrast_is_what_wcag_aa_asks_for(folder: Path) -> None:
    """The page adds the colour of a target, bars on two grounds, and buttons; it has no colour of its own."""
    style = (folder / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", style))
    pairs = {(text, ground): 4.5 for text in ("ink", "muted", "link") for ground in ("ground", "shade", "mark-ground")}
    pairs |= {(graphic, ground): 3.0 for graphic in ("link", "muted", "focus") for ground in ("ground", "shade")}
    assert [(pair, contrast(colours[pair[0]], colours[pair[1]])) for pair, least in pairs.items() if contrast(colours[pair[0]], colours[pair[1]]) < least] == []
    own = (TEMPLATES / "page" / "page.css").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", own) == []
    assert re.search(r"button:focus-visible \{ outline: 3px solid var\(--focus\)", own)


def test_names_from_the_extracts_are_text(site: Site) -> None:
    """What somebody typed as an agency's name is shown, not run; saved as CSV it gets the apostrophe of all that we write for spreadsheets."""
    assert HOSTILE_NAME in site[file_of("agency", HOSTILE_AGENCY)].text
    assert {name: page.tags.count("script") for name, page in site.items() if page.tags.count("script") != 1} == {}
    assert [a for page in site.values() for _, attributes in page.attributes for a in attributes if a.startswith("on") or a == "style"] == []
    starts = re.search(r"const FORMULA_STARTS = (\".*\");", site["index.html"].text)
    assert starts and json.loads(starts[1]) == FORMULA_STARTS


def test_no_person_stands_on_the_pages(site: Site, sample_warehouse: MemoryWarehouse) -> None:
    persons = {value for row in sample_warehouse.rows("select distinct fleid, student_id from raw.demographics") for value in row if value}
    assert len(persons) > 1000
    assert {name: found for name, page in site.items() if (found := persons & set(re.findall(r"\w+", page.text)))} == {}


def test_pages_are_light(folder: Path) -> None:
    weights = {file.name: file.stat().st_size for file in folder.iterdir()}
    assert {name: weight for name, weight in weights.items() if weight > (300_000 if name == "rules.html" else 100_000)} == {}


@pytest.mark.parametrize(
    ("number", "shown_as", "in_full"),
    [
        (Number(1234.0, False, "count", ""), "1,234", "1234"),
        (Number(0.0, False, "count", ""), "0", "0"),
        (Number(0.46822742474916385, False, "rate", ""), "46.8%", "0.46822742474916385"),
        (Number(6089.235, False, "median", ""), "$6,089", "6089.235"),
    ],
)
def test_numbers_read_as_people_write_them_and_are_kept_in_full(number: Number, shown_as: str, in_full: str) -> None:
    assert (number.shown, number.exact) == (shown_as, in_full)


def test_files_of_ids_are_plain_and_never_the_same() -> None:
    ids = ["013", "13", "a", "A", "a_0cc175b9", "../x", "a/b", "a b", "é", "", "é" * 300, "A" * 300]
    files = [file_of("agency", scope_id) for scope_id in ids]
    assert files[0] == "agency_013.html"
    assert len({file.lower() for file in files}) == len(ids)
    assert [file for file in files if not re.fullmatch(r"agency_\w{1,39}\.html", file, re.ASCII)] == []


def test_one_year_says_how_to_see_more(house: Path, tmp_path: Path) -> None:
    copy_build(house, B, tmp_path)
    assert run(tmp_path).exit_code == 0
    index = (tmp_path / "page" / "index.html").read_text(encoding="utf-8")
    assert "Only 2023-24 is there" in index and "nrs.py build --program-year 2022" in index
    assert "docs/table_" not in index


def test_build_in_place_counts_for_its_year_and_the_newest_for_others(house: Path, tmp_path: Path) -> None:
    for build_id, source in ((A, A), (B, A), (C, B), (D, B)):
        (tmp_path / "builds" / build_id).mkdir(parents=True)
        os.link(house / "builds" / source / "nrs_published.duckdb", tmp_path / "builds" / build_id / "nrs_published.duckdb")
    (tmp_path / "builds" / E).mkdir()
    with duckdb.connect(str(tmp_path / "builds" / E / "nrs_published.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.nrs_forms (table_id varchar)")
    put_in_place(tmp_path, C)
    files, left_out, year = published_files(Store(tmp_path / "nrs.duckdb"))
    builds = {each: file.resolve().parent.name for each, file in files.items()}
    assert (builds, left_out.keys(), year) == ({2022: B, 2023: C}, {E}, 2023)
    put_in_place(tmp_path, E)
    with pytest.raises(PageError, match=r"lacks marts\.nrs_cells_published, .*Build again"):
        published_files(Store(tmp_path / "nrs.duckdb"))


def test_another_year_can_be_shown_in_full(house: Path, tmp_path: Path) -> None:
    assert run(house, "--to", str(tmp_path / "page"), "--program-year", "2022").exit_code == 0
    page = TablePage((tmp_path / "page" / "index.html").read_text(encoding="utf-8"))
    assert shown(body(page, "table_4A")) == expected(house, "scope = 'state' and table_id = '4A'", 2022)
    refused = run(house, "--to", str(tmp_path / "other"), "--program-year", "2021")
    assert refused.exit_code == 1
    assert "No build reports 2021-22; there is 2022-23, 2023-24. Build it: `nrs.py build --program-year 2021`." in refused.stderr
    assert not (tmp_path / "other").exists()


def test_without_a_published_file_it_says_what_to_do(tmp_path: Path) -> None:
    refused = run(tmp_path)
    assert refused.exit_code == 1 and "Make one: `nrs.py build`" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_suppressed_number_with_its_value_stops_the_page(house: Path, tmp_path: Path) -> None:
    file = copy_build(house, B, tmp_path)
    with duckdb.connect(str(file)) as connection:
        connection.execute("update marts.population_summary_published set persons = 7 where is_suppressed and scope = 'agency'")
    refused = run(tmp_path)
    assert refused.exit_code == 1 and "don't publish that file" in refused.stderr
    assert not (tmp_path / "page").exists()


def test_an_earlier_page_is_replaced_whole_and_nothing_else_is(house: Path, tmp_path: Path) -> None:
    target = tmp_path / "page"
    assert run(house, "--to", str(target)).exit_code == 0
    shutil.copy(target / "agencies.html", target / "agency_999.html")
    (target / ".DS_Store").touch()
    assert run(house, "--to", str(target)).exit_code == 0
    assert not (target / "agency_999.html").exists() and (target / "index.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


@pytest.mark.parametrize("name", ["index.html", "CNAME", ".git/config"])
def test_a_folder_that_holds_anything_else_is_left_as_it_is(name: str, house: Path, folder: Path, tmp_path: Path) -> None:
    site = Path(shutil.copytree(folder, tmp_path / "site"))
    (site / name).parent.mkdir(exist_ok=True)
    (site / name).write_text("mine", encoding="utf-8")
    before = file_contents(site)
    refused = run(house, "--to", str(site))
    assert refused.exit_code == 1 and "Name another folder with --to" in refused.stderr
    assert file_contents(site) == before


def test_a_style_alone_is_no_page(house: Path, tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("mine", encoding="utf-8")
    assert run(house, "--to", str(tmp_path)).exit_code == 1
    assert file_contents(tmp_path) == {"style.css": b"mine"}


def test_pages_are_the_same_each_time(house: Path, folder: Path, tmp_path: Path) -> None:
    assert run(house, "--to", str(tmp_path / "again"), "--docs", "../docs").exit_code == 0
    assert {file.name: file.read_bytes() for file in (tmp_path / "again").iterdir()} == {file.name: file.read_bytes() for file in folder.iterdir()}
