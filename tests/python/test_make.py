"""What is given to `make` is used or refused."""

from __future__ import annotations

import os
import subprocess

import pytest
from harness import PROJECT


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """What `make` would run, without running it; apart from a `make` that runs the tests."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return subprocess.run(["make", "--dry-run", *words], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["EXTRACT", "YEAR", "STATES", "extracts"])
def test_an_unknown_variable_is_refused(name: str) -> None:
    run = make("report", f"{name}=2022", "STATE=MS")
    assert run.returncode == 2
    assert f"Unknown: {name}. These can be given: " in run.stderr
    assert run.stdout == ""


def test_known_variables_reach_the_commands() -> None:
    report = make("--jobs=2", "report", "PYTHON=python3", "STATE=MS", "EXTRACTS=my folder", "PROGRAM_YEAR=2022", "NRS_WAREHOUSE=other.duckdb")
    assert 'nrs.py report --state MS --program-year 2022 --extracts "my folder"' in report.stdout
    assert "benchmark.py --size sample --size county" in make("bench", "SIZES=sample county").stdout
    assert "mutants.py --all --select int_terms" in make("mutants", "MUTANTS=--all --select int_terms").stdout
    assert make("test", "PYTHON=python3", "CASES=folder").returncode == 0
