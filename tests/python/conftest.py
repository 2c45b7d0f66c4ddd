from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from contract import State
from dbt_run import keep, parsed_file
from generate_extracts import generate
from harness import PROJECT, SHARED, CompiledProject, MemoryWarehouse, compile_project, folder_manifest, made_once
from store import WAREHOUSE


def pytest_configure(config: pytest.Config) -> None:
    """Give the session a folder that all its workers see, and take it away in the end."""
    if not hasattr(config, "workerinput"):
        folder = TemporaryDirectory(prefix="nrs-tests-")
        os.environ[SHARED] = folder.name
        config.add_cleanup(folder.cleanup)


# The files that take longest are begun first, so that the processes of a session end about the same time.
LONG_FILES = (
    "test_suppression.py", "test_store.py", "test_bad_input.py", "test_folder_mode.py", "test_cases.py", "test_properties.py",
    "test_extract_check.py", "test_benchmark.py", "test_laces_commands.py", "test_laces_cases.py", "test_hostile_content.py", "test_fuzz_input.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG_FILES.index(item.path.name) if item.path.name in LONG_FILES else len(LONG_FILES))


@pytest.fixture(scope="session")
def compiled_for_any_year() -> CompiledProject:
    """The project as dbt compiles it, once for all workers and all program years."""
    return made_once("compiled", lambda: compile_project(Path(os.environ[SHARED], "compiled")))


@pytest.fixture(scope="session")
def compiled(compiled_for_any_year: CompiledProject) -> CompiledProject:
    return compiled_for_any_year.of_year(2023)


@pytest.fixture(scope="session")
def warehouse(compiled: CompiledProject) -> MemoryWarehouse:
    return MemoryWarehouse(compiled)


@pytest.fixture(scope="session")
def kept_parse() -> None:
    """The commands of `nrs.py` on a folder of extracts begin with what was parsed for the harness: each would parse for 15 s."""
    # As it was parsed, not as cached: a build writes into that.
    made_once("kept_parse", lambda: keep(parsed_file(Path(WAREHOUSE), Path("any"), 2023, State.FL), folder_manifest.__wrapped__()))


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
def manifest(compiled: CompiledProject) -> dict:
    """What dbt makes of the project."""
    return json.loads(compiled.manifest.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sample_warehouse(compiled: CompiledProject) -> MemoryWarehouse:
    """The bundled sample, built; to be read only, since it is built once for all."""
    warehouse = MemoryWarehouse(compiled)
    warehouse.load(PROJECT / "seeds" / "extracts")
    warehouse.build()
    return warehouse
