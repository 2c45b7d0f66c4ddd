"""What README.md shows of the bundled sample is what the sample gives."""

from __future__ import annotations

import re

import pytest
from building import print_summary
from contract import State
from harness import PROJECT, MemoryWarehouse

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The README's blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_summary_is_the_one_that_a_report_prints(sample_warehouse: MemoryWarehouse, capsys: pytest.CaptureFixture[str]) -> None:
    """Up to the findings, line for line and in that order; `...` stands for lines left out."""
    print_summary(sample_warehouse.connection, State.FL, 2023)
    printed = iter([line.rstrip() for line in capsys.readouterr().out.splitlines()])
    shown = blocks("text")[0].partition("\nBuild:")[0].splitlines()
    assert len(shown) > 20
    # `in` takes lines off the iterator up to the one it finds: what comes next must stand below.
    assert [line for line in shown if line not in ("", " ...", "...") and line not in printed] == []


def test_first_student_behind_the_number_is_the_one_shown(sample_warehouse: MemoryWarehouse) -> None:
    (query,) = blocks("sql")
    members = sample_warehouse.rows(query)
    shown = blocks("text")[1].replace("\n", " ").rpartition(", ...")[0]
    assert " | ".join(members[0]).startswith(shown)
    assert len(members) == 4
