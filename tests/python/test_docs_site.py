"""The pages for auditors: whole, in step with the seeds, readable by everyone, and on their own (no other host, no script)."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from docs_site import TEMPLATES, lineage, rulings_in, sections_in, write_site
from harness import MemoryWarehouse

VOID = {"meta", "link", "br", "hr", "img", "input"}
# What a browser fetches or runs by itself.
ACTIVE = {"script", "iframe", "object", "embed", "img", "form", "base"}


class Page(HTMLParser):
    """What the tests ask of a page: its ids, links, headings, tables, text by id of its cells, and unclosed elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.levels: list[int] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        self.attributes.append((tag, attributes))
        if attributes.get("id"):
            self.ids.append(str(attributes["id"]))
        self.links += [(tag, str(value)) for name, value in attrs if name in ("href", "src", "action", "srcset")]
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def site(sample_warehouse: MemoryWarehouse, manifest: dict, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """Each page by its file name."""
    folder = tmp_path_factory.mktemp("site")
    pages = {file.name: Page(file.read_text(encoding="utf-8")) for file in write_site(sample_warehouse.connection, manifest, folder)}
    assert {file.name for file in folder.iterdir()} == pages.keys() | {"style.css"}
    return pages


def words(text: str) -> str:
    """Text as it reads: runs of blanks as one; Markdown's marks gone."""
    return " ".join(text.replace("`", "").split())


def test_there_is_a_page_for_every_table_and_for_what_they_share(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    tables = {f"table_{table.lower()}.html" for (table,) in sample_warehouse.rows("select distinct table_id from marts.nrs_cells")}
    assert len(tables) == 19
    states = {"state_mo.html", "state_ms.html"}
    assert site.keys() == tables | states | {"tables.html", "rulings.html", "rules.html", "codes.html", "glossary.html"}


def test_a_table_page_names_every_row_and_column_of_the_form(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    cells = sample_warehouse.rows("select table_id, row_code, row_label, column_code, column_label from marts.nrs_form_cells")
    missing = {(cell[0], part) for cell in cells for part in cell[1:] if part not in site[f"table_{cell[0].lower()}.html"].text}
    assert missing == set()


def test_a_table_page_has_its_identities(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    identities = sample_warehouse.rows(
        "select distinct table_id, description from reference.identity_terms join reference.identities using (identity_id) where table_id <> 'population'"
    )
    assert len(identities) > 100
    assert [found for found in identities if found[1] not in site[f"table_{found[0].lower()}.html"].text] == []


def test_sides_of_an_identity_read_as_they_are_calculated(site: dict[str, Page]) -> None:
    text = words(site["table_3.html"].text)
    assert "Table 1 total, column total = Table 3 total, column total" in text
    assert "Table 3 abe_iet, each column <= Table 3 abe, each column" in text


def test_rulings_of_a_table_are_those_its_citations_name(site: dict[str, Page]) -> None:
    """R31 is cited by Table 3's rows, R34 by Table 4A's absent cells; R47 by Table 6 and by no other form."""
    assert {"R31", "R6"} <= set(site["table_3.html"].ids)
    assert "R34" in site["table_4a.html"].ids
    assert "R47" in site["table_6.html"].ids
    assert "R47" not in site["table_4.html"].ids


def test_every_ruling_stands_in_full_on_its_page(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    rulings = sample_warehouse.rows("select ruling_id, topic, reading, reason from reference.rulings")
    page = words(site["rulings.html"].text)
    assert [ruling[0] for ruling in rulings if ruling[0] not in site["rulings.html"].ids or any(words(part) not in page for part in ruling[1:])] == []


def test_assumptions_are_marked_and_nothing_else_is(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    page = words(site["rulings.html"].text)
    marked = {ruling: f"{ruling} {topic} assumption" in page for ruling, topic in sample_warehouse.rows("select ruling_id, topic from reference.rulings")}
    assert marked == dict(sample_warehouse.rows("select ruling_id, is_assumption from reference.rulings"))
    codes = page.partition("Codes and rules that rest on an assumption")[2]
    assert "outcomes_exclusion_unit" in codes and "pop_minimum_hours" not in codes


def test_the_rule_matrix_has_every_rule_with_its_models_and_tests(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    rules = sample_warehouse.rows("select rule_id, rule, carrier, replace(test_name, '_', ' ') from marts.rule_coverage")
    assert len({rule[0] for rule in rules}) > 250
    page = words(site["rules.html"].text)
    assert [rule for rule in rules if rule[0] not in site["rules.html"].ids or any(words(part) not in page for part in rule[1:] if part)] == []
    marked = sample_warehouse.rows(
        "select rule_id, replace(standing, '_', ' '), rule from reference.business_rules where standing <> 'carried_out' and state in ('FL', 'US')"
    )
    assert [rule for rule in marked if f"{rule[0]} {rule[1]} {words(rule[2])}" not in page] == []


def test_tables_and_rulings_lead_into_the_rule_matrix(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    rules = sample_warehouse.rows("select rule_id, table_id from reference.business_rules where table_id is not null and state in ('FL', 'US')")
    links = {name: {link for _, link in page.links} for name, page in site.items()}
    assert [rule for rule in rules if f"rules.html#{rule[0]}" not in links[f"table_{rule[1].lower()}.html"]] == []
    rulings = sample_warehouse.rows("select ruling_id from reference.rulings")
    assert [ruling for (ruling,) in rulings if f"rules.html#{ruling}" not in links["rulings.html"]] == []


def test_codes_of_every_list_are_shown(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    labels = sample_warehouse.rows("""
        select label from reference.code_lists where state in ('FL', 'US')
        union select parameter from reference.rule_parameters where state in ('FL', 'US')""")
    assert [label for (label,) in labels if label not in site["codes.html"].text] == []
    lists = {f"code_lists-{name}" for (name,) in sample_warehouse.rows("select distinct code_list from reference.code_lists where state in ('FL', 'US')")}
    assert lists <= set(site["codes.html"].ids)


def test_a_states_page_has_both_readings_and_both_sources_of_what_differs(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    rules = sample_warehouse.rows("""
        select state, item, florida_reading, state_reading, florida_citation, state_citation from marts.policy_comparison where is_different""")
    assert {rule[0] for rule in rules} == {"MO", "MS"}
    pages = {state: words(site[f"state_{state.lower()}.html"].text) for state in ("MO", "MS")}
    assert [rule for rule in rules if any(words(part) not in pages[rule[0]] for part in rule[1:] if part)] == []


def test_a_states_page_reads_the_rule_rows(site: dict[str, Page]) -> None:
    """Seed rule_parameters: 12 hours in Mississippi and 10 in Florida, the same minimum age; gain 1c without a test stands in Missouri's document alone."""
    mississippi, missouri = words(site["state_ms.html"].text), words(site["state_mo.html"].text)
    assert "pop_minimum_hours Fewest instructional hours that make a period of participation (hours) 10 12" in mississippi
    assert re.search(r"The same in both: [^.]*minimum_age \(16\)", mississippi)
    assert "(one of: all, credential, none) all credential Measurable Skill Gain Crosswalk, 1c; R22; R69 MO IET in LACES, MSG 1c" in missouri


def test_every_data_element_of_the_contract_is_in_the_glossary(site: dict[str, Page], manifest: dict) -> None:
    metas = [column["config"]["meta"] for source in manifest["sources"].values() for column in source["columns"].values()]
    elements = {meta["data_element"] for meta in metas if "data_element" in meta}
    assert len(elements) > 40
    assert [element for element in elements if element not in site["glossary.html"].text] == []


def test_ceds_elements_of_columns_and_glossary_are_the_same(manifest: dict, sample_warehouse: MemoryWarehouse) -> None:
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    used = {
        part.strip()
        for node in nodes
        for column in node["columns"].values()
        for part in column["config"].get("meta", {}).get("ceds_global_id", "").split(",")
        if part
    }
    assert used == {row[0] for row in sample_warehouse.rows("select ceds_global_id from reference.glossary where ceds_global_id is not null")}


def test_rulings_cited_in_seeds_of_words_exist(sample_warehouse: MemoryWarehouse) -> None:
    known = {row[0] for row in sample_warehouse.rows("select ruling_id from reference.rulings")}
    cited = {match for (citation,) in sample_warehouse.rows("select citation from reference.glossary") for match in re.findall(r"\bR\d+\b", citation)}
    assert cited - known == set()


@pytest.mark.parametrize(("table", "on_the_way", "not_on_it"), [("1", "int_members_table_1", "int_gains_1a"), ("4A", "int_gains_1a", "int_exit_outcomes")])
def test_lineage_is_the_way_of_the_table_alone(manifest: dict, table: str, on_the_way: str, not_on_it: str) -> None:
    names = {model["node"]["name"] for stage in lineage(manifest, table) for model in stage["models"]}
    assert {on_the_way, "stg_fcs__course_enrollments", "nrs_cells", f"nrs_table_{table.lower()}"} <= names
    assert not_on_it not in names


def test_lineage_puts_a_model_after_what_it_reads(manifest: dict) -> None:
    order = [model["node"]["name"] for stage in lineage(manifest, "5") if stage["stage"] == "population" for model in stage["models"]]
    assert order.index("int_nrs_enrollments") < order.index("int_terms") < order.index("int_spans") < order.index("int_periods_of_participation")


def test_models_name_the_tables_that_their_members_stand_in(manifest: dict, sample_warehouse: MemoryWarehouse) -> None:
    """`meta.nrs_tables`, which lineage follows, against what the models hold on the sample."""
    declared = {
        node["name"]: set(node["config"]["meta"]["nrs_tables"]) for node in manifest["nodes"].values() if "nrs_tables" in node["config"].get("meta", {})
    }
    members = {node["name"] for node in manifest["nodes"].values() if node["name"].startswith("int_members_") and node["resource_type"] == "model"}
    assert members <= declared.keys()
    held = {name: {row[0] for row in sample_warehouse.rows(f"select distinct table_id from intermediate.{name}")} for name in declared}
    assert held == declared


def test_ranges_of_rulings_are_read_in_full() -> None:
    known = ["R4", "R40", "R41", "R43", "R45", "R46"]
    assert rulings_in("Table 5; R40-R45", known) == ["R40", "R41", "R43", "R45"]
    assert rulings_in("R4; DE 1000; ER45", known) == ["R4"]


def test_sections_are_what_is_no_ruling() -> None:
    assert sections_in(["Table 4 rule 3; R14", "R32; Table 4 rule 3", "Output contract, Codes"]) == ["Table 4 rule 3"]


def test_links_lead_somewhere_and_nowhere_else(site: dict[str, Page], manifest: dict) -> None:
    """No other host; a page's anchor exists; a model that is linked to exists."""
    broken = []
    for name, page in site.items():
        for _, link in page.links:
            parts = urlsplit(link)
            target = parts.path or name
            if parts.scheme or parts.netloc or link.startswith("//"):
                broken.append((name, link))
            elif target == "index.html":
                model = re.fullmatch(r"!/model/([^?]+)(\?.*)?", parts.fragment)
                broken += [(name, link)] if parts.fragment and not (model and model[1] in manifest["nodes"]) else []
            elif target != "style.css" and (target not in site or (parts.fragment and unquote(parts.fragment) not in site[target].ids)):
                broken.append((name, link))
    assert broken == []
    assert not re.search(r"url\(|@import", (TEMPLATES / "style.css").read_text(encoding="utf-8"))


def test_pages_run_nothing(site: dict[str, Page]) -> None:
    assert {name: ACTIVE & set(page.tags) for name, page in site.items() if ACTIVE & set(page.tags)} == {}
    assert [a for page in site.values() for _, attributes in page.attributes for a in attributes if a.startswith("on") or a == "style"] == []


def test_pages_are_sound_html(site: dict[str, Page]) -> None:
    assert {name: page.faults[:3] or page.open for name, page in site.items() if page.faults or page.open} == {}
    assert {name: sorted(i for i in set(page.ids) if page.ids.count(i) > 1) for name, page in site.items() if len(set(page.ids)) < len(page.ids)} == {}


def test_headings_form_an_outline(site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert page.levels.count(1) == 1 and page.levels[0] == 1, name
        assert all(after <= before + 1 for before, after in zip(page.levels, page.levels[1:], strict=False)), name


def test_pages_are_made_for_keyboard_and_screen_reader(site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert ("html", {"lang": "en"}) in page.attributes, name
        assert page.links[1] == ("a", "#content") and "content" in page.ids, f"{name}: the first link skips to the content"
        assert page.tags.count("table") == page.tags.count("caption"), name
        assert [a for tag, a in page.attributes if tag == "th" and "scope" not in a] == [], name
        frames = [a for _, a in page.attributes if a.get("class") == "frame"]
        assert [a for a in frames if a.get("tabindex") != "0" or a.get("role") != "region" or not a.get("aria-label")] == [], name
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    assert re.search(r":focus-visible[^{]*\{ outline: 3px solid var\(--focus\)", style)
    assert not re.search(r"outline:\s*(none|0)\b", style)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_what_wcag_aa_asks_for() -> None:
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", style))
    pairs = {(text, ground): 4.5 for text in ("ink", "muted", "link") for ground in ("ground", "shade")}
    pairs |= {("mark", "mark-ground"): 4.5, ("focus", "ground"): 3.0, ("focus", "shade"): 3.0}
    assert [(pair, contrast(colours[pair[0]], colours[pair[1]])) for pair, least in pairs.items() if contrast(colours[pair[0]], colours[pair[1]]) < least] == []
    # Every colour is one of these: none is written past the palette.
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", style.split("}", 1)[1]) == []
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_no_person_stands_on_the_pages(site: dict[str, Page], sample_warehouse: MemoryWarehouse) -> None:
    persons = {row[0] for row in sample_warehouse.rows("select fleid from raw.demographics")}
    assert len(persons) > 100
    assert [name for name, page in site.items() if persons & set(re.findall(r"\bFL\d{12}\b", page.text))] == []
