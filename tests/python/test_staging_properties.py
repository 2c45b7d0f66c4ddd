"""The extract contract of a record system stands in one place; everything that repeats it is held against it."""

from __future__ import annotations

import re

import contract
import pytest
import yaml
from contract import PROJECT, RECORD_SYSTEMS
from staging_properties import properties_file, properties_text, staging_properties

SAMPLES = {
    "fcs": [PROJECT / "seeds" / "extracts"],
    "laces": [PROJECT / "examples" / "mississippi", PROJECT / "examples" / "missouri"],
}

# What of a column's contract decides how it is read (macros/extracts/base.sql).
CONTRACT_KEYS = ("type", "code_list", "pattern", "not_before")


def properties(system: str) -> dict:
    return staging_properties(system, contract.tables(system))


@pytest.mark.parametrize("system", RECORD_SYSTEMS)
def test_checked_in_properties_are_those_of_the_contract(system: str) -> None:
    expected = properties_text(system, properties(system))
    assert properties_file(system).read_text(encoding="utf-8") == expected, "run python scripts/staging_properties.py"


@pytest.mark.parametrize("system", RECORD_SYSTEMS)
def test_written_properties_read_back_as_generated(system: str) -> None:
    assert yaml.safe_load(properties_text(system, properties(system))) == properties(system)


@pytest.mark.parametrize("system", RECORD_SYSTEMS)
def test_the_contract_that_a_unit_test_holds_is_that_of_the_extract(system: str) -> None:
    """dbt has no contract to show to a unit test, so that what the tests of `_*_unit_tests_contract.yml` say of it is read here."""
    tables = {table["name"]: table for table in contract.tables(system)}
    [file] = (contract.STAGING / system / "base").glob("*_unit_tests_contract.yml")
    unit_tests = yaml.safe_load(file.read_text(encoding="utf-8"))["unit_tests"]
    assert unit_tests
    for test in unit_tests:
        macros = test["overrides"]["macros"]
        table = tables[macros.get("extract_names", [test["model"].removeprefix(f"base_{system}__")])[0]]
        meta = table["config"]["meta"]
        columns = {
            column["name"]: {"name": column["name"]} | {key: value for key, value in column["config"]["meta"].items() if key in CONTRACT_KEYS}
            for column in table["columns"]
        }
        held = macros["extract_contract"]
        assert held["columns"] == [columns[column["name"]] for column in held["columns"]], test["name"]
        assert all(held[key] == meta[key] for key in held if key != "columns"), test["name"]


@pytest.mark.parametrize("system", RECORD_SYSTEMS)
def test_every_staging_model_is_described(system: str) -> None:
    described = {model["name"] for model in properties(system)["models"]}
    assert described == {path.stem for path in (contract.STAGING / system).rglob("*.sql")}


@pytest.mark.parametrize("system", RECORD_SYSTEMS)
def test_extract_names_are_the_tables_of_the_contract(system: str) -> None:
    text = (PROJECT / "macros" / "extracts" / "contract.sql").read_text(encoding="utf-8")
    listed = re.search(rf"macro {system}_extract_names\(\).*?return\(\[(.*?)\]\)", text, re.DOTALL)
    assert listed is not None
    assert re.findall(r"'(\w+)'", listed.group(1)) == sorted(contract.extract_names(system))


def test_staging_calls_the_person_by_one_name_whatever_the_record_system() -> None:
    """An alias of the contract is a column of the staging model; the base model keeps the name that the extract has."""
    models = {model["name"]: [column["name"] for column in model["columns"]] for model in properties("laces")["models"]}
    assert {"laces_id", "institutional_status"} <= set(models["base_laces__students"])
    assert {"fleid", "incarceration_status"} <= set(models["stg_laces__students"])
    assert not {"laces_id", "institutional_status"} & set(models["stg_laces__students"])


@pytest.mark.parametrize("system", RECORD_SYSTEMS)
def test_sample_headers_are_the_contract(system: str) -> None:
    for folder in SAMPLES[system]:
        headers = {path.stem: path.open(encoding="utf-8").readline().rstrip("\r\n").split(",") for path in folder.glob("*.csv")}
        assert headers == contract.extract_columns(system), folder.name
