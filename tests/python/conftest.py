from __future__ import annotations

import pytest
from harness import CompiledProject, MemoryWarehouse, compile_project


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return compile_project(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="session")
def warehouse(compiled: CompiledProject) -> MemoryWarehouse:
    return MemoryWarehouse(compiled)
