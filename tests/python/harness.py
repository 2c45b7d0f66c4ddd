"""What the tests run the project with: compiled models on an in-memory DuckDB, or dbt itself on a folder of extracts.

In memory a case costs a fraction of a second instead of a dbt run: dbt compiles the project once (sample mode: staging
reads the `raw` tables); a case is loaded into `raw`, and the models' own SQL is run in the order of their dependencies.
The reading of files, their record numbers, and dbt's seeds need a run of dbt, with a project that is parsed once.
"""

from __future__ import annotations

import csv
import os
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from filelock import FileLock

PROJECT = Path(__file__).resolve().parents[2]
CASES = Path(os.environ.get("CASES", PROJECT.parent / "shared" / "spec" / "cases"))

# Stands for the program year while dbt compiles: no other text of the project has these digits, so that one compilation
# serves every year.
ANY_YEAR = "70210730"

# A folder for what the processes of a test session make once for all (tests/python/conftest.py).
SHARED = "NRS_TEST_SHARED"

Table = list[list[str]]
Made = TypeVar("Made")


def file_contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file below a folder, by its path; of a folder in it, none."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() if file.is_file() else b"" for file in folder.rglob("*")}


def made_once(name: str, make: Callable[[], Made]) -> Made:
    """What `make` returns, made by the first process of the test session that asks for it; outside of a session made anew."""
    if SHARED not in os.environ:
        return make()
    kept = Path(os.environ[SHARED], f"{name}.pickle")
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make()))
        return pickle.loads(kept.read_bytes())


@dataclass(frozen=True)
class CompiledModel:
    """A model's relation (`schema.name`), its compiled SQL (or Python), the models it reads, whether it is stored as a view, is
    Python, or needs what Python works out: the suppression, which costs more than all the rest."""

    relation: str
    sql: str
    reads: frozenset[str]
    is_view: bool
    is_python: bool
    needs_suppression: bool


@dataclass(frozen=True)
class CompiledProject:
    """The models in dependency order, the seeds as {relation: (path, column types)}, the SQL of the data tests by name, and
    the file of dbt's manifest."""

    models: tuple[CompiledModel, ...]
    seeds: dict[str, tuple[Path, dict[str, str]]]
    tests: dict[str, str]
    manifest: Path

    def of_year(self, program_year: int) -> CompiledProject:
        """The project as compiled for a program year, out of that compiled for any."""
        models = tuple(replace(model, sql=model.sql.replace(ANY_YEAR, str(program_year))) for model in self.models)
        return replace(self, models=models, tests={name: sql.replace(ANY_YEAR, str(program_year)) for name, sql in self.tests.items()})

    def needed_for(self, relations: Iterable[str]) -> CompiledProject:
        """The project with no more models than it takes to make these relations."""
        needed = set(relations)
        for model in reversed(self.models):
            if model.relation in needed:
                needed |= model.reads
        return replace(self, models=tuple(model for model in self.models if model.relation in needed))


def compile_project(work: Path, state: str = "FL", extracts: Path | None = None) -> CompiledProject:
    """Compile the project for a state into `work`, for any program year (`of_year`); raises RuntimeError where dbt does.

    Its staging reads the files of the folder `extracts`, or in sample mode (None) the `raw` tables.
    """
    result = invoke_dbt(work, ["compile"], {"program_year": int(ANY_YEAR), "state": state} | ({"extracts_path": str(extracts)} if extracts else {}))
    if not result.success:
        raise RuntimeError(f"dbt compile failed: {result.exception or result.result}")
    nodes = {n.node.unique_id: n.node for n in result.result.results}
    seeds = {f"{n.schema}.{n.name}": (PROJECT / n.original_file_path, dict(n.config.column_types)) for n in nodes.values() if n.resource_type == "seed"}
    models = {i: n for i, n in nodes.items() if n.resource_type == "model"}
    relations = {i: f"{n.schema}.{n.name}" for i, n in models.items()}
    ordered: list[CompiledModel] = []
    placed: set[str] = set()
    suppressing: set[str] = set()
    while len(placed) < len(models):
        ready = sorted(i for i, n in models.items() if i not in placed and models.keys() & set(n.depends_on.nodes) <= placed)
        for i in ready:
            node = models[i]
            is_python = node.language == "python"
            if is_python or suppressing & set(node.depends_on.nodes):
                suppressing.add(i)
            is_view = node.config.materialized == "view"
            reads = frozenset(relations[parent] for parent in node.depends_on.nodes if parent in relations)
            ordered.append(CompiledModel(relations[i], node.compiled_code, reads, is_view, is_python, i in suppressing))
        placed.update(ready)
    tests = {n.name: n.compiled_code for n in nodes.values() if n.resource_type == "test"}
    return CompiledProject(tuple(ordered), seeds, tests, work / "target" / "manifest.json")


class MemoryWarehouse:
    """A warehouse in memory, or in a new file: reference seeds once, then any number of extracts, one after the other."""

    def __init__(self, project: CompiledProject, threads: int = 2, path: Path | str = ":memory:") -> None:
        self.project = project
        self.connection = duckdb.connect(str(path), config={"threads": threads})
        for schema in ("raw", "staging", "intermediate", "marts", "restricted", "reference"):
            self.connection.execute(f"create schema {schema}")
        for relation, (path, types) in project.seeds.items():
            if relation.startswith("reference."):
                columns = ", ".join(f"{name} {sql_type}" for name, sql_type in types.items())
                self.connection.execute(f"create table {relation} ({columns})")
                self.connection.execute(f"copy {relation} from '{path}' (format csv, header true)")

    def extract_columns(self) -> dict[str, list[str]]:
        """The columns of each extract, by name."""
        return {r.split(".")[1]: list(types) for r, (_, types) in self.project.seeds.items() if r.startswith("raw.")}

    def load(self, folder: Path) -> None:
        """Load a folder of extracts (csv, whole or in parts) into `raw`; columns are matched by name."""
        for name, columns in self.extract_columns().items():
            parts = [folder / f"{name}.csv"] if (folder / f"{name}.csv").exists() else sorted((folder / name).glob("*.csv"))
            names = ", ".join(columns)
            self.connection.execute(
                f"create or replace table raw.{name} as select {names} from read_csv({[str(p) for p in parts]!r}, "
                "header = true, all_varchar = true, union_by_name = true, delim = ',', quote = '\"', escape = '\"')"
            )

    def build(self, with_suppression: bool = False) -> None:
        """Run every model over what `raw` holds; the suppression and what follows from it only if asked for."""
        for model in self.project.models:
            if model.is_python:
                if with_suppression:
                    self.run_python(model)
            elif with_suppression or not model.needs_suppression:
                kind = "view" if model.is_view else "table"
                self.connection.execute(f"create or replace {kind} {model.relation} as {model.sql}")

    def run_python(self, model: CompiledModel) -> None:
        """Run a Python model as dbt does, on the relations of this warehouse."""
        namespace: dict = {}
        exec(compile(model.sql, model.relation, "exec"), namespace)
        references = namespace["dbtObj"](self.connection.table)
        self.connection.register("made_by_python", namespace["model"](references, self.connection))
        self.connection.execute(f"create or replace table {model.relation} as from made_by_python")
        self.connection.unregister("made_by_python")

    def rows(self, sql: str) -> list[tuple]:
        """The rows of a query."""
        return self.connection.execute(sql).fetchall()

    def digests(self) -> dict[str, tuple[int, str]]:
        """The rows of each relation that was built: how many, and a hash of all of them as text, whatever their order."""
        built = self.rows("select table_schema || '.' || table_name from information_schema.tables where table_schema <> 'reference' order by all")
        text = "select count(*), sha256(coalesce(string_agg(line, chr(10) order by line), '')) from (select to_json(r)::varchar as line from {} as r)"
        return {relation: self.rows(text.format(relation))[0] for (relation,) in built}


@dataclass(frozen=True)
class DbtRun:
    """What came of a dbt run: whether it passed, dbt's message if not, its log, and the warehouse it built (if it did)."""

    is_success: bool
    message: str
    log: str
    warehouse: Path

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.warehouse), read_only=True)


def invoke_dbt(work: Path, arguments: list[str], variables: dict[str, object], manifest: Manifest | None = None) -> object:
    """Run dbt in this process, with everything it writes in `work`; returns dbt's result."""
    work.mkdir(parents=True, exist_ok=True)
    # One file name for all runs: a parsed project names its database after it.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NRS_WAREHOUSE", str(work / "nrs.duckdb"))
        places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(work / "target"), "--log-path", str(work / "logs")]
        try:
            return dbtRunner(manifest=manifest).invoke([*arguments, "--quiet", *places, "--vars", str(variables)])
        finally:
            # dbt keeps the file open until the process ends.
            DuckDBConnectionManager.close_all_connections()


@cache
def folder_manifest(state: str = "FL") -> Manifest:
    """The project as parsed for a state's folder of extracts, whichever it is: imports and parsing are two thirds of a run."""

    def parsed() -> Manifest:
        with TemporaryDirectory() as work:
            return invoke_dbt(Path(work), ["parse"], {"extracts_path": "any", "state": state}).result

    return made_once(f"folder_manifest_{state}", parsed)


def dbt_build(work: Path, extracts: Path | None, *arguments: str, program_year: int = 2023, state: str = "FL") -> DbtRun:
    """Build the project without its tests, from a folder of extracts or from the bundled sample."""
    command = ["build", "--no-write-json", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test", *arguments]
    variables = {"program_year": program_year, "state": state} | ({"extracts_path": str(extracts)} if extracts else {})
    result = invoke_dbt(work, command, variables, folder_manifest(state) if extracts else None)
    messages = [str(result.exception)] if result.exception else [r.message for r in result.result.results if r.message and r.status in ("error", "fail")]
    return DbtRun(result.success, "\n".join(messages), (work / "logs" / "dbt.log").read_text(encoding="utf-8"), work / "nrs.duckdb")


def read_table(file: Path) -> Table:
    """The records of a CSV file, its header first."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


def write_table(file: Path, table: Table, encoding: str = "utf-8", line_end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> None:
    with file.open("w", encoding=encoding, newline="") as lines:
        csv.writer(lines, lineterminator=line_end, quoting=quoting).writerows(table)
