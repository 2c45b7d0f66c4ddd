"""docs/new_program_year.md works as it says: its rows, added on a copy, change the new year and leave the year before alone."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from harness import PROJECT, CompiledProject, MemoryWarehouse

GUIDE = (PROJECT / "docs" / "new_program_year.md").read_text(encoding="utf-8")
OVERLAP = "one_rule_is_in_force_at_a_time"
CELLS_OF_2023 = "select * from marts.nrs_cells where program_year = 2023 order by all"
PERIODS = "select program_year, person_id, pop_number, instructional_hours from restricted.pop_student_file where scope = 'state'"


def examples() -> list[list[str]]:
    """The guide's examples of seed rows: the lines of each, its header first."""
    return [block.strip().splitlines() for block in re.findall(r"```csv\n(.*?)```", GUIDE, re.DOTALL)]


def changed_seed(project: CompiledProject, seed: str, key: str, lines: list[str]) -> str:
    """The seed's text with an example's lines in place of the row of that key, as somebody who edits the file would do it."""
    path, _ = project.seeds[f"reference.{seed}"]
    before = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in before if not line.startswith(f"{key},")]
    assert before[0] == lines[0] and len(before) == len(kept) + 1 and len(lines) == 3
    return "\n".join([*kept, *lines[1:]]) + "\n"


def built(project: CompiledProject, work: Path) -> MemoryWarehouse:
    """The sample under the rules with the guide's rows added."""
    warehouse = MemoryWarehouse(project)
    for (seed, key), lines in zip((("rule_parameters", "FL,pop_minimum_hours"), ("form_rows", "US,age,age_16_18")), examples(), strict=True):
        (work / f"{seed}.csv").write_text(changed_seed(project, seed, key, lines), encoding="utf-8")
        warehouse.connection.execute(f"delete from reference.{seed}; copy reference.{seed} from '{work / f'{seed}.csv'}' (format csv, header true)")
    warehouse.load(PROJECT / "seeds" / "extracts")
    warehouse.build()
    return warehouse


@pytest.fixture(scope="module")
def changed(compiled: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> MemoryWarehouse:
    """The report of 2023."""
    return built(compiled, tmp_path_factory.mktemp("seeds_2023"))


@pytest.fixture(scope="module")
def changed_2024(compiled_for_any_year: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> MemoryWarehouse:
    """The report of 2024."""
    return built(compiled_for_any_year.of_year(2024), tmp_path_factory.mktemp("seeds_2024"))


def label_of_age_16_18(warehouse: MemoryWarehouse) -> list[tuple]:
    return warehouse.rows("select distinct row_label from marts.nrs_form_cells where table_id in ('2', '2A') and row_code = 'age_16_18'")


def test_the_year_before_is_what_it_was(sample_warehouse: MemoryWarehouse, changed: MemoryWarehouse) -> None:
    cells = changed.rows(CELLS_OF_2023)
    assert len(cells) > 1000
    assert cells == sample_warehouse.rows(CELLS_OF_2023)
    earlier = f"{PERIODS} and program_year < 2024 order by all"
    assert changed.rows(earlier) == sample_warehouse.rows(earlier)
    labels = "select table_id, row_code, row_label from marts.nrs_form_cells order by all"
    assert changed.rows(labels) == sample_warehouse.rows(labels)
    assert label_of_age_16_18(changed) == [("16-18",)]


def test_the_new_year_follows_its_own_rules(sample_warehouse: MemoryWarehouse, changed_2024: MemoryWarehouse) -> None:
    before = {row[:3]: row[3] for row in sample_warehouse.rows(f"{PERIODS} and program_year = 2024")}
    after = {row[:3]: row[3] for row in changed_2024.rows(f"{PERIODS} and program_year = 2024")}
    assert any(10 <= hours < 12 for hours in before.values()), "the sample has a period that the new rule drops"
    assert after and min(after.values()) >= 12
    assert {person for _, person, _ in after} == {person for (_, person, _), hours in before.items() if hours >= 12}
    table_1 = (
        "select value from marts.nrs_cells where program_year = 2024 and scope = 'state' and table_id = '1' and row_code = 'total' and column_code = 'total'"
    )
    assert changed_2024.rows(table_1) == [(len({person for _, person, _ in after}),)]
    assert label_of_age_16_18(changed_2024) == [("16 to 18 years",)]


def test_the_new_year_leaves_periods_of_earlier_years_as_they_are(sample_warehouse: MemoryWarehouse, changed_2024: MemoryWarehouse) -> None:
    """Lagged indicators of 2024 read the periods of 2023: they are those of the rules of 2023."""
    earlier = f"{PERIODS} and program_year < 2024 order by all"
    assert changed_2024.rows(earlier) == sample_warehouse.rows(earlier)
    assert any(row[3] < 12 for row in changed_2024.rows(earlier))


def test_identities_hold_in_the_new_year(changed_2024: MemoryWarehouse) -> None:
    assert changed_2024.rows("select count(*) filter (where not is_held), count(*) > 1000 from marts.equality_results") == [(0, True)]


def test_a_row_that_was_not_end_dated_is_found(compiled: CompiledProject) -> None:
    warehouse = MemoryWarehouse(compiled)
    assert warehouse.rows(compiled.tests[OVERLAP]) == []
    for parameter, changes in {"minimum_age": "effective_from = 2024", "pop_gap_days": "state = 'US', effective_from = 2018, effective_to = 2018"}.items():
        warehouse.connection.execute(f"create temp table added as from reference.rule_parameters where parameter = '{parameter}' and state = 'FL'")
        warehouse.connection.execute(f"update added set {changes}; insert into reference.rule_parameters from added; drop table added")
    assert warehouse.rows(f"select seed, rule_key, effective_from from ({compiled.tests[OVERLAP]}) order by all") == [
        ("rule_parameters", "minimum_age", 2016),
        ("rule_parameters", "pop_gap_days", 2016),
    ]


def test_a_row_for_all_beside_one_for_some_is_found(compiled: CompiledProject) -> None:
    """Code 5 is a level of some programs alone: a row without a program would give a second one."""
    warehouse = MemoryWarehouse(compiled)
    warehouse.connection.execute("create temp table added as from reference.efl_crosswalk where efl_code = '5' and program is not null limit 1")
    warehouse.connection.execute("update added set program = null, effective_from = 2020; insert into reference.efl_crosswalk from added")
    (special,) = warehouse.rows("select distinct program from reference.efl_crosswalk where efl_code = '5' and program is not null")
    assert warehouse.rows(f"select seed, rule_key, next_from from ({compiled.tests[OVERLAP]})") == [("efl_crosswalk", f"5 / {special[0]}", 2020)]
    warehouse.connection.execute("update reference.efl_crosswalk set effective_to = 2019 where efl_code = '5' and program is not null")
    assert warehouse.rows(compiled.tests[OVERLAP]) == []


def test_every_dated_seed_is_looked_at_and_named_in_the_guide(compiled: CompiledProject) -> None:
    dated = {relation.split(".")[1] for relation, (_, types) in compiled.seeds.items() if "effective_from" in types}
    assert len(dated) > 20
    assert {seed for seed in dated if f"'{seed}' as seed" not in compiled.tests[OVERLAP]} == set()
    forms_and_rules = {path.stem for folder in ("rules", "forms") for path in (PROJECT / "seeds" / folder).glob("*.csv")} & dated
    assert {seed for seed in forms_and_rules if seed not in GUIDE} == set()


@pytest.mark.parametrize("word", ["program-year", "Program_year", "year", "program_year, stay", "one"])
def test_a_word_that_a_switch_does_not_take_stops_the_build(compiled: CompiledProject, word: str) -> None:
    """The seed, the word and those that it takes; the last case of a model's `case` would have decided without a word."""
    warehouse = MemoryWarehouse(compiled.needed_for(["intermediate.int_program_years"]))
    warehouse.load(PROJECT / "seeds" / "extracts")
    warehouse.connection.execute("update reference.rule_parameters set value = $1 where state = 'FL' and parameter = 'pop_hours_of'", [word])
    said = f'rule_parameters.csv says "{word}" for pop_hours_of in program year 20.. (state FL). It takes one of: program_year, stay.'
    with pytest.raises(duckdb.Error, match=re.escape(said).replace(r"20\.\.", r"20\d\d")):
        warehouse.build()
