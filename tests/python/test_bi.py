"""What docs/bi.md shows runs as it stands, and years stand side by side."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import duckdb
import pytest
from harness import PROJECT, MemoryWarehouse
from typer import Typer
from typer.testing import CliRunner
from years import TABLE, YearsError, join_years, main

GUIDE = (PROJECT / "docs" / "bi.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The guide's blocks of code in a language."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def write_published(warehouse: MemoryWarehouse, file: Path, program_year: int) -> None:
    """A published file of the sample as if it were that year's, with the agencies' counts below 5 suppressed."""
    warehouse.connection.execute(f"""
        attach '{file}' as published;
        create schema published.marts;
        create table published.marts.nrs_form_cells as from marts.nrs_form_cells;
        create table published.marts.nrs_cells_published as
        select {program_year} as program_year, * exclude (program_year, value, is_small),
            case when not is_small then value end as value, is_small as is_suppressed, case when is_small then 'small' end as suppression
        from (select *, scope = 'agency' and coalesce(value between 1 and 4, false) as is_small from marts.nrs_cells);
        detach published""")


@pytest.fixture(scope="module")
def house(sample_warehouse: MemoryWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with warehouse/nrs_published.duckdb (2023), nrs_2022.duckdb and the years file made from them."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "warehouse").mkdir()
    write_published(sample_warehouse, folder / "warehouse" / "nrs_published.duckdb", 2023)
    write_published(sample_warehouse, folder / "warehouse" / "nrs_2022.duckdb", 2022)
    files = [folder / "warehouse" / name for name in ("nrs_2022.duckdb", "nrs_published.duckdb")]
    assert join_years(files, folder / "warehouse" / "nrs_years.duckdb") == {files[0]: [2022], files[1]: [2023]}
    return folder


def rows(file: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_python_example_runs(house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(house)
    (example,) = blocks("python")
    exec(compile(example, "docs/bi.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    cell = "scope = 'state' and table_id = '3' and row_code = 'total' and column_code = 'total'"
    total = rows(house / "warehouse" / "nrs_published.duckdb", f"select value from marts.nrs_cells_published where {cell}")
    assert printed[0] == "['row_label', 'participants', 'is_suppressed']"
    assert printed[-1].endswith(f"{total[0][0]:8,.0f}")
    assert len(printed) == 10
    assert len({len(line) for line in printed[1:]}) == 1, "the longest label fits into its column"


@pytest.mark.parametrize("query", blocks("sql"))
def test_queries_run_and_find_something(house: Path, query: str) -> None:
    file = house / "warehouse" / ("nrs_years.duckdb" if "years file" in query else "nrs_published.duckdb")
    assert rows(file, query)


def test_share_of_gains_is_the_tables_own(house: Path) -> None:
    """The query that calculates Table 4 J anew, against the cell (nothing suppressed in either)."""
    (query,) = (query for query in blocks("sql") if "with_gain" in query)
    file = house / "warehouse" / "nrs_published.duckdb"
    cell = "scope = 'agency' and table_id = '4' and row_code = 'total' and column_code = 'J'"
    cells = dict(rows(file, f"select scope_id, value from marts.nrs_cells_published where {cell}"))
    shares = {agency: share for agency, _, _, share in rows(file, query)}
    assert shares and shares == pytest.approx({agency: cells[agency] for agency in shares})


def test_years_hold_every_cell_of_each_with_its_labels(house: Path) -> None:
    years, one = house / "warehouse" / "nrs_years.duckdb", house / "warehouse" / "nrs_published.duckdb"
    count, suppressed = rows(one, "select count(*), count(*) filter (where is_suppressed) from marts.nrs_cells_published")[0]
    assert suppressed > 0
    assert rows(years, "select program_year, count(*), count(*) filter (where is_suppressed) from marts.nrs_years group by 1 order by 1") == [
        (2022, count, suppressed),
        (2023, count, suppressed),
    ]
    assert rows(years, "select * from marts.nrs_years where is_suppressed and (value is not null or suppression is null)") == []
    cell = "program_year = 2022 and scope = 'state' and table_id = '4' and row_code = 'abe_1' and column_code = 'D'"
    label = f"select table_title, row_label, column_letter, measure from marts.nrs_years where {cell}"
    assert stat.S_IMODE(years.stat().st_mode) == 0o644
    assert rows(years, label) == [("Measurable Skill Gains (MSG) by Entry Level", "ABE Level 1", "D", "hours")]


def test_every_column_of_the_years_is_described() -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        assert connection.execute("select column_name from duckdb_columns() where table_name = 'nrs_years' and comment is null").fetchall() == []


def test_working_file_is_read_whole(sample_warehouse: MemoryWarehouse, tmp_path: Path) -> None:
    """A working file has published cells as well; asked for by name, it gives every number, to the owner alone."""
    file = tmp_path / "nrs.duckdb"
    write_published(sample_warehouse, file, 2023)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table marts.nrs_cells as select * exclude (is_suppressed, suppression, value), 7.0 as value from marts.nrs_cells_published")
    join_years([file], tmp_path / "years.duckdb")
    assert rows(tmp_path / "years.duckdb", "select distinct value, is_suppressed, suppression from marts.nrs_years") == [(7.0, False, None)]
    assert stat.S_IMODE((tmp_path / "years.duckdb").stat().st_mode) == 0o600


def test_one_build_a_year(house: Path, tmp_path: Path) -> None:
    file = house / "warehouse" / "nrs_published.duckdb"
    with pytest.raises(YearsError, match=r"nrs_published\.duckdb holds program year 2023, and so does a file before it\. Name one build"):
        join_years([file, file], tmp_path / "years.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_published_and_working_files_are_not_mixed(house: Path, tmp_path: Path) -> None:
    working = tmp_path / "nrs.duckdb"
    with duckdb.connect(str(working)) as connection:
        connection.execute(f"attach '{house / 'warehouse' / 'nrs_2022.duckdb'}' as one (read_only)")
        connection.execute("create schema marts; create table marts.nrs_form_cells as from one.marts.nrs_form_cells")
        connection.execute("create table marts.nrs_cells as select * exclude (is_suppressed, suppression) from one.marts.nrs_cells_published")
    years = tmp_path / "years.duckdb"
    years.write_text("as it was", encoding="utf-8")
    with pytest.raises(YearsError, match="Published and working files are mixed"):
        join_years([working, house / "warehouse" / "nrs_published.duckdb"], years)
    assert years.read_text(encoding="utf-8") == "as it was"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["nrs.duckdb", "years.duckdb"]


def test_a_place_that_cannot_be_written_is_told(house: Path, tmp_path: Path) -> None:
    file = house / "warehouse" / "nrs_2022.duckdb"
    command = Typer()
    command.command()(main)
    folder = CliRunner().invoke(command, [str(file), "--to", str(tmp_path)])
    assert (folder.exit_code, "Invalid value for '--to'" in folder.stderr) == (2, True)
    nowhere = CliRunner().invoke(command, [str(file), "--to", str(file / "below")])
    assert (nowhere.exit_code, "below can't be written: " in nowhere.stderr) == (1, True)


@pytest.mark.parametrize("content", [None, "create schema marts", "create table other (a integer)"])
def test_what_is_no_build_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "other.duckdb"
    if content:
        with duckdb.connect(str(file)) as connection:
            connection.execute(content)
    with pytest.raises(YearsError, match=r"other\.duckdb (is no build|doesn't exist)"):
        join_years([file], tmp_path / "years.duckdb")
