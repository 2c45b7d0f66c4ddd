"""Writes the properties of the staging models from the extract contracts, so that a column is described in one place.

Run it after every change of `models/staging/fcs/_fcs__sources.yml` or `models/staging/laces/_laces__sources.yml`:

    python scripts/staging_properties.py
"""

from __future__ import annotations

from pathlib import Path

import contract
import yaml

HEADER = """\
# Written by scripts/staging_properties.py from the extract contract ({sources}).
# Change the contract, then run the script.
"""

CARRIED_META = ("data_element", "ceds_global_id", "citation")
KEY_TYPES = {
    "key",
    "agency",
    "agency_or_state",
    "reporting_year",
    "term",
    "fleid",
    "laces_id",
    "required_code",
    "required_date",
    "year_quarter",
}

SOURCE_FILE = {
    "name": "source_file",
    "description": "File that the record came in, relative to the folder of extracts. Never null.",
}
RECORD_NUMBER = {
    "name": "record_number",
    "description": "Number of the record in its file; 1 = the first after the header. Never null.",
}
FAULTS = {
    "name": "faults",
    "description": (
        "What is wrong with the record, as one text, so that a record is read once; null = nothing. Each fault is "
        "column, reason, action and the value as it came, chr(31) between the four and chr(30) after each fault. "
        "The action is `rejected` (the record is set aside) or `value_ignored` (the value is read as blank, hours as 0). "
        "`restricted.rejected_rows` shows one row per fault. (Extract contract, What bad input gets; R60)"
    ),
}
IS_REJECTED = {
    "name": "is_rejected",
    "description": "True if a fault rejects the record; such a record serves no rule. Never null. (R60)",
}

# The rules that every base model carries out by its contract, and those that a column of a type brings.
BASE_RULES = ["R60"]
RULES_OF_TYPE = {"fleid": ["R4", "T1-2", "T2A-3"]}

REPEATED_COLUMNS = [
    {"name": "extract_name", "description": "Extract the record belongs to. Never null."},
    SOURCE_FILE,
    RECORD_NUMBER,
    {
        "name": "disposition",
        "description": ("`duplicate` = equal to another record in every column; `superseded` = another record has its key. Never null."),
    },
    {"name": "kept_source_file", "description": "File of the record that stands for it. Never null."},
    {"name": "kept_record_number", "description": "Number of the record that stands for it. Never null."},
]


def null_meaning(meta: dict, is_base: bool) -> str:
    """What a null, or the typed form, of a contract column means in staging."""
    kind = meta["type"]
    if kind == "required_date":
        return "A date; null only on a rejected record." if is_base else "A date, never null."
    if kind in KEY_TYPES:
        return "Null only on a rejected record." if is_base else "Never null."
    if kind == "date":
        return "A date; null = blank (or unreadable: rejected)." if is_base else "A date; null = blank."
    if kind == "hours":
        return "0 = blank (or unreadable: rejected); never null." if is_base else "0 where blank; never null."
    if kind == "number":
        return "A number; null = blank or unreadable."
    if kind in ("code", "cell_code"):
        return f"Null = blank or not on the code list `{meta['code_list']}`."
    return "Null = blank."


def staged_column(column: dict, is_base: bool) -> dict:
    """The properties of a contract column as it stands in a staging model."""
    meta = column["config"]["meta"]
    return {
        "name": column["name"] if is_base else meta.get("alias", column["name"]),
        "description": f"{column['description']} {null_meaning(meta, is_base)}",
        "config": {"meta": {name: meta[name] for name in CARRIED_META if name in meta}},
    }


def base_rules(table: dict) -> list[str]:
    """The rules and rulings that an extract's base model carries out: its own by the contract (`meta.rules`), and its columns'."""
    types = {column["config"]["meta"]["type"] for column in table["columns"]}
    own = table["config"]["meta"].get("rules", [])
    return [*own, *(rule for kind in sorted(types) for rule in RULES_OF_TYPE.get(kind, [])), *BASE_RULES]


def base_model(system: str, table: dict) -> dict:
    """The properties of an extract's base model."""
    return {
        "name": f"base_{system}__{table['name']}",
        "description": (
            f"One row per record of the extract {table['name']}, every record once, typed, with its faults "
            f"(key: source_file, record_number). What the extract holds: {table['description']} "
            f"({table['config']['meta']['citation']})"
        ),
        "config": {"meta": {"rules": base_rules(table)}},
        "columns": [SOURCE_FILE, RECORD_NUMBER, *(staged_column(c, True) for c in table["columns"]), FAULTS, IS_REJECTED],
    }


def repeated_records(system: str, tables: list[dict]) -> dict:
    """The properties of the model of records that another stands for."""
    latest = "the latest reporting term" if any(c["config"]["meta"]["type"] == "term" for t in tables for c in t["columns"]) else "the latest reporting year"
    return {
        "name": f"base_{system}__repeated_records",
        "config": {"meta": {"rules": BASE_RULES}},
        "description": (
            "One row per usable record that another record stands for (key: extract_name, source_file, record_number). "
            "Rejected records are out before keys are compared. Exact copies count once, as the first that came. Of "
            f"several records with one key {latest} wins, else the later line. Extracts in which equal "
            "lines are different things (personnel, grants) have no rows here. (Extract contract, What bad input gets; R60)"
        ),
        "columns": REPEATED_COLUMNS,
    }


def staging_model(system: str, table: dict) -> dict:
    """The properties of an extract's staging model."""
    meta = table["config"]["meta"]
    if meta["keep_duplicates"]:
        rule = "equal records are kept (key: source_file, record_number)"
    else:
        aliases = {column["name"]: column["config"]["meta"].get("alias", column["name"]) for column in table["columns"]}
        key = ", ".join(aliases[name] for name in meta["natural_key"]) or "all columns of the extract"
        rule = f"duplicates and superseded records out (key: {key})"
    return {
        "name": f"stg_{system}__{table['name']}",
        "description": (f"One row per usable record of {table['name']}, {rule}. What the extract holds: {table['description']} ({meta['citation']})"),
        "columns": [SOURCE_FILE, RECORD_NUMBER, *(staged_column(c, False) for c in table["columns"])],
    }


def staging_properties(system: str, tables: list[dict]) -> dict:
    """The properties of a record system's staging models: a base and a staging model per table of its contract, in its order."""
    base = [base_model(system, table) for table in tables] + [repeated_records(system, tables)]
    return {"version": 2, "models": base + [staging_model(system, table) for table in tables]}


def properties_file(system: str) -> Path:
    """Where the properties of a record system's staging models stand."""
    return contract.sources_file(system).with_name(f"_{system}__models.yml")


class _Dumper(yaml.SafeDumper):
    """Indents the items of a list and repeats a value instead of naming it with an anchor."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def properties_text(system: str, properties: dict) -> str:
    """The properties as YAML, an empty line before each model."""
    options = {"Dumper": _Dumper, "sort_keys": False, "allow_unicode": True, "width": 118}
    models = [yaml.dump({"models": [model]}, **options).removeprefix("models:\n") for model in properties["models"]]
    return HEADER.format(sources=contract.sources_file(system).name) + f"version: {properties['version']}\n\nmodels:\n" + "\n".join(models)


def main() -> None:
    """Write the properties files."""
    for system in contract.RECORD_SYSTEMS:
        text = properties_text(system, staging_properties(system, contract.tables(system)))
        properties_file(system).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
