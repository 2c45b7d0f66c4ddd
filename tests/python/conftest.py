from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner
from generate_extracts import generate
from harness import PROJECT, CompiledProject, MemoryWarehouse, compile_project


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return compile_project(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="session")
def warehouse(compiled: CompiledProject) -> MemoryWarehouse:
    return MemoryWarehouse(compiled)


@pytest.fixture(scope="session")
def state_extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of extracts of a small made-up state, faulty rows among them."""
    folder = tmp_path_factory.mktemp("extracts")
    generate(folder, students=130, seed=21)
    return folder


@pytest.fixture(scope="session")
def state_file(compiled: CompiledProject, state_extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of that state as a file; each eighth person is born too late to be of age."""
    path = tmp_path_factory.mktemp("warehouse") / "state.duckdb"
    warehouse = MemoryWarehouse(compiled, path=path)
    warehouse.load(state_extracts)
    warehouse.connection.execute("update raw.demographics set birth_date = '01312013' where hash(fleid) % 8 = 0")
    warehouse.build()
    warehouse.connection.close()
    return path


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
