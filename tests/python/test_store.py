"""The store of builds: whatever ends a run, at whatever moment, the warehouse in place is one whole build.

The store's own steps are tried one by one on small prepared files: at each file-system step the process dies, or the
disk is full. The commands are then run for real, on a small folder of extracts, and killed.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import nrs
import pytest
import typer
import yaml
from build_files import PERSON_IDS, columns_with_people, stop_findings, write_published
from building import refuse_another_state
from contract import State
from generate_extracts import generate
from harness import PROJECT, read_table, write_table
from jinja2 import Template
from nrs import build_row, told_plainly, warehouse_path
from rich.console import Console
from store import FORMS, PUBLISHED, WAREHOUSE, Build, Store, StoreError
from test_docs_complete import PERSON_WORDS
from typer.testing import CliRunner

# Steps that change a file system, as Python's audit events name them (replace is a rename, unlink a remove).
STEPS = {"os.rename", "os.symlink", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"}
WRITES = os.O_WRONLY | os.O_RDWR
COMPLETED, DIED, REFUSED, SURVIVED, BROKE = 0, 9, 3, 4, 2

# One for all: hundreds of small files are opened.
READER = duckdb.connect()

KILLS = int(os.environ.get("NRS_KILLS", "3"))


# The store's steps, on small files


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A run in the background ignores Ctrl-C, and so would what it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Small warehouses that know their name: old, new, found."""
    folder = tmp_path_factory.mktemp("files")
    for name in ("older", "old", "new", "found"):
        with duckdb.connect() as connection:
            connection.execute(f"attach '{folder / name}' as file (block_size 16384)")
            connection.execute(f"create table file.name as select '{name}' as name")
    return {file.name: file for file in folder.iterdir()}


@pytest.fixture(autouse=True)
def no_wait_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls the plug here; the steps remain, and are counted where they are tried."""
    monkeypatch.setattr(os, "fsync", lambda opened: None)


def put(store: Store, file: Path, second: int, label: str | None = None, keep: int = 5, stops: int = 0, facts: dict | None = None) -> Build:
    """Place a prepared file, as built in that second of a day."""
    with store.new_build(label) as work:
        shutil.copy(file, work.folder / WAREHOUSE)
        (work.folder / PUBLISHED).write_text(file.name, encoding="utf-8")
        (work.folder / FORMS / "2023").mkdir(parents=True)
        (work.folder / FORMS / "2023" / "nrs_table_1.csv").write_text(file.name, encoding="utf-8")
        manifest = {"build": facts or {"program_year": 2023}, "checks": {"stop_findings": stops}}
        return store.place(replace(work, id=f"20240101T0000{second:02d}Z-000000"), manifest, label, keep)


def in_place(store: Store) -> str | None:
    """The name that a reader finds in the warehouse; None where there is none."""
    if not store.warehouse.exists():
        return None
    READER.execute(f"attach '{store.warehouse}' as found (read_only)")
    try:
        return READER.execute("select name from found.name").fetchall()[0][0]
    finally:
        READER.execute("detach found")


def put_in_place_of_two(store: Store, files: dict[str, Path]) -> None:
    put(store, files["new"], 30, label="second", keep=1)


def label_old(store: Store, files: dict[str, Path]) -> None:
    store.label("20240101T000020Z-000000", "second")


def restore_older(store: Store, files: dict[str, Path]) -> None:
    store.restore("first")


@dataclass(frozen=True)
class Change:
    """A change of a store: how the store is before, what is done, and which names may be in place before and after it."""

    before: Callable[[Store, dict[str, Path]], None]
    change: Callable[[Store, dict[str, Path]], None]
    old: str | None
    new: str


def three_builds(store: Store, files: dict[str, Path]) -> None:
    put(store, files["older"], 10, label="first")
    put(store, files["found"], 15)
    put(store, files["old"], 20)


def nothing(store: Store, files: dict[str, Path]) -> None:
    store.folder.mkdir()


def a_file_of_an_earlier_version(store: Store, files: dict[str, Path]) -> None:
    store.folder.mkdir()
    shutil.copy(files["found"], store.warehouse)
    store.warehouse.with_name(f"{WAREHOUSE}.wal").write_bytes(b"")
    (store.forms / "2023").mkdir(parents=True)
    (store.forms / "2023" / "nrs_table_1.csv").write_text("found", encoding="utf-8")


CHANGES = {
    "build over others": Change(three_builds, put_in_place_of_two, "old", "new"),
    "first build": Change(nothing, put_in_place_of_two, None, "new"),
    "build over a file that was found": Change(a_file_of_an_earlier_version, put_in_place_of_two, "found", "new"),
    "label": Change(three_builds, label_old, "old", "old"),
    "restore": Change(three_builds, restore_older, "old", "older"),
}


def try_with_fate(act: Callable[[], None], step: int, fate: Callable[[], None]) -> int:
    """Do something in a process of its own that meets its fate before its `step`-th step on the file system; returns how it ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1
        if steps == step:
            fate()

    def hear(event: str, arguments: tuple) -> None:
        if event in STEPS or (event == "open" and arguments[2] & WRITES):
            count()

    code = BROKE
    try:
        os.fsync = lambda opened: count()
        sys.addaudithook(hear)
        act()
        code = COMPLETED if steps < step else SURVIVED
    except (OSError, StoreError):
        code = REFUSED
    finally:
        os._exit(code)


def disk_is_full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


FATES = {"dies": lambda: os._exit(DIED), "finds the disk full": disk_is_full}


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("name", CHANGES)
def test_at_every_step_the_store_is_whole(name: str, fate: str, files: dict[str, Path], tmp_path: Path) -> None:
    change = CHANGES[name]
    before = Store(tmp_path / "before" / WAREHOUSE)
    change.before(before, files)
    seen = set()
    for step in range(1, 1000):
        store = Store(tmp_path / str(step) / WAREHOUSE)
        shutil.copytree(before.folder, store.folder, symlinks=True)
        ended = try_with_fate(lambda store=store: change.change(store, files), step, FATES[fate])
        if ended == COMPLETED:
            break
        assert ended in {"dies": {DIED}, "finds the disk full": {REFUSED, SURVIVED}}[fate], step
        found = in_place(store)
        seen.add(found)
        assert found in {change.old, change.new}, step
        assert [build.id for build in store.builds() if build.manifest() and build.differences()] == [], step
        # The next run needs no help, and leaves nothing of the one before.
        put(store, files["new"], 40)
        assert in_place(store) == "new"
        assert list(store.folder.glob(".build-*")) == []
        assert store.forms.joinpath("2023", "nrs_table_1.csv").read_text(encoding="utf-8") == store.published.read_text(encoding="utf-8") == "new"
        if change.before is three_builds:
            assert (store.find("first").folder / WAREHOUSE).exists()
        if change.old == "found":
            (kept,) = [build for build in store.builds() if build.manifest() is None]
            assert (kept.folder / WAREHOUSE).read_bytes() == files["found"].read_bytes()
            assert (kept.folder / FORMS / "2023" / "nrs_table_1.csv").exists()
        shutil.rmtree(store.folder)
    # Enough steps to have been there before and after the switch.
    assert step > 5
    assert seen == {change.old, change.new}


def test_the_last_builds_and_labelled_ones_are_kept(files: dict[str, Path], tmp_path: Path) -> None:
    store = Store(tmp_path / WAREHOUSE)
    put(store, files["older"], 10, label="first")
    for second in (20, 30, 40):
        put(store, files["old"], second, keep=2)
    assert [build.id[13:15] for build in store.builds()] == ["10", "30", "40"]
    assert [build.labels for build in store.builds()] == [("first",), (), ()]
    # An older one that was put back in place stays beside the last ones.
    store.restore("20240101T000030Z-000000")
    with store.new_build():
        assert in_place(store) == "old"
    store._prune(1, tmp_path)
    assert [build.id[13:15] for build in store.builds()] == ["10", "30", "40"]
    put(store, files["new"], 50, keep=1)
    assert [build.id[13:15] for build in store.builds()] == ["10", "50"]


def test_files_of_a_finished_build_are_read_only_and_the_owners(files: dict[str, Path], tmp_path: Path) -> None:
    old_mask = os.umask(0o022)
    try:
        build = put(Store(tmp_path / WAREHOUSE), files["old"], 10)
    finally:
        os.umask(old_mask)
    modes = {path.relative_to(build.folder).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in [build.folder, *build.folder.rglob("*")]}
    # Others may pass through the folder to the published file, and list nothing.
    assert modes.pop(".") == 0o711
    assert modes.pop(PUBLISHED) == 0o444
    assert modes.pop("forms") == modes.pop("forms/2023") == 0o700
    assert set(modes) == {WAREHOUSE, "manifest.json", "forms/2023/nrs_table_1.csv"}
    assert set(modes.values()) == {0o400}


@pytest.mark.parametrize("label", ["", ".hidden", "a/b", "-x", "a b", "é", "a" * 65, "20240101T000020Z-000000", "20240101T000020Z-unmanaged"])
def test_unsafe_label_is_refused(label: str, files: dict[str, Path], tmp_path: Path) -> None:
    store = Store(tmp_path / WAREHOUSE)
    build = put(store, files["old"], 10)
    with pytest.raises(StoreError, match="can't be a label"):
        store.label(build.id, label)
    assert store.find(build.id).labels == ()


def test_label_that_is_taken_is_refused_before_the_build(files: dict[str, Path], tmp_path: Path) -> None:
    store = Store(tmp_path / WAREHOUSE)
    put(store, files["old"], 10, label="october-2024")
    with pytest.raises(StoreError, match=r"'october-2024' is taken by build 20240101T000010Z"), store.new_build("october-2024"):
        pytest.fail("the build began")
    assert store.find("october-2024").is_current


def test_damaged_build_is_shown_built_over_and_not_restored(files: dict[str, Path], tmp_path: Path) -> None:
    """Garbage in the file in place: nothing of it is read by the next build."""
    store = Store(tmp_path / WAREHOUSE)
    damaged = put(store, files["old"], 10)
    (damaged.folder / WAREHOUSE).chmod(0o600)
    (damaged.folder / WAREHOUSE).write_bytes(b"\x00garbage" * 999)
    (damaged.folder / FORMS / "2023" / "nrs_table_1.csv").unlink()
    (damaged.folder / "notes.txt").touch()
    assert damaged.differences() == ["forms/2023/nrs_table_1.csv missing", "notes.txt new", "nrs.duckdb changed"]
    put(store, files["new"], 20)
    assert in_place(store) == "new"
    with pytest.raises(StoreError, match=r"not as it was built: .*nrs.duckdb changed"):
        store.restore(damaged.id)
    assert in_place(store) == "new"


def test_damaged_manifest_is_shown_and_built_over(files: dict[str, Path], tmp_path: Path) -> None:
    store = Store(tmp_path / WAREHOUSE)
    damaged, _ = put(store, files["old"], 10), put(store, files["new"], 20)
    (damaged.folder / "manifest.json").chmod(0o600)
    (damaged.folder / "manifest.json").write_text('{"build": {"sta', encoding="utf-8")
    refuse_another_state(store, State.FL)
    assert "manifest.json of build 20240101T000010Z-000000 can't be read" in build_row(damaged)[-1]
    with pytest.raises(StoreError, match=r"can't be read .*Choose another build"):
        store.restore(damaged.id)
    assert in_place(store) == "new"


def test_warehouse_with_its_log_beside_it_is_not_placed(files: dict[str, Path], tmp_path: Path) -> None:
    """Readers open it through a link, and would miss the log."""
    store = Store(tmp_path / WAREHOUSE)
    with store.new_build() as work:
        shutil.copy(files["old"], work.folder / WAREHOUSE)
        (work.folder / f"{WAREHOUSE}.wal").touch()
        with pytest.raises(StoreError, match=r"not written to its end: nrs\.duckdb\.wal"):
            store.place(work, {})
    assert store.current_id() is None


def test_links_and_folders_of_others_are_refused(files: dict[str, Path], tmp_path: Path) -> None:
    elsewhere, copied = Store(tmp_path / "elsewhere" / WAREHOUSE), Store(tmp_path / "copied" / WAREHOUSE)
    elsewhere.folder.mkdir()
    elsewhere.warehouse.symlink_to(files["old"])
    put(copied, files["old"], 10)
    shutil.copytree(copied.folder, tmp_path / "without_links")
    for store, said in ((elsewhere, "not into the store"), (Store(tmp_path / "without_links" / WAREHOUSE), "copied without its links")):
        with pytest.raises(StoreError, match=said), store.new_build():
            pytest.fail("the build began")
    assert os.readlink(elsewhere.warehouse) == str(files["old"])


@pytest.mark.parametrize("place", ["nrs", "nrs_published"])
def test_folders_of_others_stay_where_they_are(place: str, files: dict[str, Path], tmp_path: Path) -> None:
    """A folder under the warehouse's or the published file's name, and what stands beside it under names of ours."""
    for folder in (place, "forms", ".build-cache", "builds/web"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "manifest.json").write_text("theirs", encoding="utf-8")
    store = Store(tmp_path / "nrs")
    for said, away in ((rf"{place} is a folder, and a file belongs there", place), ("forms belongs to no warehouse", "forms")):
        with pytest.raises(StoreError, match=said), store.new_build():
            pytest.fail("the build began")
        (tmp_path / away).rename(tmp_path / f"{away}_moved")
    for second in (10, 20):
        put(store, files["new"], second, keep=1)
    assert [build.id[13:15] for build in store.builds()] == ["20"]
    for folder in (f"{place}_moved", "forms_moved", ".build-cache", "builds/web"):
        assert (tmp_path / folder / "manifest.json").read_text(encoding="utf-8") == "theirs"


def test_empty_variable_names_no_warehouse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NRS_WAREHOUSE", raising=False)
    unset = warehouse_path(State.MS)
    monkeypatch.setenv("NRS_WAREHOUSE", "")
    assert warehouse_path(State.MS) == unset == PROJECT / "warehouse" / "ms" / "nrs.duckdb"
    outputs = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))["nrs"]["outputs"]
    paths = [Template(outputs[target]["path"]).render(env_var=os.environ.get) for target in ("dev", "current")]
    assert paths == ["target/dev.duckdb", "warehouse/nrs.duckdb"]


READ_NAME = "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).execute('select name from name').fetchall()[0][0])"


def test_open_reader_keeps_the_old_build_and_a_new_one_sees_the_new(files: dict[str, Path], tmp_path: Path) -> None:
    store = Store(tmp_path / WAREHOUSE)
    put(store, files["old"], 10)
    with duckdb.connect(str(store.warehouse), read_only=True) as reader:
        # Even the file that it reads is removed (keep=1).
        put(store, files["new"], 20, keep=1)
        assert [build.id[13:15] for build in store.builds()] == ["20"]
        assert reader.execute("select name from name").fetchall() == [("old",)]
        new = subprocess.run([sys.executable, "-c", READ_NAME, str(store.warehouse)], capture_output=True, text=True, check=True)
        assert new.stdout == "new\n"


# What a build holds, on small databases


def small_warehouse(file: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(file))
    connection.execute("create schema staging; create schema marts; create schema restricted; create schema reference")
    connection.execute("create table staging.base_fcs__tests as from (values ('FL000000000001', 'S1'), ('Asian', 'S2')) as t(fleid, student_id)")
    connection.execute("create table staging.base_laces__tests as select unnest(['107922', '10101', '15101']) as laces_id")
    connection.execute("create table staging.base_laces__agencies as select '10101' as agency_id")
    connection.execute(
        "create table marts.safe as from (values ('Asian', 1), ('10101', 2)) as t(label, people); create table reference.codes as select '15101' as code"
    )
    connection.execute("create table marts.unsafe as select 'FL000000000001' as evidence; create table marts.unsafe_too as select '107922' as evidence")
    return connection


def marked(*relations: str) -> dict:
    """dbt's manifest, as far as it says what is published."""
    nodes = [dict(zip(("schema", "alias"), relation.split("."), strict=True), description="It's one row.", columns={}) for relation in relations]
    return {"nodes": {n["alias"]: {**n, "resource_type": "model", "config": {"meta": {"published": True}}} for n in nodes}}


FACTS = {"build": {"build_id": "1", "label": None}, "versions": {}, "rule_sha256": {}, "cell_sha256": {"1": "abc"}}


def test_published_file_holds_what_is_marked_and_its_facts(tmp_path: Path) -> None:
    manifest = marked("marts.safe", "marts.unsafe", "reference.codes")
    manifest["nodes"]["unsafe"]["config"]["meta"] = {}
    with small_warehouse(tmp_path / WAREHOUSE) as connection:
        # Words, agencies and codes of the rules stay there, though somebody typed them as a person's id.
        write_published(connection, tmp_path / "it's.duckdb", manifest, FACTS)
    with duckdb.connect(str(tmp_path / "it's.duckdb"), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name, comment from duckdb_tables() order by all").fetchall()
        assert [table[:2] for table in tables] == [("marts", "safe"), ("reference", "build_manifest"), ("reference", "codes")]
        assert tables[0][2] == "It's one row."
        assert connection.table("marts.safe").fetchall() == [("Asian", 1), ("10101", 2)]
        # Hashes of small unsuppressed tables give suppressed numbers away.
        assert connection.table("reference.build_manifest").fetchall() == [("build", "build_id", "1"), ("build", "label", None)]


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        ("marts.unsafe", r"persons' ids in published\.marts\.unsafe\.evidence\."),
        ("marts.unsafe_too", r"persons' ids in published\.marts\.unsafe_too\.evidence\."),
        ("staging.base_fcs__tests", "schema that"),
    ],
)
def test_people_are_not_published(relation: str, said: str, tmp_path: Path) -> None:
    with small_warehouse(tmp_path / WAREHOUSE) as connection, pytest.raises(StoreError, match=said) as refused:
        write_published(connection, tmp_path / PUBLISHED, marked("marts.safe", relation), FACTS)
    assert "FL0000" not in str(refused.value)


def test_only_things_that_say_stop_are_counted(tmp_path: Path) -> None:
    with small_warehouse(tmp_path / WAREHOUSE) as connection:
        connection.execute("""
            create table restricted.extract_findings as
            from (values ('stop', 'a', null), ('stop', 'a', null), ('stop', 'a', 'b.csv'), ('warn', 'a', null), (null, 'a', null))
                as t(severity, title, source_file), (values ('b')) as e(extract_name)
        """)
        # By kind and file, as the check counts them.
        assert stop_findings(connection) == 2


# The commands, for real


@dataclass(frozen=True)
class Run:
    """A command that ended: its exit code and what it printed."""

    code: int
    printed: str


def start(store: Store, *arguments: str, **options: object) -> subprocess.Popen:
    """Start a command of nrs.py on a store, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, str(PROJECT / "scripts" / "nrs.py"), *arguments],
        env={**os.environ, "NRS_WAREHOUSE": str(store.warehouse), "COLUMNS": "300"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **options,
    )


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition; raises TimeoutError."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def until_a_build_is_written(store: Store, process: subprocess.Popen) -> None:
    """Wait until the command that was just started has begun a warehouse, or has ended; what a killed one left is cleared away by then."""

    def written() -> set[Path]:
        return set(store.folder.glob(f".build-*/build/{WAREHOUSE}"))

    left = written()
    until(lambda: bool(written() - left) or process.poll() is not None, 300)


def run(store: Store, *arguments: str, **options: object) -> Run:
    process = start(store, *arguments, **options)
    printed, _ = process.communicate()
    return Run(process.returncode, printed)


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extracts")
    generate(folder, students=60, seed=31)
    # Words that published texts hold, in records that are rejected for them: no person, and no reason to build nothing.
    header, first, second, *others = read_table(folder / "demographics.csv")
    for record, word in ((first, "missing"), (second, "Female")):
        record[header.index("fleid")] = word
    write_table(folder / "demographics.csv", [header, first, second, *others])
    return folder


@dataclass(frozen=True)
class RealStore:
    """A store with one build of a report, labelled, and how long dbt worked on it (seconds)."""

    store: Store
    extracts: Path
    first: Build
    seconds: float


@pytest.fixture(scope="module")
def real(kept_parse: None, extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> RealStore:
    store = Store(tmp_path_factory.mktemp("store") / WAREHOUSE)
    process = start(store, "report", "--extracts", str(extracts), "--label", "first", "--accept-stops")
    until_a_build_is_written(store, process)
    began = time.monotonic()
    printed, _ = process.communicate()
    seconds = time.monotonic() - began
    assert process.returncode == 0, printed
    return RealStore(store, extracts, store.find("first"), seconds)


def test_published_file_of_a_real_build_holds_nobody(real: RealStore) -> None:
    """No id or name of the extracts is a value of any text column; and no column sounds like one."""
    with duckdb.connect(str(real.store.warehouse), read_only=True) as connection:
        connection.execute(f"attach '{real.store.published}' as published (read_only)")
        people = connection.execute("select count(distinct fleid) from staging.base_fcs__demographics").fetchall()
        assert people[0][0] > 50
        names = dict.fromkeys(("student_id", "last_name", "first_name"), ".{5,}")
        assert columns_with_people(connection, {**PERSON_IDS, **names}) == []
        columns = connection.execute("select schema_name, table_name, column_name from duckdb_columns() where database_name = 'published'").fetchall()
    assert {schema for schema, _, _ in columns} == {"marts", "reference"}
    assert {"nrs_form_cells", "rulings", "build_manifest"} <= {table for _, table, _ in columns}
    assert [column for column in columns if PERSON_WORDS.search(column[2])] == []


def test_manifest_names_what_the_build_came_from(real: RealStore) -> None:
    manifest = real.first.manifest()
    assert manifest["build"] == {
        "build_id": real.first.id, "label": "first", "created_at": manifest["build"]["created_at"], "program_year": 2023, "state": "FL", "source": "folder",
    }  # fmt: skip
    digests = subprocess.run(["sha256sum", *sorted(os.listdir(real.extracts))], cwd=real.extracts, capture_output=True, text=True, check=True).stdout
    assert manifest["extract_sha256"] == {line.split()[1]: line.split()[0] for line in digests.splitlines()}
    assert manifest["extract_bytes"] == {file.name: file.stat().st_size for file in real.extracts.iterdir()}
    assert manifest["checks"]["identities_held"] == manifest["checks"]["identities_read"] > 1000
    assert len([name for name in manifest["file_sha256"] if name.startswith("forms/2023/nrs_table_")]) == len(manifest["cell_sha256"]) == 19
    with duckdb.connect(str(real.store.warehouse), read_only=True) as connection:
        rows = connection.execute("select section, name, value from reference.build_manifest").fetchall()
    inside = {section: facts for section, facts in manifest.items() if not section.startswith("file_")}
    assert sorted(rows, key=str) == sorted(
        ((section, name, None if value is None else str(value)) for section, facts in inside.items() for name, value in facts.items()), key=str
    )


def test_builds_lists_labels_and_restores(files: dict[str, Path], tmp_path: Path) -> None:
    """Also that findings which say stop keep a build from being labelled, unless they are accepted."""
    store = Store(tmp_path / WAREHOUSE)
    build_id = put(store, files["old"], 10, stops=2).id
    put(store, files["new"], 20)
    assert (refused := run(store, "label", build_id, "sent")).code == 1
    assert "2 thing(s) in the extracts are to be mended" in refused.printed
    assert run(store, "label", build_id, "sent", "--accept-stops").code == 0
    assert run(store, "restore", "sent").code == 0
    assert in_place(store) == "old"
    (store.find("20240101T000020Z-000000").folder / WAREHOUSE).unlink()
    listed = [line.split() for line in run(store, "builds").printed.splitlines() if "20240101T" in line]
    assert [line[:2] for line in listed] == [["current", build_id], ["20240101T000020Z-000000", "2023"]]
    assert "sent" in listed[0]
    assert listed[0][-2:] == ["as", "built"]
    assert listed[1][-2:] == ["nrs.duckdb", "missing"]


def test_ids_are_listed_whole_in_a_narrow_window(files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / WAREHOUSE)
    monkeypatch.setenv("NRS_WAREHOUSE", str(store.warehouse))
    monkeypatch.setattr(nrs, "console", Console(width=80))
    assert "No build yet" in CliRunner().invoke(nrs.app, ["builds"]).output
    facts = {"program_year": 2023, "state": "MS", "source": "bundled sample"}
    build = put(store, files["old"], 10, label="october-2024-submission-as-it-was-sent", facts=facts)
    listed = CliRunner().invoke(nrs.app, ["builds"]).output
    assert [line.split()[:5] for line in listed.splitlines() if build.id in line] == [["current", build.id, "MS", "2023", "sample"]]


def test_unknown_build_is_named(files: dict[str, Path], tmp_path: Path) -> None:
    store = Store(tmp_path / WAREHOUSE)
    build = put(store, files["old"], 10)
    restored = run(store, "restore", "nonsense")
    assert restored.code == 1
    assert f"The last good warehouse is as it was (build {build.id})." in restored.printed
    assert "No build with the id or label 'nonsense'" in restored.printed


def test_second_build_at_once_says_who_is_at_work(real: RealStore) -> None:
    with real.store.new_build():
        second = run(real.store, "build", "--extracts", str(real.extracts))
    assert second.code == 1
    assert f"process {os.getpid()} on " in second.printed
    assert "as it was" in second.printed
    assert real.store.current_id() == real.first.id


@pytest.mark.parametrize("folder", ["/proc/nrs", "/dev/null/nrs"])
def test_place_that_cannot_be_written_is_named_at_once(folder: str, extracts: Path) -> None:
    """Places that not even an administrator can write, so that the test says something for everybody."""
    build = run(Store(Path(folder) / WAREHOUSE), "build", "--extracts", str(extracts))
    assert build.code == 1
    assert f"{folder} can't be written" in build.printed
    assert "NRS_WAREHOUSE" in build.printed
    assert "No warehouse was put in place." in build.printed
    assert "Traceback" not in build.printed


@pytest.mark.parametrize("megabytes", [1, 4])
def test_full_disk_is_said_and_leaves_the_last_good_build(megabytes: int, real: RealStore) -> None:
    """A limit of file size, as the disk that is full: the engine and dbt meet it where they write."""
    limit = megabytes * 1024 * 1024
    build = run(real.store, "build", "--extracts", str(real.extracts), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert build.code == 1
    assert f"The last good warehouse is as it was (build {real.first.id})." in build.printed
    assert "There is no room left." in build.printed
    assert "Traceback" not in build.printed
    assert list(real.store.folder.glob(".build-*")) == []
    assert real.store.find("first").differences() == []


def group_is_gone(process: subprocess.Popen) -> bool:
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_build_that_is_stopped_cleans_up(number: signal.Signals, real: RealStore) -> None:
    """Only the command gets the signal; dbt ends with it."""
    process = start(real.store, "build", "--extracts", str(real.extracts))
    until_a_build_is_written(real.store, process)
    process.send_signal(number)
    printed, _ = process.communicate()
    assert process.returncode == 128 + number
    assert "as it was" in printed
    assert "Stopped." in printed
    until(lambda: group_is_gone(process), 60)
    assert list(real.store.folder.glob(".build-*")) == []


def test_query_that_is_stopped_is_no_crash(tmp_path: Path) -> None:
    """A signal in the middle of a query reaches us as an error of the engine's."""
    query = "select count(*) from range({rows}) as a, range(100000) as b where a.range * b.range % 7 = 3"
    # One thread: others end the piece of work that they have, and this query has few and large ones.
    with duckdb.connect(config={"threads": 1}) as connection:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(typer.Exit) as ended, told_plainly(Store(tmp_path / WAREHOUSE)):
            connection.execute(query.format(rows=100000))
    assert ended.value.exit_code == 128 + signal.SIGINT


def test_killed_builds_leave_the_last_good_build_and_the_next_gives_the_same_cells(real: RealStore) -> None:
    """Spread over dbt's work; every other time the command alone is killed, and dbt finds out by itself. NRS_KILLS sets how many."""
    cells = real.first.manifest()["cell_sha256"]
    killed = 0
    for number in range(KILLS):
        process = start(real.store, "build", "--extracts", str(real.extracts), "--keep", "2")
        until_a_build_is_written(real.store, process)
        time.sleep(real.seconds * number / KILLS)
        if number % 2:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        killed += process.returncode == -signal.SIGKILL
        current = real.store.find(real.store.current_id())
        assert current.differences() == []
        with duckdb.connect(str(real.store.warehouse), read_only=True) as connection:
            inside = dict(connection.execute("select name, value from reference.build_manifest where section = 'cell_sha256'").fetchall())
        assert inside == cells
    assert killed > KILLS / 2
    last = run(real.store, "build", "--extracts", str(real.extracts), "--keep", "2")
    assert last.code == 0, last.printed
    assert list(real.store.folder.glob(".build-*")) == []
    current = real.store.find(real.store.current_id())
    assert current.id != real.first.id
    assert current.manifest()["cell_sha256"] == cells
    assert real.store.find("first").differences() == []
