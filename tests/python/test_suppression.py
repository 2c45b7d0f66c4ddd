"""What is published must not give away what is suppressed: an attack with everything an attacker may know.

The attack shares no code with the search of `suppression.py`: it asks a solver for the least and the greatest value of
each suppressed cell, over all solutions of the relations with the published values put in, and knows no box, group or cost.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from harness import PROJECT, CompiledProject, MemoryWarehouse
from scipy.optimize import linprog
from suppression import System, suppress, suppressed_cells

EXACT = 1e-6
WIDTH = 1


def attack(value: np.ndarray, is_hidden: np.ndarray, terms: sp.csr_matrix, is_equality: np.ndarray, cells: np.ndarray, many_at_once: int = 60) -> list[int]:
    """Those of the hidden `cells` (indices) whose possible values all lie closer than WIDTH to the truth.

    `value`, `is_hidden`: n; `terms`: m x n. Hidden cells are at least 1; an equality's constant is known, whatever it is.
    A solution found for one cell also counts for the others: only cells that none has moved are asked for.
    """
    hidden, shown = np.flatnonzero(is_hidden), np.flatnonzero(~is_hidden)
    constant = np.where(is_equality, terms @ value, 0)
    right = constant - terms[:, shown] @ value[shown]
    left = terms[:, hidden]
    holds_hidden = np.diff(left.indptr) > 0
    equal, within = holds_hidden & is_equality, holds_hidden & ~is_equality
    bounds = np.c_[np.ones(len(hidden)), np.full(len(hidden), 2 * value.sum() + 10)]
    farthest = np.zeros(len(value))

    def look(objective: np.ndarray) -> None:
        solution = linprog(-objective, left[within], right[within], left[equal], right[equal], bounds, method="highs-ds", options={"presolve": False})
        assert solution.x is not None, solution.message
        farthest[hidden] = np.maximum(farthest[hidden], np.abs(solution.x - value[hidden]))

    def is_unmoved() -> np.ndarray:
        return np.isin(hidden, cells) & (farthest[hidden] < WIDTH - EXACT)

    # Many cells at once, each up or, where there is room, down by chance, before the exact question for each one that is left.
    chance = np.random.default_rng(1)
    has_room = value[hidden] > 1
    for _ in range(many_at_once):
        if is_unmoved().sum() > 2:
            look(is_unmoved() * np.where(has_room, chance.choice([-1.0, 1.0], len(hidden)), 1.0))
    for cell in cells:
        for sign in (1.0, -1.0):
            if farthest[cell] < WIDTH - EXACT:
                look(sign * (hidden == cell))
    return [int(cell) for cell in cells if farthest[cell] < WIDTH - EXACT]


class Form:
    """A table with a total row and column, its relations, and any further ones: cells are numbered along the rows."""

    def __init__(self, counts: list[list[int]], more: list[tuple[dict[int, float], str]] = ()) -> None:
        inner = np.array(counts, dtype=float)
        table = np.c_[np.r_[inner, [inner.sum(axis=0)]], np.r_[inner.sum(axis=1), inner.sum()]]
        number = np.arange(table.size).reshape(table.shape)
        relations = [({**dict.fromkeys(row[:-1], 1), row[-1]: -1}, "=") for row in itertools.chain(number.tolist(), number.T.tolist())]
        relations += list(more)
        self.value, self.number = table.ravel(), number
        size = max(table.size, 1 + max(cell for terms, _ in relations for cell in terms))
        self.terms = sp.csr_matrix([[terms.get(cell, 0.0) for cell in range(size)] for terms, _ in relations])
        self.is_equality = np.array([operator == "=" for _, operator in relations])

    def suppress(self, extra: tuple[float, ...] = (), base: dict[int, int] | None = None) -> np.ndarray:
        """The suppressed cells (n, boolean); `extra` are the values of cells beside the table, `base` what hours rest on."""
        self.value = np.r_[self.value, extra]
        hours = list(base or {})
        is_primary = (self.value > 0) & (self.value < 10)
        is_primary[hours] = False
        rests_on = np.arange(len(self.value))
        rests_on[hours] = list((base or {}).values())
        suppressed, self.is_open = suppress(System(self.value, is_primary, rests_on, self.terms, self.is_equality, 1))
        assert suppressed[is_primary].all()
        return suppressed

    def recovered(self, is_hidden: np.ndarray) -> list[int]:
        """What the attack recovers when these cells are hidden."""
        return attack(self.value, is_hidden, self.terms, self.is_equality, np.flatnonzero(is_hidden))


def test_one_small_cell_takes_the_cheapest_rectangle_with_it() -> None:
    form = Form([[3, 20, 90], [12, 15, 80], [70, 60, 50]])
    assert form.number[np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])].tolist() == np.flatnonzero(form.suppress()).tolist()


def test_a_table_without_small_counts_is_published_whole() -> None:
    assert not Form([[10, 20], [30, 40]]).suppress().any()


def test_two_small_cells_of_a_row_are_not_enough() -> None:
    """Alone in their columns, they follow from those."""
    form = Form([[4, 5, 90], [40, 50, 60], [70, 80, 90]])
    only_small = (form.value > 0) & (form.value < 10)
    assert form.recovered(only_small) == np.flatnonzero(only_small).tolist()
    assert form.recovered(form.suppress()) == []


def test_a_bridge_between_two_closed_rectangles_is_not_left_alone() -> None:
    """Each row and column hides two cells at least, and yet the one that joins the rectangles follows from them."""
    counts = np.full((4, 4), 50)
    counts[:2, :2] = counts[2:, 2:] = 3
    counts[1, 2] = 4
    form = Form(counts.tolist())
    bridge = form.number[1, 2]
    assert form.recovered((form.value > 0) & (form.value < 10)) == [bridge]
    assert form.recovered(form.suppress()) == []


def test_ones_that_add_up_to_their_number_are_not_left_alone() -> None:
    """No suppressed count is 0: three that add up to 3 are 1 each."""
    form = Form([[1, 1, 1, 40], [1, 1, 1, 40], [30, 30, 30, 30]])
    small = (form.value > 0) & (form.value < 10)
    assert set(form.recovered(small)) == set(np.flatnonzero(small))
    assert form.recovered(form.suppress()) == []


def test_a_parent_with_one_child_is_suppressed_with_it() -> None:
    """An agency type with one agency; cell 9 is the type's, known to differ by the person at two of them."""
    form = Form([[4, 30], [40, 50]], more=[({0: 1, 9: -1}, "=")])
    suppressed = form.suppress(extra=(12,))
    assert suppressed[9]
    assert form.recovered(suppressed) == []


def test_a_subset_that_is_all_of_its_table_moves_with_it() -> None:
    """Cell 9 is within cell 0 and equal to it: published, it would leave cell 0 no room below."""
    form = Form([[1, 12], [12, 12]], more=[({9: 1, 0: -1}, "<=")])
    suppressed = form.suppress(extra=(1,))
    assert suppressed[9]
    assert form.recovered(suppressed) == []


def test_hours_go_with_the_persons_behind_them() -> None:
    """Cells 9 to 11: hours of the first row's two counts, and their sum."""
    form = Form([[4, 30], [40, 50]], more=[({9: 1, 10: 1, 11: -1}, "=")])
    suppressed = form.suppress(extra=(80.5, 700.25, 780.75), base={9: 0, 10: 1, 11: 2})
    assert (suppressed[[9, 10, 11]] == [True, True, suppressed[2]]).all()
    assert form.recovered(suppressed) == []


def test_a_cell_whose_whole_is_nothing_else_is_named() -> None:
    """A known constant that is the cell itself hides nothing; the cell is suppressed and said not to be open."""
    form = Form([[4, 30], [40, 50]], more=[({0: 1}, "=")])
    suppressed = form.suppress()
    assert not form.is_open[0]
    assert form.recovered(suppressed) == np.flatnonzero(suppressed & ~form.is_open).tolist()


def test_a_published_complement_gives_the_small_cell_away() -> None:
    form = Form([[3, 20, 90], [12, 15, 80], [70, 60, 50]])
    suppressed = form.suppress()
    for complement in np.flatnonzero(suppressed & (form.value >= 10)):
        shown = suppressed.copy()
        shown[complement] = False
        assert 0 in form.recovered(shown)


# The bundled sample, as a whole


@pytest.fixture(scope="module")
def sample(compiled: CompiledProject) -> MemoryWarehouse:
    """The bundled sample, built with its suppression."""
    warehouse = MemoryWarehouse(compiled)
    warehouse.load(PROJECT / "seeds" / "extracts")
    warehouse.build(with_suppression=True)
    return warehouse


CELLS = """
    select
        cells.*,
        coalesce(tables.is_suppressed, population.is_suppressed) as is_suppressed,
        coalesce(tables.value, population.persons) as shown
    from intermediate.int_protected_cells as cells
    left join marts.nrs_cells_published as tables using (program_year, scope, scope_id, table_id, row_code, column_code)
    left join marts.population_summary_published as population
        on cells.table_id = 'population' and cells.row_code = population.measure and cells.scope_id = population.scope_id
    order by cell_id
"""


@pytest.fixture(scope="module")
def published(sample: MemoryWarehouse) -> dict[str, np.ndarray]:
    """Every count and hours cell with its true value and, where it is not suppressed, the published one (`shown`)."""
    return sample.connection.execute(CELLS).fetchnumpy()


@pytest.fixture(scope="module")
def system(sample: MemoryWarehouse, published: dict[str, np.ndarray]) -> tuple[sp.csr_matrix, np.ndarray]:
    """The relations of all cells (m x n) and which are equalities (m)."""
    relations = sample.connection.execute("select * from intermediate.int_cell_relations").fetchnumpy()
    _, first, row = np.unique(relations["relation_id"], return_index=True, return_inverse=True)
    shape = (len(first), len(published["cell_id"]))
    terms = sp.csr_matrix((relations["coefficient"], (row, relations["cell_id"] - 1)), shape=shape)
    return terms, relations["operator"][first] == "="


def test_every_small_count_is_suppressed_and_no_zero(published: dict[str, np.ndarray]) -> None:
    is_small = (published["measure"] == "count") & (published["value"] > 0) & (published["value"] < 10)
    assert is_small.sum() > 1000
    assert published["is_suppressed"][is_small].all()
    assert not published["is_suppressed"][published["value"] == 0].any()


def test_what_is_not_suppressed_is_the_submission(sample: MemoryWarehouse, published: dict[str, np.ndarray]) -> None:
    hidden = np.ma.getmaskarray(published["shown"])
    assert (hidden == published["is_suppressed"]).all()
    assert (published["shown"][~hidden] == published["value"][~hidden]).all()
    differing = """
        select count(*) filter (where published.value is distinct from cells.value), count(*) from marts.nrs_cells as cells
        left join marts.nrs_cells_published as published using (program_year, scope, scope_id, table_id, row_code, column_code)
        where not coalesce(published.is_suppressed, false)
    """
    assert sample.rows(differing)[0][0] == 0
    count = "select (select count(*) from marts.nrs_cells), (select count(*) from marts.nrs_cells_published)"
    assert len(set(sample.rows(count)[0])) == 1


def test_the_number_of_the_state_s_participants_is_published(sample: MemoryWarehouse) -> None:
    """What every reader looks for first. Nothing forbids to suppress it, but the search must find cheaper cells."""
    totals = """
        select table_id, value from marts.nrs_cells_published
        where scope = 'state' and program_year = 2023 and (table_id, row_code, column_code) in (('1', 'total', 'total'), ('4', 'total', 'B'))
        order by table_id
    """
    members = "restricted.nrs_cell_members where scope = 'state' and table_id = '1' and row_code = 'total'"
    participants = sample.rows(f"select count(distinct person_id) from {members}")[0][0]
    assert sample.rows(totals) == [("1", participants), ("4", participants)]


def test_staff_grants_and_funds_are_published_whole(sample: MemoryWarehouse) -> None:
    exempt = "table_id in ('7', '14') or column_code = 'funds_expended'"
    assert sample.rows(f"select count(*) > 0, bool_or(is_suppressed) from marts.nrs_cells_published where {exempt}") == [(True, False)]


def test_every_identity_of_the_report_is_known_to_the_attacker(sample: MemoryWarehouse) -> None:
    """The relations are the identities as evaluated, reading by reading, with the same difference."""
    differing = """
        with relations as (
            select scope, scope_id, relation, read_for, sum(coefficient * cells.value) as difference
            from intermediate.int_cell_relations as relations
            inner join (select cell_id, value from intermediate.int_protected_cells) as cells using (cell_id)
            where relation <> 'scopes_add_up'
            group by all
        )
        select results.identity_id, results.scope_id, results.read_for
        from marts.equality_results as results
        left join relations
            on results.scope = relations.scope and results.scope_id = relations.scope_id
            and results.identity_id = relations.relation and results.read_for = relations.read_for
        where abs(coalesce(relations.difference, 0) - results.difference) > 1e-6
            or (relations.relation is null and results.left_value <> 0)
    """
    assert [row for row in sample.rows(differing) if row[0] != "table_14_rows_add_up"] == []


def test_no_rate_median_or_hours_rest_on_a_suppressed_count(sample: MemoryWarehouse) -> None:
    """A published rate times a published denominator would be the suppressed numerator."""
    resting = """
        select count(*), count(*) filter (where base.is_suppressed), count(*) filter (where not base.is_suppressed and base.value between 1 and 9)
        from marts.nrs_cells_published as cells
        inner join intermediate.int_cell_bases as bases using (table_id, row_code, column_code)
        inner join marts.nrs_cells_published as base
            on cells.scope = base.scope and cells.scope_id = base.scope_id and bases.base_table_id = base.table_id
            and bases.base_row_code = base.row_code and bases.base_column_code = base.column_code
        where not cells.is_suppressed
    """
    rested, on_suppressed, on_small = sample.rows(resting)[0]
    assert rested > 100
    assert (on_suppressed, on_small) == (0, 0)


def test_the_attack_recovers_nothing(published: dict[str, np.ndarray], system: tuple[sp.csr_matrix, np.ndarray]) -> None:
    """Every suppressed cell of every scope. Cells whose parts or whole are all 0 follow from the constant alone."""
    terms, is_equality = system
    value, is_hidden = published["value"], published["is_suppressed"].astype(bool)
    present = terms.multiply(value > 0).tocsr()
    present.eliminate_zeros()
    alone = present[is_equality & (np.diff(present.indptr) == 1)].indices
    recovered = attack(value, is_hidden, terms, is_equality, np.flatnonzero(is_hidden))
    assert set(recovered) <= set(alone.tolist())


def test_the_attack_recovers_cells_when_complements_are_published(published: dict[str, np.ndarray], system: tuple[sp.csr_matrix, np.ndarray]) -> None:
    """So that the test above can fail: with only the small counts hidden, some of the first 30 are found out."""
    terms, is_equality = system
    is_hidden = np.asarray(published["is_primary"]).astype(bool)
    cells = np.flatnonzero(is_hidden)[:30]
    assert len(attack(published["value"], is_hidden, terms, is_equality, cells, many_at_once=5)) >= 5


def test_two_builds_suppress_the_same(sample: MemoryWarehouse) -> None:
    run = sample.connection.execute
    cells = run("select * from intermediate.int_protected_cells order by cell_id").fetchnumpy()
    relations = run("select * from intermediate.int_cell_relations order by relation_id desc, cell_id desc").fetchnumpy()
    again = suppressed_cells(cells, relations)
    before = dict(sample.rows("select cell_id, suppression from intermediate.int_suppressed_cells"))
    assert dict(zip(again["cell_id"].tolist(), again["suppression"].tolist(), strict=True)) == before
