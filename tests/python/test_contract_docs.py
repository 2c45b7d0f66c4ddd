"""docs/extracts.md says what the contract says, and names every fault that the staging layer can find."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from contract_docs import ACCEPTED, DOCUMENT, SOURCES_FILE, document_text, with_block

PROJECT = Path(__file__).resolve().parents[2]
TABLES = yaml.safe_load(SOURCES_FILE.read_text(encoding="utf-8"))["sources"][0]["tables"]
TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_checked_in_document_is_that_of_the_contract() -> None:
    assert document_text(TEXT) == TEXT, "run python scripts/contract_docs.py"


def test_writing_it_twice_changes_nothing() -> None:
    assert document_text(document_text(TEXT)) == document_text(TEXT)


def test_every_contract_type_has_its_words() -> None:
    assert {c["config"]["meta"]["type"] for t in TABLES for c in t["columns"]} == set(ACCEPTED)


def test_every_fault_of_a_record_is_explained() -> None:
    macro = (PROJECT / "macros" / "extracts" / "base.sql").read_text(encoding="utf-8")
    faults = set(re.findall(r"'(\w+)',\s*'(rejected|value_ignored)'\)", macro))
    assert ("not_a_date", "rejected") in faults
    explained = set(re.findall(r"^\| `(\w+)` \| (rejected|value_ignored) \|", TEXT, re.MULTILINE))
    before = {(f"before_{c['config']['meta']['not_before']}", "rejected") for t in TABLES for c in t["columns"] if "not_before" in c["config"]["meta"]}
    assert explained == faults | before


@pytest.mark.parametrize("text", ["", "<!-- begin files: written by scripts/contract_docs.py -->", "<!-- end files -->"])
def test_document_without_its_markers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="markers of the block files"):
        with_block(text, "files", "")
