"""The mutation check: wrong SQL and wrong rules must turn a test red. Lists the changes that no test notices.

Each mutant (scripts/mutators.py) meets first the unit tests of its model - of a seed, those that read it as shipped -, on
their own rows, then the data tests over a small made-up state. Both run on DuckDB in memory, without dbt, which compiles
the project once for each record system. A hash of a result kept from before is no test of what is right, so none is run
(docs/mutants.md).
"""

from __future__ import annotations

import csv
import functools
import hashlib
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import duckdb
import generate_extracts
import generate_laces_extracts
import sqlglot
import typer
from contract import PROJECT, State, record_system
from mutators import IN_FORCE, SEEDS, in_force_changes, parse, seed_changes, source_lines, sql_changes, written
from sqlglot import exp
from texts import literal

sys.path.append(str(PROJECT / "tests" / "python"))

import harness
from harness import CompiledProject, MemoryWarehouse, compile_project

EQUIVALENT = PROJECT / "tests" / "mutants" / "equivalent.csv"
CACHE = PROJECT / "target" / "mutants" / "cache.jsonl"
# Each record system is mutated as one state's. Missouri's SQL is Mississippi's with the other code in it.
STATES_OF = {State.FL: (State.FL,), State.MS: (State.MS, State.MO)}
# What a LACES state's compiled SQL reads, so that it says the same in every run.
LACES_EXTRACTS = PROJECT / "target" / "mutants" / "laces"
# The models whose rules are mutated. The suppression isn't built here: a test of its own attacks it. A wide table only
# turns the cells of a form round (macros/rules/wide_form.sql, mutated as nrs_table_6). Three models go through the extracts
# one by one; their unit tests replace the list of extracts, so that dbt compiles another query for them.
OVER_EXTRACTS = (
    "models/intermediate/records/fcs/int_input_dispositions.sql", "models/intermediate/records/laces/int_input_dispositions.sql",
    "models/restricted/rejected_rows.sql",
)  # fmt: skip
FOLDERS = ("models/intermediate/", "models/marts/", "models/restricted/")
LEFT_OUT = ("models/intermediate/suppression/", "models/marts/nrs_table_", "models/restricted/student_file_table_", *OVER_EXTRACTS)
KEPT_IN = ("models/marts/nrs_table_6.sql",)
PROGRAM_YEAR = 2023
STUDENTS, SEED = 60, 21
# A mutant that takes longer has not been judged: one that never ends is listed.
SECONDS = 20

# One mutant in so many of each kind in a file is judged, unless all are asked for.
SHARE = 4

UNIT, DATA, INVALID, ALIVE, FAILED = "unit tests", "data tests", "invalid", "alive", "not judged"
NOT_A_QUERY = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException)


@dataclass(frozen=True)
class Mutant:
    """A mutant: the file and line of the change, its kind and words, and what takes the place of what: relations' SQL, or the
    rows of a seed's relation."""

    file: str
    line: int
    kind: str
    text: str
    queries: tuple[tuple[str, str], ...] = ()
    seed: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class UnitTest:
    """A unit test of dbt's manifest: the state that it asks for, the model's relation, {relation: (format, rows)} given, the rows
    expected, and the SQL of its model where it asks for another program year than the project is compiled for, or reads records of
    its own in place of files."""

    name: str
    state: str
    relation: str
    given: dict[str, tuple[str, Any]]
    expect: Any
    expect_format: str
    own_sql: str = ""

    def reads_as_shipped(self, seed: str) -> bool:
        """Whether it reads a seed's own rows instead of made-up ones."""
        return self.given.get(seed, ("", ""))[0] == "sql"


class Project:
    """The project compiled for a state as a mutation check needs it, from dbt's manifest. `other_years` is the project compiled
    for the other program years that unit tests ask for; without it those tests are left out."""

    def __init__(self, compiled: CompiledProject, other_years: dict[int, CompiledProject] | None = None, state: State = State.FL) -> None:
        self.compiled = compiled
        self.state = state
        manifest = json.loads(compiled.manifest.read_text(encoding="utf-8"))
        nodes = manifest["nodes"]
        relations = {i: f"{n['schema']}.{n['name']}" for i, n in nodes.items()}
        by_name = {n["name"]: relations[i] for i, n in nodes.items() if n["resource_type"] in ("model", "seed")}
        self.sql = {m.relation: m.sql for m in compiled.models if not m.is_python}
        self.files = {relations[i]: n["original_file_path"] for i, n in nodes.items() if n["resource_type"] in ("model", "seed")}
        self.sources = {relations[i]: n["raw_code"] for i, n in nodes.items() if n["resource_type"] == "model"}
        self.parents = {
            relations[i]: frozenset(relations[p] for p in n["depends_on"]["nodes"] if p in relations) for i, n in nodes.items() if n["resource_type"] == "model"
        }
        self.data_tests = {
            n["name"]: (compiled.tests[n["name"]], frozenset(relations[p] for p in n["depends_on"]["nodes"] if p in relations))
            for n in sorted(nodes.values(), key=lambda n: n["unique_id"])
            if n["resource_type"] == "test" and n["name"] in compiled.tests
        }
        # What needs the suppression is not built here.
        unbuilt = {m.relation for m in compiled.models if m.needs_suppression}
        self.data_tests = {name: test for name, test in self.data_tests.items() if not test[1] & unbuilt}
        self.built = [m for m in compiled.models if not m.needs_suppression]
        sql_of_year = {year: {m.relation: m.sql for m in of_year.models} for year, of_year in (other_years or {}).items()}
        self.unit_tests: dict[str, list[UnitTest]] = {}
        self.as_shipped: list[UnitTest] = []
        for test in sorted(manifest["unit_tests"].values(), key=lambda t: t["unique_id"]):
            given = {by_name[g["input"].split("'")[1]]: (g["format"], g["rows"]) for g in test["given"]}
            relation, expect, year = by_name[test["model"]], test["expect"], overridden(test, "program_year", PROGRAM_YEAR)
            if year != PROGRAM_YEAR and year not in sql_of_year:
                continue
            own_sql = sql_of_year[year][relation] if year != PROGRAM_YEAR else ""
            records = (test["overrides"] or {}).get("macros", {}).get("read_extract")
            if records:
                own_sql = reading(own_sql or self.sql[relation], records)
            case = UnitTest(test["name"], overridden(test, "state", state), relation, given, expect["rows"], expect["format"], own_sql)
            if not own_sql:
                self.unit_tests.setdefault(relation, []).append(case)
            # No other macro that a test replaces, such as a contract of few columns, is replaced here: the test must pass on
            # the whole project's SQL too, as on that of other models.
            if any(seed.startswith("reference.") and form == "sql" for seed, (form, _) in given.items()):
                self.as_shipped.append(case)

    def mutated_models(self) -> list[str]:
        """The relations of the models that are mutated, in the order of their files: Florida's with what all states share, or LACES's own."""
        built = {m.relation for m in self.built}
        files = {file: relation for relation, file in self.files.items() if relation in built and is_mutated_as(file, self.state)}
        return [files[f] for f in sorted(files) if f.startswith(FOLDERS) and (not f.startswith(LEFT_OUT) or f in KEPT_IN)]

    def tests_as_shipped(self, seed: str) -> list[UnitTest]:
        """The unit tests that read a seed as shipped."""
        return [t for t in self.as_shipped if t.reads_as_shipped(seed)]

    def sql_tested(self, test: UnitTest) -> str:
        """The SQL that a unit test is of."""
        return test.own_sql or self.sql[test.relation]

    def of_state(self, sql: str, test: UnitTest) -> str:
        """A query for the state that a unit test asks for, if it keeps its records in the same system."""
        return sql.replace(f"'{self.state}'", f"'{test.state}'") if test.state in STATES_OF[self.state] else sql

    def sql_mutants(self, relation: str) -> list[Mutant]:
        """The mutants of a model."""
        sql = self.sql[relation]
        lines = source_lines(self.sources[relation], sql)
        changes = sql_changes(sql)
        return [Mutant(self.files[relation], lines.get(c.line, 1), c.kind, c.text, ((relation, c.mutated),)) for c in changes]

    def in_force_mutants(self) -> list[Mutant]:
        """The mutants of the macro that says which rows are in force: each changes every model that uses it."""
        queries = {relation: self.sql[relation] for relation in self.mutated_models()}
        return [Mutant(IN_FORCE, c.line, c.kind, c.text, tuple(mutated.items())) for c, mutated in in_force_changes(queries)]

    def seed_mutants(self, file: str) -> list[Mutant]:
        """The mutants of a seed's rows of the project's states, federal ones among them once."""
        with (PROJECT / file).open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        relation = next(r for r, f in self.files.items() if f == file)
        federal = ["US"] if SEEDS[file].is_of_laces == (self.state != State.FL) else []
        changes = seed_changes(rows, SEEDS[file], [*STATES_OF[self.state], *federal])
        return [Mutant(file, c.line, c.kind, c.text, (), relation, tuple(tuple(r.values()) for r in kept)) for c, kept in changes]


class UnitTests:
    """The unit tests on databases in memory, one for each test: with its rows under the names that the model's SQL reads."""

    def __init__(self, project: Project, warehouse: MemoryWarehouse) -> None:
        self.project = project
        self.connection = warehouse.connection
        self.types: dict[str, dict[str, str]] = {}
        self.expected: dict[UnitTest, Counter] = {}
        self.databases: dict[str, str] = {}

    def columns(self, relation: str) -> dict[str, str]:
        """The types of a relation's columns, as built."""
        if relation not in self.types:
            self.types[relation] = {row[0]: row[1] for row in self.connection.execute(f"describe memory.{relation}").fetchall()}
        return self.types[relation]

    def rows_sql(self, columns: dict[str, str], rows: list[dict[str, Any]], names: list[str]) -> str:
        """A query of made-up rows with the columns `names`, cast as dbt casts them: text to the column's type."""
        if not rows:
            return f"select {', '.join(f'cast(null as {columns[n]}) as {n}' for n in names)} limit 0"
        return " union all ".join(f"select {', '.join(f'cast({literal(row.get(n))} as {columns[n]}) as {n}' for n in names)}" for row in rows)

    def given_sql(self, relation: str, given: tuple[str, Any]) -> str:
        """The query of a given relation's rows: made-up ones, or those of the test's own query."""
        form, rows = given
        if form == "sql":
            return rows
        columns = self.columns(relation)
        return self.rows_sql(columns, [lower_keys(r) for r in rows], list(columns))

    def prepare(self, test: UnitTest) -> str:
        """The test's database, made at first use."""
        key = f"{test.relation}/{test.name}"
        if key not in self.databases:
            name = f"unit_{len(self.databases)}"
            self.connection.execute("use memory")
            self.connection.execute(f"attach ':memory:' as {name}")
            for schema in {r.split(".")[0] for r in test.given}:
                self.connection.execute(f"create schema {name}.{schema}")
            for relation, given in test.given.items():
                self.connection.execute(f"create table {name}.{relation} as {self.given_sql(relation, given)}")
            self.databases[key] = name
        return self.databases[key]

    def expected_rows(self, test: UnitTest, names: list[str]) -> Counter:
        """The rows expected, each with how often."""
        query = test.expect if test.expect_format == "sql" else self.rows_sql(self.columns(test.relation), [lower_keys(r) for r in test.expect], names)
        self.connection.execute("use memory")
        return Counter(self.connection.execute(query).fetchall())

    def names_expected(self, test: UnitTest) -> list[str]:
        """The columns that a test looks at."""
        if test.expect_format == "sql":
            self.connection.execute("use memory")
            return [d[0] for d in self.connection.execute(f"select * from ({test.expect}) limit 0").description]
        return list(lower_keys(test.expect[0])) if test.expect else list(self.columns(test.relation))

    def passes(self, test: UnitTest, sql: str) -> bool:
        """Whether a query gives the rows that the test expects; raises duckdb.Error where it can't run."""
        database = self.prepare(test)
        names = self.names_expected(test)
        key = f"{test.relation}/{test.name}"
        if key not in self.expected:
            self.expected[key] = self.expected_rows(test, names)
        self.connection.execute(f"use {database}")
        query = f"select {', '.join(names)} from ({self.project.of_state(sql, test)})"
        return Counter(self.connection.execute(query).fetchall()) == self.expected[key]

    def outcome(self, mutant: Mutant) -> tuple[str, str]:
        """What the unit tests make of a mutant, and the test that found it."""
        with limited(self.connection):
            return self.outcome_of_seed(mutant) if mutant.seed else self.outcome_of_model(mutant)

    def outcome_of_model(self, mutant: Mutant) -> tuple[str, str]:
        """The same for the SQL of models: over the tests of those that it changes."""
        for relation, sql in mutant.queries:
            for test in self.project.unit_tests.get(relation, []):
                outcome = judged(lambda test=test, sql=sql: self.passes(test, sql))
                if outcome != ALIVE:
                    return (UNIT, test.name) if outcome == "killed" else (INVALID, "")
        return ALIVE, ""

    def outcome_of_seed(self, mutant: Mutant) -> tuple[str, str]:
        """The same for a seed: over the tests that read it as shipped."""
        run = self.connection.execute
        tests = self.project.tests_as_shipped(mutant.seed)
        databases = [self.prepare(test) for test in tests]
        run("use memory")
        run("create or replace table seed_kept as from " + mutant.seed)
        try:
            put_seed(self.connection, mutant)
            self.give_as_shipped(mutant.seed, tests, databases)
            for test in tests:
                if judged(lambda test=test: self.passes(test, self.project.sql_tested(test))) == "killed":
                    return UNIT, test.name
        except duckdb.Error:
            return INVALID, ""
        finally:
            run("use memory")
            run(f"create or replace table {mutant.seed} as from seed_kept")
            self.give_as_shipped(mutant.seed, tests, databases)
        return ALIVE, ""

    def give_as_shipped(self, seed: str, tests: list[UnitTest], databases: list[str]) -> None:
        """Give the tests' databases the seed's rows as they are now."""
        self.connection.execute("use memory")
        for test, database in zip(tests, databases, strict=True):
            self.connection.execute(f"create or replace table {database}.{seed} as {test.given[seed][1]}")


def overridden(test: dict[str, Any], variable: str, default: Any) -> Any:
    """A variable of the project as a unit test of the manifest asks for it."""
    return (test["overrides"] or {}).get("vars", {}).get(variable, default)


def reading(sql: str, records: str) -> str:
    """A base model's SQL that reads the records of a query in place of an extract's files; columns not among them are null."""
    query = parse(sql)
    source = next(cte for cte in query.find_all(exp.CTE) if cte.alias == "source")
    source.set("this", parse(f"({records}) union all by name (from ({written(source.this)}) limit 0)"))
    return written(query)


def other_years_of(compiled: CompiledProject) -> list[int]:
    """The program years that unit tests ask for, besides the one that the project is compiled for."""
    manifest = json.loads(compiled.manifest.read_text(encoding="utf-8"))
    return sorted({overridden(test, "program_year", PROGRAM_YEAR) for test in manifest["unit_tests"].values()} - {PROGRAM_YEAR})


def lower_keys(row: dict[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in row.items()}


def judged(check: Any) -> str:
    """What a check says of a mutant: killed, alive, or invalid where its query isn't one."""
    try:
        return ALIVE if check() else "killed"
    except NOT_A_QUERY:
        return INVALID
    except duckdb.Error:
        return "killed"


def put_seed(connection: duckdb.DuckDBPyConnection, mutant: Mutant) -> None:
    """Give a seed the mutant's rows; raises duckdb.Error where they don't fit its columns."""
    connection.execute(f"delete from {mutant.seed}")
    for row in mutant.rows:
        connection.execute(f"insert into {mutant.seed} values ({', '.join('?' for _ in row)})", [v or None for v in row])


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, seconds: float = SECONDS) -> Iterator[None]:
    """Interrupt what runs on, and raise TimeoutError for it: a slow machine must not pass for a test that noticed something."""
    ran_on = threading.Event()

    def stop() -> None:
        ran_on.set()
        connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if ran_on.is_set():
            raise TimeoutError(f"took over {seconds} s")


class DataTests:
    """The data tests over a small made-up state, of which a mutant changes what follows from it."""

    def __init__(self, project: Project, warehouse: MemoryWarehouse) -> None:
        self.project = project
        self.connection = warehouse.connection

    def outcome(self, mutant: Mutant) -> tuple[str, str]:
        """What the data tests make of a mutant, and the test that found it; the state is left as it was."""
        self.connection.execute("use memory")
        self.connection.execute("begin")
        try:
            with limited(self.connection):
                return self.outcome_in_transaction(mutant)
        except NOT_A_QUERY:
            return INVALID, ""
        except duckdb.Error as error:
            return DATA, type(error).__name__
        finally:
            self.connection.execute("rollback")

    def outcome_in_transaction(self, mutant: Mutant) -> tuple[str, str]:
        queries = dict(mutant.queries)
        changed = set()
        if mutant.seed:
            put_seed(self.connection, mutant)
            changed.add(mutant.seed)
        for model in self.project.built:
            is_mutated = model.relation in queries
            if (is_mutated or changed & self.project.parents[model.relation]) and self.rebuild(model.relation, queries.get(model.relation, model.sql)):
                changed.add(model.relation)
        for name, (sql, parents) in self.project.data_tests.items():
            if changed & parents and self.connection.execute(f"select 1 from ({sql}) limit 1").fetchone():
                return DATA, name
        return ALIVE, ""

    def rebuild(self, relation: str, sql: str) -> bool:
        """Build a model anew; says whether its rows are others than before."""
        run = self.connection.execute
        run(f"create or replace temp table rebuilt as {sql}")
        differs = f"select 1 from (from rebuilt except all from {relation}) limit 1", f"select 1 from (from {relation} except all from rebuilt) limit 1"
        if not any(run(query).fetchone() for query in differs):
            return False
        run(f"create or replace table {relation} as from rebuilt")
        return True


def built_state(compiled: CompiledProject, state: State) -> MemoryWarehouse:
    """The small state with every model as a table; in Florida each eighth person is born too late to be of age."""
    warehouse = MemoryWarehouse(replace(compiled, models=tuple(replace(m, is_view=False) for m in compiled.models)), threads=1)
    warehouse.connection.execute("set enable_progress_bar = false")
    if state == State.FL:
        with tempfile.TemporaryDirectory() as folder:
            generate_extracts.generate(Path(folder), students=STUDENTS, seed=SEED)
            warehouse.load(Path(folder))
        warehouse.connection.execute("update raw.demographics set birth_date = '01312013' where hash(fleid) % 8 = 0")
    warehouse.build()
    return warehouse


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: by what it was found (`unit tests`, `data tests`), or that it is `invalid` or `alive`; the
    test that found it, and the seconds that each part took."""

    file: str
    line: int
    kind: str
    text: str
    outcome: str
    test: str = ""
    unit_seconds: float = 0
    data_seconds: float = 0


class Judge:
    """What judges mutants in one process: unit tests, then data tests. `cache` holds outcomes by what they hang on."""

    def __init__(self, project: Project, cache: dict[str, tuple[str, str]]) -> None:
        self.project = project
        self.cache = cache
        warehouse = built_state(project.compiled, project.state)
        self.unit_tests = UnitTests(self.project, warehouse)
        self.data_tests = DataTests(self.project, warehouse)
        engine = [duckdb.__version__, sqlglot.__version__, *(Path(module).read_text(encoding="utf-8") for module in (__file__, harness.__file__))]
        tests = {name: sql for name, (sql, _) in self.project.data_tests.items()}
        self.engine = hash_of(engine)
        self.state_hash = hash_of([self.project.sql, tests, seed_texts(), STUDENTS, SEED, generator_of(self.project.state)])
        self.unit_hashes = {r: hash_of([tests, self.project.sql[r]]) for r, tests in self.project.unit_tests.items() if r in self.project.sql}

    def faults_of_baseline(self) -> list[str]:
        """The tests that fail on the project as it is, its SQL written as that of the mutants is."""
        tested = [(r, test) for r in self.project.mutated_models() for test in self.project.unit_tests.get(r, [])]
        faults = [f"{relation}: {test.name}" for relation, test in tested if not self.unit_tests.passes(test, written(parse(self.project.sql[relation])))]
        faults += [f"{t.relation}: {t.name}" for t in self.project.as_shipped if not self.unit_tests.passes(t, self.project.sql_tested(t))]
        self.unit_tests.connection.execute("use memory")
        return faults + [name for name, (sql, _) in self.project.data_tests.items() if self.unit_tests.connection.execute(sql).fetchone()]

    def verdict(self, mutant: Mutant) -> Verdict:
        """What becomes of a mutant."""
        started = time.perf_counter()
        change = (mutant.seed, mutant.rows) if mutant.seed else mutant.queries
        tests = self.project.tests_as_shipped(mutant.seed)
        unit_hashes = [self.unit_hashes.get(r, "") for r, _ in mutant.queries] + [hash_of([t, self.project.sql_tested(t)]) for t in tests]
        outcome, test = self.cached(hash_of(["unit", self.engine, change, unit_hashes]), lambda: self.unit_tests.outcome(mutant))
        unit_seconds = time.perf_counter() - started
        if outcome == ALIVE:
            outcome, test = self.cached(hash_of(["data", self.engine, change, self.state_hash]), lambda: self.data_tests.outcome(mutant))
        data_seconds = time.perf_counter() - started - unit_seconds
        return Verdict(mutant.file, mutant.line, mutant.kind, mutant.text, outcome, test, unit_seconds, data_seconds)

    def cached(self, key: str, judge: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        """An outcome judged before, or judged now and written down at once; what can't be judged is said, not kept."""
        if key not in self.cache:
            try:
                outcome = judge()
            except Exception as error:
                return FAILED, f"{type(error).__name__}: {error}"
            self.cache[key] = outcome
            with CACHE.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps([key, *outcome]) + "\n")
        return self.cache[key]


def hash_of(parts: object) -> str:
    """A short name for what an outcome hangs on."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def seed_texts() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(PROJECT.glob("seeds/*/*.csv")) if file.parent.name != "extracts"]


def generator_of(state: State) -> str:
    """The text of the script that makes the small state."""
    module = generate_extracts if state == State.FL else generate_laces_extracts
    return Path(module.__file__).read_text(encoding="utf-8")


projects: dict[State, Project] = {}
cache_read: dict[str, tuple[str, str]] = {}


def start_worker(projects_compiled: dict[State, Project], cache: dict[str, tuple[str, str]]) -> None:
    """Prepare a worker process."""
    projects.update(projects_compiled)
    cache_read.update(cache)


@functools.cache
def judge_of(state: State) -> Judge:
    """This process's judge of a record system's mutants."""
    return Judge(projects[state], cache_read)


def judged_task(task: tuple[State, str], takes_all: bool) -> list[Verdict]:
    """The verdicts on the mutants of a model, a seed or the macro, in order."""
    state, file = task
    judge = judge_of(state)
    mutants = mutants_of(judge.project, file)
    return [judge.verdict(mutant) for mutant in (mutants if takes_all else share_of(mutants, set(equivalent_rows())))]


def share_of(mutants: list[Mutant], listed: set[tuple[str, str]]) -> list[Mutant]:
    """Of each kind in a file the first of every `SHARE` mutants, and those listed as equivalent."""
    places: Counter[str] = Counter()
    taken = []
    for mutant in mutants:
        if places[mutant.kind] % SHARE == 0 or (mutant.file, mutant.text) in listed:
            taken.append(mutant)
        places[mutant.kind] += 1
    return taken


def read_cache() -> dict[str, tuple[str, str]]:
    """The outcomes of earlier runs, whole or stopped."""
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    lines = CACHE.read_text(encoding="utf-8").splitlines() if CACHE.exists() else []
    return {key: (outcome, test) for key, outcome, test in map(json.loads, lines)}


def project_of(state: State, work: Path) -> Project:
    """The project as compiled for a state into `work`."""
    extracts = None if state == State.FL else LACES_EXTRACTS
    if extracts:
        generate_laces_extracts.generate(extracts, state, students=STUDENTS, seed=SEED)
    any_year = compile_project(work, state.value, extracts)
    compiled = any_year.of_year(PROGRAM_YEAR)
    return Project(compiled, {year: any_year.of_year(year) for year in other_years_of(compiled)}, state)


def is_mutated_as(file: str, state: State) -> bool:
    """Whether a file is mutated as a state's: a rule seed, for its rows, as each; of models, what only LACES states have as Mississippi's,
    what all share as Florida's."""
    return file in SEEDS or ("/laces/" in file) == (state != State.FL)


def may_be_asked(state: State, select: list[str]) -> bool:
    """Whether files with these texts in their paths may be mutated as a state's: if not, it needn't be compiled."""
    models = [file.relative_to(PROJECT).as_posix() for folder in FOLDERS for file in PROJECT.glob(f"{folder}**/*.sql")]
    return any(text in file for file in [*models, IN_FORCE, *SEEDS] if is_mutated_as(file, state) for text in select)


def tasks_of(project: Project) -> list[tuple[State, str]]:
    """What is mutated as a state's, each a file."""
    files = [*(project.files[relation] for relation in project.mutated_models()), IN_FORCE, *SEEDS]
    return [(project.state, file) for file in files if is_mutated_as(file, project.state)]


def mutants_of(project: Project, file: str) -> list[Mutant]:
    """The mutants of a file."""
    if file == IN_FORCE:
        return project.in_force_mutants()
    if file in SEEDS:
        return project.seed_mutants(file)
    return project.sql_mutants(next(r for r, f in project.files.items() if f == file))


def equivalent_rows() -> dict[tuple[str, str], str]:
    """The mutants listed as equivalent, by file and change, with the reason."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as lines:
        return {(row["file"], row["change"]): row["reason"] for row in csv.DictReader(lines)}


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    select: Annotated[list[str], typer.Option(help="Only files whose path contains this text, or one of several.")] = [""],  # noqa: B006
    takes_all: Annotated[bool, typer.Option("--all", help=f"Every mutant, not only one in {SHARE} of each kind in a file.")] = False,
    processes: Annotated[int, typer.Option(help="How many processes judge mutants.")] = 2,
    verbose: Annotated[bool, typer.Option(help="List every mutant with what found it.")] = False,
) -> None:
    """Change one thing at a time in models and rule seeds, and list the changes that no test notices."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as work:
        compiled = {state: project_of(state, Path(work, state)) for state in STATES_OF if may_be_asked(state, select)}
        tasks = [task for project in compiled.values() for task in tasks_of(project) if any(text in task[1] for text in select)]
        compiled_at = time.perf_counter()
        for project in compiled.values():
            faults = Judge(project, {}).faults_of_baseline()
            if faults:
                typer.echo("These tests fail before anything is changed:\n" + "\n".join(faults), err=True)
                raise typer.Exit(1)
            models = project.mutated_models()
            tests = sum(len(project.unit_tests.get(r, [])) for r in models)
            system = record_system(project.state)
            typer.echo(f"{system}: {tests} unit tests of {len(models)} models and {len(project.data_tests)} data tests pass unchanged.")
        baseline_at = time.perf_counter()
        verdicts: list[Verdict] = []
        with ProcessPoolExecutor(processes, get_context("spawn"), start_worker, (compiled, read_cache())) as executor:
            for judged_verdicts in executor.map(judged_task, tasks, [takes_all] * len(tasks)):
                verdicts += judged_verdicts
    if verbose:
        for v in verdicts:
            typer.echo(f"{v.file}:{v.line}: {v.kind}: {v.text}: {v.outcome} {v.test}")
    if not takes_all:
        typer.echo(f"The fixed share: one in {SHARE} of each kind in a file, and what is listed. --all judges the rest too.")
    seconds = {"compile": compiled_at - started, "unchanged": baseline_at - compiled_at, "mutants": time.perf_counter() - baseline_at}
    is_clean = report(verdicts, {key for key in equivalent_rows() if key[0] in {file for _, file in tasks}}, seconds)
    raise typer.Exit(0 if is_clean else 1)


def report(verdicts: list[Verdict], listed: set[tuple[str, str]], seconds: dict[str, float]) -> bool:
    """Print what became of the mutants; says whether none is alive or not judged that isn't listed, and none listed that was found."""
    unnoticed = [v for v in verdicts if v.outcome in (ALIVE, FAILED)]
    unlisted = [v for v in unnoticed if (v.file, v.text) not in listed]
    survivors = [v for v in unlisted if v.outcome == ALIVE]
    failed = [v for v in unlisted if v.outcome == FAILED]
    stale = sorted(listed - {(v.file, v.text) for v in unnoticed})
    for v in survivors:
        typer.echo(f"survivor {v.file}:{v.line}: {v.kind}: {v.text}")
    for v in failed:
        typer.echo(f"not judged {v.file}:{v.line}: {v.kind}: {v.text}: {v.test}")
    for file, text in stale:
        typer.echo(f"stale {file}: {text}: listed as equivalent, but killed or no mutant")
    outcomes = Counter(v.outcome for v in verdicts)
    typer.echo(f"mutants                 {len(verdicts) - outcomes[INVALID]}")
    typer.echo(f"killed by unit tests    {outcomes[UNIT]}")
    typer.echo(f"killed by data tests    {outcomes[DATA]}")
    typer.echo(f"listed as equivalent    {len(unnoticed) - len(unlisted)}")
    typer.echo(f"survivors               {len(survivors)}")
    typer.echo(f"not judged              {len(failed)}")
    typer.echo(f"invalid, no mutants     {outcomes[INVALID]}")
    typer.echo(f"stale rows of the list  {len(stale)}")
    spent = {"unit tests": sum(v.unit_seconds for v in verdicts), "data tests": sum(v.data_seconds for v in verdicts)}
    for part, length in (seconds | {f"{p}, all processes": s for p, s in spent.items()}).items():
        typer.echo(f"{part + ' (s)':<35} {length:.0f}")
    return not survivors and not failed and not stale


if __name__ == "__main__":
    app()
