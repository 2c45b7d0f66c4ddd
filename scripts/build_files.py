"""What stands beside the models in a finished build: the facts of its manifest, and the file that may be published."""

from __future__ import annotations

import glob
import json
import platform
import subprocess
import tomllib
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
from dbt_run import PROJECT
from extract_check import THINGS
from store import PUBLISHED, Manifest, StoreError, sha256
from texts import literal

RULES = ("rules", "terminology", "forms")
# What goes into the published file. Not the hashes of cells and extracts: of a small table, with a few numbers suppressed, the
# hash gives them away to whoever tries them all.
PUBLIC_SECTIONS = ("build", "versions", "rule_sha256")
PUBLIC_SCHEMAS = ("marts", "reference")
# The columns of persons' ids, and how a record system writes them: a rejected record has any word there. A LACES id of fewer
# than five digits (a mistyped one) is not told from a code or a year.
PERSON_IDS = {"fleid": "FL[0-9]{12}", "laces_id": "[0-9]{5,12}"}

Stamps = dict[str, tuple[int, int]]


def dbt_manifest(scratch: Path) -> dict:
    """dbt's own manifest of the run whose artifacts are in `scratch`."""
    return json.loads((scratch / "target" / "manifest.json").read_text(encoding="utf-8"))


def extract_stamps(folder: Path) -> Stamps:
    """Size (bytes) and time of change (ns) of each CSV and Parquet file of a folder of extracts, by its path."""
    paths = sorted(path for pattern in ("*", "*/*") for path in folder.glob(pattern) if path.suffix in (".csv", ".parquet") and path.is_file())
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def extract_files(folder: Path, manifest: dict, system: str, before: Stamps) -> Manifest:
    """Size and SHA-256 of every file of a record system's contract, by its path in `folder`.

    `before` are the stamps from before dbt read the folder. Raises StoreError where a file has changed since: the hash would be
    that of another file than the one that was read.
    """
    names = sorted(source["name"] for source in manifest["sources"].values() if source["source_name"] == system)
    patterns = [f"{glob.escape(str(folder))}/{name}{rest}" for name in names for rest in (".csv", ".parquet", "/*.csv", "/*.parquet")]
    files = {str(Path(path).relative_to(folder)): Path(path) for pattern in patterns for path in sorted(glob.glob(pattern))}
    hashes = {name: sha256(path) for name, path in files.items()}
    after = extract_stamps(folder)
    if changed := sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)):
        raise StoreError(f"Extracts changed while the warehouse was built: {', '.join(changed)}. Build again when the folder is at rest.")
    return {"extract_bytes": {name: path.stat().st_size for name, path in files.items()}, "extract_sha256": hashes}


def build_facts(connection: duckdb.DuckDBPyConnection, build_id: str, label: str | None, began: datetime, program_year: int, source: str) -> Manifest:
    """The facts of a build that its warehouse and this project know: what it is, versions, rules, cells, checks."""
    (state,) = connection.execute("select max(scope_id) from marts.nrs_cells where scope = 'state'").fetchone()
    held, readings, scopes = connection.execute(
        "select count(*) filter (where is_held), count(*), count(distinct (scope, scope_id)) from marts.equality_results"
    ).fetchone()
    (cells,) = connection.execute("select count(*) from marts.nrs_cells").fetchone()
    return {
        "build": {
            "build_id": build_id, "label": label, "created_at": f"{began:%Y-%m-%dT%H:%M:%SZ}",
            "program_year": program_year, "state": state, "source": source,
        },
        "versions": versions(),
        "rule_sha256": {file.relative_to(PROJECT).as_posix(): sha256(file) for name in RULES for file in sorted((PROJECT / "seeds" / name).glob("*.csv"))},
        "cell_sha256": cell_hashes(connection),
        "checks": {
            "cells": cells, "identities_held": held, "identities_read": readings, "scopes": scopes, "stop_findings": stop_findings(connection),
        },
    }  # fmt: skip


def versions() -> dict[str, str | int | None]:
    """Versions of the project and of what builds it; the commit (with -dirty, if files differ from it) where git knows one."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*"], cwd=PROJECT, capture_output=True, text=True, check=False
        ).stdout.strip()
    except FileNotFoundError:
        described = ""
    return {
        "nrs_warehouse": project["version"],
        "git_commit": described or None,
        "dbt": version("dbt-core"),
        "dbt_duckdb": version("dbt-duckdb"),
        "duckdb": duckdb.__version__,
        "python": platform.python_version(),
    }


def cell_hashes(connection: duckdb.DuckDBPyConnection) -> dict[str, str | int | None]:
    """One SHA-256 for each NRS table, over all its cells in the order of their keys: equal where every cell is."""
    return dict(
        connection.execute(
            """
            select
                table_id,
                sha256(string_agg(
                    concat_ws('|', program_year, scope, scope_id, row_code, column_code, coalesce(cast(value as varchar), 'null')), chr(10)
                    order by program_year, scope, scope_id, row_code, column_code
                ))
            from marts.nrs_cells
            group by table_id
            order by table_id
            """
        ).fetchall()
    )


def stop_findings(connection: duckdb.DuckDBPyConnection) -> int:
    """Things to mend before a submission, as the check counts them: kinds of findings that say stop, by file."""
    (found,) = connection.execute(f"select {THINGS} from restricted.extract_findings where severity = 'stop'").fetchone()
    return found


def write_manifest_table(connection: duckdb.DuckDBPyConnection, facts: Manifest, catalog: str, sections: tuple[str, ...]) -> None:
    """Write sections of the manifest as the table `reference.build_manifest` (key: section, name) of an attached file."""
    rows = [(section, name, None if value is None else str(value)) for section in sections for name, value in facts[section].items()]
    table = f"{catalog}.reference.build_manifest"
    connection.execute(f"create table {table} (section varchar not null, name varchar not null, value varchar)")
    connection.executemany(f"insert into {table} values (?, ?, ?)", rows)
    connection.execute(f"comment on table {table} is 'One row per fact of the build (key: section, name), as in manifest.json.'")


def published_relations(manifest: dict) -> dict[tuple[str, str], dict]:
    """The models and seeds that say `meta: {published: true}`, by (schema, name); everything else stays in the warehouse."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed") and node["config"]["meta"].get("published") is True]
    return {(node["schema"], node["alias"]): node for node in nodes}


def write_published(connection: duckdb.DuckDBPyConnection, file: Path, manifest: dict, facts: Manifest) -> None:
    """Copy the published relations, with their descriptions, and the public facts into the new file `file`, then look what is in it.

    `connection` is to the warehouse. Raises StoreError where a relation of another schema than `marts` and `reference` is to be
    published, and where the file holds anything else than it should, or a person's id of the warehouse.
    """
    relations = published_relations(manifest)
    if private := [f"{schema}.{name}" for schema, name in relations if schema not in PUBLIC_SCHEMAS]:
        raise StoreError(f"Marked as published, but of a schema that holds people: {', '.join(private)}. Take `published` off its `meta`.")
    connection.execute(f"attach {literal(file)} as published")
    for (schema, name), node in relations.items():
        connection.execute(f"create schema if not exists published.{schema}")
        connection.execute(f"create table published.{schema}.{name} as select * from {schema}.{name}")
        connection.execute(f"comment on table published.{schema}.{name} is {literal(node['description'])}")
        for column in node["columns"].values():
            connection.execute(f"comment on column published.{schema}.{name}.{column['name']} is {literal(column['description'])}")
    connection.execute("create schema if not exists published.reference")
    write_manifest_table(connection, facts, "published", PUBLIC_SECTIONS)
    connection.execute("checkpoint published")
    connection.execute("detach published")
    connection.execute(f"attach {literal(file)} as published (read_only)")
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'published' "
        "union all select schema_name, view_name from duckdb_views() where database_name = 'published' and not internal"
    ).fetchall()
    if surplus := set(found) ^ {*relations, ("reference", "build_manifest")}:
        raise StoreError(f"{PUBLISHED} doesn't hold what is marked as published: {', '.join(sorted('.'.join(name) for name in surplus))}.")
    if people := columns_with_people(connection, PERSON_IDS):
        raise StoreError(f"{PUBLISHED} would hold persons' ids in {', '.join(people)}. Mark only relations without people as published.")
    connection.execute("detach published")


def columns_with_people(connection: duckdb.DuckDBPyConnection, person_columns: dict[str, str]) -> list[str]:
    """The text columns of the attached `published` that hold a value of one of `person_columns` of any table of the staging schema.

    `person_columns` says of each column which values are told from others, as a regular expression. The schema `reference`
    isn't looked through: it is written from the project's own files, whose codes can be digits as a LACES id is. So can an
    agency's id, which is published: it is no person's.
    """

    def columns(condition: str) -> list[tuple[str, str, str]]:
        return connection.execute(
            "select columns.database_name || '.' || columns.schema_name || '.' || columns.table_name, column_name, columns.table_name "
            f"from duckdb_columns() as columns inner join duckdb_tables() as tables using (table_oid, database_oid) where {condition} order by all"
        ).fetchall()

    where_people_are = columns(f"columns.schema_name = 'staging' and column_name in {(*person_columns, *person_columns)}")
    agencies = columns("columns.schema_name = 'staging' and columns.table_name like '%agencies' and column_name = 'agency_id'")
    texts = columns("columns.database_name = 'published' and columns.schema_name <> 'reference' and data_type = 'VARCHAR'")
    people = " union ".join(
        f'select "{column}" as value from {table} where regexp_full_match("{column}", {literal(person_columns[column])})'
        for table, column, _ in where_people_are
    )
    no_people = "".join(f' except select "{column}" from {table}' for table, column, _ in agencies)
    values = " union ".join(f'select distinct {literal(f"{table}.{column}")} as place, "{column}" as value from {table}' for table, column, _ in texts)
    found = connection.execute(
        f"with people as (({people}){no_people}) select distinct place from ({values}) where value in (select value from people) order by all"
    )
    return [place for (place,) in found.fetchall()]
