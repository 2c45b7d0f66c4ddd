"""What dbt parsed is kept for the next run of the same kind, and for no other; the environment limits the engine's memory."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import dbt_run
import duckdb
import pytest
from contract import State
from dbt_run import FAULT, BuildError, keep, parsed_file, run_dbt
from harness import PROJECT

PROJECT_FILE = "{name: tiny, version: 1.0.0, profile: tiny, flags: {send_anonymous_usage_stats: false}}"
PROFILE = "{tiny: {target: dev, outputs: {dev: {type: duckdb, path: \"{{ env_var('NRS_WAREHOUSE') }}\"}}}}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one model in place of ours."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT_FILE, encoding="utf-8")
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    (folder / "models" / "one_row.sql").write_text("select '{{ var(\"program_year\") }}' as shown", encoding="utf-8")
    monkeypatch.setattr(dbt_run, "PROJECT", folder)
    monkeypatch.setattr(dbt_run, "PARSED", folder / "target" / "parsed")
    return folder


def test_what_is_kept_is_named_after_all_it_depends_on(project: Path, tmp_path: Path) -> None:
    first = parsed_file(tmp_path / "nrs.duckdb", tmp_path / "extracts", 2023, State.FL)
    assert parsed_file(tmp_path / "x" / "nrs.duckdb", tmp_path / "other_extracts", 2023, State.FL) == first
    others = {
        parsed_file(tmp_path / "check.duckdb", tmp_path / "extracts", 2023, State.FL),
        parsed_file(tmp_path / "nrs.duckdb", None, 2023, State.FL),
        parsed_file(tmp_path / "nrs.duckdb", tmp_path / "extracts", 2022, State.FL),
        parsed_file(tmp_path / "nrs.duckdb", tmp_path / "extracts", 2023, State.MS),
    }
    (project / "models" / "one_row.sql").write_text("select 2 as shown", encoding="utf-8")
    others.add(parsed_file(tmp_path / "nrs.duckdb", tmp_path / "extracts", 2023, State.FL))
    (project / "models" / "one_row.sql").rename(project / "models" / "a_row.sql")
    others.add(parsed_file(tmp_path / "nrs.duckdb", tmp_path / "extracts", 2023, State.FL))
    assert len(others - {first}) == 6


def test_a_kept_parse_takes_the_place_of_an_outdated_one(project: Path, tmp_path: Path) -> None:
    def kept() -> Path:
        return parsed_file(tmp_path / "nrs.duckdb", None, 2023, State.FL)

    keep(kept(), "first")
    keep(parsed_file(tmp_path / "nrs.duckdb", None, 2022, State.FL), "of another year")
    (project / "models" / "one_row.sql").write_text("select 2 as shown", encoding="utf-8")
    keep(kept(), "second")
    assert sorted(pickle.loads(file.read_bytes()) for file in dbt_run.PARSED.iterdir()) == ["of another year", "second"]

    class KeptMeanwhile:
        """What a run of the same state has kept stays there for a third run, also while this one is pickled."""

        def __reduce__(self) -> tuple:
            return (str, (f"after {pickle.loads(kept().read_bytes())}",))

    keep(kept(), KeptMeanwhile())
    assert pickle.loads(kept().read_bytes()) == "after second"


def test_what_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    """A folder stands where the file should: the last step fails."""
    parsed = tmp_path / "FL-2023-sample-nrs-0123456789abcdef.pickle"
    parsed.mkdir()
    keep(parsed, "parsed")
    assert list(tmp_path.iterdir()) == [parsed]


def test_what_is_kept_serves_until_the_project_changes_and_a_broken_project_is_said_once(project: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "nrs.duckdb"

    def shown() -> str:
        run_dbt(["build"], warehouse, tmp_path / "work", None, 2023)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return connection.execute("select shown from one_row").fetchone()[0]

    assert shown() == "2023"
    (kept,) = dbt_run.PARSED.iterdir()
    as_kept = kept.stat().st_mtime_ns
    assert shown() == "2023" and kept.stat().st_mtime_ns == as_kept

    kept.write_bytes(b"")
    assert shown() == "2023" and pickle.loads(kept.read_bytes()).nodes

    (project / "models" / "one_row.sql").write_text("select {{ var( }}", encoding="utf-8")
    with pytest.raises(BuildError) as error:
        shown()
    assert sum("one_row" in message for message in error.value.messages) == 1, error.value.messages
    assert list(dbt_run.PARSED.iterdir()) == [kept]


SAYS_FAULTS = """
{% macro say_faults() %}
    {% for file in ('grants/Error: old.csv', 'tests/FL012345678901.csv') %}
        {% do log('Extracts: fault ' ~ tojson({'file': file, 'line': 1, 'column': none, 'reason': 'a header', 'remedy': 'Mend it.'}), info=true) %}
    {% endfor %}
    {% do exceptions.raise_compiler_error('2 fault(s): grants/Error: old.csv, tests/FL012345678901.csv') %}
{% endmacro %}
"""


def test_faults_of_files_are_told_whole_whatever_the_files_are_called(project: Path, tmp_path: Path) -> None:
    """An engine's error is cut off after its kind, and a file's name can look like one."""
    (project / "dbt_project.yml").write_text(f"{PROJECT_FILE[:-1]}, on-run-start: ['{{{{ say_faults() }}}}']}}", encoding="utf-8")
    (project / "macros").mkdir()
    (project / "macros" / "say_faults.sql").write_text(SAYS_FAULTS, encoding="utf-8")
    heard: list[str] = []
    with pytest.raises(BuildError) as error:
        run_dbt(["build"], tmp_path / "nrs.duckdb", tmp_path / "work", tmp_path / "extracts", 2023, on_message=heard.append)
    files = ["grants/Error: old.csv", "tests/FL************.csv"]
    assert [json.loads(message.removeprefix(FAULT))["file"] for message in heard] == files
    (message,) = error.value.messages
    assert message.splitlines()[1:] == [f"- {file}: line 1: a header. Mend it." for file in files]


def test_errors_are_told_in_plain_text_those_of_settings_too(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "models" / "one_row.sql").write_text("select no_column from (select 1 as a_column)", encoding="utf-8")
    monkeypatch.setenv("DBT_USE_COLORS", "true")
    with pytest.raises(BuildError, match="no_column") as error:
        run_dbt(["build"], tmp_path / "nrs.duckdb", tmp_path / "work", None, 2023)
    assert "\x1b" not in str(error.value)

    monkeypatch.setenv("DBT_PRINTER_WIDTH", "wide")
    with pytest.raises(BuildError, match="'wide' is not a valid integer"):
        run_dbt(["build"], tmp_path / "nrs.duckdb", tmp_path / "work", None, 2023)


def test_the_environment_limits_the_memory_of_the_engine(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "dbt_project.yml").write_text(
        "{name: nrs, version: 1.0.0, profile: tiny, flags: {send_anonymous_usage_stats: false}, on-run-start: ['{{ limit_memory() }}']}", encoding="utf-8"
    )
    (project / "macros").mkdir()
    (project / "macros" / "settings.sql").symlink_to(PROJECT / "macros" / "engine" / "settings.sql")
    (project / "models" / "one_row.sql").write_text("{{ config(materialized='table') }} select current_setting('memory_limit') as shown", encoding="utf-8")

    def shown() -> str:
        run_dbt(["build"], tmp_path / "nrs.duckdb", tmp_path / "work", None, 2023)
        with duckdb.connect(str(tmp_path / "nrs.duckdb"), read_only=True) as connection:
            return connection.execute("select shown from one_row").fetchone()[0]

    monkeypatch.setenv("NRS_MEMORY_LIMIT", "512MiB")
    assert shown() == "512.0 MiB"
    monkeypatch.setenv("NRS_MEMORY_LIMIT", "plenty")
    with pytest.raises(BuildError, match='NRS_MEMORY_LIMIT is "plenty", which is no amount of memory') as error:
        shown()
    assert "in macro" not in str(error.value)
