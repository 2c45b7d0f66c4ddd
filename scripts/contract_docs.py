"""Writes the tables of docs/extracts.md (files, columns, code lists) and docs/mapping_template.csv from the extract contract,
and docs/extracts_laces.md and docs/mapping_template_laces.csv from that of LACES.

Run it after every change of a contract (`models/staging/*/_*__sources.yml`) or of `seeds/terminology/code_lists.csv`:

    python scripts/contract_docs.py
"""

from __future__ import annotations

import csv
import io

from contract import PROJECT, RECORD_SYSTEMS, State, tables

CODE_LISTS_FILE = PROJECT / "seeds" / "terminology" / "code_lists.csv"
DOCUMENTS = {"fcs": PROJECT / "docs" / "extracts.md", "laces": PROJECT / "docs" / "extracts_laces.md"}
MAPPINGS = {"fcs": PROJECT / "docs" / "mapping_template.csv", "laces": PROJECT / "docs" / "mapping_template_laces.csv"}
# Whose code lists a document shows; Missouri's are Mississippi's (a test holds that).
CODES_OF = {"fcs": (State.FL, "US"), "laces": (State.MS, "US")}

# What a column of each contract type accepts. Required = a blank rejects the record.
ACCEPTED = {
    "key": "text, required",
    "text": "text",
    "agency": "agency id, required",
    "agency_or_state": "agency id or `STATE`, required",
    "reporting_year": "reporting year, required",
    "term": "term, required",
    "fleid": "FLEID, required",
    "laces_id": "LACES id, required",
    "required_date": "date, required",
    "date": "date",
    "hours": "hours",
    "number": "number",
    "code": "code",
    "cell_code": "code, without which the record counts in no cell that is found by it",
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


def files_text(system: str) -> str:
    """Every extract of a contract, in its order."""
    return "\n\n".join(file_section(table) for table in tables(system))


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
        raise ValueError(f"the document lacks the markers of the block {name}")
    return f"{before}{begin}\n\n{block}\n\n{end}{after}"


def codes_of(*states: str) -> list[dict[str, str]]:
    """The codes of the closed lists of states, in the seed's order."""
    with CODE_LISTS_FILE.open(encoding="utf-8", newline="") as lines:
        return [code for code in csv.DictReader(lines) if code["state"] in states]


def document_text(system: str, text: str) -> str:
    """The document of a record system, its generated blocks renewed from the contract."""
    return with_block(with_block(text, "files", files_text(system)), "code lists", code_lists_text(codes_of(*CODES_OF[system])))


def mapping_text(system: str) -> str:
    """A line per column of a contract, as CSV: what is asked for, and blanks for whoever maps tables of their own to it."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(("extract", "column", "data_element", "required", "type", "code_list", "meaning", "your_table", "your_column", "conversion"))
    for table in tables(system):
        for column in table["columns"]:
            meta = column["config"]["meta"]
            kind, _, required = ACCEPTED[meta["type"]].partition(", ")
            asked = (meta.get("data_element", ""), "yes" if required else "no", kind.replace("`", ""), meta.get("code_list", ""), column["description"])
            writer.writerow((table["name"], column["name"], *asked, "", "", ""))
    return lines.getvalue()


def main() -> None:
    """Write both of each."""
    for system in RECORD_SYSTEMS:
        MAPPINGS[system].write_text(mapping_text(system), encoding="utf-8", newline="\n")
        document = DOCUMENTS[system]
        document.write_text(document_text(system, document.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
