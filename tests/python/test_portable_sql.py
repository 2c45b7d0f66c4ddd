"""What is DuckDB's alone stands in macros that are called for DuckDB (docs/engines.md): as far as the text of the SQL shows it.

`make spark` shows the rest.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from harness import PROJECT

# What only DuckDB reads, or another engine reads otherwise, each with a line that has it.
NOT_PORTABLE = {
    r"\bvarchar\b(?!\()": "cast(null as varchar) as kind",
    r"\bstring_agg\(": "string_agg(evidence, ', ' order by evidence)",
    r"\b[lr]trim\([^()]*,": "rtrim(reading, '.')",
    r"\brow_number\(\)\s+over\s+\(\s*\)": "row_number() over () as record_number",
    r"(?s)\bwith recursive\b.*\bunion\b(?! all)": "with recursive lineage as (select 1 union distinct select 2)",
    r"[a-z_)]::[a-z]": "value::integer",
    r"\b(unnest|generate_series|regexp_matches|string_split|strptime|strftime|list|struct_pack|date_trunc|arg_min|arg_max)\(": "unnest(codes) as code",
    r"\binterval '": "entry_date + interval '1 year'",
    r"\bselect \* exclude\b": "select * exclude (kind)",
    r"\b(un)?pivot\b": "pivot cells on column_code",
}


def portable_text(file: Path) -> str:
    """The SQL of a file, without remarks and without the macros that are called for DuckDB alone."""
    text = re.sub(r"(?s)\{#.*?#\}", "", file.read_text(encoding="utf-8"))
    text = re.sub(r"(?s)\{%-? macro duckdb__.*?endmacro -?%\}", "", text)
    return re.sub(r"--.*", "", text)


def sql_files() -> list[Path]:
    """Every SQL file of the project but the macros that read and check files, which other engines don't."""
    files = [file for folder in ("analyses", "macros", "models", "tests") for file in sorted((PROJECT / folder).rglob("*.sql"))]
    return [file for file in files if file.parent.name != "extracts" or file.name == "base.sql"]


@pytest.mark.parametrize(("pattern", "line"), NOT_PORTABLE.items())
def test_every_pattern_finds_what_it_is_for(pattern: str, line: str) -> None:
    assert re.search(pattern, line)


@pytest.mark.parametrize("pattern", NOT_PORTABLE)
def test_sql_outside_of_duckdbs_own_macros_is_portable(pattern: str) -> None:
    files = {file: re.search(pattern, portable_text(file)) for file in sql_files()}
    assert len(files) > 200
    assert not {str(file.relative_to(PROJECT)): found.group()[-80:] for file, found in files.items() if found}
