"""Every model, seed and source is described to its last column, and the marts hold nobody."""

from __future__ import annotations

import re

import pytest
from harness import MemoryWarehouse

PERSON_WORDS = re.compile(r"fleid|person_(id|key)|student|(first|last)_name|birth|evidence")


@pytest.fixture(scope="module")
def built_columns(warehouse: MemoryWarehouse, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The columns of every relation, built from extracts that have a header and no record."""
    folder = tmp_path_factory.mktemp("headers")
    for name, columns in warehouse.extract_columns().items():
        (folder / f"{name}.csv").write_text(",".join(columns) + "\n", encoding="utf-8")
    warehouse.load(folder)
    warehouse.build(with_suppression=True)
    relations: dict[str, list[str]] = {}
    for relation, column in warehouse.rows("select table_schema || '.' || table_name, column_name from information_schema.columns order by ordinal_position"):
        relations.setdefault(relation, []).append(column)
    return relations


def nodes(manifest: dict, *resource_types: str) -> list[dict]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] in resource_types]


def test_everything_has_a_description(manifest: dict) -> None:
    described = [*nodes(manifest, "model", "seed"), *manifest["sources"].values(), *manifest["exposures"].values()]
    missing = [n["unique_id"] for n in described if not n["description"].strip()]
    missing += [f"{n['unique_id']}.{c['name']}" for n in described for c in n.get("columns", {}).values() if not c["description"].strip()]
    assert missing == []


def test_every_built_column_is_described_and_no_other(manifest: dict, built_columns: dict[str, list[str]]) -> None:
    differences = {}
    for node in nodes(manifest, "model"):
        relation = f"{node['schema']}.{node['name']}"
        if list(node["columns"]) != built_columns[relation]:
            differences[relation] = sorted(set(node["columns"]) ^ set(built_columns[relation])) or "other order"
    assert differences == {}


def test_reference_seeds_describe_every_column(manifest: dict) -> None:
    seeds = [s for s in nodes(manifest, "seed") if s["schema"] == "reference"]
    differing = [s["name"] for s in seeds if list(s["columns"]) != list(s["config"]["column_types"])]
    assert differing == []


def test_marts_and_restricted_models_have_enforced_contracts(manifest: dict) -> None:
    published = [n for n in nodes(manifest, "model") if n["schema"] in ("marts", "restricted")]
    assert [n["name"] for n in published if not n["config"]["contract"]["enforced"]] == []
    assert [n["name"] for n in published for c in n["columns"].values() if not c["data_type"]] == []


def test_no_person_stands_in_the_marts(manifest: dict) -> None:
    """The contracts fix the marts' columns, so that their names suffice (Output contract, Other marts)."""
    columns = [f"{n['name']}.{c}" for n in nodes(manifest, "model") if n["schema"] == "marts" for c in n["columns"]]
    assert columns
    assert [c for c in columns if PERSON_WORDS.search(c)] == []


def test_every_seed_that_marks_assumptions_is_asked_for_them(manifest: dict) -> None:
    marking = {s["unique_id"] for s in nodes(manifest, "seed") if "is_assumption" in s["columns"]}
    assert marking
    assert set(manifest["nodes"]["model.nrs.assumptions"]["depends_on"]["nodes"]) == marking
