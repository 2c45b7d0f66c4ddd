"""Files damaged at random: each is named with its fault, or read without losing a record; never a crash or the engine's text.

Every extract gets several damaged parts at once, since a run of dbt costs a second and a file nothing. What is named
by the door or the file check is taken out; the rest must be read as Python's csv module reads it.
More than CI's few rounds: FUZZ_ROUNDS=200 pytest tests/python/test_fuzz_input.py
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from contract import tables
from door import faults_of_folder
from generate_extracts import generate
from harness import DbtRun, dbt_build

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "3"))
PARTS = 4
RECORDS = 12
BASE_MODELS = ("--select", "code_lists", "path:models/staging/fcs/base", "--exclude", "base_fcs__repeated_records")
# Text of the engine's or of Python's: whoever mends a file can do nothing with it.
ENGINE_TEXT = re.compile(r"\w+ Error:|Exception|Traceback|INTERNAL|LINE \d|state machine")

TOKENS = [
    b"\x00", b'"', b'""', b'"""', b",", b",,,", b"\n", b"\r", b"\r\n", b"\n\n", b"\x1a", b"\x1f", b"\x1e", b"\x01", b"\t", b";", b"|", b"\\", b"'",
    b"''; drop table x; --",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3", b"\xe9", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "\u202e\u200b\u0301\U0001f600\u2028\x85".encode(),
    b"{{ 7*7 }}", b"{% raw %}", b"{#", b"%s", b"{0}", b"$1", b"=cmd|' /C calc'!A0", b"null", b"NULL", b"NaN", b"1e999", b"9" * 30, b"-0", b"0x1F",
    b"02302024", b"00000000", b"99999999", b"../../etc/passwd", b"agency_id", b"fleid,fleid", b"#", b" ", b"a" * 70_000,
]  # fmt: skip


def place(rng: random.Random, content: bytes) -> int:
    """Anywhere, but one time in three in the header."""
    return rng.randrange(min(60, len(content)) if rng.random() < 0.33 else len(content)) if content else 0


def flip(rng: random.Random, content: bytes) -> bytes:
    at = place(rng, content)
    return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]


def insert(rng: random.Random, content: bytes) -> bytes:
    at = place(rng, content)
    return content[:at] + rng.choice(TOKENS) + content[at:]


def cut_out(rng: random.Random, content: bytes) -> bytes:
    at = place(rng, content)
    return content[:at] + content[at + rng.randrange(1, 40) :]


def cut_off(rng: random.Random, content: bytes) -> bytes:
    return content[: place(rng, content)]


def repeat(rng: random.Random, content: bytes) -> bytes:
    at = place(rng, content)
    piece = content[at : at + rng.randrange(1, 300)]
    return content[: at + len(piece)] + piece + content[at + len(piece) :]


def swap_lines(rng: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def change_delimiter(rng: random.Random, content: bytes) -> bytes:
    return content.replace(b",", rng.choice([b";", b"\t", b"|", b", "]), rng.choice([1, -1]))


def change_line_ends(rng: random.Random, content: bytes) -> bytes:
    return content.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\r\r\n", b"\n\n"]), rng.choice([1, 3, -1]))


def change_encoding(rng: random.Random, content: bytes) -> bytes:
    return content.decode("latin-1").encode(rng.choice(["utf-16", "utf-32", "utf-8-sig", "cp037", "utf-7"]))


def quote_a_value(rng: random.Random, content: bytes) -> bytes:
    values = content.split(b",")
    at = rng.randrange(len(values))
    values[at] = rng.choice([b'"%s"', b'"%s', b'%s"', b' "%s"', b'"%s" ', b'"%s\n"', b'"%s\r\n"', b'"%s,"']) % values[at]
    return b",".join(values)


MUTATIONS: list[Callable[[random.Random, bytes], bytes]] = [
    flip, flip, insert, insert, insert, cut_out, cut_off, repeat, swap_lines, change_delimiter, change_line_ends, change_encoding, quote_a_value, quote_a_value,
]  # fmt: skip


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole extract each, with few records, some of them bad already."""
    folder = tmp_path_factory.mktemp("good")
    generate(folder, students=30, seed=11, dirt=True)
    for file in folder.glob("*.csv"):
        lines = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(lines[: RECORDS + 1]))
    return folder


def damaged(good: Path, folder: Path, seed: int) -> Path:
    """A folder with PARTS damaged parts of every extract, and a good one beside them."""
    rng = random.Random(seed)
    for source in sorted(good.glob("*.csv")):
        parts = folder / source.stem
        parts.mkdir(parents=True)
        shutil.copy(source, parts / "good.csv")
        for number in range(PARTS):
            content = source.read_bytes()
            for _ in range(rng.choice([1, 1, 2, 3])):
                content = rng.choice(MUTATIONS)(rng, content)
            (parts / f"p{number}.csv").write_bytes(content)
    return folder


def faults_in(log: str) -> list[dict]:
    """The faults that dbt logged, each once."""
    said = re.findall(r"Extracts: fault (\{.*\})", log)
    return [json.loads(fault) for fault in dict.fromkeys(said)]


def read_as_python_does(file: Path) -> list[dict[str, str]]:
    """The records of a file by column; blank lines are none. Raises UnicodeDecodeError where it is not UTF-8."""
    csv.field_size_limit(10_000_000)
    rows = [row for row in csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""), skipinitialspace=True) if row]
    header = [plain(name) for name in rows[0]]
    assert all(len(row) == len(header) for row in rows), f"{file.name}: ragged, and read all the same"
    return [dict(zip(header, row, strict=True)) for row in rows[1:]]


def plain(value: str | None) -> str:
    """A value without the blanks and quotes around it: the engine reads ` "x"` as x, Python as it stands."""
    return re.sub(r'^[ "]+|[ "]+$', "", (value or "").replace('""', '"'))


@cache
def text_columns() -> dict[str, list[str]]:
    """The columns of each extract that the base models hand on as they came, trimmed."""
    as_text = {"key", "text", "agency", "agency_or_state", "reporting_year", "term", "fleid", "year_quarter"}
    return {table["name"]: [column["name"] for column in table["columns"] if column["config"]["meta"]["type"] in as_text] for table in tables("fcs")}


def assert_all_read(run: DbtRun, folder: Path) -> int:
    """Every record of every file is in its base table, in its place, with its text; returns the number of files."""
    files = 0
    with run.connect() as con:
        for extract, columns in text_columns().items():
            query = f"select source_file, record_number, {', '.join(columns)} from staging.base_fcs__{extract} order by all"
            read: dict[str, list[tuple]] = {}
            for source_file, number, *values in con.execute(query).fetchall():
                read.setdefault(source_file, []).append((number, *map(plain, values)))
            for file in sorted((folder / extract).iterdir()):
                expected = [(n, *(plain(record[column]) for column in columns)) for n, record in enumerate(read_as_python_does(file), 1)]
                assert read.get(f"{extract}/{file.name}", []) == expected, file.name
                files += 1
    return files


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_damaged_files_are_named_or_read_whole(seed: int, good: Path, tmp_path: Path) -> None:
    folder = damaged(good, tmp_path / "extracts", seed)
    files = len(list(folder.rglob("*.csv")))
    named = [fault.__dict__ for fault in faults_of_folder(folder)]
    for fault in named:
        (folder / fault["file"]).unlink(missing_ok=True)
    check = dbt_build(tmp_path / "check", folder, "--select", "rulings")
    found = faults_in(check.log)
    assert check.is_success == (not found), check.message
    for fault in named + found:
        assert set(fault) == {"file", "line", "column", "reason", "remedy"}
        assert not ENGINE_TEXT.search(f"{fault['reason']} {fault['remedy']}"), fault
        (folder / fault["file"]).unlink(missing_ok=True)
    run = dbt_build(tmp_path / "run", folder, *BASE_MODELS)
    assert run.is_success, run.message
    read = assert_all_read(run, folder)
    # Both happen: a check that names all, or nothing, would pass the rest.
    assert files / 10 < read < files
