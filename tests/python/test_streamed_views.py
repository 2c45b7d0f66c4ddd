"""A view that a person may read whole gives its rows to a client that fetches them bit by bit, as Python's `execute` does.

DuckDB 1.5 never ends such a result where parts of a union with joins of their own write into it, once it is larger than 1 MB
(duckdb/duckdb issue 22215): nothing is returned, and nothing interrupts it. What is sorted or grouped first is one part.
"""

from __future__ import annotations

import json

from harness import MemoryWarehouse

# Operators that hand on each row as it comes, with which of their children it comes from.
HAND_ON = {"PROJECTION": 0, "FILTER": 0, "HASH_JOIN": 0, "CROSS_PRODUCT": 0, "NESTED_LOOP_JOIN": 0, "BLOCKWISE_NL_JOIN": 0, "CTE": 1}


def source_of(warehouse: MemoryWarehouse, relation: str) -> str:
    """The operator that a relation's rows wait for, by the engine's plan."""
    ((_, plan),) = warehouse.rows(f"explain (format json) select * from {relation}")
    (operator,) = json.loads(plan)
    while operator["name"] in HAND_ON:
        operator = operator["children"][HAND_ON[operator["name"]]]
    return operator["name"]


def test_no_view_that_may_be_read_whole_hands_out_a_union(sample_warehouse: MemoryWarehouse) -> None:
    for_readers = "schema_name in ('marts', 'restricted')"
    views = [view for (view,) in sample_warehouse.rows(f"select schema_name || '.' || view_name from duckdb_views() where {for_readers}")]
    assert {"restricted.nrs_cell_members", "restricted.input_disposition"} <= set(views)
    assert [view for view in views if source_of(sample_warehouse, view) == "UNION"] == []


def test_a_union_is_found_below_joins(sample_warehouse: MemoryWarehouse) -> None:
    joined = (
        "(select gains.*, persons.age from intermediate.int_gains as gains inner join intermediate.int_persons as persons using (person_key, program_year))"
    )
    assert source_of(sample_warehouse, joined) == "UNION"
    assert source_of(sample_warehouse, f"(select * from {joined} order by earned_on)") == "ORDER_BY"
