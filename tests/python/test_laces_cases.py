"""The acceptance cases of the states of LACES: each local program of a folder is one case, so that one build serves all."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import PROJECT, dbt_build
from test_cases import DIFFERENCES

CASES_OF_LACES = PROJECT / "tests" / "cases"


@pytest.mark.parametrize(("state", "name"), [("MS", "mississippi"), ("MO", "missouri")])
def test_cases_give_the_expected_cells(state: str, name: str, tmp_path: Path) -> None:
    folder = CASES_OF_LACES / name
    run = dbt_build(tmp_path, folder / "extracts", "--select", "+nrs_cells", "+nrs_form_cells", "+rejected_rows", state=state)
    assert run.is_success, run.message
    with run.connect() as con:
        assert con.execute("select * from restricted.rejected_rows").fetchall() == [], "the cases are clean"
        assert con.execute(DIFFERENCES.format(path=folder / "expected.csv", is_complete="false")).fetchall() == []
