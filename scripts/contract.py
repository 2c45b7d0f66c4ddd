"""The input contract of a state: the columns, types, code lists and keys of its extracts, as the dbt sources declare them.

Florida's records come from the system `fcs`, those of Mississippi and Missouri from `laces` (docs/decisions/0014).
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[1]
STAGING = PROJECT / "models" / "staging"


class State(StrEnum):
    """A state whose rules and extracts the warehouse knows."""

    FL = "FL"
    MS = "MS"
    MO = "MO"


RECORD_SYSTEMS = ("fcs", "laces")
# The synthetic extracts of each state; Florida's are seeds.
SAMPLES = {
    State.FL: PROJECT / "seeds" / "extracts",
    State.MS: PROJECT / "examples" / "mississippi",
    State.MO: PROJECT / "examples" / "missouri",
}


def record_system(state: str) -> str:
    """Where a state keeps its student records, as the macro of that name (macros/extracts/contract.sql)."""
    return "fcs" if state == State.FL else "laces"


def sources_file(system: str) -> Path:
    """The file of the dbt source that is a record system's contract."""
    return STAGING / system / f"_{system}__sources.yml"


@cache
def tables(system: str) -> list[dict[str, Any]]:
    """The extracts of a record system as its source declares them, in that order."""
    return yaml.safe_load(sources_file(system).read_text(encoding="utf-8"))["sources"][0]["tables"]


def extract_columns(system: str) -> dict[str, list[str]]:
    """The columns of each extract, in order."""
    return {table["name"]: [column["name"] for column in table["columns"]] for table in tables(system)}


def extract_names(system: str) -> frozenset[str]:
    """The extracts of a record system."""
    return frozenset(table["name"] for table in tables(system))
