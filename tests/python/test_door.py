"""The door: what would hang, mislead or blow up a reader is named before any reader opens it, each with file and remedy."""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import door
import duckdb
import pytest
from contract import SAMPLES, State, extract_names
from door import faults_of_folder, has_one_line_end, ignored_in_folder
from harness import PROJECT

SAMPLE = PROJECT / "seeds" / "extracts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a header for every extract: nothing wrong with it."""
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    for name in extract_names("fcs"):
        (extracts / f"{name}.csv").write_text((SAMPLE / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    return extracts


def replace_by(make: Callable[[Path], object], name: str = "grants.csv") -> Callable[[Path], None]:
    """A change of a folder: the file grants.csv is gone, and something else stands under the name."""

    def change(folder: Path) -> None:
        (folder / "grants.csv").unlink()
        make(folder / name)

    return change


def parquet(query: str) -> Callable[[Path], object]:
    return lambda file: duckdb.sql(f"copy ({query}) to '{file}' (format parquet, compression zstd)")


def damaged_parquet(file: Path) -> None:
    parquet("select range::varchar as amount from range(50000)")(file)
    content = bytearray(file.read_bytes())
    content[4:2000] = b"\xff" * 1996
    file.write_bytes(content)


def cut_parquet(file: Path) -> None:
    parquet("select range::varchar as amount from range(50000)")(file)
    file.write_bytes(file.read_bytes()[:-100])


def zipped(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("grants.csv", "x")


def part(name: bytes, content: bytes = b"x") -> Callable[[Path], None]:
    """A folder of parts with one part."""

    def make(parts: Path) -> None:
        parts.mkdir()
        Path(os.fsdecode(os.fsencode(parts) + b"/" + name)).write_bytes(content)

    return make


FAULTS = {
    "pipe": (replace_by(os.mkfifo), "grants.csv", "pipe"),
    "link out of the folder": (replace_by(lambda file: file.symlink_to(SAMPLE / "grants.csv")), "grants.csv", "link out of the folder"),
    "relative link out of the folder": (replace_by(lambda file: file.symlink_to("../../x/../..")), "grants.csv", "link"),
    "link to nowhere": (replace_by(lambda file: file.symlink_to("nowhere")), "grants.csv", "leads nowhere"),
    "link to itself": (replace_by(lambda file: file.symlink_to("grants.csv")), "grants.csv", "leads nowhere"),
    "folder of parts that is a link to itself": (replace_by(lambda file: file.symlink_to("grants"), "grants"), "grants", "leads nowhere"),
    "folder of parts out of the folder": (replace_by(lambda file: file.symlink_to("/usr"), "grants"), "grants", "link out of the folder"),
    "folder under a file's name": (replace_by(Path.mkdir), "grants.csv", "it is a folder"),
    "gzip under its name": (replace_by(lambda file: file.write_bytes(gzip.compress(b"x")), "grants.csv.gz"), "grants.csv.gz", "compressed.*unpack"),
    "compressed part": (replace_by(part(b"a.csv.zst"), "grants"), "grants/a.csv.zst", "compressed.*unpack"),
    "gzip under a CSV name": (replace_by(lambda file: file.write_bytes(gzip.compress(b"x"))), "grants.csv", r"compressed \(gzip\).*unpack"),
    "workbook under a CSV name": (replace_by(zipped), "grants.csv", "Excel workbook"),
    "parquet under a CSV name": (replace_by(parquet("select 1 as amount")), "grants.csv", r"Name it \.parquet"),
    "CSV under a parquet name": (replace_by(lambda file: file.write_text("amount\n1\n"), "grants.parquet"), "grants.parquet", "not a parquet file"),
    "damaged parquet": (replace_by(damaged_parquet, "grants.parquet"), "grants.parquet", "damaged.*Export it again"),
    "parquet cut off": (replace_by(cut_parquet, "grants.parquet"), "grants.parquet", "damaged.*Export it again"),
    "endless rows": (replace_by(parquet("select null::varchar as a from range(20000000)"), "grants.parquet"), "grants.parquet", "20,000,000 records"),
    "endless text": (replace_by(parquet("select repeat('a', 4000000) as a from range(300)"), "grants.parquet"), "grants.parquet", "1,200,000,000 bytes"),
    "line break in a name": (replace_by(part(b"a\nb.csv"), "grants"), r"grants/a\nb.csv", "Rename it"),
    "name that is no text": (replace_by(part(b"a\xff.csv"), "grants"), r"grants/a\xff.csv", "Rename it"),
    "backslash in a name": (replace_by(part(b"a\\b.csv"), "grants"), r"grants/a\b.csv", "Rename it"),
    "header without end": (replace_by(lambda file: file.write_bytes(b"a" * (5 << 20))), "grants.csv", "line 1: the header is longer than 4 MiB"),
    "line without end": (replace_by(lambda file: file.write_bytes(b"a,b\n1,2\n" + b"a" * (70 << 20))), "grants.csv", "line 3: the line is longer than 4 MiB"),
    "long line between others": (replace_by(lambda file: file.write_bytes(b"a\n" * 999 + b"a" * (5 << 20) + b"\na\n")), "grants.csv", "line 1000: the line"),
    "bytes above the header": (replace_by(lambda file: file.write_bytes(b"\xff\nreporting_year\n")), "grants.csv", "line 1: the header is not UTF-8"),
    "line ends of an old Mac": (replace_by(lambda file: file.write_bytes(b'a\r"x\r\ny"\r\n3\r')), "grants.csv", "line 3: .*CRLF, not CR"),
    "two files in one": (replace_by(lambda file: file.write_bytes(b'a,b\r\n"x\n",2\r\n3,4\n')), "grants.csv", "line 4: .*LF, not CRLF"),
}  # fmt: skip


def test_good_folder_passes(folder: Path) -> None:
    assert faults_of_folder(folder) == []
    assert ignored_in_folder(folder) == []


def test_each_state_has_the_extracts_of_its_record_system() -> None:
    assert faults_of_folder(SAMPLES[State.MS], State.MS) == faults_of_folder(SAMPLES[State.MO], State.MO) == []
    assert ignored_in_folder(SAMPLES[State.MS], State.MS) == []


@pytest.mark.parametrize(("state", "asked", "said"), [(State.MS, State.FL, "--state MS or --state MO"), (State.FL, State.MO, "--state FL")])
def test_extracts_of_another_state_are_told_by_that_alone(state: State, asked: State, said: str, folder: Path) -> None:
    (fault,) = faults_of_folder(SAMPLES[state], asked)
    assert str(fault) == f"the files look like the extracts of another state than {asked}. Add {said} (make: STATE=...)."
    assert ignored_in_folder(SAMPLES[state], asked) == []


def test_extracts_may_lie_beside_all_of_another_state(tmp_path: Path) -> None:
    for name in extract_names("fcs") | extract_names("laces"):
        (tmp_path / f"{name}.csv").write_text("a\n1\n", encoding="utf-8")
    assert faults_of_folder(tmp_path, State.MS) == []
    assert "demographics.csv is not read: no extract of the contract has this name." in ignored_in_folder(tmp_path, State.MS)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_alone_is_named(name: str, folder: Path) -> None:
    change, file, said = FAULTS[name]
    change(folder)
    assert [fault.file for fault in faults_of_folder(folder)] == [file]
    assert re.search(said, str(faults_of_folder(folder)[0])), faults_of_folder(folder)[0]
    assert str(faults_of_folder(folder)[0]).isprintable()


@pytest.mark.parametrize(
    "name", [b"part[1].csv", b"a*b.csv", b"q?.csv", b"-x.csv", b"it's; drop table x--.csv", "é\U0001f600.csv".encode(), b"x" * 250 + b".csv", b"{{ 7*7 }}.csv"]
)
def test_odd_names_of_parts_pass(name: bytes, folder: Path) -> None:
    replace_by(part(name, b"amount\n"), "grants")(folder)
    assert faults_of_folder(folder) == []


def test_link_inside_the_folder_passes(folder: Path) -> None:
    (folder / "grants.csv").rename(folder / "grants_2024.csv")
    (folder / "grants.csv").symlink_to("grants_2024.csv")
    assert faults_of_folder(folder) == []


def test_line_of_4_mib_passes(folder: Path) -> None:
    (folder / "grants.csv").write_bytes(b"a,b\n" + b"a" * (4 << 20) + b"\n" + b"b" * (4 << 20))
    assert faults_of_folder(folder) == []


def test_line_ends_inside_quotes_are_no_line_ends(folder: Path) -> None:
    (folder / "grants.csv").write_bytes(b'a,b\n"x\r\ny","z\rw"\n3,4\n')
    assert faults_of_folder(folder) == []


@pytest.mark.parametrize("piece", [1, 2, 1 << 20])
@pytest.mark.parametrize(
    ("content", "is_one"),
    [(b"a\r\n\r\nb\r\n", True), (b"a\rb\r", True), (b"a\r\nb\n", False), (b"a\n\rb", False), (b'a\r\n"b\r"\r\n', False), (b"a\rb\r\n", False)],
)
def test_one_kind_of_line_end_is_seen_across_pieces(content: bytes, is_one: bool, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of one kind is not looked through line by line, which takes ten times as long."""
    monkeypatch.setattr(door, "PIECE", piece)
    assert has_one_line_end(io.BytesIO(content)) is is_one


def test_what_is_not_read_is_said(folder: Path) -> None:
    """A name that comes near an extract's, with the right one; a pipe that nobody reads stops nothing."""
    (folder / "grants.csv").rename(folder / "Grants.CSV")
    (folder / "readme.txt").touch()
    os.mkfifo(folder / "notes")
    (folder / "tests").mkdir()
    (folder / "tests" / "PART.CSV").touch()
    assert faults_of_folder(folder) == []
    said = ignored_in_folder(folder)
    assert len(said) == 4
    assert any(line.startswith("Grants.CSV is not read: rename it to grants.csv") for line in said)
    assert any(line.startswith("tests/PART.CSV is not read: the parts in tests/") for line in said)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere", "No such file"),
        ("grants.csv", "Not a directory"),
        ("empty", r"holds no extract\. .*agencies\.csv"),
        ("{{ 7*7 }}", "which dbt would run"),
    ],
)
def test_folder_that_is_none_is_named(path: str, said: str, folder: Path) -> None:
    (folder / "empty").mkdir()
    (fault,) = faults_of_folder(folder / path)
    assert fault.file == "."
    assert re.search(said, str(fault)), fault


@contextmanager
def as_someone_else() -> Iterator[None]:
    """Without root's rights, which no permission keeps out."""
    user = os.geteuid()
    os.seteuid(65534 if user == 0 else user)
    try:
        yield
    finally:
        os.seteuid(user)


def test_file_without_permission_is_named(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        extracts = Path(shutil.copytree(folder, Path(work) / "extracts"))
        (extracts / "grants.csv").chmod(0)
        (extracts / "tests.csv").unlink()
        (extracts / "tests").mkdir(mode=0)
        with as_someone_else():
            faults = faults_of_folder(extracts)
        assert [(fault.file, fault.reason) for fault in faults] == [("grants.csv", "it may not be read"), ("tests", "it may not be read")]


def test_report_stops_at_the_door(folder: Path, tmp_path: Path) -> None:
    """A pipe would keep a reader waiting for ever: the report says so at once, and builds nothing."""
    FAULTS["pipe"][0](folder)
    (folder / "Notes.txt").touch()
    (folder / "FL012345678901.txt").touch()
    run = subprocess.run(
        [sys.executable, str(PROJECT / "scripts" / "nrs.py"), "report", "--extracts", str(folder)],
        env={**os.environ, "NRS_WAREHOUSE": str(tmp_path / "out" / "nrs.duckdb")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "grants.csv: it is a pipe" in run.stdout
    assert "Notes.txt is not read" in run.stdout
    assert "FL************.txt is not read" in run.stdout and "FL01" not in run.stdout
    assert not list((tmp_path / "out").rglob("*.duckdb"))


def write_quotes(file: Path, last: str) -> None:
    """A file of 20 MiB with quoted values, then `last`, then lines without quotes."""
    with file.open("w", encoding="utf-8") as lines:
        lines.write("reporting_year,note\n" + '2324,"one ""two"""\n' * 1000 + last)
        lines.writelines("2324,plain\n" * 100_000 for _ in range(20))


def test_quote_never_closed_in_a_large_file_is_named_with_its_line(folder: Path) -> None:
    """The reader would take all the rest for one value: 250 MB of it took 15 GB."""
    write_quotes(folder / "grants.csv", '2324,"open\n')
    (fault,) = faults_of_folder(folder)
    assert (fault.file, fault.line, fault.reason) == ("grants.csv", 1002, "a quote is not closed")


def test_quotes_that_are_closed_are_nothing_to_say(folder: Path) -> None:
    write_quotes(folder / "grants.csv", '2324,"closed\nin the next line"\n')
    assert faults_of_folder(folder) == []
