"""The documents of the extracts say what the contracts say, and name every fault that the staging layer can find."""

from __future__ import annotations

import re

import pytest
from contract import PROJECT, RECORD_SYSTEMS, State, tables
from contract_docs import ACCEPTED, DOCUMENTS, MAPPINGS, codes_of, document_text, mapping_text, with_block

TEXTS = {system: document.read_text(encoding="utf-8") for system, document in DOCUMENTS.items()}


def metas(system: str) -> list[dict]:
    return [column["config"]["meta"] for table in tables(system) for column in table["columns"]]


@pytest.mark.parametrize("system", RECORD_SYSTEMS)
def test_checked_in_document_is_that_of_the_contract(system: str) -> None:
    assert document_text(system, TEXTS[system]) == TEXTS[system], "run python scripts/contract_docs.py"
    assert MAPPINGS[system].read_text(encoding="utf-8") == mapping_text(system), "run python scripts/contract_docs.py"


@pytest.mark.parametrize("system", RECORD_SYSTEMS)
def test_a_stale_block_is_renewed(system: str) -> None:
    stale = with_block(with_block(TEXTS[system], "files", "old"), "code lists", "older")
    assert stale != TEXTS[system]
    assert document_text(system, stale) == TEXTS[system]


def test_every_contract_type_has_its_words() -> None:
    assert {meta["type"] for system in RECORD_SYSTEMS for meta in metas(system)} == set(ACCEPTED)


def test_every_fault_of_a_record_is_explained() -> None:
    macro = (PROJECT / "macros" / "extracts" / "base.sql").read_text(encoding="utf-8")
    faults = set(re.findall(r"'(\w+)',\s*'(rejected|value_ignored)'\)", macro))
    assert ("not_a_date", "rejected") in faults
    explained = {system: set(re.findall(r"^\| `(\w+)` \| (rejected|value_ignored) \|", text, re.MULTILINE)) for system, text in TEXTS.items()}
    before = {system: {(f"before_{meta['not_before']}", "rejected") for meta in metas(system) if "not_before" in meta} for system in RECORD_SYSTEMS}
    of_laces = {("malformed_laces_id", "rejected")}
    assert explained["fcs"] == faults - of_laces | before["fcs"]
    # What both have is said once.
    assert explained["laces"] == of_laces | before["laces"] - before["fcs"]


def test_every_code_list_of_a_contract_is_in_its_document() -> None:
    for system in RECORD_SYSTEMS:
        lists = {meta["code_list"] for meta in metas(system) if "code_list" in meta}
        assert lists <= set(re.findall(r"^### Code list (\w+)$", TEXTS[system], re.MULTILINE)), system


def test_the_states_of_laces_have_the_same_codes() -> None:
    mississippi, missouri = ({(code["code_list"], code["code"]) for code in codes_of(state)} for state in (State.MS, State.MO))
    assert mississippi == missouri != set()


@pytest.mark.parametrize("text", ["", "<!-- begin files: written by scripts/contract_docs.py -->", "<!-- end files -->"])
def test_document_without_its_markers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="markers of the block files"):
        with_block(text, "files", "")
