"""The rule matrix: read from the project itself, and a rule without a model, or a model without a test of it, fails the build by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from harness import CompiledProject, MemoryWarehouse, folder_manifest, invoke_dbt

# What the matrix is made of, in the order of their dependencies; all the rest comes from seeds.
READ = ("intermediate.int_rule_links", "intermediate.int_test_targets", "intermediate.int_table_lineage")
MADE = ("intermediate.int_form_cells", "intermediate.int_rate_terms", "marts.nrs_cell_rules", "marts.nrs_cell_rulings", "marts.rule_coverage")
REGISTER = "insert into reference.business_rules (state, rule_id, section, rule, standing, rulings, reason, effective_from, citation) values"


def run(warehouse: MemoryWarehouse, relations: tuple[str, ...]) -> None:
    sql = {model.relation: model.sql for model in warehouse.project.models}
    for relation in relations:
        warehouse.connection.execute(f"create or replace table {relation} as {sql[relation]}")


def holes(warehouse: MemoryWarehouse) -> list[str]:
    """What the data test says is missing, from its message."""
    run(warehouse, MADE)
    try:
        assert warehouse.rows(warehouse.project.tests["every_rule_has_a_model_and_a_test"]) == []
    except duckdb.InvalidInputException as error:
        found = re.search(r"NRS: The rule matrix has (\d+) hole\(s\): (.*)", str(error))
        assert found, error
        listed = found[2].split(" | ")
        assert len(listed) == int(found[1])
        return listed
    return []


@pytest.fixture(scope="module")
def seeded(compiled: CompiledProject) -> MemoryWarehouse:
    warehouse = MemoryWarehouse(compiled)
    run(warehouse, READ)
    return warehouse


@pytest.fixture
def matrix(seeded: MemoryWarehouse) -> Iterator[MemoryWarehouse]:
    """Seeds and links, to be changed at will: what a test does is undone."""
    seeded.connection.begin()
    yield seeded
    seeded.connection.rollback()


def test_the_project_has_no_holes(matrix: MemoryWarehouse) -> None:
    assert holes(matrix) == []


@pytest.mark.parametrize(
    ("change", "hole"),
    [
        ("insert into reference.rulings (ruling_id, topic, reading, citation) values ('R99', 't', 'r', 'c')", "R99: no model or seed names it"),
        (f"{REGISTER} ('FL', 'T4-99', 's', 'r', 'carried_out', null, null, 2016, 'c')", "T4-99: no model or seed names it"),
        (
            "delete from intermediate.int_rule_links where rule_id = 'R41' and node_type in ('unit_test', 'data_test')",
            "R41: no test of int_employment_quarters names it",
        ),
        # One carrier with tests is not enough.
        (
            "insert into intermediate.int_rule_links values ('R41', 'model.nrs.int_terms', 'model', 'int_terms')",
            "R41: no test of int_terms names it",
        ),
        (
            "insert into intermediate.int_rule_links values ('R41', 'seed.nrs.forms', 'seed', 'forms')",
            "R41: no test of forms names it",
        ),
        (
            "insert into intermediate.int_rule_links values ('R99', 'model.nrs.int_terms', 'model', 'int_terms')",
            "model int_terms: names R99, which no register has",
        ),
        (
            "insert into intermediate.int_rule_links values ('T2A-1', 'seed.nrs.identities', 'seed', 'identities')",
            "seed identities: names T2A-1, which is not carried out",
        ),
        (
            "insert into intermediate.int_rule_links values ('R41', 'unit_test.nrs.int_terms.after_an_open_term_nothing_splits', 'unit_test', 'after')",
            "unit_test after: names R41, which nothing that it looks at names",
        ),
        (
            "delete from intermediate.int_table_lineage where node_id = 'model.nrs.int_members_table_6' and table_id = '6'; "
            "delete from intermediate.int_rule_links where rule_id = 'R47' and node_type in ('model', 'seed') and node_name <> 'int_members_table_6'",
            "R47: cited by cells of Table 6, to which no model that names it leads",
        ),
        (f"{REGISTER} ('FL', 'T4-99', 's', 'r', 'superseded', 'R98', 'w', 2016, 'c')", "T4-99: rests on R98, which is no ruling"),
        (f"{REGISTER} ('FL', 'T4-99', 's', 'r', 'superseded', null, 'w', 2016, 'c')", "T4-99: superseded by no ruling"),
        (f"{REGISTER} ('FL', 'T4-99', 's', 'r', 'out_of_scope', null, null, 2016, 'c')", "T4-99: out_of_scope, with no reason"),
    ],
)
def test_a_hole_is_named(matrix: MemoryWarehouse, change: str, hole: str) -> None:
    matrix.connection.execute(change)
    assert hole in holes(matrix)


def test_a_rule_of_another_state_or_year_asks_for_nothing(matrix: MemoryWarehouse) -> None:
    matrix.connection.execute(f"{REGISTER} ('GA', 'GA-1', 's', 'r', 'carried_out', null, null, 2016, 'c')")
    matrix.connection.execute(f"{REGISTER} ('FL', 'NEXT-1', 's', 'r', 'carried_out', null, null, 2024, 'c')")
    assert holes(matrix) == []


def test_links_are_those_that_the_project_parses(matrix: MemoryWarehouse, manifest: dict) -> None:
    """dbt's own parse, written out, against what the model read while it was compiled."""
    nodes = [*manifest["nodes"].values(), *manifest["unit_tests"].values()]
    parsed = {(rule, node["unique_id"]) for node in nodes for rule in node["config"].get("meta", {}).get("rules", [])}
    assert len(parsed) > 1000
    assert set(matrix.rows("select rule_id, node_id from intermediate.int_rule_links")) == parsed


def test_the_matrix_is_the_same_where_a_folder_is_read(matrix: MemoryWarehouse, tmp_path: Path) -> None:
    """Unit tests that feed the bundled sample are off there, and count all the same."""
    command = ["compile", "--select", *(relation.partition(".")[2] for relation in READ)]
    result = invoke_dbt(tmp_path, command, {"extracts_path": "any"}, folder_manifest())
    run(matrix, MADE)
    of_the_sample = sorted(map(str, matrix.rows("from marts.rule_coverage")))
    for node in (found.node for found in result.result.results if found.node.resource_type == "model"):
        matrix.connection.execute(f"create or replace table {node.schema}.{node.name} as {node.compiled_code}")
    run(matrix, MADE)
    assert sorted(map(str, matrix.rows("from marts.rule_coverage"))) == of_the_sample


def test_in_a_laces_state_count_its_tests_and_those_of_what_all_states_share(tmp_path: Path) -> None:
    """Of a model that each record system fills for itself only the tests of the state's own count."""
    result = invoke_dbt(tmp_path, ["compile", "--select", "int_rule_links"], {"extracts_path": "any", "state": "MS"}, folder_manifest("MS"))
    [links] = (compiled.node for compiled in result.result.results if compiled.node.name == "int_rule_links")
    found = {name for _, _, _, name in duckdb.sql(links.compiled_code).fetchall()}
    assert "thresholds_and_windows_of_mississippi_are_those_of_its_guidelines" in found
    assert "thresholds_and_windows_are_those_of_the_rules" in found
    assert "hours_are_direct_or_found_by_three_models_in_mississippi" in found
    assert "a_test_has_the_level_of_its_code_under_the_codes_condition" not in found
