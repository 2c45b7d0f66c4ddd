"""The command line itself: what it prints of what it found."""

from __future__ import annotations

from pathlib import Path

import pytest
from nrs import app
from typer.testing import CliRunner


def test_builds_are_listed_with_every_sign_of_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder among them may have been put there by hand; its name is no markup."""
    (tmp_path / "builds" / "[red]old").mkdir(parents=True)
    monkeypatch.setenv("NRS_WAREHOUSE", str(tmp_path / "nrs.duckdb"))
    listed = CliRunner().invoke(app, ["builds"])
    assert listed.exit_code == 0
    assert "[red]old" in listed.output
