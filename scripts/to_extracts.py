"""Turns tables of your own into a folder of extracts: you write SQL, this writes the contract's files.

The SQL creates views named after the extracts (docs/bring_your_own_data.md has a worked example). Columns that a view
doesn't have are left blank; an extract without a view gets its header line only; a view with a column that the contract
doesn't know is an error, since it is mostly a misspelt one, and so is a view whose name is nearly an extract's. Dates are written as
MMDDYYYY and booleans as Y or N.

    python scripts/to_extracts.py examples/bring_your_own_data/to_extracts.sql --to target/my_extracts
"""

from __future__ import annotations

import shutil
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import duckdb
import typer
from contract import State, extract_columns, record_system
from files import owner_only
from withheld import WITHHELD, without_people

# 2023-09-05 -> 2324: the contract's reporting year of a date, July to June.
REPORTING_YEAR = """
create macro reporting_year_of(day) as
    printf('%02d%02d', (year(day) - (month(day) < 7)::integer) % 100, (year(day) + (month(day) >= 7)::integer) % 100)
"""
WRITTEN = {"DATE": "strftime({column}, '%m%d%Y')", "BOOLEAN": "case when {column} then 'Y' when not {column} then 'N' end"}

# A folder of extracts not yet whole, which a run that was killed leaves.
UNFINISHED = ".to_extracts-"

# The other text names a command of dbt.
WITHHELD_HERE = "DuckDB's text is withheld: it can quote a person's values. The same SQL, run in DuckDB by yourself, shows it."


class MappingError(Exception):
    """SQL that doesn't give what the contract asks for; the message says where and what to do."""


def extract_query(connection: duckdb.DuckDBPyConnection, extract: str, columns: list[str]) -> str:
    """The query that gives an extract all its columns as text, from the view of its name; raises MappingError."""
    view = connection.view(extract)
    types = dict(zip(view.columns, map(str, view.types), strict=True))
    if unknown := sorted(types.keys() - set(columns)):
        raise MappingError(f"View {extract}: the contract has no column {', '.join(unknown)}. Rename or drop it; the columns are: {', '.join(columns)}.")
    given = {column: WRITTEN.get(sql_type, "cast({column} as varchar)").format(column=column) for column, sql_type in types.items()}
    selected = ", ".join(f"{given.get(column, 'null')} as {column}" for column in columns)
    return f"select {selected} from {extract} order by all"


@owner_only()
def write_extracts(sql: Path, folder: Path, state: State = State.FL) -> dict[str, tuple[int, list[str]]]:
    """Run a file of SQL and write every extract of the state's contract into `folder`, as NAME.csv.

    Returns the number of records and the columns left blank of each extract that the SQL has a view for. Files are read
    relative to the SQL's own folder. What is written is the owner's alone (0700, 0600). Raises MappingError where the SQL
    fails or a view doesn't fit.
    """
    extracts = extract_columns(record_system(state))
    with duckdb.connect(config={"file_search_path": str(sql.resolve().parent)}) as connection:
        place = str(sql)
        try:
            connection.execute(REPORTING_YEAR)
            connection.execute(sql.read_text(encoding="utf-8"))
            views = {name for (name,) in connection.execute("select view_name from duckdb_views() where not internal").fetchall()}
            if not views & extracts.keys():
                raise MappingError(f"{sql}: no view is named after an extract. Name them after these: {', '.join(extracts)}.")
            for view in sorted(views - extracts.keys()):
                # Beside a view of the extract's own name, it is a step on the way.
                if near := get_close_matches(view, extracts.keys() - views, n=1, cutoff=0.85):
                    raise MappingError(f"View {view}: no extract has this name. Rename it: to {near[0]}, if it is that extract.")
            queries = {extract: extract_query(connection, extract, columns) for extract, columns in extracts.items() if extract in views}
            results = {}
            for extract, query in queries.items():
                place = f"{sql}, view {extract}"
                results[extract] = connection.sql(f"from ({query})").execute()
        except UnicodeDecodeError as error:
            raise MappingError(f"{place}: byte {error.start + 1} is not UTF-8. Save it as UTF-8.") from None
        except duckdb.Error as error:
            raise MappingError(f"{place}: {without_people(str(error)).replace(WITHHELD, WITHHELD_HERE)}") from None
        folder.mkdir(parents=True, exist_ok=True)
        # All are written before the first takes an earlier one's place: new and old ones together would be read as one state.
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        with TemporaryDirectory(prefix=UNFINISHED, dir=folder) as scratch:
            for extract, columns in extracts.items():
                file = Path(scratch) / f"{extract}.csv"
                if extract in results:
                    results[extract].write_csv(str(file), header=True)
                else:
                    file.write_text(",".join(columns) + "\n", encoding="utf-8")
            for file in sorted(Path(scratch).iterdir()):
                file.replace(folder / file.name)
        blank = {extract: [column for column in extracts[extract] if column not in connection.view(extract).columns] for extract in results}
        return {extract: (len(result), blank[extract]) for extract, result in results.items()}


def main(
    sql: Annotated[Path, typer.Argument(help="File of SQL that creates a view per extract.", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option(help="Folder to write the extracts to; outside the project, if they are of real people.")],
    state: Annotated[State, typer.Option(help="Whose extracts.")] = State.FL,
) -> None:
    """Turn tables of your own into a folder of extracts."""
    extracts = extract_columns(record_system(state))
    found = {file.name for file in to.glob("*") if not file.name.startswith(UNFINISHED)}
    if others := sorted(found - {f"{extract}.csv" for extract in extracts}):
        raise typer.BadParameter(f"{to} holds other files ({others[0]}). Name a new folder, or one with extracts alone.", param_hint="--to")
    try:
        written = write_extracts(sql, to, state)
    except MappingError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    # By then every view was read: it is about files.
    except (OSError, duckdb.IOException) as error:
        typer.echo(f"The extracts can't be written: {error}. Name a folder with room, and which you may write to, with --to.", err=True)
        raise typer.Exit(1) from None
    for extract, (records, blank) in written.items():
        typer.echo(f"{extract}: {records:,} records" + (f"; left blank: {', '.join(blank)}" if blank else ""))
    if empty := [extract for extract in extracts if extract not in written]:
        typer.echo(f"With a header line only, without a view: {', '.join(empty)}.")
    typer.echo(f"Next: make report {'' if state == State.FL else f'STATE={state} '}EXTRACTS={to}")


if __name__ == "__main__":
    typer.run(main)
