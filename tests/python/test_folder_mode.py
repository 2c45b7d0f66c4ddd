"""Real dbt runs: a folder of extracts gives the report of the bundled sample, however its files are cut and written.

What the in-memory harness can't show: the reading of the files, their record numbers, and dbt's seeds.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from generate_extracts import PARTS
from harness import CASES, PROJECT, DbtRun, Table, dbt_build, read_table, write_table
from test_cases import DIFFERENCES

SAMPLE = PROJECT / "seeds" / "extracts"
DIRTY_CASE = CASES / "91_small_state_dirty"
EXTRA_COLUMN = "remark, free"
# What the tests compare, and what it is made of: the rest follows from it.
COMPARED = ("--select", "+nrs_cells", "+nrs_form_cells", "+equality_results", "+nrs_cell_members", "+exclusions", "+rejected_rows", "+input_disposition")


def write_reordered(file: Path, table: Table) -> None:
    """The columns the other way round."""
    write_table(file, [row[::-1] for row in table])


def write_with_an_extra_column(file: Path, table: Table) -> None:
    """A column that the contract doesn't know, in the middle, its name in need of quotes."""
    extra = [EXTRA_COLUMN] + [f'line {n}: "free", as typed' for n in range(1, len(table))]
    write_table(file, [[*row[:2], cell, *row[2:]] for row, cell in zip(table, extra, strict=True)])


def write_as_a_spreadsheet(file: Path, table: Table) -> None:
    """A byte order mark, CRLF line ends, and quotes around everything, the header and the blanks too."""
    write_table(file, table, encoding="utf-8-sig", line_end="\r\n", quoting=csv.QUOTE_ALL)


def write_parquet(file: Path, table: Table) -> None:
    """Parquet, every value as text, blanks as null."""
    plain = file.with_suffix(".csv")
    write_table(plain, table)
    with duckdb.connect() as con:
        records = con.read_csv(str(plain), all_varchar=True, header=True, delimiter=",", quotechar='"', escapechar='"')
        records.write_parquet(str(file.with_suffix(".parquet")))
    plain.unlink()


def write_parquet_reordered(file: Path, table: Table) -> None:
    """Parquet with the columns the other way round."""
    write_parquet(file, [row[::-1] for row in table])


def split(folder: Path, writers: list[Callable[[Path, Table], None]]) -> dict[str, int]:
    """Write the sample into `folder`, each of the big extracts in one part a writer.

    Returns the number of records before each part in the extract, by the part's path in the folder.
    """
    offsets = {}
    for source in sorted(SAMPLE.glob("*.csv")):
        if source.stem not in PARTS:
            shutil.copy(source, folder)
            continue
        header, *records = read_table(source)
        parts = folder / source.stem
        parts.mkdir()
        size = len(records) // len(writers) + 1
        for number, write in enumerate(writers):
            part = parts / f"part_{number + 1}.csv"
            write(part, [header, *records[number * size : (number + 1) * size]])
            written = part if part.exists() else part.with_suffix(".parquet")
            offsets[written.relative_to(folder).as_posix()] = number * size
    return offsets


def report_of(run: DbtRun, offsets: dict[str, int]) -> dict[str, list[tuple]]:
    """What a run reports, with each record named by its place in the whole extract."""
    with run.connect() as con:
        con.execute("create temp table offsets (source_file varchar, records_before bigint)")
        if offsets:
            con.executemany("insert into offsets values (?, ?)", list(offsets.items()))
        queries = {
            "cells": "select * from marts.nrs_cells",
            "exclusions": "select * exclude (evidence) from restricted.exclusions",
            "faults": """
                select extract_name, record_number + coalesce(records_before, 0), agency_id, term, column_name, value, reason, action
                from restricted.rejected_rows left join offsets using (source_file)""",
            # Every record by itself, which its counts follow from.
            "dispositions": """
                select extract_name, record_number + coalesce(records_before, 0), disposition, if(detail like 'kept:%', 'kept', detail)
                from restricted.input_disposition left join offsets using (source_file)""",
        }
        return {name: con.execute(f"{query} order by all").fetchall() for name, query in queries.items()}


def assert_equal_reports(one: dict[str, list[tuple]], other: dict[str, list[tuple]]) -> None:
    for name, rows in one.items():
        assert rows, name
        assert sorted(set(rows) ^ set(other[name]), key=str)[:10] == [], name
        assert len(rows) == len(other[name]), name


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """The bundled sample, through dbt's seeds."""
    run = dbt_build(tmp_path_factory.mktemp("sample"), None, *COMPARED)
    assert run.is_success, run.message
    return run


@pytest.fixture(scope="module")
def csv_parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[DbtRun, Path, dict[str, int]]:
    """The sample in CSV parts, each written another way; the last is a header without records."""
    folder = tmp_path_factory.mktemp("csv_parts")
    offsets = split(folder, [write_reordered, write_with_an_extra_column, write_as_a_spreadsheet, write_table])
    for name in PARTS:
        (folder / name / "part_9.csv").write_text((SAMPLE / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0], encoding="utf-8")
    run = dbt_build(tmp_path_factory.mktemp("csv_parts_run"), folder, *COMPARED)
    assert run.is_success, run.message
    return run, folder, offsets


def test_folder_of_whole_files_gives_the_report_of_the_sample(sample: DbtRun, tmp_path: Path) -> None:
    """Row for row, evidence and file names too: the files are the same."""
    folder = tmp_path / "it's a folder, with blanks"
    shutil.copytree(SAMPLE, folder)
    run = dbt_build(tmp_path / "run", folder, *COMPARED)
    assert run.is_success, run.message
    relations = ("marts.nrs_cells", "restricted.exclusions", "restricted.rejected_rows", "restricted.input_disposition", "restricted.nrs_cell_members")
    with sample.connect() as one, run.connect() as other:
        for relation in relations:
            rows, again = (con.execute(f"select * from {relation} order by all").fetchall() for con in (one, other))
            assert rows, relation
            assert sorted(set(rows) ^ set(again), key=str)[:10] == [], relation
            assert len(rows) == len(again), relation
        assert other.execute("select count(*) from information_schema.tables where table_schema = 'raw'").fetchall() == [(0,)], "synthetic people"


def test_csv_parts_give_the_report_of_the_sample(sample: DbtRun, csv_parts: tuple[DbtRun, Path, dict[str, int]]) -> None:
    run, _, offsets = csv_parts
    assert_equal_reports(report_of(sample, {}), report_of(run, offsets))


def test_parquet_parts_give_the_report_of_the_sample(sample: DbtRun, tmp_path: Path) -> None:
    """A CSV part among them: an agency may be late with the change of format."""
    folder = tmp_path / "extracts"
    folder.mkdir()
    offsets = split(folder, [write_parquet, write_reordered, write_parquet_reordered])
    assert {Path(part).suffix for part in offsets} == {".csv", ".parquet"}
    run = dbt_build(tmp_path / "run", folder, *COMPARED)
    assert run.is_success, run.message
    assert_equal_reports(report_of(sample, {}), report_of(run, offsets))


def test_file_and_record_number_point_at_the_line(csv_parts: tuple[DbtRun, Path, dict[str, int]]) -> None:
    """Whoever mends a fault opens the file that is named and goes to the record: the value must stand there."""
    run, folder, offsets = csv_parts
    with run.connect() as con:
        faults = con.execute("select source_file, record_number, column_name, value from restricted.rejected_rows").fetchall()
        read = {row[0] for row in con.execute("select distinct source_file from restricted.input_disposition").fetchall()}
    assert read == offsets.keys() | {f"{file.stem}.csv" for file in SAMPLE.glob("*.csv") if file.stem not in PARTS}
    # Every way of writing a part has a fault to show, or the test says nothing of it.
    assert {Path(fault[0]).stem for fault in faults} >= {"part_1", "part_2", "part_3", "part_4"}
    tables = {name: read_table(folder / name) for name in {fault[0] for fault in faults}}
    for source_file, record_number, column, value in faults:
        header, *records = tables[source_file]
        assert records[record_number - 1][header.index(column)] == value, (source_file, record_number, column)


def test_unknown_column_is_reported(csv_parts: tuple[DbtRun, Path, dict[str, int]]) -> None:
    """Ignored, but not in silence (extract contract): it may be a column of the contract, misspelt in one part."""
    run, _, _ = csv_parts
    # The SQL that reads the file names its columns too; what is said to the user is a line of its own.
    said = [line for line in run.log.splitlines() if EXTRA_COLUMN in line and "demographics/part_2.csv" in line and "read_csv" not in line]
    assert said


@pytest.mark.skipif(not DIRTY_CASE.exists(), reason=f"no case {DIRTY_CASE.name} in {CASES}; set CASES to its folder")
def test_dirty_case_gives_its_cells(tmp_path: Path) -> None:
    """The acceptance case with bad rows and split files, read by dbt; the harness reads it its own way."""
    run = dbt_build(tmp_path, DIRTY_CASE / "extracts", *COMPARED)
    assert run.is_success, run.message
    with run.connect() as con:
        tables = con.execute("select count(distinct table_id) from marts.nrs_cells").fetchone()
        assert tables and tables[0] > 0
        assert con.execute(DIFFERENCES.format(path=DIRTY_CASE / "expected.csv", is_complete="true")).fetchall() == []
        assert con.execute("select * from marts.equality_results where not is_held").fetchall() == []
        assert con.execute("select count(*) > 0 from restricted.rejected_rows").fetchall() == [(True,)]
