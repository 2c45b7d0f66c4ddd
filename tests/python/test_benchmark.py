"""The benchmark runs from end to end, on a size that shows nothing but that. No time is asserted anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import benchmark
import duckdb
import pytest
from floor_duckdb import column_types, floor
from generate_extracts import Agencies
from harness import PROJECT

TINY = benchmark.Workload("tiny", 30, Agencies(1, 1, 0))
# Without data tests, and no further than the cells: enough for the report.
SHORT_BUILD = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test", "--select", "+nrs_cells")


def test_benchmark_measures_a_size_and_writes_its_report(tmp_path: Path) -> None:
    (figures,) = benchmark.benchmark([TINY], tmp_path / "data", tmp_path / "results", tmp_path / "docs", runs=1, build=SHORT_BUILD)
    written = json.loads((tmp_path / "results" / "tiny.json").read_text(encoding="utf-8"))
    assert written == figures
    for run in ("floor", "baseline", "cold", "tables", "warm"):
        assert figures[run]["seconds"] > 0 and figures[run]["peak_gib"] > 0, run
    assert {"seeds", "staging, base", "population", "gains", "marts"} <= figures["cold"]["layers"].keys()
    assert figures["cold"]["seconds"] >= figures["cold"]["span"] > 0
    assert figures["participants"] > 0
    report = (tmp_path / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert f"| tiny | {figures['participants']:,.0f} | {figures['students']:,} | {figures['records']:,} |" in report
    assert "| Florida: under 60 s | not measured | - |" in report
    chart = ElementTree.parse(tmp_path / "docs" / "benchmarks.svg").getroot()
    assert len(chart.findall("{http://www.w3.org/2000/svg}rect")) == 6
    assert [file.name for file in (tmp_path / "results").iterdir()] == ["tiny.json"]


def test_nodes_are_summed_by_layer_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    model, seed = {"resource_type": "model", "original_file_path": "models/intermediate/gains/int_gains_2.sql"}, {"resource_type": "seed"}
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": {"model.a": model, "model.b": model, "seed.c": seed}}), encoding="utf-8")
    results = [
        {
            "unique_id": name,
            "execution_time": seconds,
            "timing": [{"started_at": f"2026-01-01T00:00:{start}Z", "completed_at": f"2026-01-01T00:00:{start + seconds}Z"}],
        }
        for name, start, seconds in (("seed.c", 10, 1), ("model.a", 11, 4), ("model.b", 12, 5), ("exposure.d", 50, 1))
    ]
    skipped = {"unique_id": "model.b", "execution_time": 0, "timing": []}
    (tmp_path / "run_results.json").write_text(json.dumps({"results": [*results, skipped]}), encoding="utf-8")
    expected = {"nodes": {"seed.c": 1, "model.a": 4, "model.b": 5}, "layers": {"gains": 9, "seeds": 1}, "span": 7}
    assert benchmark.nodes_of(tmp_path) == expected


def test_a_baseline_with_other_numbers_is_no_comparison(tmp_path: Path) -> None:
    warehouse, cells = tmp_path / "nrs.duckdb", tmp_path / "the baseline's.csv"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.nrs_cells as select 2023 as program_year, 'state' as scope, '1' as table_id, 'total' as row_code, 'total' as column_code, "
            "3.0::double as value union all select 2023, 'state', '4', 'total', 'O', null"
        )
    cells.write_text("table_id,row_code,column_code,value\n1,total,total,3.0\n4,total,O,\n", encoding="utf-8")
    assert benchmark.describe_warehouse(warehouse, cells)["participants"] == 3
    for wrong in ("1,total,total,4.0\n4,total,O,\n", "1,total,total,3.0\n4,total,O,0.0\n", "1,total,total,3.0\n"):
        cells.write_text(f"table_id,row_code,column_code,value\n{wrong}", encoding="utf-8")
        with pytest.raises(benchmark.BenchmarkError, match="differ in 1 cells"):
            benchmark.describe_warehouse(warehouse, cells)


def test_a_process_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(benchmark.BenchmarkError, match=r"(?s)ended with 1:\n.*Invalid Input Error"):
        benchmark.measure_script("floor_duckdb.py", tmp_path / "nothing", tmp_path / "floor.duckdb")


@pytest.mark.parametrize(
    ("florida", "expected"),
    [
        ({"floor": 15.0, "baseline": 600.0, "cold": 59.9}, [True, True, True]),
        ({"floor": 14.9, "baseline": 590.0, "cold": 60.0}, [False, False, False]),
    ],
)
def test_goals_say_what_is_met(florida: dict[str, float], expected: list[bool]) -> None:
    sizes = {"florida": {name: {"seconds": seconds, "peak_gib": 1.0} for name, seconds in florida.items()}}
    assert [goal["is_met"] for goal in benchmark.goals(sizes)] == [*expected, None, None, None]


def test_the_sample_is_held_to_its_goal_cold_and_warm() -> None:
    sample = {"cold": {"seconds": 15.0}, "warm": {"seconds": 14.9}}
    assert [(goal["measured"], goal["is_met"]) for goal in benchmark.goals({"sample": sample})][-2:] == [("15.0 s", False), ("14.9 s", True)]


def test_floor_types_every_column_of_every_extract(tmp_path: Path) -> None:
    rows = floor(PROJECT / "seeds" / "extracts", tmp_path / "floor.duckdb")
    sample = {name: PROJECT / "seeds" / "extracts" / f"{name}.csv" for name in column_types()}
    with duckdb.connect(str(tmp_path / "floor.duckdb")) as connection:
        types = {name: dict(connection.execute(f"select column_name, column_type from (describe {name})").fetchall()) for name in sample}
        assert {name: list(columns) for name, columns in types.items()} == {name: list(columns) for name, columns in column_types().items()}
        assert types["course_enrollments"]["entry_date"] == "DATE"
        assert types["course_enrollments"]["section_hours"] == "DECIMAL(18,6)"
        assert types["course_enrollments"]["agency_id"] == "VARCHAR"
        assert rows == sum(connection.read_csv(str(file), header=True, all_varchar=True).count("*").fetchone()[0] for file in sample.values())
        assert connection.execute("select count(*) from demographics where fleid like ' %' or fleid = ''").fetchone() == (0,)
