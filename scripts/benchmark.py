"""What a build costs: time and memory at several sizes, beside the floor (reading the files once) and the baseline (pandas, by hand).

Each size is measured in processes of their own, one after the other. The figures are written as JSON (one file a size), and with
them docs/benchmarks.md and its chart, which also say how to read them. Only for Linux and macOS: it asks the system for the peak memory.
"""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import duckdb
import typer
from contract import SAMPLES, State
from dbt_run import BUILD, PROJECT, dbt_command
from generate_extracts import SIZES, Agencies, generate
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from texts import literal

PROGRAM_YEAR = 2023
BASELINE_TABLES = ("1", "2", "2A", "3", "4")
# Who stands in the cells of those tables (and of 4C, which is counted with 4).
BASELINE_MEMBERS = ("int_members_table_1", "int_members_tables_2_2a", "int_members_table_3", "int_members_tables_4_4c")
# What those are made of and counted with; no tests.
TABLES_BUILD = (
    *BUILD, "--exclude-resource-type", "test",
    "--select", "+int_report_scopes", "+int_form_rollups", *(f"+{name}" for name in BASELINE_MEMBERS),
)  # fmt: skip
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "pandas", "numpy", "scipy")
# The baseline holds all it reads in memory: above this many participants a year it isn't run.
BASELINE_PARTICIPANTS = 500_000
# Another run is made only as long as all of one kind took less than this, in seconds.
ENOUGH = 120.0
# After a longer cold build, in seconds, there is no warm one: parsing is no part worth telling of what it would take.
LONG = 1_200.0
LINES_OF_AN_ERROR = 20
FLORIDA_SECONDS, SAMPLE_SECONDS, NATION_GB, TIMES_FLOOR, TIMES_FASTER = 60, 15, 16, 4, 10
TEMPLATES = PROJECT / "docs" / "site" / "bench"

Figures = dict[str, Any]


class BenchmarkError(Exception):
    """What keeps a benchmark from being one: a process that failed, or numbers that differ."""


@dataclass(frozen=True)
class Workload:
    """A size to measure: its name, and what to generate; without participants, the bundled sample.

    `memory_limit` is what the build's engine may take ("12GB"; None: as it finds the machine).
    """

    name: str
    participants: int | None = None
    agencies: Agencies | None = None
    memory_limit: str | None = None


# The nation is built as on a machine of 16 GB, of which the engine takes four fifths.
MEMORY_LIMITS = {"nation": f"{0.8 * NATION_GB:.1f}GB"}
WORKLOADS = {"sample": Workload("sample")} | {size.value: Workload(size.value, *shape, MEMORY_LIMITS.get(size.value)) for size, shape in SIZES.items()}


@dataclass(frozen=True)
class Run:
    """What a process took: wall and processor time in seconds, most memory at a time in GiB."""

    seconds: float
    cpu_seconds: float
    peak_gib: float


def measured(command: list[str], log: Path, environment: dict[str, str] | None = None) -> Run:
    """Run a command, with what it prints in the file `log`; raises BenchmarkError, with the end of that, where it fails.

    On Linux a child's peak begins with that of this process, which therefore leaves all that takes memory to others (`apart`).
    """
    began = time.perf_counter()
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=PROJECT, env=os.environ | (environment or {}), stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        last_lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES_OF_AN_ERROR:]
        raise BenchmarkError("\n".join([f"{' '.join(command[:3])} ... ended with {process.returncode}:", *last_lines]))
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 2**30)


def apart(function: Callable, *arguments: object) -> Any:
    """The result of a function called in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def repeated(run: Callable[[], Figures], runs: int) -> list[Figures]:
    """Up to `runs` runs, fewer where they are long, in the order of their time."""
    found: list[Figures] = []
    while len(found) < runs and (not found or sum(each["seconds"] for each in found) < ENOUGH):
        found.append(run())
    return sorted(found, key=lambda each: each["seconds"])


def median_of(runs: list[Figures]) -> Figures:
    """The run in the middle (of two, the faster) with the median of the times."""
    return runs[(len(runs) - 1) // 2] | {"seconds": statistics.median(each["seconds"] for each in runs), "runs": len(runs)}


def describe_extracts(folder: Path) -> Figures:
    """Records, MB and students (FLEIDs) of the CSV extracts in `folder`. Reads every file, so that the system has them at hand."""
    files = [file for file in folder.rglob("*.csv") if file.is_file()]
    with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
        options = {"header": True, "all_varchar": True, "delimiter": ",", "quotechar": '"', "escapechar": '"'}
        records = sum(connection.read_csv(str(file), **options).count("*").fetchone()[0] for file in files)
        courses = connection.read_csv([str(file) for file in files if "course_enrollments" in (file.stem, file.parent.name)], **options)
        students = courses.aggregate("count(distinct fleid)").fetchone()[0]
    return {"records": records, "mb": sum(file.stat().st_size for file in files) / 1e6, "students": students}


def describe_warehouse(warehouse: Path, cells: Path | None) -> Figures:
    """Participants of the state (Table 1), and how many cells the baseline's file has; raises BenchmarkError where one differs."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(
            "create temp view state_cells as select table_id, row_code, column_code, value from marts.nrs_cells "
            f"where program_year = {PROGRAM_YEAR} and scope = 'state'"
        )
        of_warehouse = {tuple(key): value for *key, value in connection.execute(f"from state_cells where table_id in {BASELINE_TABLES}").fetchall()}
        if cells:
            compare(of_warehouse, baseline_cells(connection, cells))
    return {"participants": of_warehouse["1", "total", "total"], "warehouse_mb": warehouse.stat().st_size / 1e6}


def baseline_cells(connection: duckdb.DuckDBPyConnection, cells: Path) -> dict[tuple[str, ...], float | None]:
    """Value by table, row and column, from the file that the baseline wrote."""
    types = "{'table_id': 'varchar', 'row_code': 'varchar', 'column_code': 'varchar', 'value': 'double'}"
    found = connection.execute(f"from read_csv({literal(cells)}, header = true, columns = {types})").fetchall()
    return {tuple(key): value for *key, value in found}


def compare(of_warehouse: dict[tuple[str, ...], float | None], of_baseline: dict[tuple[str, ...], float | None]) -> None:
    """Raises BenchmarkError where a cell is not in both, or differs."""
    different = [key for key in of_warehouse.keys() | of_baseline.keys() if not is_same(of_warehouse.get(key, "no cell"), of_baseline.get(key, "no cell"))]
    if different:
        raise BenchmarkError(f"The baseline and the warehouse differ in {len(different)} cells, first {min(different)}: nothing to compare.")


def is_same(one: object, other: object) -> bool:
    """Equal cells, sums of hours as near as binary fractions come."""
    return math.isclose(one, other, rel_tol=1e-9) if isinstance(one, float) and isinstance(other, float) else one == other


def layer_of(node: Figures) -> str:
    """The layer of a node of dbt's manifest: the folder of a model, or what else it is."""
    if node["resource_type"] != "model":
        return {"test": "data tests", "seed": "seeds", "operation": "check of the files"}.get(node["resource_type"], node["resource_type"])
    folders = Path(node["original_file_path"]).parts[1:-1]
    if folders[0] == "staging":
        return "staging, base" if folders[-1] == "base" else "staging, other"
    return folders[1] if folders[0] == "intermediate" else folders[0]


def nodes_of(target: Path) -> Figures:
    """Of dbt's last run: seconds a node (`nodes`) and a layer (`layers`), each on its own thread, and from the first to the last (`span`)."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    # Listed too: what was skipped, and exposures where a run has them.
    results = [result for result in results if result["timing"] and result["unique_id"] in manifest["nodes"]]
    times = [datetime.fromisoformat(each[moment]) for result in results for each in result["timing"] for moment in ("started_at", "completed_at")]
    nodes = {result["unique_id"]: result["execution_time"] for result in results}
    layers: Counter[str] = Counter()
    for name, seconds in nodes.items():
        layers[layer_of(manifest["nodes"][name])] += seconds
    return {"nodes": nodes, "layers": dict(layers.most_common()), "span": (max(times) - min(times)).total_seconds()}


def measure_build(extracts: Path | None, work: Path, arguments: tuple[str, ...], is_cold: bool, memory_limit: str | None = None) -> Figures:
    """One build into work/nrs.duckdb. Cold: dbt parses the whole project; warm: what the last run in `work` has parsed was kept."""
    warehouse, parsed = work / "nrs.duckdb", work / "parsed.pickle"
    warehouse.unlink(missing_ok=True)
    if is_cold:
        # dbt's own partial parse stands in the target folder.
        shutil.rmtree(work / "target", ignore_errors=True)
        parsed.unlink(missing_ok=True)
    environment = {"NRS_WAREHOUSE": str(warehouse)} | ({"NRS_MEMORY_LIMIT": memory_limit} if memory_limit else {})
    run = measured(dbt_command(list(arguments), work, extracts, PROGRAM_YEAR, parsed=parsed), work / "build.log", environment)
    nodes = nodes_of(work / "target")
    return asdict(run) | nodes | {"dbt_itself": run.seconds - nodes["span"]}


def measure_tables(extracts: Path | None, work: Path, cells: Path | None) -> Figures:
    """One build, warm, of no more than the tables of the baseline are made of, with the time of counting the state's cells of them."""
    build = measure_build(extracts, work, TABLES_BUILD, is_cold=False)
    return build | {"seconds": build["seconds"] + apart(count_cells, work / "nrs.duckdb", cells)}


def count_cells(warehouse: Path, cells: Path | None) -> float:
    """Seconds that it takes to count the state's cells of the baseline's tables; raises BenchmarkError where one differs from the baseline's."""
    members = " union all ".join(f"from intermediate.{name} where program_year = {PROGRAM_YEAR} and table_id in {BASELINE_TABLES}" for name in BASELINE_MEMBERS)
    began = time.perf_counter()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            f"""
            select members.table_id, rollups.row_code, rollups.column_code, coalesce(sum(members.amount), count(*))::double
            from ({members}) as members
            inner join intermediate.int_person_scopes as scopes on members.person_key = scopes.person_key and scopes.scope = 'state'
            inner join intermediate.int_form_rollups as rollups
                on (members.table_id, members.row_code, members.column_code) = (rollups.table_id, rollups.member_row_code, rollups.member_column_code)
            group by all
            """
        ).fetchall()
        seconds = time.perf_counter() - began
        if cells:
            counted = {tuple(key): value for *key, value in found}
            compare(counted, {key: value for key, value in baseline_cells(connection, cells).items() if key in counted})
    return seconds


def measure_script(script: str, extracts: Path, to: Path) -> Figures:
    """One run of the floor or the baseline, which writes the file `to`."""
    to.unlink(missing_ok=True)
    return asdict(measured([sys.executable, str(PROJECT / "scripts" / script), str(extracts), str(to)], to.with_suffix(".log")))


def extracts_of(workload: Workload, data: Path) -> Path | None:
    """The folder of a size's extracts below `data`, generated unless it is there; None for the bundled sample."""
    if workload.participants is None:
        return None
    folder = data / workload.name
    if not folder.exists():
        unfinished = data / f"{workload.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        apart(_generate, unfinished, workload)
        unfinished.rename(folder)
    return folder


def _generate(folder: Path, workload: Workload) -> None:
    generate(folder, participants=workload.participants, agencies=workload.agencies)


def measure(workload: Workload, data: Path, work: Path, runs: int, build: tuple[str, ...] = BUILD) -> Figures:
    """Every figure of one size; `work` is a folder for what is built, `build` the arguments of dbt."""
    extracts = extracts_of(workload, data)
    folder = extracts or SAMPLES[State.FL]
    load = os.getloadavg()[0]
    figures: Figures = {"name": workload.name, "load_before": load, "memory_limit": workload.memory_limit, **apart(describe_extracts, folder)}
    figures["floor"] = median_of(repeated(lambda: measure_script("floor_duckdb.py", folder, work / "floor.duckdb"), runs))
    (work / "floor.duckdb").unlink()
    has_baseline = (workload.participants or 0) <= BASELINE_PARTICIPANTS
    cells = work / "baseline.csv" if has_baseline else None
    figures["baseline"] = median_of(repeated(lambda: measure_script("baseline_pandas.py", folder, cells), runs)) if cells else None

    def builds(is_cold: bool) -> Figures:
        return median_of(repeated(lambda: measure_build(extracts, work, build, is_cold, workload.memory_limit), runs))

    figures["cold"] = builds(is_cold=True)
    is_long = figures["cold"]["seconds"] >= LONG
    figures["tables"] = None if is_long else median_of(repeated(lambda: measure_tables(extracts, work, cells), runs))
    figures["warm"] = None if is_long else builds(is_cold=False)
    return figures | apart(describe_warehouse, work / "nrs.duckdb", cells)


def machine() -> Figures:
    """What the figures were measured on; nothing that says where."""
    model = platform.processor() or "unknown"
    if (cpuinfo := Path("/proc/cpuinfo")).exists():
        model = next((line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")), model)
    try:
        release = platform.freedesktop_os_release()
        system = f"{release['NAME']} {release.get('VERSION_ID', '')}".strip()
    except OSError:
        system = f"{platform.system()} {platform.release()}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model, "cores": cores, "memory_gib": round(memory), "system": system, "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }  # fmt: skip


def goals(sizes: dict[str, Figures]) -> list[Figures]:
    """The goals, what was measured of each, and whether it is met (None: not measured). Builds are cold but where it says so."""
    sample, florida, nation = (sizes.get(name) for name in ("sample", "florida", "nation"))

    def goal(text: str, of: Figures | None, value: Callable[[Figures], float], is_met: Callable[[float], bool], shown: str) -> Figures:
        found = value(of) if of else None
        return {"goal": text, "measured": "not measured" if found is None else shown.format(found), "is_met": None if found is None else is_met(found)}

    def over_floor(of: Figures) -> float:
        return of["cold"]["seconds"] / of["floor"]["seconds"]

    def faster(of: Figures) -> float:
        return of["baseline"]["seconds"] / of["cold"]["seconds"]

    def seconds(of: Figures) -> float:
        return of["cold"]["seconds"]

    def warm_seconds(of: Figures) -> float:
        return of["warm"]["seconds"]

    def peak(of: Figures) -> float:
        return of["cold"]["peak_gib"] * 2**30 / 1e9

    return [
        goal(f"Florida: at most {TIMES_FLOOR} times the floor", florida, over_floor, lambda found: found <= TIMES_FLOOR, "{:.1f} times"),
        goal(f"Florida: under {FLORIDA_SECONDS} s", florida, seconds, lambda found: found < FLORIDA_SECONDS, "{:.0f} s"),
        goal(f"Florida: at least {TIMES_FASTER} times faster than the baseline", florida, faster, lambda found: found >= TIMES_FASTER, "{:.1f} times"),
        goal(f"The nation: within {NATION_GB} GB of memory", nation, peak, lambda found: found <= NATION_GB, "{:.1f} GB"),
        goal(f"The sample: under {SAMPLE_SECONDS} s, dbt's own start included", sample, seconds, lambda found: found < SAMPLE_SECONDS, "{:.1f} s"),
        goal("The same, warm", sample, warm_seconds, lambda found: found < SAMPLE_SECONDS, "{:.1f} s"),
    ]


def write_report(sizes: list[Figures], where: Figures, day: date, docs: Path) -> None:
    """Write docs/benchmarks.md and docs/benchmarks.svg from the figures of the sizes, in the order of their students."""
    sizes = sorted(sizes, key=lambda each: each["students"])
    layers = list({layer: None for each in reversed(sizes) for layer in each["cold"]["layers"]})
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["svg.j2"]), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    docs.mkdir(parents=True, exist_ok=True)
    shown = {"sizes": sizes, "layers": layers, "machine": where, "day": day, "goals": goals({each["name"]: each for each in sizes})}
    for name in ("benchmarks.md", "benchmarks.svg"):
        (docs / name).write_text(templates.get_template(f"{name}.j2").render(shown), encoding="utf-8", newline="\n")


def benchmark(workloads: list[Workload], data: Path, results: Path, docs: Path, runs: int, build: tuple[str, ...] = BUILD) -> list[Figures]:
    """Measure the workloads, the smallest first, and write their figures and the report.

    Args:
        workloads: What to measure.
        data: Folder of generated extracts, one folder a size; what is there is used, the rest is generated.
        results: Folder for NAME.json; figures of other sizes that stand there, of the same machine and versions, go into the report too.
        docs: Folder for benchmarks.md and benchmarks.svg.
        runs: Most runs of a kind; fewer where they take long.
        build: Arguments of dbt.

    Returns:
        The figures in the report: times in seconds, memory in GiB, sizes in MB.

    Raises:
        BenchmarkError: A process failed, or the baseline's numbers are not the warehouse's.
    """
    where, day = machine(), datetime.now(UTC).date()
    results.mkdir(parents=True, exist_ok=True)
    for workload in sorted(workloads, key=lambda each: each.participants or 0):
        # A folder of its own: another benchmark into the same results takes nothing away.
        with TemporaryDirectory(prefix=f"{workload.name}-", dir=results) as work:
            figures = measure(workload, data, Path(work), runs, build)
        (results / f"{workload.name}.json").write_text(json.dumps({"machine": where, "day": str(day), **figures}, indent=1), encoding="utf-8")
    found = [json.loads(file.read_text(encoding="utf-8")) for file in results.glob("*.json")]
    found = [each for each in found if each["machine"] == where]
    write_report(found, where, day, docs)
    return found


def main(
    size: Annotated[list[str], typer.Option(help=f"A size to measure: {', '.join(WORKLOADS)}. May be given several times.")] = ["sample", "county", "florida"],  # noqa: B006
    data: Annotated[Path, typer.Option(help="Folder of generated extracts, one folder a size.")] = PROJECT / "target" / "bench" / "extracts",
    results: Annotated[Path, typer.Option(help="Folder for the raw figures.")] = PROJECT / "target" / "bench",
    docs: Annotated[Path, typer.Option(help="Folder for benchmarks.md and benchmarks.svg.")] = PROJECT / "docs",
    runs: Annotated[int, typer.Option(min=1, help="Most runs of a kind; fewer where they take long.")] = 3,
) -> None:
    """Measure builds of several sizes beside the floor and the baseline, and write docs/benchmarks.md."""
    if unknown := [name for name in size if name not in WORKLOADS]:
        raise typer.BadParameter(f"{', '.join(unknown)} is no size. Sizes: {', '.join(WORKLOADS)}.")
    try:
        benchmark([WORKLOADS[name] for name in size], data.resolve(), results.resolve(), docs, runs)
    except BenchmarkError as error:
        typer.echo(f"No report was written. {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"Wrote {docs / 'benchmarks.md'} and {docs / 'benchmarks.svg'}; raw figures in {results}.")


if __name__ == "__main__":
    typer.run(main)
