"""Which cells to suppress besides the small ones, so that no suppressed cell can be worked out from what is published.

Whoever attacks knows every published cell, every relation between cells (identities, sums over scopes), and that a
suppressed cell is at least 1. The relations are a linear system; what an attacker can't tell from the truth are its
other solutions. The search ends when for each suppressed cell such a *world* has been found that agrees with all that
is published and differs in that cell (docs/decisions/0010-suppression.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

# The solver keeps a relation to the seventh digit.
EXACT = 1e-6
# Cells that a world need not move may go so many widths from the truth, so that they can make up for others.
REACH = 10
# A turn that frees a smaller share of the pinned cells than this makes the next pay more.
ENOUGH = 0.2
# How many scopes are looked at together: to find worlds, and to suppress more.
PAIR, FEW = 2, 5
# So many programs are solved side by side; none sees what another of them suppresses. A number of the machine's would make
# the cells suppressed hang on the machine.
SIDE_BY_SIDE = 2
# How much dearer it is to lose a cell of the state than one of an agency; a type's stands between.
WHOLE = 20.0
# What freeing a cell is worth, in counts lost: at first as much as a few small cells, then four times as much each time.
FIRST_REWARD, EFFORTS = 160, 7
# So many turns that free nothing for the highest reward end the search.
LOST = 3


@dataclass(frozen=True)
class System:
    """The cells that can be suppressed and the relations between them: n cells, m relations.

    `value` (n): above 0, since zeros are shown and so are known. `is_primary` (n): suppressed for itself. `base` (n): the
    index of the count on which hours rest, its own elsewhere. `terms` (m x n): coefficients. `is_equality` (m): the terms
    add up to a known constant, else to at most 0. `width`: how far from the truth, at least, a world must move a cell.
    `scope` (n): the number of each cell's scope, `parent` (scopes): that of the scope it adds to, -1 for none; without them
    all cells are of one scope.
    """

    value: np.ndarray
    is_primary: np.ndarray
    base: np.ndarray
    terms: sp.csr_matrix
    is_equality: np.ndarray
    width: float
    scope: np.ndarray | None = None
    parent: np.ndarray = field(default_factory=lambda: np.array([-1]))


@dataclass(frozen=True)
class Moves:
    """What groups of cells that move as one may do: k groups, r relations.

    `terms` (r x k), `is_equality` (r), `slack` (r): how much what stands in the relation may grow. `floor` (k): how far down
    a group can go until one of its cells is 1, at most 0. `cost` (k): what suppressing it loses.
    """

    terms: sp.csr_matrix
    is_equality: np.ndarray
    slack: np.ndarray
    floor: np.ndarray
    cost: np.ndarray

    @cached_property
    def columns(self) -> sp.csc_matrix:
        """`terms`, to take groups from."""
        return self.terms.tocsc()

    @property
    def size(self) -> int:
        return len(self.floor)

    def of(self, some: np.ndarray) -> Moves:
        """The same of `some` groups (numbers), while the others stay where they are."""
        columns = self.columns[:, some]
        rows, row = np.unique(columns.indices, return_inverse=True)
        terms = sp.csc_matrix((columns.data, row, columns.indptr), shape=(len(rows), len(some))).tocsr()
        return Moves(terms, self.is_equality[rows], self.slack[rows], self.floor[some], self.cost[some])


@dataclass(frozen=True)
class Groups(Moves):
    """The system as groups of its n cells. `of_cell` (n): each cell's group."""

    of_cell: np.ndarray

    def holding(self, cells: np.ndarray) -> np.ndarray:
        """The groups (k, boolean) that hold any of `cells` (n, boolean)."""
        held = np.zeros(self.size, dtype=bool)
        held[self.of_cell[cells]] = True
        return held


def ones(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Where a sparse matrix has entries."""
    return sp.csr_matrix((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)


def grouped(system: System) -> Groups:
    """Group the cells that an equality of two ties to each other, and drop relations that say the same twice."""
    cells = len(system.value)
    pairs = system.terms[system.is_equality & (np.diff(system.terms.indptr) == 2)]
    tied = pairs.data[0::2] == -pairs.data[1::2]
    links = sp.coo_matrix((np.ones(tied.sum()), (pairs.indices[0::2][tied], pairs.indices[1::2][tied])), shape=(cells, cells))
    groups, of_cell = connected_components(links, directed=False)
    merge = sp.csr_matrix((np.ones(cells), (np.arange(cells), of_cell)), shape=(cells, groups))
    terms = (system.terms @ merge).tocsr()
    terms.eliminate_zeros()
    slack = np.where(system.is_equality, 0, -(system.terms @ system.value))
    # Rows that are equal have equal products with a vector of chance.
    print_of_row = np.round(terms @ np.random.default_rng(0).random(groups), 9)
    print_of_row = np.where(system.is_equality, np.abs(print_of_row), print_of_row)
    _, rows = np.unique(np.c_[print_of_row, system.is_equality, slack], axis=0, return_index=True)
    rows = np.sort(rows[np.diff(terms.indptr)[rows] > 0])
    floor = np.full(groups, -np.inf)
    np.maximum.at(floor, of_cell, 1 - system.value)
    depth = np.array([len(above(system.parent, scope)) for scope in range(len(system.parent))])
    price = WHOLE ** (1 - (depth - 1) / max(1, depth.max() - 1))
    cost = np.bincount(of_cell, system.value * price[0 if system.scope is None else system.scope], minlength=groups)
    return Groups(terms[rows], system.is_equality[rows], slack[rows], floor, cost, of_cell)


def with_bases(system: System, groups: Groups, suppressed: np.ndarray) -> np.ndarray:
    """`suppressed` groups (k) and all hours that rest on one of their counts."""
    cells = suppressed[groups.of_cell]
    return suppressed | groups.holding(cells[system.base])


def with_company(groups: Groups, suppressed: np.ndarray) -> np.ndarray:
    """Add the cheapest group to each equality whose suppressed groups can't move, until there is none.

    A group alone can't. Groups on one side of the equality can't if none of them can go down, since all others go up.
    """
    terms = groups.terms[groups.is_equality]
    left, right = ones(terms.multiply(terms > 0).tocsr()), ones(terms.multiply(terms < 0).tocsr())
    sums = ones(terms)
    suppressed = suppressed.copy()
    while True:
        hidden = suppressed.astype(float)
        can_fall = hidden * (groups.floor < 0)
        is_stuck = (sums @ can_fall == 0) & ((left @ hidden == 0) | (right @ hidden == 0))
        lacking = sums[np.flatnonzero((sums @ hidden == 1) | ((sums @ hidden > 1) & is_stuck))]
        # A group that serves several such equalities is worth more.
        serves = np.bincount(lacking.indices, minlength=groups.size)
        price = np.where(suppressed, np.inf, groups.cost / np.maximum(serves, 1))[lacking.indices]
        row = np.repeat(np.arange(lacking.shape[0]), np.diff(lacking.indptr))
        order = np.lexsort((lacking.indices, price, row))
        cheapest = order[np.unique(row[order], return_index=True)[1]]
        chosen = lacking.indices[cheapest[np.isfinite(price[cheapest])]]
        if not len(chosen):
            return suppressed
        suppressed[chosen] = True


def world(groups: Moves, free: np.ndarray, wanted: np.ndarray, width: float, price: np.ndarray) -> np.ndarray:
    """The move (k, differences from the truth) of the `free` groups (k, boolean) that goes furthest as `wanted`.

    `wanted` (k): > 0 up, < 0 down, 0 indifferent; wanted groups move by `width` at most, others by REACH times that.
    Groups that aren't free may move as well at their `price` (k) per unit, where it isn't 0.
    """
    price = np.where(free, 0, price)
    cells = np.flatnonzero(free | (price > 0))
    box = np.where(wanted != 0, width, REACH * width)
    lowest = np.maximum(groups.floor, -box)
    # Relations that no move within the box can break, or that nothing moves in, are left out.
    terms = groups.columns[:, cells]
    touched = np.flatnonzero(np.bincount(terms.indices))
    terms = terms.tocsr()[touched]
    equal, slack = groups.is_equality[touched], groups.slack[touched]
    rows = equal | (abs(terms) @ box[cells] > slack + EXACT)
    terms, equal, slack = terms[rows], equal[rows], slack[rows]
    # Each group is asked for twice, up and down, so that to stay at the truth is a corner to start from.
    columns = sp.hstack([terms, -terms], format="csr")
    loss = np.r_[price[cells] - wanted[cells], price[cells] + wanted[cells]]
    bounds = np.c_[np.zeros(2 * len(cells)), np.r_[box[cells], -lowest[cells]]]
    result = linprog(loss, columns[~equal], slack[~equal], columns[equal], np.zeros(equal.sum()), bounds, method="highs-ds", options={"presolve": False})
    if result.x is None:
        raise RuntimeError(f"The suppression found no solution, though no move at all is one: {result.message}")
    move = np.zeros(groups.size)
    move[cells] = result.x[: len(cells)] - result.x[len(cells) :]
    return np.where(np.abs(move) < EXACT, 0, move)


def neighbours(groups: Moves, start: np.ndarray, steps: int) -> np.ndarray:
    """The groups that relations tie to `start` (k, boolean) in so many steps."""
    entries = ones(groups.terms)
    back = entries.T.tocsr()
    near = start
    for _ in range(steps):
        near = back @ (entries @ near.astype(float) > 0).astype(float) > 0
    return near | start


def apart(groups: Moves, candidates: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Of the `candidates` (k, boolean) some that share no relation; the higher `rank` (k, > 0) goes first."""
    entries = ones(groups.terms)
    back = entries.T.tocsr()
    chosen = np.zeros(groups.size, dtype=bool)
    left = candidates.copy()
    while left.any():
        top = np.zeros(groups.terms.shape[0])
        row = np.repeat(np.arange(len(top)), np.diff(entries.indptr))
        np.maximum.at(top, row, np.where(left, rank, 0)[entries.indices])
        is_beaten = np.zeros(groups.size, dtype=bool)
        is_beaten[entries.indices[rank[entries.indices] < top[row]]] = True
        new = left & ~is_beaten
        chosen |= new
        left &= ~(back @ (entries @ new.astype(float) > 0).astype(float) > 0) & ~new
    return chosen


def above(parent: np.ndarray, scope: int) -> list[int]:
    """A scope and all that it adds to, in their order."""
    return [] if scope < 0 else [scope, *above(parent, parent[scope])]


def places(system: System, groups: Groups, turn: int, few: int) -> Iterator[np.ndarray]:
    """The groups (numbers) of a few scopes at a time, with what they add to, so that all scopes come up.

    Scopes that add to the same stand together as far as they go: what one gains the other can lose. Who is with whom
    changes from turn to turn.
    """
    if system.scope is None:
        yield np.arange(groups.size)
        return
    scopes = len(system.parent)
    holds = sp.csc_matrix((np.ones(len(system.scope)), (groups.of_cell, system.scope)), shape=(groups.size, scopes))
    scopes_of = np.bincount(holds.indices, minlength=groups.size)
    leaves = np.random.default_rng(turn).permutation(np.setdiff1d(np.arange(scopes), system.parent))
    leaves = leaves[np.argsort(system.parent[leaves], kind="stable")]
    for together in np.array_split(leaves, max(1, len(leaves) // few)):
        inside = sorted({scope for leaf in together.tolist() for scope in above(system.parent, leaf)})
        held, times = np.unique(holds[:, inside].indices, return_counts=True)
        yield held[times == scopes_of[held]]


def suppress(system: System) -> tuple[np.ndarray, np.ndarray]:
    """The cells to suppress, and whether worlds were found that leave them open: two arrays (n, boolean).

    A suppressed cell that is not open stands alone in an equality (its parts or its whole are all 0), so that whoever
    knows the constant of that equality knows the cell, or no suppression of other cells was found that opens it.
    """
    if not len(system.value):
        return np.empty(0, dtype=bool), np.empty(0, dtype=bool)
    groups = grouped(system)
    chance = np.random.default_rng(0)
    suppressed = groups.holding(system.is_primary)
    is_growing = True
    while is_growing:
        before = suppressed
        suppressed = with_bases(system, groups, with_company(groups, suppressed))
        is_growing = (suppressed != before).any()

    alone = groups.terms[groups.is_equality & (np.diff(groups.terms.indptr) == 1)].indices
    distance = np.zeros(groups.size)
    hopeless = np.zeros(groups.size, dtype=bool)
    hopeless[alone] = True

    def pinned(some: np.ndarray | slice = slice(None)) -> np.ndarray:
        return suppressed[some] & ~hopeless[some] & (distance[some] < system.width - EXACT)

    def question(inside: np.ndarray) -> tuple:
        """What `world` is asked of the groups `inside` (numbers)."""
        part, free, stuck, price = groups.of(inside), suppressed[inside], pinned(inside), np.zeros(len(inside))
        goes_up = (part.floor >= 0) | (chance.random(part.size) < 0.5)
        wanted = np.where(stuck, np.where(goes_up, 1.0, -1.0), 0.0)
        if turn:
            # A group that costs more than half of what freeing one is worth is not looked at.
            reward = FIRST_REWARD * 4.0**effort
            targets = apart(part, stuck, 1 + chance.random(part.size))
            near = neighbours(part, targets, effort + 1)
            free, price = free & near, np.where(near & (2 * part.cost <= reward), part.cost, 0)
            wanted *= np.where(targets, reward, 0.5)
        return part, free, wanted, system.width, price

    # The first turn looks for worlds among what is suppressed; the others suppress more where that is not enough.
    effort, lost, turn = 0, 0, 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as solvers:
        while pinned().any() and lost < LOST:
            before = pinned()
            asked = (inside for inside in places(system, groups, turn, FEW if turn else PAIR) if pinned(inside).any())
            while some := list(islice(asked, SIDE_BY_SIDE)):
                answers = [solvers.submit(world, *question(inside)) for inside in some]
                for inside, answer in zip(some, answers, strict=True):
                    move = answer.result()
                    distance[inside] = np.maximum(distance[inside], np.abs(move))
                    suppressed[inside[move != 0]] = True
            suppressed = with_bases(system, groups, suppressed)
            freed = (before & ~pinned()).sum()
            lost += effort == EFFORTS and not freed
            effort += turn > 0 and effort < EFFORTS and freed < ENOUGH * before.sum()
            turn += 1
    is_open = distance >= system.width - EXACT
    return suppressed[groups.of_cell], (suppressed & is_open)[groups.of_cell]


def system_of(cells: dict[str, np.ndarray], relations: dict[str, np.ndarray]) -> tuple[System, np.ndarray]:
    """The system of `int_protected_cells` and `int_cell_relations`, and the ids of its cells: those above 0.

    `cells` are ordered by cell_id, which counts from 1. Raises ValueError if hours rest on a count of 0: nothing could
    hide them.
    """
    positive = np.flatnonzero(cells["value"] > 0)
    place = np.full(len(cells["cell_id"]), -1)
    place[positive] = np.arange(len(positive))
    base = place[cells["base_cell_id"][positive] - 1]
    if (base < 0).any():
        raise ValueError("Hours without a person behind them: the cells of int_protected_cells are not those of one build.")
    is_known = place[relations["cell_id"] - 1] >= 0
    _, first, row = np.unique(relations["relation_id"][is_known], return_index=True, return_inverse=True)
    column = place[relations["cell_id"][is_known] - 1]
    terms = sp.csr_matrix((relations["coefficient"][is_known], (row, column)), shape=(len(first), len(positive)))
    is_equality = relations["operator"][is_known][first] == "="
    width = float(cells["protection_width"].max(initial=1))
    _, scope = np.unique(np.char.add(np.char.add(cells["scope"].astype(str), " "), cells["scope_id"].astype(str))[positive], return_inverse=True)
    system = System(cells["value"][positive], cells["is_primary"][positive], base, terms, is_equality, width, scope, parents(scope, terms))
    return system, cells["cell_id"][positive]


def parents(scope: np.ndarray, terms: sp.csr_matrix) -> np.ndarray:
    """The scope that each scope's cells add to, by the relations (m x n) over several scopes; -1 for none."""
    row = np.repeat(np.arange(terms.shape[0]), np.diff(terms.indptr))
    place = scope[terms.indices]
    least, most = np.full(terms.shape[0], len(scope)), np.full(terms.shape[0], -1)
    np.minimum.at(least, row, place)
    np.maximum.at(most, row, place)
    is_sum = (least < most)[row]
    whole = np.full(terms.shape[0], -1)
    whole[row[is_sum & (terms.data < 0)]] = place[is_sum & (terms.data < 0)]
    parent = np.full(scope.max(initial=-1) + 1, -1)
    is_part = is_sum & (terms.data > 0)
    parent[place[is_part]] = whole[row[is_part]]
    return parent


def suppressed_cells(cells: dict[str, np.ndarray], relations: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The rows of `int_suppressed_cells` as columns: cell_id, suppression, is_open."""
    system, cell_id = system_of(cells, relations)
    suppressed, is_open = suppress(system)
    rests = suppressed[system.base] & (system.base != np.arange(len(system.base)))
    suppression = np.select([system.is_primary, rests], ["primary", "rests_on_suppressed"], "complementary")
    return {"cell_id": cell_id[suppressed], "suppression": suppression[suppressed].astype(object), "is_open": is_open[suppressed]}
