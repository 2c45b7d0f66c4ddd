"""The generator of synthetic extracts: same arguments, same bytes; the contract's files and columns; nothing lost by splitting."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from contract import extract_columns
from generate_extracts import FLEID_START, FLEID_STEP, MOST_STUDENTS, SIZES, Agencies, Size, generate, main
from harness import PROJECT, file_contents
from typer import Typer
from typer.testing import CliRunner

SAMPLE = PROJECT / "seeds" / "extracts"
SMALL = {"students": 120, "seed": 11}

# Said in full: a guess from a part without a quoted value would misread one that has some.
CSV = {"all_varchar": True, "header": True, "delimiter": ",", "quotechar": '"', "escapechar": '"'}


def lines(folder: Path, name: str) -> Counter[str]:
    """Data lines of an extract, whether one file or a folder of parts; no generated value holds a line break."""
    single = folder / f"{name}.csv"
    parts = [single] if single.exists() else sorted((folder / name).glob("*.csv"))
    return Counter(line for part in parts for line in part.read_text(encoding="utf-8").splitlines()[1:])


def query(folder: Path, name: str, sql: str) -> list[tuple]:
    """Rows of `sql` over an unsplit extract, which it calls `extract`; all columns are text."""
    with duckdb.connect() as con:
        con.read_csv(str(folder / f"{name}.csv"), **CSV).create_view("extract")
        return con.execute(sql).fetchall()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    generate(folder, **SMALL)
    return folder


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    generate(folder, **SMALL, dirt=False)
    return folder


def test_same_arguments_give_the_same_bytes(small: Path, tmp_path: Path) -> None:
    generate(tmp_path, **SMALL)
    assert file_contents(tmp_path) == file_contents(small)


def test_another_seed_gives_another_state(small: Path, tmp_path: Path) -> None:
    generate(tmp_path, students=SMALL["students"], seed=SMALL["seed"] + 1)
    assert not lines(tmp_path, "course_enrollments") & lines(small, "course_enrollments")


def test_every_file_of_the_contract_has_its_columns_in_order(small: Path) -> None:
    headers = {file.stem: file.open(encoding="utf-8").readline().strip().split(",") for file in small.iterdir()}
    assert headers == extract_columns("fcs")


def test_reported_counts_are_the_rows_written(tmp_path: Path) -> None:
    counts = generate(tmp_path, **SMALL)
    assert counts == {name: query(tmp_path, name, "select count(*) from extract")[0][0] for name in extract_columns("fcs")}


def test_checked_in_sample_is_what_the_generator_writes(tmp_path: Path) -> None:
    counts = generate(tmp_path, students=1000, seed=7)
    assert all(counts.values())
    written = file_contents(tmp_path)
    checked_in = {name: content for name, content in file_contents(SAMPLE).items() if name.endswith(".csv")}
    assert written.keys() == checked_in.keys()
    assert [name for name in written if written[name] != checked_in[name]] == [], "run scripts/generate_extracts.py seeds/extracts"


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_split_and_unsplit_hold_the_same_rows(small: Path, tmp_path: Path, file_format: str) -> None:
    generate(tmp_path, **SMALL, parts=True, file_format=file_format)
    with duckdb.connect() as con:
        for name, columns in extract_columns("fcs").items():
            parts = sorted((tmp_path / name).glob("*")) or [tmp_path / f"{name}.csv"]
            read = con.read_csv if file_format == "csv" else con.read_parquet
            options = CSV if file_format == "csv" else {"hive_partitioning": False}
            split = read([str(part) for part in parts], **options)
            assert split.columns == columns
            unsplit = con.read_csv(str(small / f"{name}.csv"), **CSV)
            assert Counter(split.fetchall()) == Counter(unsplit.fetchall()), name


def test_parts_are_one_per_agency_and_term(tmp_path: Path) -> None:
    generate(tmp_path, **SMALL, parts=True, dirt=False)
    for part in (tmp_path / "course_enrollments").iterdir():
        keys = {tuple(line.split(",")[:3]) for line in part.read_text(encoding="utf-8").splitlines()[1:]}
        assert keys == {tuple(part.stem.split("_"))}


def test_without_dirt_every_value_is_usable(clean: Path) -> None:
    assert query(clean, "demographics", r"from extract where not regexp_full_match(fleid, 'FL\d{12}')") == []
    wrong = """
        from (select *, try_strptime(entry_date, '%m%d%Y') as entry, try_strptime(exit_date, '%m%d%Y') as exit from extract)
        where entry is null or (exit is null and exit_date is not null) or exit < entry
            or not coalesce(try_cast(section_hours as double) >= 0, section_hours is null)"""
    assert query(clean, "course_enrollments", wrong) == []
    for name, key in {
        "demographics": "agency_id, reporting_year, term_id, student_id",
        "course_enrollments": "agency_id, reporting_year, term_id, student_id, course_id, section_id",
        "course_sections": "agency_id, reporting_year, term_id, course_id, section_id",
        "tests": "agency_id, student_id, test_id",
        "employment": "fleid, year_quarter",
    }.items():
        assert query(clean, name, f"select {key} from extract group by {key} having count(*) > 1") == [], name


def test_dirt_puts_in_each_kind_of_fault(small: Path) -> None:
    faults = {
        "a malformed FLEID": r"not regexp_full_match(trim(fleid), 'FL\d{12}')",
        "an unknown agency": "agency_id = '777'",
        "a malformed date": "entry_date is null or try_strptime(entry_date, '%m%d%Y') is null",
        "negative hours": "section_hours like '-%'",
        "hours that aren't a number": "section_hours = 'twelve'",
        "an exit before its entry": "exit_date = '07011999'",
        "surrounding blanks": "fleid like ' %'",
        "an unknown code": "efl_subject_1 = '@' or hours_type = 'k'",
    }
    for fault, condition in faults.items():
        assert query(small, "course_enrollments", f"from extract where {condition}"), fault
    assert max(lines(small, "course_enrollments").values()) > 1


def test_last_year_has_only_the_terms_of_the_october_deadline(clean: Path) -> None:
    for name in ("demographics", "course_enrollments", "course_sections", "tests"):
        terms = query(clean, name, "select distinct term_id from extract where reporting_year = '2425'")
        assert set(terms) == {("1E",), ("2B",)}, name


def test_test_ids_point_to_tests_of_the_same_agency_and_person(clean: Path) -> None:
    tests = set(query(clean, "tests", "select agency_id, fleid, test_id from extract"))
    ids = "unnest([pre_test_id_1, pre_test_id_2, pre_test_id_3, post_test_id_1, post_test_id_2, post_test_id_3])"
    used = query(clean, "course_enrollments", f"select * from (select agency_id, fleid, {ids} as id from extract) where id is not null")
    dangling = {key for key in used if key not in tests}
    assert {test_id for _, _, test_id in dangling} <= {"9998"}
    assert len(dangling) < 0.05 * len(used)


def test_every_student_attends(clean: Path) -> None:
    assert query(clean, "course_enrollments", "select count(distinct fleid) from extract") == [(SMALL["students"],)]


def test_a_county_is_one_agency_that_is_eligible_throughout(tmp_path: Path) -> None:
    generate(tmp_path, participants=40, agencies=SIZES[Size.county][1], dirt=False)
    assert query(tmp_path, "agencies", "select distinct agency_id, nrs_eligible from extract where agency_id not like '98%'") == [("013", "Y")]
    assert query(tmp_path, "course_enrollments", "select distinct agency_id from extract") == [("013",)]


def test_participants_fill_the_first_year_as_the_later_ones(tmp_path: Path) -> None:
    generate(tmp_path, participants=400, agencies=SIZES[Size.county][1], dirt=False)
    hours = "sum(try_cast(section_hours as double)) >= 10"
    yearly = query(
        tmp_path,
        "course_enrollments",
        f"from (select reporting_year, fleid from extract group by all having {hours}) select reporting_year, count(*) group by 1",
    )
    assert all(380 <= persons <= 520 for year, persons in yearly if year != "2425"), yearly


def test_ids_of_many_agencies_are_distinct_and_their_sizes_skewed(tmp_path: Path) -> None:
    agencies = Agencies(120, 40, 90)
    generate(tmp_path, participants=1000, agencies=agencies, dirt=False)
    kinds = query(
        tmp_path, "agencies", "select agency_type, count(distinct agency_id) from extract where agency_id not between '981' and '985' group by 1 order by 1"
    )
    assert kinds == [("CBO", agencies.organizations), ("DISTRICT", agencies.districts), ("FCS", agencies.colleges)]
    assert query(tmp_path, "agencies", "select agency_id from extract group by all having count(distinct agency_type) > 1") == []
    sizes = query(tmp_path, "course_enrollments", "select count(distinct fleid) as n from extract group by agency_id order by n desc")
    largest = sum(n for (n,) in sizes[:25])
    assert largest > 0.3 * sum(n for (n,) in sizes), "a tenth of the agencies has more than three tenths of the students"
    assert query(tmp_path, "grants", "select agency_id from extract where agency_id = 'O00090'")
    assert query(tmp_path, "personnel", "select agency_id from extract where agency_id = 'D00120'")


def test_fleids_stay_distinct_at_national_size() -> None:
    students = SIZES[Size.nation][0] * 6
    assert students < MOST_STUDENTS
    # Without a factor in common with 10^12 the multiples are all different. The largest must fit into 64 bits.
    assert math.gcd(FLEID_STEP, 10**12) == 1
    assert MOST_STUDENTS * FLEID_STEP + FLEID_START < 2**63


@pytest.mark.parametrize(
    "wrong",
    [{"students": 0}, {"first_year": 2024, "last_year": 2020}, {"file_format": "xlsx"}, {"participants": 0}, {"agencies": (0, 0, 0)}, {"students": 10**8}],
)
def test_arguments_that_make_no_state_are_refused(tmp_path: Path, wrong: dict) -> None:
    with pytest.raises(ValueError):
        generate(tmp_path / "never", **wrong)
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize("name", ["tests", "tests/_part=1"])
def test_a_file_where_a_folder_belongs_is_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(FileExistsError):
        generate(tmp_path, **SMALL)
    assert not list(tmp_path.glob("*.csv"))


def test_folder_that_holds_other_work_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    for name in ("test_something.py", "expected.csv"):
        (folder / name).touch()
    with pytest.raises(FileExistsError, match=r"test_something\.py is no extract"):
        generate(tmp_path, **SMALL)
    command = Typer()
    command.command()(main)
    done = CliRunner().invoke(command, [str(tmp_path), "--students", "1"])
    assert done.exit_code == 1 and "Name another folder" in done.stderr
    assert {file.name for file in tmp_path.rglob("*")} == {"tests", "test_something.py", "expected.csv"}
