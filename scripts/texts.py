"""Texts that several modules write alike."""

from __future__ import annotations


def literal(value: object) -> str:
    """A value as an SQL text; None as null."""
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"


def year_name(program_year: int) -> str:
    """2023 -> 2023-24."""
    return f"{program_year}-{(program_year + 1) % 100:02d}"
