"""The door: what is wrong with a folder of extracts before any reader opens it.

SQL sees a folder as names that fit a pattern. What would hang or mislead its reader, or is none of its files' contents,
is found here: pipes, links out of the folder, compressed and unreadable files, damaged parquet files, mixed line ends,
names that nobody can write down. What stands inside a file is for the file check (macros/extracts/check_files.sql). Files
are read in pieces, so that memory is bounded; nothing is ever unpacked.
"""

from __future__ import annotations

import glob
import mmap
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import duckdb
from contract import RECORD_SYSTEMS, State, extract_names, record_system

FORMATS = (".csv", ".parquet")
PACKED = (".gz", ".zip", ".zst", ".bz2", ".xz", ".7z", ".tgz", ".rar")
# How a file begins that is no text, and what it then is.
MAGIC = {
    b"\x1f\x8b": "compressed (gzip)",
    b"PK\x03\x04": "compressed (zip), or an Excel workbook",
    b"\x28\xb5\x2f\xfd": "compressed (zstd)",
    b"BZh": "compressed (bzip2)",
    b"\xfd7zXZ": "compressed (xz)",
    b"7z\xbc\xaf": "compressed (7z)",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
}
UNPACK = "Compressed files are not read: unpack it, and take it out of the folder."
EXPORT_AGAIN = "Export it again, or give the extract as CSV."

PIECE = 1 << 20
LONGEST_LINE = 4 << 20
# From here on a quote that is never closed is named at the door; below, by the file check.
LONGEST_QUOTED = 16 << 20
# What stands between line ends, as a regular expression (a quote that is never closed holds nothing), and each line end.
WITHIN_LINES = rb'[^"\r\n]++|"[^"]*+"|"'
LINE_ENDS = {b"\r\n": rb"\r\n", b"\n": rb"\n", b"\r": rb"\r(?!\n)"}

# What a parquet file may grow to, far above any real one: rows a byte of the file, and text a byte of the file. The
# first counts from a million rows on, the second from a gigabyte on.
MOST_ROWS_PER_BYTE, SMALL_ROWS = 10, 1_000_000
MOST_TEXT_PER_BYTE, SMALL_TEXT = 200, 1_000_000_000
PARQUET_MEMORY = "1GB"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file (relative to the folder; `.` is the folder itself), and what to do; line 1 is the header."""

    file: str
    line: int | None
    column: str | None
    reason: str
    remedy: str

    def __str__(self) -> str:
        """As the file check says it: `file: line n: reason. remedy`."""
        if self.file == ".":
            return f"{self.reason}. {self.remedy}"
        place = self.file if self.line is None else f"{self.file}: line {self.line}"
        return f"{place}: {self.reason}. {self.remedy}"


@dataclass(frozen=True)
class Entry:
    """A file or folder that the extract contract may mean: its place, its name in the folder, and the folder's real place."""

    path: Path
    name: str
    root: Path

    @property
    def is_folder_of_parts(self) -> bool:
        """True if it should be a folder of parts: one that bears an extract's name alone."""
        return "/" not in self.name and not self.name.endswith(FORMATS)

    def fault(self, reason: str, remedy: str) -> Fault:
        return Fault(shown(self.name), None, None, reason, remedy)


def shown(name: str) -> str:
    """A file name as text that can be printed: bytes that are no text, and control characters, as escapes."""
    decoded = os.fsencode(name).decode("utf-8", "backslashreplace")
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", lambda control: control[0].encode("unicode_escape").decode(), decoded)


def faults_of_folder(folder: Path, state: State = State.FL) -> list[Fault]:
    """What keeps a state's folder of extracts from being read at all, by file; empty where the file check may begin.

    Reads names, kinds and first bytes, looks through CSV files for line ends, and reads parquet files whole (within
    PARQUET_MEMORY). Raises nothing of the folder's.
    """
    if re.search(r"\{[{%#]", str(folder)):
        return [Fault(".", None, None, f"the folder's path {shown(str(folder))} holds {{{{, {{% or {{#, which dbt would run", "Rename the folder.")]
    names = extract_names(record_system(state))
    try:
        entries, others = contents(folder, names)
    except OSError as error:
        remedy = "Give the folder that holds the extracts, with the right to read it."
        return [Fault(".", None, None, f"the folder {shown(str(folder))} cannot be read: {error.strerror}", remedy)]
    if system := other_system(folder, names):
        states = " or ".join(f"--state {other}" for other in State if record_system(other) == system)
        return [Fault(".", None, None, f"the files look like the extracts of another state than {state}", f"Add {states} (make: STATE=...).")]
    faults = [fault for entry in entries for fault in faults_of_entry(entry)]
    faults += [Fault(shown(name), None, None, "the file is compressed", UNPACK) for name in others if is_packed_extract(name, names)]
    if not entries and not faults:
        remedy = f"Give the folder that holds them: {', '.join(f'{name}.csv' for name in sorted(names))}."
        faults.append(Fault(".", None, None, f"the folder {shown(str(folder))} holds no extract", remedy))
    return sorted(faults, key=lambda fault: fault.file)


def unreadable(folder: Path, faults: list[Fault]) -> str:
    """The message of a build that faults of files end."""
    listed = "\n- ".join(map(str, faults))
    return f"The extracts in {shown(str(folder))} cannot be read. Nothing was built. {len(faults)} fault(s):\n- {listed}"


def other_system(folder: Path, names: frozenset[str]) -> str | None:
    """The record system that more names of the folder belong to than to the contract `names`, where that isn't all there; None: none."""
    found = {name.split(".")[0] for name in os.listdir(folder)}
    if names <= found:
        return None
    return next((system for system in RECORD_SYSTEMS if len(found & extract_names(system)) > len(found & names)), None)


def ignored_in_folder(folder: Path, state: State = State.FL) -> list[str]:
    """A sentence for each file or folder that is not read; where its name comes near an extract's, what name is."""
    names = extract_names(record_system(state))
    try:
        _, others = contents(folder, names)
    except OSError:
        return []
    # Of another state's folder, the fault says all.
    if other_system(folder, names):
        return []
    return [f"{shown(name)} is not read: {why_not_read(name, names)}" for name in others if not is_packed_extract(name, names)]


def contents(folder: Path, names: frozenset[str]) -> tuple[list[Entry], list[str]]:
    """What the file check will open, parts too, and the names of all the rest. Raises OSError where the folder can't be listed."""
    root = folder.resolve()
    entries, others = [], []
    for name in sorted(os.listdir(folder)):
        path = folder / name
        if path.suffix in FORMATS and path.stem in names:
            entries.append(Entry(path, name, root))
        elif name in names and (path.is_dir() or path.is_symlink()):
            entries.append(Entry(path, name, root))
            for part in parts_of(path, root):
                if part.endswith(FORMATS):
                    entries.append(Entry(path / part, f"{name}/{part}", root))
                else:
                    others.append(f"{name}/{part}")
        else:
            others.append(name)
    return entries, others


def parts_of(path: Path, root: Path) -> list[str]:
    """The names in a folder of parts; none where the folder itself has a fault."""
    try:
        return sorted(os.listdir(path)) if path.resolve().is_relative_to(root) else []
    # Of a link to itself, Python before 3.13 raises RuntimeError.
    except (OSError, RuntimeError):
        return []


def extract_of(name: str, names: frozenset[str]) -> str | None:
    """The extract that a name comes near: in another case, with blanks or hyphens, with more behind it."""
    plain = re.sub(r"[^a-z]+", "_", shown(name).split("/")[0].split(".")[0].lower()).strip("_")
    return plain if plain in names else None


def is_packed_extract(name: str, names: frozenset[str]) -> bool:
    return name.lower().endswith(PACKED) and extract_of(name, names) is not None


def why_not_read(name: str, names: frozenset[str]) -> str:
    """Why a name is passed over, and what to do if it was meant to be read."""
    extract = extract_of(name, names)
    if extract is None:
        return "no extract of the contract has this name."
    if "/" in name:
        return f"the parts in {extract}/ are files named *.csv or *.parquet, in small letters. Rename it if it is one."
    return f"rename it to {extract}.csv (or .parquet), in small letters, if it is the extract."


def faults_of_entry(entry: Entry) -> Iterator[Fault]:
    """The first thing wrong with a file or a folder of parts, if any."""
    try:
        fault = fault_of_name(entry) or fault_of_link(entry) or fault_of_kind(entry) or fault_of_content(entry)
    except PermissionError:
        fault = entry.fault("it may not be read", "Give the right to read it to whoever runs the report.")
    except OSError as error:
        fault = entry.fault(f"it cannot be read: {error.strerror}", "Copy it into the folder again.")
    if fault:
        yield fault


def fault_of_name(entry: Entry) -> Fault | None:
    """Names that can't stand in a message, a table or on another system."""
    if shown(entry.name) != entry.name or "\\" in entry.name:
        return entry.fault("its name holds a control character, a backslash, or bytes that are not UTF-8", "Rename it.")
    return None


def fault_of_link(entry: Entry) -> Fault | None:
    """A link must lead to what stands in the folder: a folder of extracts is handed over whole, and may come from anyone."""
    if not entry.path.is_symlink():
        return None
    try:
        target = entry.path.resolve(strict=True)
    except (FileNotFoundError, RuntimeError, OSError):
        return entry.fault("it is a link that leads nowhere", "Put the file itself into the folder.")
    if not target.is_relative_to(entry.root):
        return entry.fault("it is a link out of the folder", "Put the file itself into the folder.")
    return None


def fault_of_kind(entry: Entry) -> Fault | None:
    """A folder of parts must be one, a part a plain file: a pipe would keep its reader waiting for ever."""
    mode = entry.path.stat().st_mode
    if entry.is_folder_of_parts and stat.S_ISDIR(mode):
        os.listdir(entry.path)
        return None
    if stat.S_ISDIR(mode):
        return entry.fault("it is a folder", f"Name a folder of parts {entry.name.split('/')[0].split('.')[0]}/, and put the files right into it.")
    if entry.is_folder_of_parts or not stat.S_ISREG(mode):
        return entry.fault("it is a pipe, a device or a link, not a file", "Put the file itself into the folder.")
    return None


def fault_of_content(entry: Entry) -> Fault | None:
    """A file that begins as another kind than its name says."""
    if entry.is_folder_of_parts:
        return None
    with entry.path.open("rb") as file:
        start = file.read(8)
    is_parquet = start.startswith(b"PAR1")
    if entry.name.endswith(".parquet"):
        return fault_of_parquet(entry) if is_parquet else entry.fault("it is not a parquet file", "Name a CSV file .csv; else export it again.")
    if is_parquet:
        return entry.fault("it is a parquet file under the name of a CSV file", "Name it .parquet.")
    for magic, kind in MAGIC.items():
        if start.startswith(magic):
            return entry.fault(f"it is {kind}", UNPACK if kind.startswith("compressed") else "Save it as CSV UTF-8.")
    return fault_of_lines(entry)


def fault_of_lines(entry: Entry) -> Fault | None:
    """Lines that the engine passes over in silence, or stops at without naming the file: too long, a first one that is not
    UTF-8 (it takes the next for the header), or with other line ends than those above.
    """
    with entry.path.open("rb") as file:
        start, has_returns, last_quote = longest_line(file)
        if start is not None:
            line = line_number(file, start)
            what, remedy = ("line", "A quote is probably not closed.") if line > 1 else ("header", "Begin the file with the header line, and end it.")
            return replace(entry.fault(f"the {what} is longer than 4 MiB", remedy), line=line)
        if last_quote is not None and file.tell() > LONGEST_QUOTED:
            # The engine would gather all that follows as one value, in many times its size of memory.
            return replace(entry.fault("a quote is not closed", "Close it, or double a quote that belongs to the value."), line=line_number(file, last_quote))
        file.seek(0)
        try:
            file.readline(LONGEST_LINE).split(b"\r")[0].decode()
        except UnicodeDecodeError:
            return replace(entry.fault("the header is not UTF-8", "Export the file as UTF-8."), line=1)
        return fault_of_line_ends(entry, file) if has_returns else None


def longest_line(file: BinaryIO) -> tuple[int | None, bool, int | None]:
    """Where a line of more than LONGEST_LINE begins (None: nowhere), whether the file has carriage returns up to there, and
    where the last quote stands if their number is odd (None: even).

    The file check names such lines too, but up to some 64 MB only: the engine loses a longer one without an error.
    """
    start = place = quotes = 0
    last_quote = None
    has_returns = False
    while piece := file.read(PIECE):
        returns = piece.find(b"\r")
        has_returns = has_returns or returns >= 0
        ends = [end for end in (piece.find(b"\n"), returns) if end >= 0]
        if place + (min(ends) if ends else len(piece)) - start > LONGEST_LINE:
            return start, has_returns, None
        if ends:
            start = place + 1 + max(piece.rfind(b"\n"), piece.rfind(b"\r") if returns >= 0 else -1)
        if found := piece.count(b'"'):
            quotes += found
            last_quote = place + piece.rfind(b'"')
        place += len(piece)
    return None, has_returns, last_quote if quotes % 2 else None


def line_number(file: BinaryIO, start: int) -> int:
    """The number of the line that begins at a place of a file; memory is bounded."""
    file.seek(0)
    sizes = [PIECE] * (start // PIECE) + [start % PIECE]
    counts = [(piece.count(b"\n"), piece.count(b"\r")) for piece in map(file.read, sizes)]
    return 1 + max(map(sum, zip(*counts, strict=True)))


def fault_of_line_ends(entry: Entry, file: BinaryIO) -> Fault | None:
    """Line ends of two kinds outside quotes, as in a file put together of two."""
    if has_one_line_end(file):
        return None
    content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    first = line_end_at(content, match_end(WITHIN_LINES, content))
    if not first:
        return None
    place = match_end(rb"%s|%s" % (WITHIN_LINES, LINE_ENDS[first]), content)
    end = line_end_at(content, place)
    if not end:
        return None
    reason = f"the line ends as no line above it does ({ends_as(end)}, not {ends_as(first)})"
    return replace(entry.fault(reason, "Save the file with one kind of line end."), line=line_number(file, place))


def has_one_line_end(file: BinaryIO) -> bool:
    """True if every line end of a file, in quotes too, is CRLF, or every one CR: looking for the place would take long."""
    returns = newlines = both = 0
    last = b""
    file.seek(0)
    while piece := file.read(PIECE):
        returns += piece.count(b"\r")
        newlines += piece.count(b"\n")
        both += (last + piece).count(b"\r\n")
        last = piece[-1:]
    return returns == newlines == both or not newlines


def match_end(parts: bytes, content: mmap.mmap) -> int:
    """How far a content consists of parts (a regular expression) alone; nothing is gone back to, so that memory is bounded."""
    return re.compile(rb"(?:%s)*+" % parts).match(content).end()


def line_end_at(content: mmap.mmap, place: int) -> bytes:
    """The line end at a place where nothing else stands; nothing at the end of the content."""
    return b"\r\n" if content[place : place + 2] == b"\r\n" else content[place : place + 1]


def ends_as(end: bytes) -> str:
    return {b"\r\n": "CRLF", b"\n": "LF", b"\r": "CR"}[end]


def fault_of_parquet(entry: Entry) -> Fault | None:
    """Whether a parquet file can be read to its end, and whether it grows out of all measure when it is.

    The engine's own message may quote a value, so it is not shown.
    """
    size = entry.path.stat().st_size
    pattern = glob.escape(str(entry.path))
    with duckdb.connect(config={"memory_limit": PARQUET_MEMORY, "threads": 1, "temp_directory": ""}) as connection:
        try:
            (rows,) = connection.execute("select sum(num_rows) from parquet_file_metadata(?)", [pattern]).fetchone() or (0,)
            if rows > max(SMALL_ROWS, MOST_ROWS_PER_BYTE * size):
                return entry.fault(f"it says that it holds {rows:,} records in {size:,} bytes", EXPORT_AGAIN)
            read = "select sum(strlen(cast(columns(*) as varchar))) from read_parquet(?, hive_partitioning = false)"
            text = sum(value or 0 for value in connection.execute(read, [pattern]).fetchone() or ())
        except duckdb.OutOfMemoryException:
            return entry.fault(f"reading it takes more than {PARQUET_MEMORY} of memory", EXPORT_AGAIN)
        except duckdb.Error:
            return entry.fault("the parquet file is damaged", EXPORT_AGAIN)
    if text > max(SMALL_TEXT, MOST_TEXT_PER_BYTE * size):
        return entry.fault(f"its values are {text:,} bytes of text, out of a file of {size:,} bytes", EXPORT_AGAIN)
    return None
