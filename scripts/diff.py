"""Compares two warehouses cell by cell, and says who entered, left or moved, and why.

Both files are read as they are, in set operations: the cells that differ, the members that differ, then the facts that
differ about the persons among them (`FACTS`), each laid to the cells that it can move (`MOVES`). What a person is in the
year (participant, reportable individual, excluded) comes before everything else: who isn't counted at all is in no cell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from reading import (
    CONFIDENTIAL,
    SUBMISSION,
    Scope,
    answering,
    choose,
    chosen_scope,
    column,
    heading,
    number,
    open_warehouse,
    paragraph,
    print_json,
    rows,
)
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from texts import year_name

CELL = "scope, scope_id, table_id, row_code, column_code"
MEMBER = "person_id, pop_program_year, pop_number, kind"

CELL_CHANGES = f"""
create or replace temp table cell_changes as
select
    {CELL}, old_cells.value as old_value, new_cells.value as new_value,
    case when not coalesce(is_new, false) then 'only in the old' when not coalesce(is_old, false) then 'only in the new'
        when old_cells.value is distinct from new_cells.value then 'changed' else 'equal' end as status
from (select *, true as is_old from old.marts.nrs_cells where program_year = $old_year and $table_id in ('', table_id)) as old_cells
full outer join (select *, true as is_new from new.marts.nrs_cells where program_year = $new_year and $table_id in ('', table_id)) as new_cells
    using ({CELL})
"""

# The members of one side's cells: people, and submitted rows, known by what they say. Without null, so that keys are equal.
MEMBERS = f"""
create or replace temp table {{side}}_members as
select {CELL}, fleid as person_id, coalesce(pop_program_year, 0) as pop_program_year, coalesce(pop_number, 0) as pop_number,
    coalesce(kind, '') as kind, coalesce(amount, -1) as amount
from {{side}}.intermediate.int_cell_members
where program_year = $year and scope = $scope and scope_id = $scope_id and $table_id in ('', table_id)
union all
select {CELL}, '', 0, 0, concat_ws(', ', 'agency ' || agency_id, evidence, 'no. ' || row_number() over (
    partition by {CELL}, agency_id, evidence order by amount, source_file, record_number)), coalesce(amount, -1)
from {{side}}.intermediate.int_submitted_rows
where program_year = $year and scope = $scope and scope_id = $scope_id and $table_id in ('', table_id)
"""

# A member's facts are those of its own year: that of its period, or the reported one; counted back from the reported one.
MEMBER_CHANGES = f"""
create or replace temp table member_changes as
select
    {CELL}, {MEMBER}, nullif(old_members.amount, -1) as old_amount, nullif(new_members.amount, -1) as new_amount,
    case when new_members.amount is null then 'left' when old_members.amount is null then 'entered' else 'amount' end as change,
    case when pop_program_year = 0 then 0 when new_members.amount is null then $old_year - pop_program_year else $new_year - pop_program_year end as years_back
from old_members full outer join new_members using ({CELL}, {MEMBER})
where old_members.amount is distinct from new_members.amount
"""

# What one side knows of the persons among the changes: fact, value, and the source that says so.
FACTS = """
create or replace temp table {side}_facts as
with people as (
    select person_key, fleid as person_id from {side}.intermediate.int_person_scopes
    where scope = $scope and scope_id = $scope_id and fleid in (select person_id from member_changes)
),
persons as (
    select people.person_id, $year - persons.program_year as years_back, persons.*
    from {side}.intermediate.int_persons as persons inner join people using (person_key)
    where $year - persons.program_year in (select years_back from member_changes)
),
evidence as (
    select evidence.* from {side}.intermediate.int_person_evidence as evidence semi join persons using (person_key, program_year)
),
exclusions as (
    select person_key, program_year, string_agg(reason, ', ' order by reason) as reasons
    from {side}.intermediate.int_exclusions group by all
),
periods as (
    select persons.person_id, persons.years_back, periods.*
    from {side}.intermediate.int_participant_periods as periods
    inner join (select person_id, years_back, person_key, program_year from persons) as persons using (person_key, program_year)
),
gains as (
    select person_id, years_back, gains.pop_number, string_agg(distinct kind, ' ' order by kind) as kinds,
        string_agg(concat(kind, ' on ', earned_on, ': ', gains.evidence), '; ' order by earned_on, kind) as evidence
    from {side}.intermediate.int_gains as gains inner join periods using (person_key, program_year, pop_number) group by all
),
exits as (
    select people.person_id, $year - pop_program_year as years_back, exits.*
    from {side}.intermediate.int_final_exits as exits inner join people using (person_key)
),
outcomes as (
    select people.person_id, $year - pop_program_year as years_back, outcomes.*
    from {side}.intermediate.int_exit_outcomes as outcomes inner join people using (person_key) where outcomes.program_year = $year
),
barriers as (
    select * from (
        unpivot (
            select persons.person_id, persons.years_back, barriers.* exclude (person_key, program_year)
            from {side}.intermediate.int_person_barriers as barriers inner join persons using (person_key, program_year)
        ) on columns(* exclude (person_id, years_back)) into name barrier value holds
    )
),
of_person as (
    select persons.*, reasons, evidence.* exclude (person_key, program_year)
    from persons left join exclusions using (person_key, program_year) left join evidence using (person_key, program_year)
),
of_year as (
    select person_id, years_back, bool_or(is_outcomes_excluded) as is_excluded, bool_or(is_distance) as is_distance,
        bool_or(is_correctional) as is_correctional, bool_or(has_pre_test) and bool_or(has_post_test) as is_tested, count(*) as periods,
        count(*) filter (where is_exited) as exited_periods, bool_or(is_exited) filter (where pop_number = 1) as has_first_exited,
        bool_or(is_exited) filter (where is_last_period) as has_last_exited, max(year_hours) as hours,
        string_agg(concat('POP ', pop_number, ' ', entry_date, ' to ', coalesce(cast(exit_date as varchar), 'continuing'), ', ',
            cast(instructional_hours as double), ' hours'), '; ' order by pop_number) as evidence
    from periods group by all
)
select person_id, years_back, 'status' as fact, concat(participation_status, ': ' || reasons) as value, participation_evidence as source from of_person
union all select person_id, years_back, 'entering level', entering_efl, entering_efl_evidence from of_person
union all select person_id, years_back, 'race, ethnicity and sex', race_sex, race_sex_evidence from of_person
union all select person_id, years_back, 'age group', age_group, age_evidence from of_person
union all select person_id, years_back, 'program type', program_type, entering_efl_evidence from of_person
union all select person_id, years_back, 'IET', cast(is_iet as varchar), iet_evidence from of_person
union all select person_id, years_back, 'employment at entry', employment_status, employment_evidence from of_person
union all select person_id, years_back, 'schooling', concat_ws(' ', schooling_level, schooling_origin), schooling_evidence from of_person
union all select person_id, years_back, 'institution', facility_type, institutional_evidence from of_person
union all select person_id, years_back, 'excluded from outcomes', cast(is_excluded as varchar), evidence from of_year
union all select person_id, years_back, 'distance', cast(is_distance as varchar), evidence from of_year
union all select person_id, years_back, 'correctional', cast(is_correctional as varchar), evidence from of_year
union all select person_id, years_back, 'pre- and post-tested', cast(is_tested as varchar), evidence from of_year
union all select person_id, years_back, 'periods of participation', cast(periods as varchar), evidence from of_year
union all select person_id, years_back, 'exited periods', cast(exited_periods as varchar), evidence from of_year
union all select person_id, years_back, 'first period exited', cast(has_first_exited as varchar), evidence from of_year
union all select person_id, years_back, 'last period exited', cast(has_last_exited as varchar), evidence from of_year
union all select person_id, years_back, 'hours', cast(cast(hours as double) as varchar), evidence from of_year
union all
select periods.person_id, periods.years_back, concat('gain reported by POP ', periods.pop_number), periods.reported_msg, gains.evidence
from periods left join gains using (person_id, years_back, pop_number)
union all select person_id, years_back, concat('kinds of gain of POP ', pop_number), kinds, evidence from gains
union all
select person_id, years_back, concat('final exit of POP ', pop_number),
    concat(coalesce(cast(final_exit_date as varchar), 'open'), case when is_incarcerated_at_exit then ', incarcerated' else '' end), null
from exits
union all
select person_id, years_back, concat('outcome of ', indicator, ', POP ', pop_number), case when has_outcome then 'had' else 'not had' end, evidence
from outcomes
union all
select person_id, years_back, concat('wages in the second quarter, POP ', pop_number), cast(cast(value as double) as varchar), evidence
from outcomes where value is not null
union all
select person_id, years_back, concat('ELCATE, POP ', programs.pop_number), cast(is_elcate as varchar), null
from {side}.intermediate.int_period_programs as programs
inner join (select person_id, years_back, person_key, program_year from persons) as persons using (person_key, program_year)
union all select person_id, years_back, concat('barrier ', barrier), cast(holds as varchar), null from barriers
"""

# Which fact can move which cells (table/row/column), and whether a member's place or only the amount it brings.
MOVES = [
    ("status", ".*", "place"),
    ("entering level", "(1|4|4A|4B|4C)/.*", "place"),
    ("race, ethnicity and sex", "(1|2|2A|99|SPR)/.*", "place"),
    ("age group", "(2|2A|3|99|SPR)/.*", "place"),
    ("program type", "(3|9)/.*", "place"),
    ("IET", "(3/.*_iet|11/msg.*|SPR/training.*)/.*", "place"),
    ("employment at entry", "6/.*", "place"),
    ("schooling", "6/.*", "place"),
    ("institution", "6/.*", "place"),
    ("excluded from outcomes", "(4|4C)/.*/[CE-N]|(4A|4B|MSG|5|5A|9|10|11|99)/.*|SPR/.*/(empl|med|cred|msg).*", "place"),
    ("distance", "(4C|5A)/.*", "place"),
    ("correctional", "10/.*", "place"),
    ("ELCATE", "9/.*", "place"),
    ("pre- and post-tested", "4B/.*", "place"),
    ("periods of participation", "(4|4C)/.*/[K-N]|(MSG|9|10|11)/.*|(99|SPR)/.*/msg.*", "place"),
    ("exited periods", "SPR/.*/participants_exited", "place"),
    ("first period exited", "(4|4C)/.*/[HI]", "place"),
    ("last period exited", "4B/.*/[EF]", "place"),
    ("gain reported", "(4|4C)/.*/[E-IL-N]|4A/.*|(9|10)/msg/[CF]|SPR/.*/msg_numerator", "place"),
    ("kinds of gain", "(4A|MSG)/.*|4B/.*/[D-F]|11/msg.*/[CF]", "place"),
    ("final exit", "(5|5A|9|10|11|99)/.*|SPR/.*/(empl|med|cred).*", "place"),
    ("outcome", "(5|5A|9|10|11|99)/.*|SPR/.*/(empl|med|cred).*", "place"),
    ("barrier", "(99|SPR)/.*", "place"),
    ("hours", "(4|4C)/.*/D|4B/.*/C", "amount"),
    ("wages", ".*", "amount"),
]

# Facts whose values are codes are told with them; dates, hours and wages only as changed (with --people in full).
CAUSES = f"""
create or replace temp table causes as
with changed_facts as (
    select
        person_id, years_back, fact, old_facts.value as old_value, new_facts.value as new_value,
        old_facts.source as old_source, new_facts.source as new_source,
        case
            when fact = 'status' then concat('status ', coalesce(old_facts.value, 'no NRS rows'), ' -> ', coalesce(new_facts.value, 'no NRS rows'))
            when starts_with(fact, 'final exit') or starts_with(fact, 'hours') or starts_with(fact, 'wages')
                then concat(fact, case when new_facts.value is null then ' gone' when old_facts.value is null then ' new' else ' changed' end)
            else concat(fact, ' ', coalesce(old_facts.value, 'none'), ' -> ', coalesce(new_facts.value, 'none'))
        end || case when years_back > 0 then concat(' (', years_back, ' year(s) before)') else '' end as told
    from old_facts full outer join new_facts using (person_id, years_back, fact)
    where old_facts.value is distinct from new_facts.value
),
laid as (
    select changes.*, changed_facts.* exclude (person_id, years_back)
    from member_changes as changes
    left join (
        select changed_facts.*, cells, moves from changed_facts inner join moves on starts_with(fact, moves.prefix)
    ) as changed_facts
        on changes.person_id = changed_facts.person_id and changes.years_back = changed_facts.years_back
        and regexp_full_match(concat(table_id, '/', row_code, '/', column_code), changed_facts.cells)
        and (changed_facts.fact = 'status' or (change = 'amount') = (changed_facts.moves = 'amount'))
    qualify fact is not distinct from 'status' or not bool_or(fact is not distinct from 'status') over (partition by {CELL}, changes.person_id,
        changes.pop_program_year, changes.pop_number, changes.kind)
)
select
    {CELL}, person_id, pop_program_year, pop_number, kind, change, old_amount, new_amount,
    coalesce(string_agg(distinct told, '; ' order by told), any_value(case person_id when '' then 'submitted rows' else 'another record of the person' end))
        as cause,
    string_agg(distinct concat(fact, ': ', coalesce(old_value, 'none'), coalesce(' (' || old_source || ')', ''), ' -> ', coalesce(new_value, 'none'),
        coalesce(' (' || new_source || ')', '')), '\n' order by concat(fact, ': ', coalesce(old_value, 'none'), coalesce(' (' || old_source || ')', ''),
        ' -> ', coalesce(new_value, 'none'), coalesce(' (' || new_source || ')', ''))) as facts
from laid group by all
"""

CHANGED_CELLS = f"""
with counted as (
    select {CELL}, count(*) filter (where change = 'entered') as entered, count(*) filter (where change = 'left') as left_behind,
        count(*) filter (where change = 'amount') as other_amount
    from causes group by all
),
reasons as (
    select {CELL}, string_agg(concat(members, ' ', change, ': ', cause), '; ' order by members desc, change, cause) as why
    from (
        select {CELL}, case change when 'amount' then 'with another amount' else change end as change, cause, count(*) as members from causes group by all
    )
    group by all
)
select table_id, row_code, column_code, measure, old_value, new_value, new_value - old_value as difference, status,
    coalesce(entered, 0) as entered, coalesce(left_behind, 0) as left, coalesce(other_amount, 0) as other_amount, why
from cell_changes
inner join form_cells using (table_id, row_code, column_code)
left join counted using ({CELL}) left join reasons using ({CELL})
where scope = $scope and scope_id = $scope_id and (status = 'changed' or entered > 0 or left_behind > 0 or other_amount > 0)
order by form_order, row_order, column_order
"""

# From one row or column to another of the same table, totals left aside.
MOVED = f"""
with leaves as (
    select causes.* from causes
    where person_id <> '' and change <> 'amount'
        and (table_id, row_code) not in (select table_id, row_code from new.intermediate.int_form_rollups where row_code <> member_row_code)
        and (table_id, column_code) not in (select table_id, column_code from new.intermediate.int_form_rollups where column_code <> member_column_code)
),
moves as (
    select table_id, left_row.column_code as along, left_row.row_code as from_code, entered_row.row_code as to_code, person_id, left_row.cause
    from (select * from leaves where change = 'left') as left_row
    inner join (select * from leaves where change = 'entered') as entered_row using (table_id, column_code, {MEMBER})
    union all
    select table_id, left_row.row_code, left_row.column_code, entered_row.column_code, person_id, left_row.cause
    from (select * from leaves where change = 'left') as left_row
    inner join (select * from leaves where change = 'entered') as entered_row using (table_id, row_code, {MEMBER})
)
select table_id, from_code, to_code, string_agg(distinct along, ' ' order by along) as along, count(distinct person_id) as persons
from moves group by table_id, from_code, to_code order by table_id, persons desc, from_code, to_code
"""

PERSONS = f"""
with told as (
    select person_id, string_agg(distinct cause, '; ' order by cause) as why, count(distinct ({CELL})) as cells
    from causes where person_id <> '' group by all
)
select why, count(*) as persons, sum(cells) as cells, string_agg(person_id, ' ' order by person_id) as person_ids
from told group by why order by persons desc, why
"""

PEOPLE = """
with form_rows as (
    select person_id, change, cause, facts, table_id, form_order, row_code, min(row_order) as row_order,
        string_agg(distinct column_code, ' ' order by column_code) as columns
    from causes inner join form_cells using (table_id, row_code, column_code) where person_id <> '' group by all
),
form_tables as (
    select person_id, change, cause, facts, form_order,
        concat('Table ', table_id, ': ', string_agg(concat(row_code, ' [', columns, ']'), ', ' order by row_order)) as cells
    from form_rows group by person_id, change, cause, facts, form_order, table_id
)
select person_id, change, cause, facts, string_agg(cells, '; ' order by form_order) as cells
from form_tables group by person_id, change, cause, facts order by person_id, cause, change
"""


def _years(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """The program years compared: the latest that both have, else each one's latest."""
    old, new = ({*column(connection, f"select distinct program_year from {side}.marts.nrs_cells")} for side in ("old", "new"))
    return (max(old & new), max(old & new)) if old & new else (max(old), max(new))


def compare(connection: duckdb.DuckDBPyConnection, scope: Scope, scope_id: str | None, table_id: str | None) -> dict[str, Any]:
    """What differs between the attached databases `old` and `new`, in one scope and, if asked, one table.

    Returns years, the numbers of cells by scope and status, the changed cells with causes, the moves, and the persons by cause
    (person_ids and people hold ids: to be shown only when asked for). Raises AskError for an unknown scope or table.
    """
    old_year, new_year = _years(connection)
    tables = column(connection, "select table_id from new.reference.forms order by form_order")
    table = choose("table", table_id, tables) if table_id else ""
    known = column(
        connection,
        "select distinct scope_id from (select scope, scope_id from old.marts.nrs_cells union select scope, scope_id from new.marts.nrs_cells) "
        "where scope = ? order by 1",
        str(scope),
    )
    keys = {"scope": str(scope), "scope_id": chosen_scope(scope, scope_id, known, " in either file")}
    connection.execute(
        "create or replace temp table form_cells as select cells.*, form_order from new.marts.nrs_form_cells as cells "
        "inner join new.reference.forms using (table_id)"
    )
    connection.execute("create or replace temp table moves (prefix varchar, cells varchar, moves varchar)")
    connection.executemany("insert into moves values (?, ?, ?)", MOVES)
    connection.execute(CELL_CHANGES, {"old_year": old_year, "new_year": new_year, "table_id": table})
    for side, year in (("old", old_year), ("new", new_year)):
        connection.execute(MEMBERS.format(side=side), {**keys, "year": year, "table_id": table})
    connection.execute(MEMBER_CHANGES, {"old_year": old_year, "new_year": new_year})
    for side, year in (("old", old_year), ("new", new_year)):
        connection.execute(FACTS.format(side=side), {**keys, "year": year})
    connection.execute(CAUSES)
    return {
        "old_year": old_year,
        "new_year": new_year,
        **keys,
        "table_id": table or None,
        "scopes": rows(connection, "select scope, scope_id, status, count(*) as cells from cell_changes group by all order by scope desc, scope_id, status"),
        "cells": rows(connection, CHANGED_CELLS, **keys),
        "moved": rows(connection, MOVED),
        "persons": rows(connection, PERSONS),
        "people": rows(connection, PEOPLE),
    }


def print_difference(console: Console, answer: dict[str, Any], limit: int | None, with_people: bool) -> None:
    """Print what compare found, at most `limit` cells; persons by name only `with_people`."""
    years = year_name(answer["new_year"])
    if answer["old_year"] != answer["new_year"]:
        years = f"{year_name(answer['old_year'])} (old) against {years} (new): a person may stand in both, a period of participation in one only"
    heading(console, f"Program year {years}")
    scopes = Table("scope", "id", "equal", "changed", "only in the old", "only in the new", box=SIMPLE, pad_edge=False)
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for row in answer["scopes"]:
        counts.setdefault((row["scope"], row["scope_id"]), {})[row["status"]] = row["cells"]
    for (scope, scope_id), found in counts.items():
        scopes.add_row(scope, scope_id, *(f"{found.get(status, 0):,}" for status in ("equal", "changed", "only in the old", "only in the new")))
    console.print(scopes)
    shown = answer["cells"][:limit]
    more = f", the first {len(shown)} shown (--limit)" if len(shown) < len(answer["cells"]) else ""
    heading(console, f"{answer['scope']} {answer['scope_id']}: {len(answer['cells']):,} cell(s) with another value or other members{more}")
    cells = Table("table", "row", "column", "old", "new", "difference", "entered", "left", box=SIMPLE, pad_edge=False)
    for name in cells.columns[3:]:
        name.justify = "right"
    for row in shown:
        values = [_value(row[name], row["measure"]) for name in ("old_value", "new_value", "difference")]
        cells.add_row(row["table_id"], row["row_code"], row["column_code"], *values, *(f"{row[name]:,}" if row[name] else "" for name in ("entered", "left")))
    if shown:
        console.print(cells)
    else:
        paragraph(console, "Every cell has the same value and the same members in both.")
    _print_why(console, answer, with_people)


def _value(value: float | None, measure: str) -> str:
    if measure == "rate" and value is not None:
        return f"{value:.6f}"
    return "none" if value is None else number(value, measure).split(" ")[0]


def _print_why(console: Console, answer: dict[str, Any], with_people: bool) -> None:
    """The causes, by person and by move."""
    if answer["persons"]:
        heading(console, f"Why: {sum(row['persons'] for row in answer['persons']):,} person(s) entered, left or brought another amount")
    for row in answer["persons"]:
        paragraph(console, f"{row['persons']:,} person(s), {int(row['cells']):,} cell(s): {row['why']}")
        if with_people:
            paragraph(console, row["person_ids"], indent=6)
    submitted = [row for row in answer["cells"] if row["why"] and "submitted rows" in row["why"]]
    if submitted:
        paragraph(
            console, f"{len(submitted)} cell(s) by other submitted rows: " + ", ".join(f"{r['table_id']}/{r['row_code']}/{r['column_code']}" for r in submitted)
        )
    if answer["moved"]:
        heading(console, "Moved")
    for row in answer["moved"]:
        paragraph(console, f"Table {row['table_id']}: {row['persons']:,} from {row['from_code']} to {row['to_code']} ({row['along']})")
    if with_people and answer["people"]:
        heading(console, "Persons")
        for row in answer["people"]:
            change = "brings another amount" if row["change"] == "amount" else row["change"]
            paragraph(console, f"{row['person_id']} {change}", style="bold")
            for fact in [*(row["facts"] or row["cause"]).splitlines(), *row["cells"].split("; ")]:
                paragraph(console, fact, indent=4)
    console.print()
    console.print(CONFIDENTIAL if with_people else SUBMISSION, style="dim")


def diff(old: Path, new: Path, scope: Scope, scope_id: str | None, table_id: str | None, limit: int, people: bool, as_json: bool) -> None:
    """The command `diff` of nrs.py; `limit` 0 lists every changed cell."""
    with answering(as_json) as console, open_warehouse(old, new) as connection:
        answer = compare(connection, scope, scope_id, table_id)
        if not as_json:
            print_difference(console, answer, limit or None, people)
            return
        if not people:
            del answer["people"]
            answer["persons"] = [{name: value for name, value in row.items() if name != "person_ids"} for row in answer["persons"]]
        print_json({"confidential": CONFIDENTIAL if people else SUBMISSION, **answer})
