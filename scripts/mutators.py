"""Changes one thing at a time: in the SQL of a model, or in the rows of a seed. Which change is a fault is for others to find.

A change of SQL is made in the parsed query and written out again, so that each mutant differs from the model in one node.
Where two changes would tell the same, only the weaker one is made, which is the harder to notice: a condition of a filter
or join is removed, rather than joined by `or` or, between two columns, turned around. The condition `in_force` of the
macro of that name is one thing in a model; its inside is changed once for all models (`IN_FORCE`). What SQL itself makes
equal is not made: another kind of union, or a `distinct`, under a union that is distinct; a condition `true` removed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any

import sqlglot
from sqlglot import exp

IN_FORCE = "macros/rules/in_force.sql"
LONGEST_TEXT = 160

COMPARISONS = {
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.NullSafeEQ: exp.NullSafeNEQ,
    exp.NullSafeNEQ: exp.NullSafeEQ,
}
IN_FORCE_TEXT = re.compile(
    r"(?P<state>(?P<rule>\w+)\.state in \([^)]*\))\s+and (?P<year>.+?) >= (?P=rule)\.effective_from"
    r"\s+and (?P<last>.+?) <= coalesce\((?P=rule)\.effective_to, 9999\)"
)
STATE, FIRST, LAST = r"\g<state>", r"\g<year> >= \g<rule>.effective_from", r"\g<last> <= coalesce(\g<rule>.effective_to, 9999)"
IN_FORCE_CHANGES = [
    ("condition", 4, "the state's own or federal rows -> removed", f"{FIRST} and {LAST}"),
    ("condition", 5, "year >= effective_from -> removed", f"{STATE} and {LAST}"),
    ("comparison", 5, "year >= effective_from -> year > effective_from", f"{STATE} and {FIRST.replace('>= ', '> ')} and {LAST}"),
    ("condition", 6, "year <= effective_to -> removed", f"{STATE} and {FIRST}"),
    ("comparison", 6, "year <= effective_to -> year < effective_to", f"{STATE} and {FIRST} and {LAST.replace('<= ', '< ')}"),
    ("default", 6, "coalesce(effective_to, 9999) -> effective_to", rf"{STATE} and {FIRST} and \g<last> <= \g<rule>.effective_to"),
]
EXTREMES = {
    exp.Min: exp.Max,
    exp.Max: exp.Min,
    exp.ArgMin: exp.ArgMax,
    exp.ArgMax: exp.ArgMin,
    exp.LogicalOr: exp.LogicalAnd,
    exp.LogicalAnd: exp.LogicalOr,
    exp.Greatest: exp.Least,
    exp.Least: exp.Greatest,
}


@dataclass(frozen=True)
class Change:
    """One change: its kind, the line it stands in (of the text that was parsed), what it changes in words that stay the same
    when lines move, and the text with the change made."""

    kind: str
    line: int
    text: str
    mutated: str


@dataclass(frozen=True)
class Edit:
    """A change not yet made: `parent`'s argument `key` gets `value`; `at` is the node it stands at."""

    kind: str
    at: exp.Expression
    before: str
    after: str
    parent: exp.Expression
    key: str
    value: Any


def written(node: exp.Expression) -> str:
    """The SQL of a node, without comments."""
    return node.sql("duckdb", comments=False)


def parse(sql: str) -> exp.Expression:
    """The parsed query; raises sqlglot's ParseError."""
    return sqlglot.parse_one(sql, read="duckdb")


def sql_changes(sql: str) -> list[Change]:
    """Every change of a query, in the order of the query; none twice, none that leaves it as it is."""
    tree = parse(sql)
    seen = {written(tree)}
    texts: Counter[str] = Counter()
    changes = []
    for edit in sorted(edits(tree), key=lambda e: position(e.at)[::-1]):
        mutated = applied(tree, [edit])
        if mutated in seen:
            continue
        seen.add(mutated)
        text = f"{scope_of(edit.at)}: {shortened(edit.before)} -> {shortened(edit.after)}"
        texts[text] += 1
        changes.append(Change(edit.kind, position(edit.at)[0], text if texts[text] == 1 else f"{text} ({texts[text]})", mutated))
    return changes


def applied(tree: exp.Expression, made: Iterable[Edit]) -> str:
    """The query with some edits made; `tree` is left as it was."""
    undo = []
    for edit in made:
        undo.append((edit.parent, edit.key, edit.parent.args.get(edit.key)))
        edit.parent.set(edit.key, edit.value)
    mutated = written(tree)
    for parent, key, value in reversed(undo):
        parent.set(key, value)
    return mutated


def edits(tree: exp.Expression) -> Iterator[Edit]:
    """Every edit of a query."""
    nodes = list(tree.dfs())
    conditions = {id(n): conjuncts(n.args[k]) for n in nodes for k in ("this", "on") if is_condition_of(n, k)}
    rules = [r for chain in conditions.values() for r in chain if len(r) == 3]
    inside_rules = {id(n) for rule in rules for part in rule for n in part.dfs()}
    chains = {id(a) for chain in conditions.values() for group in chain for part in group for a in connectors_above(part)}
    for node in nodes:
        if id(node) in inside_rules:
            continue
        if id(node) in conditions:
            yield from without_conjunct(node, conditions[id(node)])
        yield from of_operator(node, is_in_chain=id(node) in chains)
        yield from of_values(node)
        yield from of_structure(node)


def is_condition_of(node: exp.Expression, key: str) -> bool:
    """Whether an argument of a node is a filter or join condition."""
    kinds = (exp.Where, exp.Having, exp.Qualify) if key == "this" else exp.Join
    return isinstance(node, kinds) and node.args.get(key) is not None


def conjuncts(condition: exp.Expression) -> list[list[exp.Expression]]:
    """The conditions joined by `and`; the three of `in_force` are one."""
    parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    groups: list[list[exp.Expression]] = []
    while parts:
        size = 3 if is_in_force(parts[:3]) else 1
        groups.append(parts[:size])
        parts = parts[size:]
    return groups


def is_in_force(parts: list[exp.Expression]) -> bool:
    """Whether three conditions are those that the macro `in_force` writes."""
    return (
        len(parts) == 3
        and isinstance(parts[0], exp.In)
        and isinstance(parts[1], exp.GTE)
        and parts[1].expression.name == "effective_from"
        and "effective_to" in {c.name for c in parts[2].find_all(exp.Column)}
    )


def connectors_above(part: exp.Expression) -> Iterator[exp.And]:
    """The `and` nodes that join a condition to its neighbours."""
    node = part.parent
    while isinstance(node, exp.And):
        yield node
        node = node.parent


def without_conjunct(node: exp.Expression, groups: list[list[exp.Expression]]) -> Iterator[Edit]:
    """The filter or join without one of its conditions."""
    key = "on" if isinstance(node, exp.Join) else "this"
    for group in groups:
        if group == [exp.true()]:
            continue
        kept = [p.copy() for g in groups if g is not group for p in g]
        name = key if key == "on" else node.key
        before = f"{name} {' and '.join(written(p) for p in group)}"
        if kept:
            yield Edit("condition", group[0], before, "removed", node, key, exp.and_(*kept))
        elif isinstance(node, exp.Join):
            yield Edit("condition", group[0], before, "removed", node, key, exp.true())
        elif isinstance(node.parent, exp.Filter):
            yield replacing("condition", node.parent, node.parent.this.copy(), before, "removed")
        else:
            yield Edit("condition", group[0], before, "removed", node.parent, node.key, None)


def of_operator(node: exp.Expression, is_in_chain: bool) -> Iterator[Edit]:
    """Comparisons, and against or, the lowest against the highest."""
    other = COMPARISONS.get(type(node))
    if other and not is_join_key(node):
        yield replacing("comparison", node, other(this=node.this.copy(), expression=node.expression.copy()))
    if isinstance(node, exp.Or):
        yield replacing("and_or", node, exp.Paren(this=exp.and_(node.this.copy(), node.expression.copy())))
    if isinstance(node, exp.And) and not is_in_chain:
        yield replacing("and_or", node, exp.Paren(this=exp.or_(node.this.copy(), node.expression.copy())))
    if type(node) in EXTREMES:
        yield replacing("min_max", node, EXTREMES[type(node)](**node.copy().args))


def is_join_key(node: exp.Expression) -> bool:
    """Whether a comparison is a join's equality of two columns."""
    is_of_columns = isinstance(node, exp.EQ) and isinstance(node.left, exp.Column) and isinstance(node.right, exp.Column)
    parent = node.parent
    while isinstance(parent, exp.And):
        parent = parent.parent
    return is_of_columns and isinstance(parent, exp.Join)


def of_values(node: exp.Expression) -> Iterator[Edit]:
    """Numbers, window edges, codes of a list, defaults, branches."""
    if isinstance(node, exp.Literal) and not node.is_string and is_counted(node):
        for other in (int(node.this) + 1, int(node.this) - 1):
            yield replacing("number", node, exp.Literal.number(other), context(node), f"{other}")
    if isinstance(node, exp.Between):
        for key, change, how in (("low", exp.Add, "nearer"), ("high", exp.Sub, "nearer"), ("low", exp.Sub, "farther"), ("high", exp.Add, "farther")):
            edge = change(this=exp.paren(node.args[key].copy()), expression=exp.Literal.number(1))
            yield Edit("window_edge", node, written(node), f"{key} edge a day {how}", node, key, edge)
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for code in node.expressions:
            kept = [c for c in node.expressions if c is not code]
            yield Edit("list", node, written(node), f"without {written(code)}", node, "expressions", kept)
    if isinstance(node, exp.Coalesce) and not stops(node.expressions[-1]):
        if len(node.expressions) > 1:
            yield Edit("default", node, written(node), "last default removed", node, "expressions", node.expressions[:-1])
        else:
            yield replacing("default", node, node.this.copy())
    if isinstance(node, exp.Case):
        yield from without_branch(node)


def stops(node: exp.Expression) -> bool:
    """Whether an expression stops the query with a message (macro `sql_error`): no rows come of it that could be compared."""
    return any(call.name.lower() == "error" for call in node.find_all(exp.Anonymous))


def is_counted(literal: exp.Literal) -> bool:
    """Whether a number can tell: not a type's width, nor the 1 of `exists (select 1 ...)`."""
    is_of_exists = isinstance(literal.parent, exp.Select) and isinstance(literal.parent.parent, exp.Exists)
    return literal.this.isdigit() and not isinstance(literal.parent, exp.DataTypeParam) and not is_of_exists


def context(node: exp.Expression) -> str:
    """A number with what it stands in."""
    parent = node.parent
    return f"{node.name} in {written(parent if parent is not None else node)}"


def without_branch(node: exp.Case) -> Iterator[Edit]:
    """The case without one of its branches."""
    branches = node.args["ifs"]
    for branch in branches:
        before = f"when {written(branch.this)} then {written(branch.args['true'])}"
        if len(branches) > 1:
            yield Edit("branch", branch, before, "removed", node, "ifs", [b for b in branches if b is not branch])
        else:
            default = node.args.get("default")
            yield replacing("branch", node, default.copy() if default is not None else exp.null(), before, "removed")


def of_structure(node: exp.Expression) -> Iterator[Edit]:
    """Joins, partitions, orders, distinct, union."""
    if isinstance(node, exp.Join) and node.args.get("on") is not None:
        other = node.copy()
        other.set("side", None if node.side == "LEFT" else "LEFT")
        other.set("kind", "INNER" if node.side == "LEFT" else None)
        yield replacing("join", node, other, f"{node.side.lower() or 'inner'} join {written(node.this)}", f"{(other.side or other.kind).lower()} join")
    if isinstance(node, exp.Window):
        keys = node.args.get("partition_by") or []
        for key in keys:
            before = f"partition by {', '.join(written(k) for k in keys)}"
            yield Edit("partition", key, before, f"without {written(key)}", node, "partition_by", [k for k in keys if k is not key])
    if isinstance(node, exp.Ordered):
        yield Edit("order", node, f"order by {written(node)}", "asc" if node.args.get("desc") else "desc", node, "desc", not node.args.get("desc"))
    if isinstance(node, exp.Select) and node.args.get("distinct") and not is_under_distinct_union(node):
        yield Edit("distinct", node, "select distinct", "select", node, "distinct", None)
    if isinstance(node, exp.Distinct) and isinstance(node.parent, exp.AggFunc) and len(node.expressions) == 1:
        yield replacing("distinct", node, node.expressions[0].copy(), written(node.parent), "without distinct")
    if isinstance(node, exp.Union) and not is_under_distinct_union(node):
        is_distinct = node.args.get("distinct")
        words = ("union", "union all") if is_distinct else ("union all", "union")
        yield Edit("union", node.expression, *words, node, "distinct", not is_distinct)


def is_under_distinct_union(node: exp.Expression) -> bool:
    """Whether a query is an arm of a union that drops equal rows anyway."""
    parent = node.parent
    return isinstance(parent, exp.Union) and (bool(parent.args.get("distinct")) or is_under_distinct_union(parent))


def replacing(kind: str, node: exp.Expression, new: exp.Expression, before: str | None = None, after: str | None = None) -> Edit:
    """The edit that puts another node in a node's place."""
    held = node.parent.args[node.arg_key]
    value = [new if n is node else n for n in held] if isinstance(held, list) else new
    return Edit(kind, node, before or written(node), after or written(new), node.parent, node.arg_key, value)


def position(node: exp.Expression) -> tuple[int, int]:
    """Line and offset of the first word of a node that the parser knows the place of."""
    places = [(n.meta["start"], n.meta["line"]) for n in node.dfs() if "start" in n.meta]
    start, line = min(places, default=(0, 1))
    return line, start


def scope_of(node: exp.Expression) -> str:
    """The name of the CTE that a node stands in."""
    cte = node.find_ancestor(exp.CTE)
    return cte.alias if cte else "final select"


def shortened(text: str) -> str:
    """A text cut in the middle where it is long."""
    half = LONGEST_TEXT // 2
    return text if len(text) <= LONGEST_TEXT else f"{text[:half]} ... {text[-half:]}"


def source_lines(source: str, compiled: str) -> dict[int, int]:
    """For each line of a compiled text the line of its source: the same line, or where the text that became it begins."""
    sources, compileds = ([line.strip() for line in text.splitlines()] for text in (source, compiled))
    lines = {}
    for _, source_start, source_end, start, end in SequenceMatcher(None, sources, compileds, autojunk=False).get_opcodes():
        for place in range(start, end):
            lines[place + 1] = min(source_start + place - start, max(source_end - 1, source_start)) + 1
    return lines


def in_force_changes(queries: dict[str, str]) -> list[tuple[Change, dict[str, str]]]:
    """The changes of the macro `in_force`: each with what it makes of the queries (by name) that use the macro."""
    changes = []
    for kind, line, text, template in IN_FORCE_CHANGES:
        mutated = {name: IN_FORCE_TEXT.sub(template, sql) for name, sql in queries.items() if IN_FORCE_TEXT.search(sql)}
        changes.append((Change(kind, line, text, ""), mutated))
    return changes


# What a row of a seed says that is neither prose nor display, by seed. A row of `lists` can be dropped; a value of
# `values` be another of its column, of `switches` another of the words that the row's unit names; `amounts` be one more or one
# less, days of the year (07-01) and last years among them. First and last years are amounts too, except those of a seed
# without `has_years`: no model looks up its rows by the year.
# The federal rows of a seed that only LACES models read are judged as theirs (`is_of_laces`).
@dataclass(frozen=True)
class SeedRules:
    """The logic in a seed's columns: whether rows can be dropped, the columns whose values can be exchanged, those of switches, of
    amounts, whether the years that a row is in force in are read, and whether only LACES models read it."""

    is_list: bool = False
    values: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    has_years: bool = True
    is_of_laces: bool = False


# What the unit of a switch begins with, before the words that it takes.
SWITCH = "one of: "
SEEDS = {
    "seeds/rules/ahs_level_6_credits.csv": SeedRules(is_list=True, amounts=("level_6_credits",)),
    "seeds/rules/competency_diploma_requirements.csv": SeedRules(is_list=True, values=("record_kind",), amounts=("minimum_score", "minimum_hours")),
    "seeds/rules/data_quality_rules.csv": SeedRules(is_list=True, values=("kind",), amounts=("check_order", "threshold", "minimum_base")),
    "seeds/rules/finding_rules.csv": SeedRules(values=("severity",), amounts=("threshold", "minimum_records")),
    "seeds/rules/gain_kinds.csv": SeedRules(is_list=True, values=("reported_as", "msg_row_code"), amounts=("reported_order",)),
    "seeds/rules/hse_subtests.csv": SeedRules(
        is_list=True, values=("content_area",), amounts=("passing_score", "passing_essay_score", "average_score", "counts_from")
    ),
    "seeds/rules/indicator_windows.csv": SeedRules(
        is_list=True, amounts=("start_year_offset", "start_month_day", "end_year_offset", "end_month_day", "quarters_after_exit", "months_after_exit")
    ),
    "seeds/rules/needed_periods.csv": SeedRules(is_list=True, values=("period_unit",), amounts=("first_quarter_after", "last_quarter_after")),
    "seeds/rules/nrs_programs.csv": SeedRules(is_list=True, values=("program",)),
    "seeds/rules/rule_codes.csv": SeedRules(is_list=True),
    "seeds/rules/rule_parameters.csv": SeedRules(switches=("value",), amounts=("value",)),
    "seeds/terminology/age_groups.csv": SeedRules(is_list=True, amounts=("minimum_age", "maximum_age")),
    "seeds/terminology/alternative_placement_programs.csv": SeedRules(is_list=True, values=("program", "efl_row_code")),
    "seeds/terminology/assessment_score_ranges.csv": SeedRules(
        is_list=True, values=("efl_row_code",), amounts=("scale_score_low", "scale_score_high"), is_of_laces=True
    ),
    "seeds/terminology/assessment_test_levels.csv": SeedRules(is_list=True, values=("efl_row_code",)),
    "seeds/terminology/code_crosswalks.csv": SeedRules(is_list=True, values=("maps_to",)),
    # Staging takes a code whatever the year of its record; the year counts for a scope's label alone (report_scopes).
    "seeds/terminology/code_lists.csv": SeedRules(is_list=True, has_years=False),
    "seeds/terminology/educational_functioning_levels.csv": SeedRules(is_list=True, values=("ladder", "program_group"), amounts=("level_order",)),
    "seeds/terminology/efl_crosswalk.csv": SeedRules(is_list=True, values=("program", "efl_row_code")),
    "seeds/terminology/post_test_rules.csv": SeedRules(is_list=True, values=("program_group", "form", "other_form"), amounts=("minimum_hours",)),
    "seeds/terminology/program_type_crosswalk.csv": SeedRules(is_list=True, values=("program_type", "iet_program_type")),
}


def seed_changes(rows: list[dict[str, str]], rules: SeedRules, states: Container[str]) -> Iterator[tuple[Change, list[dict[str, str]]]]:
    """The changes of a seed's rows of `states`, each with the rows it makes; a row is named by what it says before its first year."""
    for place, row in enumerate(rows):
        if row["state"] not in states:
            continue
        name = ", ".join(v for c, v in list(row.items())[: list(row).index("effective_from")] if v and " " not in v and c not in rules.amounts)
        others: list[tuple[str, str, dict[str, str] | None]] = []
        if rules.is_list:
            others.append(("row", "dropped", None))
        known = {column: list(dict.fromkeys(r[column] for r in rows if r[column])) for column in rules.values}
        if row.get("unit", "").startswith(SWITCH):
            known |= {column: row["unit"].removeprefix(SWITCH).split(", ") for column in rules.switches}
        for column, words in known.items():
            if row[column] and len(words) > 1:
                value = words[(words.index(row[column]) + 1) % len(words)]
                others.append(("value", f"{column} {row[column]} -> {value}", row | {column: value}))
        for column in (*rules.amounts, *(("effective_from", "effective_to") if rules.has_years else ())):
            # A first year is only moved to a later one: nearly all are that of WIOA, before which there is nothing.
            for step in (1,) if column == "effective_from" else (1, -1):
                value = a_step_on(row[column], step)
                if value:
                    others.append(("amount", f"{column} {row[column]} -> {value}", row | {column: value}))
        for kind, text, changed in others:
            kept = rows[:place] + ([changed] if changed else []) + rows[place + 1 :]
            yield Change(kind, place + 2, f"{name}: {text}", ""), kept


def a_step_on(value: str, step: int) -> str | None:
    """A number and `step`, or so many days after a day or a day of the year; nothing of other values."""
    if re.fullmatch(r"-?[0-9]+", value):
        return str(int(value) + step)
    if re.fullmatch(r"[0-9]{2}-[0-9]{2}", value):
        return f"{date.fromisoformat(f'2023-{value}') + timedelta(days=step):%m-%d}"
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return str(date.fromisoformat(value) + timedelta(days=step))
    return None
