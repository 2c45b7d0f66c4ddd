from __future__ import annotations

import json
import os

import pytest
from dbt.cli.main import dbtRunner
from harness import PROJECT, CompiledProject, MemoryWarehouse, compile_project


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return compile_project(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="session")
def warehouse(compiled: CompiledProject) -> MemoryWarehouse:
    return MemoryWarehouse(compiled)


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What `dbt parse` makes of the project."""
    work = tmp_path_factory.mktemp("parsed")
    os.environ.setdefault("NRS_WAREHOUSE", str(work / "parse.duckdb"))
    arguments = ["parse", "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    result = dbtRunner().invoke([*arguments, "--target-path", str(work / "target"), "--log-path", str(work / "logs")])
    assert result.success, result.exception
    return json.loads((work / "target" / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sample_warehouse(compiled: CompiledProject) -> MemoryWarehouse:
    """The bundled sample, built; to be read only, since it is built once for all."""
    warehouse = MemoryWarehouse(compiled)
    warehouse.load(PROJECT / "seeds" / "extracts")
    warehouse.build()
    return warehouse
