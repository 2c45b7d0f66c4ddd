"""The mutation check itself: each kind of change on a small query gives that change and no other; a fixed sample is found."""

from __future__ import annotations

import duckdb
import generate_laces_extracts
import pytest
from contract import State
from harness import CompiledProject, MemoryWarehouse, compile_project
from mutants import (
    ALIVE,
    FAILED,
    INVALID,
    PROGRAM_YEAR,
    SEED,
    SHARE,
    STUDENTS,
    UNIT,
    Mutant,
    Project,
    UnitTests,
    Verdict,
    judged,
    limited,
    reading,
    report,
    share_of,
)
from mutators import IN_FORCE_CHANGES, SEEDS, SeedRules, in_force_changes, seed_changes, source_lines, sql_changes

# Kind, query, and every change of that kind with what it makes of the query.
CHANGES = [
    ("comparison", "select a from t where a < 2", {"a < 2 -> a <= 2": "SELECT a FROM t WHERE a <= 2"}),
    ("comparison", "select a <= b as x, a >= b as y, a > b as z from t", {
        "a <= b -> a < b": "SELECT a < b AS x, a >= b AS y, a > b AS z FROM t",
        "a >= b -> a > b": "SELECT a <= b AS x, a > b AS y, a > b AS z FROM t",
        "a > b -> a >= b": "SELECT a <= b AS x, a >= b AS y, a >= b AS z FROM t",
    }),
    ("comparison", "select a = b as x, a <> b as y from t", {
        "a = b -> a <> b": "SELECT a <> b AS x, a <> b AS y FROM t",
        "a <> b -> a = b": "SELECT a = b AS x, a = b AS y FROM t",
    }),
    ("comparison", "select a from t inner join u on t.a = u.a and t.b > u.b", {
        "t.b > u.b -> t.b >= u.b": "SELECT a FROM t INNER JOIN u ON t.a = u.a AND t.b >= u.b",
    }),
    ("number", "select a + 2 as b from t", {"2 in a + 2 -> 3": "SELECT a + 3 AS b FROM t", "2 in a + 2 -> 1": "SELECT a + 1 AS b FROM t"}),
    ("number", "select cast(a as decimal(28, 10)) from t where exists (select 1 from u)", {}),
    ("join", "select a from t left join u on t.a = u.a", {"left join u -> inner join": "SELECT a FROM t INNER JOIN u ON t.a = u.a"}),
    ("join", "select a from t inner join u on t.a = u.a", {"inner join u -> left join": "SELECT a FROM t LEFT JOIN u ON t.a = u.a"}),
    ("partition", "select max(c) over (partition by a, b) from t", {
        "partition by a, b -> without a": "SELECT MAX(c) OVER (PARTITION BY b) FROM t",
        "partition by a, b -> without b": "SELECT MAX(c) OVER (PARTITION BY a) FROM t",
    }),
    ("order", "select row_number() over (order by a desc) from t", {"order by a DESC -> asc": "SELECT ROW_NUMBER() OVER (ORDER BY a ASC) FROM t"}),
    ("order", "select string_agg(a, ',' order by b) from t", {"order by b -> desc": "SELECT LISTAGG(a, ',' ORDER BY b DESC) FROM t"}),
    ("min_max", "select min(a) from t", {"MIN(a) -> MAX(a)": "SELECT MAX(a) FROM t"}),
    ("min_max", "select min_by(a, b), bool_or(c = d), least(a, b) from t", {
        "ARG_MIN(a, b) -> ARG_MAX(a, b)": "SELECT ARG_MAX(a, b), BOOL_OR(CAST(c = d AS BOOLEAN)), LEAST(a, b) FROM t",
        "BOOL_OR(CAST(c = d AS BOOLEAN)) -> BOOL_AND(CAST(c = d AS BOOLEAN))": "SELECT ARG_MIN(a, b), BOOL_AND(CAST(c = d AS BOOLEAN)), LEAST(a, b) FROM t",
        "LEAST(a, b) -> GREATEST(a, b)": "SELECT ARG_MIN(a, b), BOOL_OR(CAST(c = d AS BOOLEAN)), GREATEST(a, b) FROM t",
    }),
    ("and_or", "select a and b as c from t", {"a AND b -> (a OR b)": "SELECT (a OR b) AS c FROM t"}),
    ("and_or", "select a from t where x and (y or z)", {"y OR z -> (y AND z)": "SELECT a FROM t WHERE x AND ((y AND z))"}),
    ("condition", "select a from t where x and y", {
        "where x -> removed": "SELECT a FROM t WHERE y",
        "where y -> removed": "SELECT a FROM t WHERE x",
    }),
    ("condition", "select count(*) filter (where x) from t inner join u on t.a = u.a group by a having y", {
        "where x -> removed": "SELECT COUNT(*) FROM t INNER JOIN u ON t.a = u.a GROUP BY a HAVING y",
        "on t.a = u.a -> removed": "SELECT COUNT(*) FILTER(WHERE x) FROM t INNER JOIN u ON TRUE GROUP BY a HAVING y",
        "having y -> removed": "SELECT COUNT(*) FILTER(WHERE x) FROM t INNER JOIN u ON t.a = u.a GROUP BY a",
    }),
    ("condition", "select a from t qualify row_number() over (order by a) = 1", {
        "qualify ROW_NUMBER() OVER (ORDER BY a) = 1 -> removed": "SELECT a FROM t",
    }),
    ("distinct", "select distinct a from t", {"select distinct -> select": "SELECT a FROM t"}),
    ("distinct", "select count(distinct a) from t", {"COUNT(DISTINCT a) -> without distinct": "SELECT COUNT(a) FROM t"}),
    ("default", "select coalesce(a, b, 0) from t", {"COALESCE(a, b, 0) -> last default removed": "SELECT COALESCE(a, b) FROM t"}),
    ("default", "select coalesce(a, 0) from t", {"COALESCE(a, 0) -> a": "SELECT a FROM t"}),
    ("branch", "select case when x then 1 when y then 2 else 3 end from t", {
        "when x then 1 -> removed": "SELECT CASE WHEN y THEN 2 ELSE 3 END FROM t",
        "when y then 2 -> removed": "SELECT CASE WHEN x THEN 1 ELSE 3 END FROM t",
    }),
    ("branch", "select case when x then a end from t", {"when x then a -> removed": "SELECT NULL FROM t"}),
    ("list", "select a from t where b in ('p', 'q')", {
        "b IN ('p', 'q') -> without 'p'": "SELECT a FROM t WHERE b IN ('q')",
        "b IN ('p', 'q') -> without 'q'": "SELECT a FROM t WHERE b IN ('p')",
    }),
    ("union", "select a from t union all select a from u", {"union all -> union": "SELECT a FROM t UNION SELECT a FROM u"}),
    ("union", "select a from t union select a from u", {"union -> union all": "SELECT a FROM t UNION ALL SELECT a FROM u"}),
    ("union", "select a from t union select a from u union select a from v", {
        "union -> union all": "SELECT a FROM t UNION SELECT a FROM u UNION ALL SELECT a FROM v",
    }),
    ("distinct", "select distinct a from t union select distinct a from u", {}),
    ("condition", "select a from t where true", {}),
    ("default", "select coalesce(a, error('no a')) from t", {}),
    ("window_edge", "select a from t where d between b and e", {
        "d BETWEEN b AND e -> low edge a day nearer": "SELECT a FROM t WHERE d BETWEEN (b) + 1 AND e",
        "d BETWEEN b AND e -> high edge a day nearer": "SELECT a FROM t WHERE d BETWEEN b AND (e) - 1",
        "d BETWEEN b AND e -> low edge a day farther": "SELECT a FROM t WHERE d BETWEEN (b) - 1 AND e",
        "d BETWEEN b AND e -> high edge a day farther": "SELECT a FROM t WHERE d BETWEEN b AND (e) + 1",
    }),
]  # fmt: skip


# Of each file the first change of the kind.
SAMPLE = [
    ("int_agencies", "min_max"),
    ("int_ahs_terms", "default"),
    ("int_course_enrollments", "and_or"),
    ("int_demographic_records", "order"),
    ("int_diplomas", "distinct"),
    ("int_employment_outcomes", "list"),
    ("int_employment_quarters", "number"),
    ("int_exit_cohorts", "window_edge"),
    ("int_exit_outcomes", "branch"),
    ("int_final_exits", "partition"),
    ("int_gains_1a", "order"),
    ("int_gains_1b", "comparison"),
    ("int_gains_1c", "window_edge"),
    ("int_gains_1d", "min_max"),
    ("int_gains_2", "condition"),
    ("int_gains_4", "branch"),
    ("int_gains_5", "number"),
    ("int_ielce_persons", "union"),
    ("int_members_table_3", "condition"),
    ("int_members_table_4b", "join"),
    ("int_participant_periods", "default"),
    ("int_person_agencies", "distinct"),
    ("int_pop_gains", "partition"),
    ("int_secondary_credential_outcomes", "window_edge"),
    ("int_stay_terms", "and_or"),
]

# The same of what LACES states have for themselves.
LACES_SAMPLE = [
    ("int_agency_records", "union"),
    ("int_course_enrollments", "and_or"),
    ("int_gains_3", "comparison"),
    ("int_gains_4", "condition"),
    ("int_laces__assessment_uses", "order"),
    ("int_laces__brought_forward_tests", "comparison"),
    ("int_laces__competency_diplomas", "comparison"),
    ("int_laces__hse_test_diplomas", "partition"),
    ("int_laces__service_spans", "min_max"),
    ("int_laces__shared_pre_tests", "order"),
    ("int_laces__test_chains", "and_or"),
    ("int_test_instances", "branch"),
]


# These are read by models of the reported year alone, whose tests ask for another one: `make mutants` compiles the project for it.
OF_THE_REPORTED_YEAR = {"seeds/rules/data_quality_rules.csv", "seeds/rules/finding_rules.csv", "seeds/rules/needed_periods.csv"}
# These hold no row that is judged as Florida's.
OF_LACES = {
    "seeds/rules/competency_diploma_requirements.csv", "seeds/rules/data_quality_rules.csv", "seeds/rules/hse_subtests.csv",
    "seeds/terminology/assessment_score_ranges.csv", "seeds/terminology/assessment_test_levels.csv", "seeds/terminology/post_test_rules.csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def unit_tests(compiled: CompiledProject) -> UnitTests:
    """The unit tests beside every model over empty extracts: they need the types of the columns only."""
    warehouse = MemoryWarehouse(compiled, threads=1)
    for name, columns in warehouse.extract_columns().items():
        warehouse.connection.execute(f"create table raw.{name} ({', '.join(f'{column} varchar' for column in columns)})")
    warehouse.build()
    return UnitTests(Project(compiled), warehouse)


@pytest.fixture(scope="module")
def laces_unit_tests(tmp_path_factory: pytest.TempPathFactory) -> UnitTests:
    """The same of a LACES state, which reads its extracts from files."""
    extracts = tmp_path_factory.mktemp("laces") / "extracts"
    generate_laces_extracts.generate(extracts, State.MS, students=STUDENTS, seed=SEED)
    compiled = compile_project(tmp_path_factory.mktemp("compiled"), State.MS.value, extracts).of_year(PROGRAM_YEAR)
    warehouse = MemoryWarehouse(compiled, threads=1)
    warehouse.build()
    return UnitTests(Project(compiled, state=State.MS), warehouse)


@pytest.mark.parametrize(("kind", "query", "expected"), CHANGES)
def test_each_kind_of_change_is_made_alone(kind: str, query: str, expected: dict[str, str]) -> None:
    found = {c.text.removeprefix("final select: "): c.mutated for c in sql_changes(query) if c.kind == kind}
    assert found == expected


def test_the_condition_in_force_is_one_thing_in_a_model_and_changed_inside_for_all() -> None:
    rule = "r.state in ('US', 'FL')\n    and t.y >= r.effective_from\n    and t.y <= coalesce(r.effective_to, 9999)"
    query = f"select a from t inner join r on t.c = r.c and {rule}"
    assert [c.mutated for c in sql_changes(query) if c.kind != "join"] == [
        "SELECT a FROM t INNER JOIN r ON r.state IN ('US', 'FL') AND t.y >= r.effective_from AND t.y <= COALESCE(r.effective_to, 9999)",
        "SELECT a FROM t INNER JOIN r ON t.c = r.c",
    ]
    changed = in_force_changes({"m": query, "without": "select 1"})
    assert [set(queries) for _, queries in changed] == [{"m"}] * len(IN_FORCE_CHANGES)
    last = "t.y <= coalesce(r.effective_to, 9999)"
    assert [queries["m"].split("t.c = r.c and ")[1] for _, queries in changed] == [
        f"t.y >= r.effective_from and {last}",
        f"r.state in ('US', 'FL') and {last}",
        f"r.state in ('US', 'FL') and t.y > r.effective_from and {last}",
        "r.state in ('US', 'FL') and t.y >= r.effective_from",
        "r.state in ('US', 'FL') and t.y >= r.effective_from and t.y < coalesce(r.effective_to, 9999)",
        "r.state in ('US', 'FL') and t.y >= r.effective_from and t.y <= r.effective_to",
    ]


def test_the_condition_in_force_is_found_in_the_models(unit_tests: UnitTests) -> None:
    assert [m.text for m in unit_tests.project.in_force_mutants() if len(m.queries) < 10] == []


def test_a_change_says_where_it_stands_and_equal_changes_are_told_apart() -> None:
    changes = sql_changes("with c as (\n    select a from t\n    where a > 1\n)\n\nselect a = 1 as x,\n    case when a = 1 then b end as y\nfrom c")
    assert [(c.line, c.text) for c in changes if c.kind == "comparison"] == [
        (3, "c: a > 1 -> a >= 1"),
        (6, "final select: a = 1 -> a <> 1"),
        (7, "final select: a = 1 -> a <> 1 (2)"),
    ]


def test_a_line_of_the_compiled_text_is_found_in_its_source() -> None:
    source = "select\n    {{ columns() }}\nfrom t\nwhere x"
    compiled = "select\n    a,\n    b\nfrom t\nwhere x"
    assert source_lines(source, compiled) == {1: 1, 2: 2, 3: 2, 4: 3, 5: 4}


def test_rows_of_a_seed_are_dropped_exchanged_and_moved_by_one() -> None:
    rows = [
        {"state": "FL", "code": "A", "maps_to": "x", "start": "12-31", "effective_from": "2016", "effective_to": ""},
        {"state": "US", "code": "B", "maps_to": "y", "start": "-1", "effective_from": "2016", "effective_to": "2020"},
        {"state": "MS", "code": "C", "maps_to": "y", "start": "2014-12-31", "effective_from": "2016", "effective_to": ""},
    ]
    a, b, c = rows
    rules = SeedRules(is_list=True, values=("maps_to",), amounts=("start",))
    changes = [(change.line, change.text, kept) for change, kept in seed_changes(rows, rules, ["FL", "US"])]
    assert changes == [
        (2, "FL, A, x: dropped", [b, c]),
        (2, "FL, A, x: maps_to x -> y", [a | {"maps_to": "y"}, b, c]),
        (2, "FL, A, x: start 12-31 -> 01-01", [a | {"start": "01-01"}, b, c]),
        (2, "FL, A, x: start 12-31 -> 12-30", [a | {"start": "12-30"}, b, c]),
        (2, "FL, A, x: effective_from 2016 -> 2017", [a | {"effective_from": "2017"}, b, c]),
        (3, "US, B, y: dropped", [a, c]),
        (3, "US, B, y: maps_to y -> x", [a, b | {"maps_to": "x"}, c]),
        (3, "US, B, y: start -1 -> 0", [a, b | {"start": "0"}, c]),
        (3, "US, B, y: start -1 -> -2", [a, b | {"start": "-2"}, c]),
        (3, "US, B, y: effective_from 2016 -> 2017", [a, b | {"effective_from": "2017"}, c]),
        (3, "US, B, y: effective_to 2020 -> 2021", [a, b | {"effective_to": "2021"}, c]),
        (3, "US, B, y: effective_to 2020 -> 2019", [a, b | {"effective_to": "2019"}, c]),
    ]
    of_another_state = [(change.line, change.text, kept) for change, kept in seed_changes(rows, SeedRules(amounts=("start",), has_years=False), ["MS"])]
    assert of_another_state == [
        (4, "MS, C, y: start 2014-12-31 -> 2015-01-01", [a, b, c | {"start": "2015-01-01"}]),
        (4, "MS, C, y: start 2014-12-31 -> 2014-12-30", [a, b, c | {"start": "2014-12-30"}]),
    ]


def test_the_years_of_a_seed_that_no_model_looks_up_by_the_year_are_not_changed() -> None:
    rows = [{"state": "FL", "code": "A", "effective_from": "2016", "effective_to": "2020"}]
    assert [c.text for c, _ in seed_changes(rows, SeedRules(is_list=True, has_years=False), ["FL"])] == ["FL, A: dropped"]


def test_a_switch_takes_the_next_of_the_words_of_its_unit() -> None:
    rows = [
        {"state": "FL", "parameter": "by", "value": "exit", "unit": "one of: entry, exit", "effective_from": "2016"},
        {"state": "FL", "parameter": "hours", "value": "10", "unit": "hours", "effective_from": "2016"},
        {"state": "FL", "parameter": "of", "value": "stay", "unit": "one of: stay", "effective_from": "2016"},
    ]
    rules = SeedRules(switches=("value",), amounts=("value",), has_years=False)
    assert [(c.kind, c.text, kept[c.line - 2]["value"]) for c, kept in seed_changes(rows, rules, ["FL"])] == [
        ("value", "FL, by: value exit -> entry", "entry"),
        ("amount", "FL, hours, hours: value 10 -> 11", "11"),
        ("amount", "FL, hours, hours: value 10 -> 9", "9"),
    ]


def test_what_runs_on_is_not_taken_for_found() -> None:
    with duckdb.connect() as connection:
        endless = "select count(*) from range(10000000) as a, range(10000000) as b where a.range + b.range = -1"
        with pytest.raises(TimeoutError, match=r"took over 0\.2 s"), limited(connection, seconds=0.2):
            judged(lambda: connection.execute(endless).fetchall())
        with limited(connection):
            assert judged(lambda: connection.execute("select error('found')").fetchall()) == "killed"


def verdict(text: str, outcome: str) -> Verdict:
    return Verdict("m.sql", 7, "join", text, outcome)


@pytest.mark.parametrize(("verdicts", "listed", "said"), [
    ([verdict("a", ALIVE)], set(), "survivor m.sql:7: join: a"),
    ([verdict("a", FAILED)], set(), "not judged m.sql:7: join: a: "),
    ([verdict("a", UNIT)], {("m.sql", "a")}, "stale m.sql: a: listed as equivalent, but killed or no mutant"),
    ([verdict("a", UNIT)], {("m.sql", "b")}, "stale m.sql: b: listed as equivalent, but killed or no mutant"),
    ([verdict("a", ALIVE)], {("n.sql", "a")}, "survivor m.sql:7: join: a"),
])  # fmt: skip
def test_a_run_is_clean_only_if_all_are_judged_and_what_is_alive_is_what_is_listed(
    capsys: pytest.CaptureFixture[str], verdicts: list[Verdict], listed: set[tuple[str, str]], said: str
) -> None:
    clean = [verdict("found", UNIT), verdict("equal", ALIVE), verdict("endless", FAILED), verdict("none", INVALID)]
    known = {("m.sql", "equal"), ("m.sql", "endless")}
    assert report(clean, known, {})
    assert not report(clean + verdicts, known | listed, {})
    assert said in capsys.readouterr().out.splitlines()


def test_the_share_touches_every_kind_and_every_listed_change() -> None:
    mutants = [Mutant("m.sql", 1, kind, f"{kind} {place}") for kind in ("join", "order") for place in range(SHARE + 1)]
    share = [mutant.text for mutant in share_of(mutants, {("m.sql", "order 2"), ("n.sql", "order 1")})]
    assert share == ["join 0", f"join {SHARE}", "order 0", "order 2", f"order {SHARE}"]


def test_a_base_model_reads_the_records_of_a_test_in_place_of_its_files() -> None:
    files = "select 'of the file' as a, 'of the file' as b"
    sql = f"with source as (\n    {files}\n),\n\ntrimmed as (\n    select a, b from source\n)\n\nselect a, b from trimmed"
    assert duckdb.sql(reading(sql, "select 'of the test' as a\n")).fetchall() == [("of the test", None)]


@pytest.mark.parametrize("seed", sorted(SEEDS.keys() - OF_THE_REPORTED_YEAR))
def test_the_first_change_of_a_seed_is_found_by_unit_tests(request: pytest.FixtureRequest, seed: str) -> None:
    tests: UnitTests = request.getfixturevalue("laces_unit_tests" if seed in OF_LACES else "unit_tests")
    mutant = tests.project.seed_mutants(seed)[0]
    assert tests.outcome(mutant)[0] == UNIT, mutant.text


@pytest.mark.parametrize(("judge", "model", "kind"), [("unit_tests", *each) for each in SAMPLE] + [("laces_unit_tests", *each) for each in LACES_SAMPLE])
def test_a_fixed_sample_is_found_by_unit_tests(request: pytest.FixtureRequest, judge: str, model: str, kind: str) -> None:
    tests: UnitTests = request.getfixturevalue(judge)
    mutant = next(m for m in tests.project.sql_mutants(f"intermediate.{model}") if m.kind == kind)
    assert tests.outcome(mutant)[0] == UNIT, mutant.text
