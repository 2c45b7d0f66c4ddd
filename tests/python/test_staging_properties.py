"""The extract contract stands in one place; everything that repeats it is held against it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from staging_properties import PROPERTIES_FILE, SOURCES_FILE, properties_text, staging_properties

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "seeds" / "extracts"
SOURCES = yaml.safe_load(SOURCES_FILE.read_text(encoding="utf-8"))
TABLES = {t["name"]: t for t in SOURCES["sources"][0]["tables"]}


def test_checked_in_properties_are_those_of_the_contract() -> None:
    expected = properties_text(staging_properties(SOURCES))
    assert PROPERTIES_FILE.read_text(encoding="utf-8") == expected, "run python scripts/staging_properties.py"


def test_written_properties_read_back_as_generated() -> None:
    properties = staging_properties(SOURCES)
    assert yaml.safe_load(properties_text(properties)) == properties


def test_every_staging_model_is_described() -> None:
    described = {m["name"] for m in staging_properties(SOURCES)["models"]}
    assert described == {p.stem for p in (PROJECT / "models" / "staging").rglob("*.sql")}


def test_extract_names_are_the_tables_of_the_contract() -> None:
    text = (PROJECT / "macros" / "extracts" / "contract.sql").read_text(encoding="utf-8")
    listed = re.search(r"macro extract_names\(\).*?return\(\[(.*?)\]\)", text, re.DOTALL)
    assert listed is not None
    assert re.findall(r"'(\w+)'", listed.group(1)) == sorted(TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_sample_header_is_the_contract(name: str) -> None:
    path = SAMPLE / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"no sample of {name}")
    with path.open(encoding="utf-8", newline="") as lines:
        header = next(lines).rstrip("\r\n")
    assert header.split(",") == [c["name"] for c in TABLES[name]["columns"]]
