"""Writes the tables of docs/extracts.md (files, columns, code lists) and docs/mapping_template.csv from the extract contract.

Run it after every change of `models/staging/fcs/_fcs__sources.yml` or `seeds/terminology/code_lists.csv`:

    python scripts/contract_docs.py
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[1]
SOURCES_FILE = PROJECT / "models" / "staging" / "fcs" / "_fcs__sources.yml"
CODE_LISTS_FILE = PROJECT / "seeds" / "terminology" / "code_lists.csv"
DOCUMENT = PROJECT / "docs" / "extracts.md"
MAPPING = PROJECT / "docs" / "mapping_template.csv"

# What a column of each contract type accepts. Required = a blank rejects the record.
ACCEPTED = {
    "key": "text, required",
    "text": "text",
    "agency": "agency id, required",
    "agency_or_state": "agency id or `STATE`, required",
    "reporting_year": "reporting year, required",
    "term": "term, required",
    "fleid": "FLEID, required",
    "required_date": "date, required",
    "date": "date",
    "hours": "hours",
    "number": "number",
    "code": "code",
    "required_code": "code, required",
    "year_quarter": "quarter, required",
}


def row(*cells: str) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def accepted(meta: dict) -> str:
    """What a column accepts, in words."""
    words = ACCEPTED[meta["type"]]
    if "code_list" in meta:
        words = words.replace("code", f"code of [`{meta['code_list']}`](#code-list-{meta['code_list']})", 1)
    if "not_before" in meta:
        words += f", not before `{meta['not_before']}`"
    return words


def file_section(table: dict) -> str:
    """An extract: what a row is, its key, and its columns."""
    meta = table["config"]["meta"]
    if meta["keep_duplicates"]:
        key = "Key: none; equal rows are different things and are all kept."
    elif meta["natural_key"]:
        key = f"Key: {', '.join(f'`{name}`' for name in meta['natural_key'])}."
    else:
        key = "Key: all columns."
    lines = [f"### {table['name']}", "", table["description"], "", key, "", row("column", "accepts", "DE", "meaning"), "|---|---|---|---|"]
    for column in table["columns"]:
        column_meta = column["config"]["meta"]
        lines.append(row(f"`{column['name']}`", accepted(column_meta), column_meta.get("data_element", ""), column["description"]))
    return "\n".join(lines)


def files_text(sources: dict) -> str:
    """Every extract of the contract, in its order."""
    return "\n\n".join(file_section(table) for table in sources["sources"][0]["tables"])


def code_lists_text(codes: list[dict[str, str]]) -> str:
    """Every closed list with its codes; an assumed code is marked."""
    sections = []
    for name in sorted({code["code_list"] for code in codes}):
        lines = [f"### Code list {name}", "", row("code", "meaning"), "|---|---|"]
        for code in codes:
            if code["code_list"] == name:
                lines.append(row(f"`{code['code']}`", code["label"] + (" (assumption)" if code["is_assumption"] == "true" else "")))
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def with_block(text: str, name: str, block: str) -> str:
    """The document with what stands between the markers of `name` replaced; ValueError without the markers."""
    begin, end = f"<!-- begin {name}: written by scripts/contract_docs.py -->", f"<!-- end {name} -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"docs/extracts.md lacks the markers of the block {name}")
    return f"{before}{begin}\n\n{block}\n\n{end}{after}"


def document_text(text: str) -> str:
    """The document, its generated blocks renewed from the contract."""
    sources = yaml.safe_load(SOURCES_FILE.read_text(encoding="utf-8"))
    with CODE_LISTS_FILE.open(encoding="utf-8", newline="") as lines:
        codes = list(csv.DictReader(lines))
    return with_block(with_block(text, "files", files_text(sources)), "code lists", code_lists_text(codes))


def mapping_text() -> str:
    """A line per column of the contract, as CSV: what is asked for, and blanks for whoever maps tables of their own to it."""
    sources = yaml.safe_load(SOURCES_FILE.read_text(encoding="utf-8"))
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(("extract", "column", "data_element", "required", "type", "code_list", "meaning", "your_table", "your_column", "conversion"))
    for table in sources["sources"][0]["tables"]:
        for column in table["columns"]:
            meta = column["config"]["meta"]
            kind, _, required = ACCEPTED[meta["type"]].partition(", ")
            asked = (meta.get("data_element", ""), "yes" if required else "no", kind.replace("`", ""), meta.get("code_list", ""), column["description"])
            writer.writerow((table["name"], column["name"], *asked, "", "", ""))
    return lines.getvalue()


def main() -> None:
    """Write both."""
    MAPPING.write_text(mapping_text(), encoding="utf-8", newline="\n")
    DOCUMENT.write_text(document_text(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
