"""One dbt run as the commands of `nrs.py` need it: in a process of its own, its progress shown, its errors collected."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from contract import PROJECT, SAMPLES, State
from door import Fault, unreadable
from rich.console import Console
from withheld import without_fleids, without_people

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg


# What dbt parses, and where it is kept for the next run: parsing takes half of a small build.
PROJECT_FILES = ("dbt_project.yml", "profiles.yml", "analyses", "docs/dbt", "macros", "models", "seeds", "tests")
PARSED = PROJECT / "target" / "parsed"

# What a build runs. Unit tests are left to `make test`: they don't depend on the data. An exposure is a node with nothing to do.
BUILD = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "exposure")

# How the project's macros begin what they say, and a fault of a file, which is JSON (macros/extracts/check_files.sql).
SAID = "Extracts: "
FAULT = f"{SAID}fault "

# The macros that an error came through: they say nothing to who reads our own words above them.
CALLS = re.compile(r"\s*^ *> in macro .*\Z", re.DOTALL | re.MULTILINE)

# Piped output has no width of its own: wide enough for the summary.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)


class BuildError(Exception):
    """A run that did not pass; `messages` are dbt's errors, in their order."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages


def parsed_file(warehouse: Path, extracts: Path | None, program_year: int, state: State) -> Path:
    """Where the project as parsed for such a run is kept, under a digest of all that it was parsed from.

    Which folder the extracts are in makes no difference, only whether there is one.
    """
    kind = f"{state}-{program_year}-{'folder' if extracts else 'sample'}-{warehouse.stem}"
    digest = hashlib.sha256(f"{PROJECT} {sys.version} {version('dbt-core')} {version('dbt-duckdb')}".encode())
    for top in PROJECT_FILES:
        for file in sorted(path for path in [PROJECT / top, *(PROJECT / top).rglob("*")] if path.is_file()):
            digest.update(f"\0{file}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return PARSED / f"{kind}-{digest.hexdigest()[:16]}.pickle"


def dbt_command(arguments: list[str], work: Path, extracts: Path | None, program_year: int, state: State = State.FL, parsed: Path | None = None) -> list[str]:
    """The command of a dbt run: see run_dbt. Its standard input must stay open, or it ends.

    `parsed` is the file of what dbt parsed in an earlier run, made where there is none to be read (None: parse anew).
    """
    # Only Florida's sample is seeds.
    folder = extracts or (None if state == State.FL else SAMPLES[state])
    variables = {"state": state.value, "program_year": program_year, "extracts_path": str(folder) if folder else None}
    return [
        sys.executable, __file__, str(parsed or ""), *arguments,
        "--vars", json.dumps(variables), "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(work / "target"), "--log-path", str(work / "logs"), "--log-level-file", "none", "--log-level", "none", "--no-use-colors",
    ]  # fmt: skip


def run_dbt(
    arguments: list[str],
    warehouse: Path,
    work: Path,
    extracts: Path | None,
    program_year: int,
    state: State = State.FL,
    doing: str = "Building the warehouse",
    on_message: Callable[[str], None] = lambda message: None,
) -> None:
    """Run dbt with `arguments` on the file `warehouse`, its artifacts in the folder `work`.

    `extracts` is the state's folder of extracts (None: its bundled sample), `program_year` the first half of the year
    (2023 = 2023-24). `doing` is what the progress line says; `on_message` gets each message of the project's own macros
    ("Extracts: ..."), as it comes. Raises BuildError with dbt's messages, or the faults of files where these ended the run.
    No message names a person, and no log is written: an engine's error can quote a value (docs/hostile_input.md).
    """
    command = dbt_command(arguments, work, extracts, program_year, state, parsed_file(warehouse, extracts, program_year, state))
    environment = {**os.environ, "NRS_WAREHOUSE": str(warehouse)}
    errors: list[str] = []
    faults: list[Fault] = []
    unparsed: list[str] = []
    with (
        console.status(f"{doing} ...") as status,
        subprocess.Popen(command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as dbt,
    ):
        try:
            for line in dbt.stdout or ():
                try:
                    event = json.loads(line)
                except json.JSONDecodeError:
                    unparsed.append(line.rstrip())
                    continue
                if event["node"]:
                    status.update(f"{doing}: {event['node']}")
                message = event["message"].strip()
                if message.startswith(SAID):
                    # Our own words, and names of files: looked through for an engine's, they could come apart.
                    message = without_fleids(message)
                    on_message(message)
                    if message.startswith(FAULT):
                        faults.append(Fault(**json.loads(message.removeprefix(FAULT))))
                if event["level"] == "error" and message:
                    errors.append(without_people(CALLS.sub("", message)))
        except BaseException:
            # Whoever stops this run (Ctrl-C, a signal) stops dbt with it.
            dbt.kill()
            raise
    if unparsed:
        errors.append(without_people("\n".join(unparsed)))
    if dbt.returncode != 0:
        raise BuildError(([unreadable(extracts or SAMPLES[state], faults)] if faults else errors) or [f"dbt ended with status {dbt.returncode}"])


def end_with_the_parent() -> None:
    """End this process when the one that started it is gone: it holds the other end of our standard input."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def keep(parsed: Path, manifest: object) -> None:
    """Keep what was parsed in place of what an earlier state of the project was parsed to; where that can't be, the next run parses.

    Nothing unfinished is left.
    """
    kind = parsed.stem.rpartition("-")[0]
    unfinished = parsed.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        parsed.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(pickle.dumps(manifest))
            unfinished.replace(parsed)
        finally:
            unfinished.unlink(missing_ok=True)
        # Not what a run of the same state of the project has kept at the same time: another may be about to read it.
        for outdated in set(parsed.parent.glob(f"{kind}-*.pickle")) - {parsed}:
            outdated.unlink(missing_ok=True)


def kept(parsed: Path) -> Manifest | None:
    """What is kept in a file; None where there is none, or one that is damaged."""
    try:
        return pickle.loads(parsed.read_bytes())
    except Exception:
        # Damaged bytes end in almost any error; to parse anew is the remedy of each.
        return None


def tell(event: EventMsg) -> None:
    """Write a line of JSON about an event of dbt's, for run_dbt: dbt's own lines hold all of it, and take a second a build."""
    if event.info.level in ("info", "warn", "error"):
        node = event.data.node_info.node_name if "node_info" in event.data.DESCRIPTOR.fields_by_name else ""
        sys.stdout.write(json.dumps({"level": event.info.level, "node": node, "message": event.info.msg}) + "\n")
        sys.stdout.flush()


def invoke(arguments: list[str], manifest: Manifest | None = None) -> object:
    """What a command of dbt returns; ends this process where it fails. Of all but a wrong option or setting dbt has told itself."""
    from dbt.cli.exceptions import DbtUsageException
    from dbt.cli.main import dbtRunner

    done = dbtRunner(manifest, callbacks=[tell]).invoke(arguments)
    if not done.success:
        sys.exit(str(done.exception) if isinstance(done.exception, DbtUsageException) else 1)
    return done.result


def run_here(parsed: str, arguments: list[str]) -> None:
    """Run dbt in this process, with what is kept in the file `parsed` or, where that can't be read, after parsing into it."""
    manifest = kept(Path(parsed)) if parsed else None
    if parsed and manifest is None:
        manifest = invoke(["parse", "--no-write-json", *arguments[arguments.index("--vars") :]])
        keep(Path(parsed), manifest)
    invoke(arguments, manifest)


if __name__ == "__main__":
    # The process that run_dbt starts. A parent that is killed outright can't stop it. Importing dbt takes seconds.
    # It lives for one run: looking for garbage among all that dbt has parsed takes a tenth of the parsing and frees 110 MB.
    gc.disable()
    threading.Thread(target=end_with_the_parent, daemon=True).start()
    run_here(sys.argv[1], sys.argv[2:])
