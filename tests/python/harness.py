"""Runs the compiled project on an in-memory DuckDB, so that a case costs a fraction of a second instead of a dbt run.

dbt compiles the project once (sample mode: staging reads the `raw` tables); a case is loaded into `raw`, and the
models' own SQL is run in the order of their dependencies.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).resolve().parents[2]
CASES = Path(os.environ.get("CASES", PROJECT.parent / "shared" / "spec" / "cases"))


@dataclass(frozen=True)
class CompiledModel:
    """A model's relation (`schema.name`), its compiled SQL (or Python), whether it is stored as a view, is Python, or needs
    what Python works out: the suppression, which costs more than all the rest."""

    relation: str
    sql: str
    is_view: bool
    is_python: bool
    needs_suppression: bool


@dataclass(frozen=True)
class CompiledProject:
    """The models in dependency order, and the reference seeds as {relation: (path, column types)}."""

    models: tuple[CompiledModel, ...]
    seeds: dict[str, tuple[Path, dict[str, str]]]


def compile_project(work: Path, **variables: object) -> CompiledProject:
    """Compile the project in sample mode into `work`; raises RuntimeError where dbt does."""
    os.environ["NRS_WAREHOUSE"] = str(work / "compile.duckdb")
    arguments = ["compile", "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    arguments += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    result = dbtRunner().invoke([*arguments, "--vars", str({"program_year": 2023, **variables})])
    if not result.success:
        raise RuntimeError(f"dbt compile failed: {result.exception or result.result}")
    nodes = {n.node.unique_id: n.node for n in result.result.results}
    seeds = {f"{n.schema}.{n.name}": (PROJECT / n.original_file_path, dict(n.config.column_types)) for n in nodes.values() if n.resource_type == "seed"}
    models = {i: n for i, n in nodes.items() if n.resource_type == "model"}
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
            ordered.append(CompiledModel(f"{node.schema}.{node.name}", node.compiled_code, is_view, is_python, i in suppressing))
        placed.update(ready)
    return CompiledProject(tuple(ordered), seeds)


class MemoryWarehouse:
    """An in-memory warehouse: reference seeds once, then any number of extracts, one after the other."""

    def __init__(self, project: CompiledProject, threads: int = 2) -> None:
        self.project = project
        self.connection = duckdb.connect(config={"threads": threads})
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
