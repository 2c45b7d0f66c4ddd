"""The acceptance cases: small extracts with the cells they must give (kept outside the project)."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import CASES, MemoryWarehouse

CASE_FOLDERS = sorted(p.parent for p in CASES.glob("*/expected.csv"))

DIFFERENCES = """
with expected as (
    select scope, scope_id, table_id, row_code, column_code, cast(value as double) as value
    from read_csv('{path}', all_varchar = true)
    where table_id in (select table_id from marts.nrs_form_cells)
),
cells as (
    select * from marts.nrs_cells
    where program_year = 2023 and table_id in (select table_id from expected)
)
select
    scope, scope_id, table_id, row_code, column_code, expected.value, cells.value,
    case when cells.table_id is null then 'missing' when expected.table_id is null then 'extra' else 'differs' end
from expected
full join cells using (scope, scope_id, table_id, row_code, column_code)
where cells.table_id is null
    or (expected.table_id is null and {is_complete})
    or (
        expected.table_id is not null
        and case
            when expected.value is null or cells.value is null then expected.value is distinct from cells.value
            else abs(expected.value - cells.value) > 1e-9 * greatest(abs(expected.value), 1e-300)
        end
    )
order by all
"""


@pytest.mark.skipif(not CASE_FOLDERS, reason=f"no cases in {CASES}; set CASES to their folder")
@pytest.mark.parametrize("folder", CASE_FOLDERS, ids=lambda p: p.name)
def test_case_gives_the_expected_cells(folder: Path, warehouse: MemoryWarehouse) -> None:
    warehouse.load(folder / "extracts")
    warehouse.build()
    is_complete = "true" if folder.name.startswith("9") else "false"
    differences = warehouse.rows(DIFFERENCES.format(path=folder / "expected.csv", is_complete=is_complete))
    assert differences == []
    assert warehouse.rows("select * from marts.equality_results where not is_held") == []
