"""Explains a number of the report: what the cell counts, by which rule, and who or what stands behind it.

The same queries serve one cell and all of them. `take` puts the cells asked for and their members into temporary tables;
`PART_VALUES` and `VALUES` find each value anew from the members, `PART_MEMBERS` lists them. A cell that isn't calculated
has one part, `members`; a rate has a `numerator` and a `denominator` (seed `form_rates`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from reading import (
    CONFIDENTIAL,
    AskError,
    Scope,
    answering,
    choose,
    column,
    heading,
    listed,
    number,
    open_warehouse,
    paragraph,
    print_json,
    reported_scope,
    reported_year,
    rows,
)
from rich.console import Console
from rich.table import Table
from rich.text import Text
from texts import literal, year_name

CELL = "program_year, scope, scope_id, table_id, row_code, column_code"

# The cells asked for, each with the cells that it is made of: itself, or the terms of its formula.
TERMS = f"""
create or replace temp table terms as
with asked as (
    select {CELL}
    from marts.nrs_cells inner join marts.nrs_form_cells using (table_id, row_code, column_code)
    where {{asked}}
)
select
    asked.*,
    coalesce(rate_terms.part, 'members') as part,
    coalesce(rate_terms.coefficient, 1) as coefficient,
    coalesce(rate_terms.term_table_id, asked.table_id) as term_table_id,
    coalesce(rate_terms.term_row_code, asked.row_code) as term_row_code,
    coalesce(rate_terms.term_column_code, asked.column_code) as term_column_code,
    term_cells.measure as term_measure
from asked
left join intermediate.int_rate_terms as rate_terms using (table_id, row_code, column_code)
inner join marts.nrs_form_cells as term_cells
    on term_cells.table_id = coalesce(rate_terms.term_table_id, asked.table_id)
    and term_cells.row_code = coalesce(rate_terms.term_row_code, asked.row_code)
    and term_cells.column_code = coalesce(rate_terms.term_column_code, asked.column_code)
"""

# Who or what stands in the cells: persons, periods of participation, gains; or the rows of a submission.
STANDING = f"""
create or replace temp table standing as
select
    members.*, amounts.amount, cast(null as varchar) as source_file, cast(null as bigint) as record_number, false as is_submitted
from (select * from restricted.nrs_cell_members where {{wanted}}) as members
left join (select * from intermediate.int_cell_members where amount is not null and {{wanted}}) as amounts
    on members.scope = amounts.scope and members.scope_id = amounts.scope_id and members.table_id = amounts.table_id
    and members.row_code = amounts.row_code and members.column_code = amounts.column_code and members.person_id = amounts.fleid
    and coalesce(members.pop_number, 0) = coalesce(amounts.pop_number, 0)
    and (members.pop_number is null or members.pop_program_year = amounts.pop_program_year)
union all by name
select {CELL}, agency_id, amount, evidence, source_file, record_number, true as is_submitted
from intermediate.int_submitted_rows where {{wanted}}
"""

# What each term is worth, from its members: as many as they are, the sum or the median of their amounts.
TERM_VALUES = """
create or replace temp view term_values as
select
    terms.program_year, terms.scope, terms.scope_id, terms.table_id, terms.row_code, terms.column_code, terms.part,
    terms.coefficient, terms.term_table_id, terms.term_row_code, terms.term_column_code,
    case
        when any_value(term_measure) = 'median' then cast(median(standing.amount) as double)
        when any_value(term_measure) in ('hours', 'dollars') or bool_or(standing.is_submitted) then cast(coalesce(sum(standing.amount), 0) as double)
        else cast(count(standing.evidence) as double)
    end as value
from terms
left join standing
    on terms.program_year = standing.program_year and terms.scope = standing.scope and terms.scope_id = standing.scope_id
    and terms.term_table_id = standing.table_id and terms.term_row_code = standing.row_code
    and terms.term_column_code = standing.column_code
group by all
"""

PART_VALUES = f"""
create or replace temp view part_values as
select {CELL}, part, sum(coefficient * value) as value from term_values group by all
"""

VALUES = f"""
create or replace temp view cell_values as
select
    {CELL},
    case when bool_or(part = 'members') then max(value)
        when max(value) filter (where part = 'denominator') <> 0
            then max(value) filter (where part = 'numerator') / max(value) filter (where part = 'denominator')
    end as value
from part_values group by all
"""

# The members of a part: those of the terms that are added, without those of the terms that are taken off.
PART_MEMBERS = """
create or replace temp view part_members as
with placed as (
    select
        terms.program_year, terms.scope, terms.scope_id, terms.table_id, terms.row_code, terms.column_code, terms.part,
        terms.coefficient, standing.* exclude (program_year, scope, scope_id, table_id, row_code, column_code)
    from terms
    inner join standing
        on terms.program_year = standing.program_year and terms.scope = standing.scope and terms.scope_id = standing.scope_id
        and terms.term_table_id = standing.table_id and terms.term_row_code = standing.row_code
        and terms.term_column_code = standing.column_code
)
select placed.* exclude (coefficient) from placed
where coefficient > 0 and not exists (
    select 1 from placed as taken
    where taken.coefficient < 0 and taken.scope = placed.scope and taken.scope_id = placed.scope_id
        and taken.table_id = placed.table_id and taken.row_code = placed.row_code and taken.column_code = placed.column_code
        and taken.part = placed.part and taken.person_id = placed.person_id
)
"""

# A threshold belongs to the rulings that its citation names; the small print (R60 on) only refines others.
PARAMETERS = """
select parameter, value, unit, description, citation, is_assumption
from reference.rule_parameters
where exists (
    select 1 from marts.nrs_cell_rulings as rulings
    where rulings.table_id = $table_id and rulings.row_code = $row_code and rulings.column_code = $column_code
        and cast(substr(rulings.ruling_id, 2) as integer) < 60
        and list_contains(string_split(rule_parameters.citation, '; '), rulings.ruling_id)
) and $program_year between effective_from and coalesce(effective_to, $program_year)
and state in ('US', (select any_value(scope_id) from marts.nrs_cells where scope = 'state'))
order by parameter
"""

# The windows of the exits that the cell looks at; any_credential and the SPR's credential look at both credentials'.
WINDOWS = """
select indicator, starts_on, ends_on, quarters_after_exit from intermediate.int_exit_windows
where program_year = $program_year and case
    when $row_code = 'any_credential' then indicator like '%_credential'
    when $row_code like '%_credential' or $row_code like 'employment_q_' then indicator = $row_code
    when $row_code = 'median_earnings_q2' or $column_code = 'median_earnings' then indicator = 'employment_q2'
    when $column_code like 'credential%' then indicator like '%_credential'
    else starts_with($column_code, indicator)
end
order by indicator
"""


def take(connection: duckdb.DuckDBPyConnection, asked: str = "true", wanted: str = "true") -> None:
    """Put cells and their members into the temporary tables and views of this module.

    `asked` is a condition on marts.nrs_cells; `wanted` one on the scope and codes of the cells whose members are needed
    (both are made by this module, or left at all).
    """
    connection.execute(TERMS.format(asked=asked))
    connection.execute(STANDING.format(wanted=wanted))
    for view in (TERM_VALUES, PART_VALUES, VALUES, PART_MEMBERS):
        connection.execute(view)


def find_cell(connection: duckdb.DuckDBPyConnection, year: int, scope: Scope, scope_id: str, table: str, row: str, code: str) -> dict[str, Any]:
    """The cell asked for, with labels, rule and value. `code` is a column's code or its letter on the form.

    Raises AskError where the form has no such table, row, column or cell, or the scope doesn't have it.
    """
    form = rows(connection, "select * from marts.nrs_form_cells order by row_order, column_order")
    table = choose("table", table, column(connection, "select table_id from reference.forms order by form_order"))
    in_table = [c for c in form if c["table_id"] == table]
    row = choose("row", row, list(dict.fromkeys(c["row_code"] for c in in_table)), f" in Table {table}")
    in_row = [c for c in in_table if c["row_code"] == row]
    known = list(dict.fromkeys(c["column_code"] for c in in_row))
    by_letter = [c["column_code"] for c in in_row if c["column_letter"] == code.upper() and code not in known]
    code = by_letter[0] if by_letter else code
    absent = rows(
        connection, "select * from reference.form_absent_cells where table_id = ? and row_code = ? and lower(column_code) = lower(?)", table, row, code
    )
    if absent and code not in known:
        raise AskError(f"The form has no cell in Table {table}, row {row}, column {code} ({absent[0]['citation']}). Columns of the row: {listed(known)}.")
    code = choose("column", code, known, f" in Table {table}, row {row}")
    found = rows(
        connection,
        """
        select cells.program_year, cells.scope, cells.scope_id, form_cells.*, rules.sentence, rules.formula, rules.citation, cells.value
        from marts.nrs_cells as cells
        inner join marts.nrs_form_cells as form_cells using (table_id, row_code, column_code)
        inner join marts.nrs_cell_rules as rules using (table_id, row_code, column_code)
        where program_year = ? and scope = ? and scope_id = ? and table_id = ? and row_code = ? and column_code = ?
        """,
        year, str(scope), scope_id, table, row, code,
    )  # fmt: skip
    if not found:
        raise AskError(f"Table {table}, row {row}, column {code} is of the state alone. Ask without --scope.")
    return found[0]


def explain_cell(connection: duckdb.DuckDBPyConnection, cell: dict[str, Any], limit: int | None) -> dict[str, Any]:
    """Everything behind a cell that find_cell found: rulings, thresholds, windows, terms, parts and up to `limit` members of each."""
    keys = {name: cell[name] for name in ("program_year", "table_id", "row_code", "column_code")}
    here = f"program_year = {cell['program_year']} and scope = {literal(cell['scope'])} and scope_id = {literal(cell['scope_id'])}"
    asked = f"{here} and table_id = {literal(cell['table_id'])} and row_code = {literal(cell['row_code'])} and column_code = {literal(cell['column_code'])}"
    # The codes of the terms go into the query as they are, so that only the branches of these tables run.
    connection.execute(TERMS.format(asked=asked))
    terms = connection.execute("select distinct term_table_id, term_row_code, term_column_code from terms").fetchall()
    wanted = " or ".join(f"(table_id = {literal(t)} and row_code = {literal(r)} and column_code = {literal(c)})" for t, r, c in terms)
    take(connection, asked, f"{here} and ({wanted})")
    of_cell = "table_id = $table_id and row_code = $row_code and column_code = $column_code"
    codes = {name: keys[name] for name in ("table_id", "row_code", "column_code")}

    answer = {name: value for name, value in cell.items() if name not in ("row_order", "column_order")}
    answer["citation"] = list(dict.fromkeys(cell["citation"].split("; ")))
    answer["rulings"] = rows(
        connection,
        f"select ruling_id, topic, reading, is_assumption from marts.nrs_cell_rulings where {of_cell} order by cast(substr(ruling_id, 2) as integer)",
        **codes,
    )
    answer["parameters"] = rows(connection, PARAMETERS, **keys)
    answer["windows"] = rows(connection, WINDOWS, **{name: keys[name] for name in ("program_year", "row_code", "column_code")})
    answer["terms"] = rows(
        connection,
        "select part, coefficient, term_table_id, term_row_code, term_column_code, value from term_values where part <> 'members' "
        "order by part desc, coefficient desc, term_column_code",
    )
    answer["value_from_members"] = rows(connection, "select value from cell_values")[0]["value"]
    answer["parts"] = [_part(connection, part, limit) for part in rows(connection, "select part, value from part_values order by part desc")]
    return answer


def _part(connection: duckdb.DuckDBPyConnection, part: dict[str, Any], limit: int | None) -> dict[str, Any]:
    """One side of the cell with its members, as many as `limit` allows (None: all)."""
    total = connection.execute("select count(*), bool_or(is_submitted) from part_members where part = ?", [part["part"]]).fetchone() or (0, None)
    names = "agency_id, source_file, record_number, cast(amount as double) as amount, evidence"
    if not total[1]:
        names = "person_id, agency_id, student_id, pop_program_year, pop_number, kind, cast(amount as double) as amount, evidence"
    order = "agency_id, source_file, record_number" if total[1] else "person_id, pop_program_year, pop_number, kind"
    members = rows(connection, f"select {names} from part_members where part = ? order by {order} limit {'all' if limit is None else limit}", part["part"])
    return {**part, "is_submitted": bool(total[1]), "members_in_all": total[0], "members": members}


def names_people(answer: dict[str, Any]) -> bool:
    """Whether the members of an answer of explain_cell are people, and not rows of a submission alone."""
    return not all(part["is_submitted"] for part in answer["parts"])


def print_explanation(console: Console, answer: dict[str, Any]) -> None:
    """Print the answer of explain_cell for people."""
    letter = answer["column_letter"]
    heading(console, f"Table {answer['table_id']}: {answer['table_title']}")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("row", answer["row_code"], answer["row_label"])
    facts.add_row("column", answer["column_code"], answer["column_label"] + (f" (letter {letter})" if letter and letter != answer["column_code"] else ""))
    facts.add_row("scope", f"{answer['scope']} {answer['scope_id']}", f"program year {year_name(answer['program_year'])}")
    facts.add_row("value", Text(number(answer["value"], answer["measure"]), style="bold"), answer["measure"])
    console.print(facts)
    heading(console, "What it counts")
    paragraph(console, answer["sentence"] + ".")
    if answer["formula"]:
        paragraph(console, f"{answer['formula']}:")
        _print_terms(console, answer)
    heading(console, "Rules")
    sections = [part for part in answer["citation"] if part not in {ruling["ruling_id"] for ruling in answer["rulings"]}]
    paragraph(console, "; ".join(sections))
    for ruling in answer["rulings"]:
        assumption = " (assumption)" if ruling["is_assumption"] else ""
        paragraph(console, f"{ruling['ruling_id']} {ruling['topic']}{assumption}: {ruling['reading']}")
    if answer["parameters"] or answer["windows"]:
        heading(console, "In force")
    for row in answer["parameters"]:
        assumption = ", assumption" if row["is_assumption"] else ""
        paragraph(console, f"{row['parameter']} = {row['value']} ({row['unit']}{assumption}): {row['description']}. {row['citation']}")
    for row in answer["windows"]:
        paragraph(console, f"exits of {row['indicator']}: {row['starts_on']} to {row['ends_on']}")
    shown: set[tuple] = set()
    for part in answer["parts"]:
        _print_members(console, part, answer["measure"], shown)
    console.print()
    console.print(CONFIDENTIAL if names_people(answer) else "Nobody is named: the cell comes from a submission.", style="dim")


def _print_terms(console: Console, answer: dict[str, Any]) -> None:
    grid = Table.grid(padding=(0, 2))
    for term in answer["terms"]:
        place = f"Table {term['term_table_id']}, row {term['term_row_code']}, column {term['term_column_code']}"
        grid.add_row(f"    {term['part']}", "-" if term["coefficient"] < 0 else "+", f"{term['value']:,.10g}", place)
    console.print(grid)


def _print_members(console: Console, part: dict[str, Any], measure: str, shown_before: set[tuple]) -> None:
    """The members of one part with their evidence; who was shown in a part before is only named."""
    title = {"members": "Behind it", "numerator": "Numerator", "denominator": "Denominator"}[part["part"]]
    shown, everyone = len(part["members"]), part["members_in_all"]
    unit = "submitted row(s)" if part["is_submitted"] else "member(s)"
    more = f", the first {shown} shown (--limit)" if shown < everyone else ""
    value = number(part["value"], measure if part["part"] == "members" else "hours")
    heading(console, f"{title}: {everyone:,} {unit}, value {value}{more}")
    for position, member in enumerate(part["members"], 1):
        amount = "" if member["amount"] is None else f", {'wages' if measure == 'median' else 'adds'} {member['amount']:,.10g}"
        if part["is_submitted"]:
            source = f"{member['source_file']} #{member['record_number']}, agency {member['agency_id'] or 'none'}"
            paragraph(console, f"{position}. {source}{amount}: {member['evidence']}")
            continue
        period = f", POP {member['pop_number']} of {year_name(member['pop_program_year'])}" if member["pop_number"] else ""
        kind = f", {member['kind']}" if member["kind"] else ""
        key = (member["person_id"], member["pop_program_year"], member["pop_number"], member["kind"])
        person = f"{member['person_id']}, agency {member['agency_id']}, student {member['student_id']}{period}{kind}{amount}"
        paragraph(console, f"{position}. {person}" + (" (in the numerator)" if key in shown_before else ""), style="bold")
        for piece in member["evidence"].split("; ") if key not in shown_before else ():
            paragraph(console, piece, indent=5)
        shown_before.add(key)


def explain(
    warehouse: Path, table_id: str, row_code: str, column_code: str, scope: Scope, scope_id: str | None, program_year: int | None, limit: int, as_json: bool
) -> None:
    """The command `explain` of nrs.py; `limit` 0 lists every member."""
    with answering(as_json) as console, open_warehouse(warehouse) as connection:
        year = reported_year(connection, program_year)
        cell = find_cell(connection, year, scope, reported_scope(connection, year, scope, scope_id), table_id, row_code, column_code)
        answer = explain_cell(connection, cell, limit or None)
        if as_json:
            print_json({**({"confidential": CONFIDENTIAL} if names_people(answer) else {}), **answer})
        else:
            print_explanation(console, answer)
