"""Writes the pages for auditors: one per NRS table, rulings and assumptions, rule matrix, code lists, glossary, states.

Every sentence comes from the reference seeds of a built warehouse or from dbt's manifest, none from here: what the pages
say is what the build did. Plain HTML without scripts, to be opened from the folder. After `dbt build` and
`dbt docs generate --static`:

    python scripts/docs_site.py --target target --warehouse target/test/nrs.duckdb --to target/docs
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Annotated

import duckdb
import networkx
import reading
import typer
from contract import State
from dbt_run import PROJECT
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from texts import year_name

TEMPLATES = PROJECT / "docs" / "site"
STAGES = {
    "staging": "Extracts, typed",
    "records": "Records",
    "population": "Population",
    "gains": "Gains",
    "outcomes": "Outcomes",
    "student_file": "Student file",
    "membership": "Membership",
    "marts": "Numbers",
}
# Seeds that are lists of several lists, with the column that tells them apart.
LISTS_OF_LISTS = {"code_lists": "code_list", "code_crosswalks": "crosswalk", "rule_codes": "rule_list"}
# Seeds that have pages of their own.
SHOWN_ELSEWHERE = {"rulings", "business_rules", "identities", "identity_terms", "glossary"}
RULING = re.compile(r"\bR(\d+)\b(?:-R(\d+)\b)?")

Row = dict[str, object]

COLUMNS = """
select blocks.block, columns.*
from form_blocks as blocks inner join form_columns as columns using (column_set)
where blocks.table_id = $table order by blocks.block_order, columns.column_order
"""
ROWS = """
select blocks.block, form_rows.*, (
    select string_agg(distinct totals.row_label, ', ' order by totals.row_label)
    from form_rollups as rollups inner join form_rows as totals on rollups.adds_to = totals.row_code and totals.row_set = form_rows.row_set
    where rollups.code_set = form_rows.row_set and rollups.code = form_rows.row_code
) as adds_to
from form_blocks as blocks inner join form_rows using (row_set)
where blocks.table_id = $table order by blocks.block_order, form_rows.row_order
"""
# Each side of an identity in words; `*`, `#` and `adds_to:` as macros/rules/identities.sql reads them.
IDENTITIES = """
with terms as (
    select
        identity_id, side,
        concat(
            case when coefficient < 0 then ' - ' else ' + ' end,
            case when abs(coefficient) <> 1 then concat(abs(coefficient), ' x ') else '' end,
            case when table_id = 'population' then 'persons: ' else concat('Table ', table_id, ' ') end,
            case when row_code = '*' then 'each row' when row_code like 'adds_to:%' then concat('rows that add to ', row_code[9:]) else row_code end,
            case
                when table_id = 'population' then ''
                when column_code = '*' then ', each column'
                when column_code = '#' then ', each counted column'
                when column_code like 'adds_to:%' then concat(', columns that add to ', column_code[9:])
                else concat(', column ', column_code)
            end
        ) as term
    from identity_terms
),
sides as (
    select
        identity_id,
        coalesce(string_agg(term, '' order by term) filter (where side = 'left')[4:], '0') as left_side,
        coalesce(string_agg(term, '' order by term) filter (where side = 'right')[4:], '0') as right_side
    from terms group by identity_id
)
select identities.*, sides.left_side, sides.right_side
from identities inner join sides using (identity_id)
where identity_id in (select identity_id from identity_terms where table_id = $table)
order by identity_id
"""
CELL_RULES = """
select
    block, sentence, citation,
    case when row_code = '*' then 'column' else 'row' end as about,
    case when row_code = '*' then column_code else row_code end as code
from cell_rules where table_id = $table
"""
FORMULAS = """
select distinct form_cells.block, rules.column_code, rules.formula
from marts.nrs_cell_rules as rules inner join marts.nrs_form_cells as form_cells using (table_id, row_code, column_code)
where rules.table_id = $table and rules.formula is not null
"""
# A rule with what carries it out and what tests it, one row each.
COVERAGE = "select rule_id, carrier_type, carrier, carrier_tables, test_name, cell_tables, cells from marts.rule_coverage order by all"


class Reference:
    """The reference seeds of a built warehouse, as they are in force in one program year."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, program_year: int, state: str) -> None:
        # A cursor of its own: its views are temporary, and nobody else's.
        self.connection = connection.cursor()
        self.program_year = program_year
        for seed in reading.column(self.connection, "select table_name from information_schema.tables where table_schema = 'reference' order by 1"):
            dated = {"state", "effective_from", "effective_to"} <= set(self.connection.table(f"reference.{seed}").columns)
            in_force = f"state in ('US', '{state}') and {program_year} between effective_from and coalesce(effective_to, {program_year})"
            self.connection.execute(f"create temp view {seed} as select * from reference.{seed}" + (f" where {in_force}" if dated else ""))

    def rows(self, sql: str, **parameters: object) -> list[Row]:
        """The rows of a query as {column: value}."""
        return reading.rows(self.connection, sql, **parameters)


def rulings_in(text: str, known: list[str]) -> list[str]:
    """The rulings that a citation names, in the order of their numbers; `R40-R45` names those known in between."""
    spans = [(int(first), int(last or first)) for first, last in RULING.findall(text)]
    return [ruling for ruling in known if any(first <= int(ruling[1:]) <= last for first, last in spans)]


def sections_in(citations: list[str]) -> list[str]:
    """What citations name besides rulings and codes: the sections of the rules, each once, in order."""
    parts = [part.strip() for citation in citations for part in citation.split(";")]
    return sorted({part for part in parts if part and not RULING.match(part) and not part.startswith("Output contract")})


def models_of_table(manifest: dict, table_id: str) -> networkx.DiGraph:
    """The models between the extracts and the wide mart of a table, with an edge from each to those that read it.

    A model that names its tables (`meta.nrs_tables`) is on the way of those only.
    """
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    serving = {key for key, node in models.items() if table_id in node["config"]["meta"].get("nrs_tables", [table_id])}
    graph = networkx.DiGraph((parent, key) for key in serving for parent in models[key]["depends_on"]["nodes"] if parent in serving)
    mart = f"model.nrs.nrs_table_{table_id.lower()}"
    return graph.subgraph(networkx.ancestors(graph, mart) | {mart})


def lineage(manifest: dict, table_id: str) -> list[Row]:
    """The way from the extracts to a table: stages with their models, each with what it reads and the rules its unit tests prove."""
    graph = models_of_table(manifest, table_id)
    proved: dict[str, list[str]] = {}
    for test in manifest["unit_tests"].values():
        proved.setdefault(test["depends_on"]["nodes"][0], []).append(test["name"].replace("_", " "))
    stages: dict[str, list[Row]] = {stage: [] for stage in STAGES}
    for key in networkx.lexicographical_topological_sort(graph):
        node = manifest["nodes"][key]
        stage = next(part for part in reversed(node["fqn"]) if part in STAGES)
        reads = sorted(manifest["nodes"][parent]["name"] for parent in graph.predecessors(key))
        seeds = sorted(manifest["nodes"][parent]["name"] for parent in node["depends_on"]["nodes"] if parent.startswith("seed."))
        stages[stage].append({"key": key, "node": node, "reads": reads, "seeds": seeds, "proved": sorted(proved.get(key, []))})
    return [{"stage": stage, "label": STAGES[stage], "models": models} for stage, models in stages.items() if models]


def form_blocks(reference: Reference, table_id: str) -> list[Row]:
    """The blocks of a form, each with its columns, rows and the cells that it doesn't have."""
    columns, form_rows = reference.rows(COLUMNS, table=table_id), reference.rows(ROWS, table=table_id)
    absent = reference.rows("from form_absent_cells where table_id = $table order by row_code, column_code", table=table_id)
    rules = reference.rows(CELL_RULES, table=table_id)
    formulas = reference.rows(FORMULAS, table=table_id)
    rule_of = {(rule["block"], rule["about"], rule["code"]): rule for rule in rules}
    formula_of = {(formula["block"], formula["column_code"]): formula["formula"] for formula in formulas}
    blocks = reference.rows("from form_blocks where table_id = $table order by block_order", table=table_id)
    for block in blocks:
        name = block["block"]
        block["columns"] = [
            column
            | {
                "rule": rule_of.get((name, "column", column["column_code"]), rule_of.get((name, "column", "*"))),
                "formula": formula_of.get((name, column["column_code"])),
            }
            for column in columns
            if column["block"] == name
        ]
        block["rows"] = [row | {"rule": rule_of.get((name, "row", row["row_code"]))} for row in form_rows if row["block"] == name]
        block["absent"] = [cell for cell in absent if any(row["row_code"] == cell["row_code"] for row in block["rows"])]
    return blocks


def citations_of(reference: Reference, table: Row, blocks: list[Row], stages: list[Row]) -> list[str]:
    """Everything that a table's page rests on, as cited: form, rows, columns, rates, notes, and its own models' descriptions."""
    forms = [table, *blocks, *(part for block in blocks for kind in ("columns", "rows", "absent") for part in block[kind])]
    cited = [str(part["citation"]) for part in forms]
    cited += [str(part["rule"]["citation"]) for block in blocks for kind in ("columns", "rows") for part in block[kind] if part["rule"]]
    rates = "select rates.citation from form_rates as rates inner join form_blocks as blocks using (column_set) where blocks.table_id = $table"
    cited += [str(row["citation"]) for row in reference.rows(rates, table=table["table_id"])]
    own = [model["node"] for stage in stages for model in stage["models"] if "nrs_tables" in model["node"]["config"]["meta"] or stage["stage"] == "marts"]
    own = [node for node in own if node["name"] != "nrs_cells"]
    return cited + [match for node in own for match in re.findall(r"\(([^()]*)\)", node["description"]) if RULING.search(match)]


def assumed_rows(reference: Reference) -> list[Row]:
    """Seeds that mark assumptions, with the rows so marked; the rulings have a page of their own."""
    names = "select table_name from information_schema.columns where table_schema = 'reference' and column_name = 'is_assumption' order by 1"
    seeds = [row["table_name"] for row in reference.rows(names) if row["table_name"] not in SHOWN_ELSEWHERE]
    found = [{"seed": seed, "rows": reference.rows(f"from {seed} where is_assumption")} for seed in seeds]
    return [seed for seed in found if seed["rows"]]


def table_page(reference: Reference, manifest: dict, table: Row, rulings: list[Row]) -> Row:
    """What the page of one table says."""
    table_id = str(table["table_id"])
    blocks, stages = form_blocks(reference, table_id), lineage(manifest, table_id)
    citations = citations_of(reference, table, blocks, stages)
    known = rulings_in("; ".join(citations), [str(ruling["ruling_id"]) for ruling in rulings])
    assumed = [
        seed | {"rows": [row for row in seed["rows"] if rulings_in(str(row["citation"]), known)]}
        for seed in assumed_rows(reference)
        if seed["seed"] in {name for stage in stages for model in stage["models"] for name in model["seeds"]}
    ]
    return {
        "table": table,
        "mart": manifest["nodes"][f"model.nrs.nrs_table_{table_id.lower()}"],
        "notes": reference.rows("from form_notes where table_id = $table", table=table_id),
        "blocks": blocks,
        "stages": stages,
        "sections": sections_in(citations),
        "rulings": [ruling for ruling in rulings if ruling["ruling_id"] in known],
        "assumed": [seed for seed in assumed if seed["rows"]],
        "identities": reference.rows(IDENTITIES, table=table_id),
    }


def rule_matrix(reference: Reference, rulings: list[Row]) -> list[Row]:
    """The rulings, then each section of the business rules in their order, every rule with its carriers, tests, tables and cells."""
    as_rule = {"section": "Rulings", "table_id": None, "standing": "carried_out", "rulings": None}
    registered = [ruling | as_rule | {"rule_id": ruling["ruling_id"], "rule": ruling["reading"]} for ruling in rulings]
    registered += reference.rows("from business_rules")
    covered: dict[str, list[Row]] = {}
    for row in reference.rows(COVERAGE):
        covered.setdefault(str(row["rule_id"]), []).append(row)
    forms = [str(form["table_id"]) for form in reference.rows("from forms order by form_order")]
    sections: dict[str, list[Row]] = {}
    for rule in registered:
        rows = covered[str(rule["rule_id"])]
        led_to = {table for row in rows for table in str(row["carrier_tables"] or "").split(", ")}
        found = {
            "carriers": {str(row["carrier"]): str(row["carrier_type"]) for row in rows if row["carrier"]},
            "tests": sorted({str(row["test_name"]).replace("_", " ") for row in rows if row["test_name"]}),
            "tables": [table for table in forms if table in led_to],
            "cells": rows[0]["cells"],
            "cell_tables": str(rows[0]["cell_tables"] or "").split(", "),
        }
        sections.setdefault(str(rule["section"]), []).append(rule | found)
    return [{"anchor": re.sub(r"[^a-z0-9]+", "-", f"section {name}".lower()).strip("-"), "name": name, "rules": rules} for name, rules in sections.items()]


def code_seeds(reference: Reference, manifest: dict) -> list[Row]:
    """The seeds of rules and terminology with their rows in force; a list of lists in its parts."""
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed" and node["fqn"][1] in ("rules", "terminology")]
    shown = []
    for node in sorted((seed for seed in seeds if seed["name"] not in SHOWN_ELSEWHERE), key=lambda seed: seed["name"]):
        rows, by = reference.rows(f"from {node['name']}"), LISTS_OF_LISTS.get(node["name"])
        names = sorted({str(row[by]) for row in rows}) if by else [""]
        parts = [{"name": name, "rows": [row for row in rows if not by or row[by] == name]} for name in names]
        columns = [column for column in node["columns"] if column != by]
        shown.append({"node": node, "columns": columns, "parts": parts})
    return shown


def state_pages(reference: Reference) -> list[Row]:
    """Each state that is compared with Florida: its rules by topic, those that differ apart from those that are the same."""
    rules = reference.rows("from marts.policy_comparison order by state, topic_order, item")
    states: dict[str, list[Row]] = {}
    for rule in rules:
        states.setdefault(str(rule["state"]), []).append(rule)
    return [
        {
            "state": state,
            "name": found[0]["state_name"],
            "topics": [
                {
                    "seed": seed,
                    "different": [r for r in found if r["topic"] == seed and r["is_different"]],
                    "same": [r for r in found if r["topic"] == seed and not r["is_different"]],
                }
                for seed in dict.fromkeys(r["topic"] for r in found)
            ],
        }
        for state, found in states.items()
    ]


def contract_columns(manifest: dict, kind: str) -> list[Row]:
    """Columns of the extracts that carry a meta entry of this kind (data_element, ceds_global_id), ordered by it."""
    columns = [
        {"extract": source["name"], "column": column, "meta": column["config"]["meta"]}
        for source in manifest["sources"].values()
        for column in source["columns"].values()
    ]
    return sorted((column for column in columns if kind in column["meta"]), key=lambda column: (column["meta"][kind], column["extract"]))


def environment(rulings: list[Row], seeds: list[str], folder: Path = TEMPLATES, rulings_page: str = "rulings.html") -> Environment:
    """The templates of a folder, with filters for Markdown within a line and for links to rulings (each an anchor of `rulings_page`)."""
    markdown = MarkdownIt("commonmark", {"html": False})
    known = {str(ruling["ruling_id"]) for ruling in rulings}

    def text(value: object) -> Markup:
        return Markup(markdown.renderInline(str(value)))

    def cite(value: object) -> Markup:
        def link(match: re.Match[str]) -> str:
            return f'<a href="{rulings_page}#{match[0]}">{match[0]}</a>' if match[0] in known else match[0]

        return Markup(re.sub(r"\bR\d+\b", link, str(text(value))))

    found = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    found.filters |= {"text": text, "cite": cite}
    found.globals |= {"page_of": lambda table_id: f"table_{str(table_id).lower()}.html", "code_seeds": seeds}
    return found


def cited_by(manifest: dict, ruling_id: str, known: list[str]) -> list[str]:
    """The models whose description cites a ruling, by name."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return sorted(node["name"] for node in models if ruling_id in rulings_in(node["description"], known))


def write_site(connection: duckdb.DuckDBPyConnection, manifest: dict, folder: Path, program_year: int = 2023) -> list[Path]:
    """Write the pages into `folder` and return them.

    `connection` is a built warehouse (schemas `reference` and `marts`), `manifest` dbt's manifest of the same project;
    shown are the rows in force in `program_year` for Florida.
    """
    reference = Reference(connection, program_year, State.FL)
    rulings = reference.rows("from rulings order by cast(ruling_id[2:] as integer)")
    known = [str(ruling["ruling_id"]) for ruling in rulings]
    tables = [table_page(reference, manifest, table, rulings) for table in reference.rows("from forms order by form_order")]
    codes = code_seeds(reference, manifest)
    matrix = rule_matrix(reference, rulings)
    for page in tables:
        page["rules"] = [rule for section in matrix for rule in section["rules"] if rule["table_id"] == page["table"]["table_id"]]
    states = state_pages(reference)
    pages = {"tables.html": ("tables", {"tables": tables, "rulings": rulings, "assumed": assumed_rows(reference), "states": states})}
    pages |= {f"table_{str(page['table']['table_id']).lower()}.html": ("table", page) for page in tables}
    tables_citing = {
        ruling: [page["table"]["table_id"] for page in tables if any(cited["ruling_id"] == ruling for cited in page["rulings"])] for ruling in known
    }
    models_citing = {ruling: cited_by(manifest, ruling, known) for ruling in known}
    pages["rulings.html"] = ("rulings", {"rulings": rulings, "assumed": assumed_rows(reference), "tables_of": tables_citing, "models_of": models_citing})
    pages["rules.html"] = ("rules", {"sections": matrix, "form_count": len(tables)})
    pages["codes.html"] = ("codes", {"seeds": codes})
    pages |= {f"state_{str(page['state']).lower()}.html": ("state", page) for page in states}
    ceds, elements = contract_columns(manifest, "ceds_global_id"), contract_columns(manifest, "data_element")
    pages["glossary.html"] = ("glossary", {"terms": reference.rows("from glossary order by lower(term)"), "elements": elements, "ceds": ceds})

    templates = environment(rulings, [seed["node"]["name"] for seed in codes])
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(TEMPLATES / "style.css", folder / "style.css")
    year = year_name(program_year)
    for name, (template, content) in pages.items():
        html = templates.get_template(f"{template}.html.j2").render(year=year, current=name, **content)
        (folder / name).write_text(html, encoding="utf-8", newline="\n")
    return [folder / name for name in pages]


def main(
    target: Annotated[Path, typer.Option(help="Folder of dbt's artifacts, after `dbt docs generate --static`.")],
    warehouse: Annotated[Path, typer.Option(help="The warehouse that the pages describe.", exists=True)],
    to: Annotated[Path, typer.Option(help="Folder to write to; dbt's own docs become its index.html.")],
    program_year: Annotated[int, typer.Option(help="Program year whose rules are shown.")] = 2023,
) -> None:
    """Write the documentation: dbt's as index.html, and the pages for auditors beside it."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        pages = write_site(connection, manifest, to, program_year)
    shutil.copy(target / "static_index.html", to / "index.html")
    typer.echo(f"{len(pages)} pages in {to}; begin with {to / 'tables.html'}")


if __name__ == "__main__":
    typer.run(main)
