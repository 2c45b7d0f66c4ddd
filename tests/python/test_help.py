"""The help teaches: what a command does, an example that works, and what it writes; completion completes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from harness import PROJECT
from nrs import app
from typer.testing import CliRunner

COMMANDS = typer.main.get_command(app).commands


def help_of(*words: str) -> str:
    """A help page as one line, without the frames and colours."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    assert shown.exit_code == 0
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", shown.output).split())


def test_help_says_where_to_begin() -> None:
    shown = help_of()
    for words in ("nrs.py report", "docs/bring_your_own_data.md", "NRS_WAREHOUSE", "--install-completion"):
        assert words in shown
    named = re.findall(r"docs/[\w.]+\w", shown)
    assert named and all((PROJECT / path).is_file() for path in named)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_that_is_understood(name: str) -> None:
    example = re.search(rf"Example: nrs\.py ({name}( [^\n]*)?)$", COMMANDS[name].help or "", re.MULTILINE)
    assert example, f"the docstring of {name} has no line `Example: nrs.py {name} ...`"
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert [word for word in shlex.split(example[1]) if word.startswith("-") and word not in options] == []
    assert example[1] in help_of(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    assert [parameter.name for parameter in COMMANDS[name].params if not getattr(parameter, "help", None)] == []


def test_report_says_what_it_writes() -> None:
    assert "Writes the warehouse" in help_of("report")


@pytest.mark.parametrize("typed", ["23", "2023-24", "1066", "next"])
@pytest.mark.parametrize("command", [["report"], ["check", "."], ["page"], ["workbook"], ["explain", "1", "total", "total"]], ids=lambda words: words[0])
def test_a_program_year_is_its_first_half(command: list[str], typed: str) -> None:
    refused = CliRunner().invoke(app, [*command, "--program-year", typed], env={"COLUMNS": "200"})
    assert refused.exit_code == 2 and f"'{typed}' is no program year. Write 2023 for 2023-24." in refused.output


def test_without_its_packages_it_says_how_to_get_them() -> None:
    run = subprocess.run([sys.executable, "-I", "-S", str(PROJECT / "scripts" / "nrs.py")], capture_output=True, text=True)
    assert run.returncode == 1
    assert "Run `make report` once, then `. .venv/bin/activate`." in run.stderr and "Traceback" not in run.stderr


def test_shell_completes_commands_and_options() -> None:
    """What the function does that `--install-completion` writes for bash, in an environment activated as the README says."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    def completed(*words: str) -> list[str]:
        asked = {"_NRS.PY_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1), "PATH": path}
        script = PROJECT / "scripts" / "nrs.py"
        assert os.access(script, os.X_OK)
        return subprocess.run([str(script)], env={**os.environ, **asked}, capture_output=True, text=True, check=True).stdout.split()

    assert completed("nrs.py", "rep") == ["report"]
    assert completed("nrs.py", "report", "--prog") == ["--program-year"]
