"""The baseline of the benchmark: the script that an analyst would write by hand, in pandas, instead of using this project.

It reads a folder of CSV extracts and computes Tables 1, 2, 2A, 3 and 4 of one program year for the whole state, by the same rulings
(R1-R34, R60-R65), and gives the numbers that the warehouse gives. It has none of the rest: no agency scopes, no later tables, no
evidence, no rejected rows, no checks; and the rules stand in the code, for one year. docs/benchmarks.md says what it is compared with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

PROGRAMS = {
    "1532010100": "abe", "1532010500": "ahs", "1532010101": "asb", "1532020207": "ged", "1532010900": "esol", "1532010901": "elcate",
}  # fmt: skip
LEVELS = [
    "esl_1", "esl_2", "esl_3", "esl_4", "esl_5", "esl_6", "esl_7", "abe_1", "abe_2", "abe_3", "abe_4", "abe_5", "abe_6", "abe_alternative",
]  # fmt: skip
LEVEL_OF_EFL = {
    "B": "esl_1", "C": "esl_2", "D": "esl_3", "E": "esl_4", "F": "esl_5", "O": "esl_5", "G": "esl_6", "P": "esl_6", "I": "esl_7", "Q": "esl_7",
    "1": "abe_1", "2": "abe_2", "3": "abe_3", "4": "abe_4", "T": "abe_5", "U": "abe_6",
}  # fmt: skip
ORDER_OF_LEVEL = {level: order for order, level in enumerate(LEVELS)}
ALTERNATIVE = ORDER_OF_LEVEL["abe_alternative"]
AGES = {"age_16_18": 16, "age_19_24": 19, "age_25_44": 25, "age_45_54": 45, "age_55_59": 55, "age_60_plus": 60}
RACES = ["american_indian", "asian", "black", "hispanic", "pacific_islander", "white", "two_or_more"]
SINGLE_RACES = ["american_indian", "asian", "black", "pacific_islander", "white"]
SEXES = {"M": "male", "F": "female", "X": "no_answer"}
RACE_SEX = [f"{race}_{sex}" for race in RACES for sex in SEXES.values()]
PROGRAM_TYPES = ["abe", "ase", "ela", "ielce"]
SPELL_TYPES = ["PSAV", "ATD", "CCC", "AS", "AAS", "AA", "APPR", "BACH", "SCNS"]
REPORTED_AS = {"1a": "E", "1b": "E", "1c": "E", "1d": "E", "2": "F", "3": "G", "4": "G", "5": "G"}
KEY = ["agency_id", "reporting_year", "term_id", "student_id", "fleid"]
ROW_ORDER = ["entry_date", "agency_id", "course_id", "section_id"]
COURSE_COLUMNS = [
    *KEY, "course_id", "section_id", "program_cip", "entry_date", "exit_date", "section_hours", "hours_type", "grade", "dual_enrollment_flag",
    "iet_program_number", "age_withdrawal_reason", "efl_subject_1", "efl_subject_2", "efl_subject_3", "pre_test_id_1", "pre_test_id_2",
    "pre_test_id_3", "post_test_id_1", "post_test_id_2", "post_test_id_3", "ahs_diploma_option", "ahs_credits_at_entry", "ahs_credits_earned",
]  # fmt: skip
NUMBER = r"[0-9]{1,12}([.][0-9]*)?|[.][0-9]+"


class Year:
    """A program year: 2023 = July 1, 2023 to June 30, 2024."""

    def __init__(self, program_year: int) -> None:
        self.number = program_year
        self.first_day = pd.Timestamp(program_year, 7, 1)
        self.last_day = pd.Timestamp(program_year + 1, 6, 30)

    def holds(self, dates: pd.Series) -> pd.Series:
        """Which of the dates lie in the year."""
        return dates.between(self.first_day, self.last_day)


# Reading: values are trimmed text; a row that can't be used is dropped, then copies, then the losers of a key clash (R60).


def read(folder: Path, name: str, columns: list[str]) -> pd.DataFrame:
    """The columns of an extract (NAME.csv, or the parts in NAME/) as trimmed text; blank is missing."""
    single = folder / f"{name}.csv"
    parts = [single] if single.exists() else sorted((folder / name).glob("*.csv"))
    frame = pd.concat([pd.read_csv(part, dtype=str, usecols=columns, keep_default_na=False, encoding="utf-8-sig") for part in parts], ignore_index=True)
    return frame.apply(lambda column: column.str.strip()).replace("", np.nan)


def dates(text: pd.Series) -> pd.Series:
    """MMDDYYYY as dates; missing where it isn't one."""
    return pd.to_datetime(text.where(text.str.fullmatch("[0-9]{8}")), format="%m%d%Y", errors="coerce").astype("datetime64[us]")


def numbers(text: pd.Series) -> pd.Series:
    """Plain decimals as floats; missing where it isn't one."""
    return text.where(text.str.fullmatch(NUMBER)).astype(float)


def program_years(reporting_years: pd.Series) -> pd.Series:
    """2324 as 2023."""
    return 2000 + reporting_years.str[:2].astype(int)


def usable(frame: pd.DataFrame, agencies: pd.DataFrame | None, required: tuple[str, ...] = ()) -> pd.DataFrame:
    """The rows whose keys, FLEID, agency and term can be used."""
    good = frame[list(required)].notna().all(axis=1)
    if "fleid" in frame:
        good &= frame["fleid"].str.fullmatch("FL[0-9]{12}")
    if agencies is not None:
        good &= frame["agency_id"].isin(agencies["agency_id"])
    if "term_id" in frame:
        good &= frame["term_id"].str.fullmatch("[123][EB]")
    if "reporting_year" in frame:
        good &= frame["reporting_year"].str.fullmatch("[0-9]{4}")
        year = pd.to_numeric(frame["reporting_year"], errors="coerce")
        good &= (year // 100 + 1) % 100 == year % 100
    return frame[good].copy()


def with_dates(frame: pd.DataFrame, required: str | None = None, optional: str | None = None) -> pd.DataFrame:
    """The rows whose dates can be used, with them as dates."""
    for name in (name for name in (required, optional) if name):
        day = dates(frame[name])
        good = day.notna() if name == required else day.notna() | frame[name].isna()
        frame = frame.assign(**{name: day})[good]
    return frame


def unrepeated(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """One row a key: no copies, and of rows with one key that of the latest term, else the later line."""
    frame = frame.drop_duplicates()
    if {"reporting_year", "term_id"} <= set(frame):
        frame = frame.sort_values(["reporting_year", "term_id"], kind="stable")
    return frame.drop_duplicates(key, keep="last")


def read_agencies(folder: Path) -> pd.DataFrame:
    agencies = read(folder, "agencies", ["agency_id", "reporting_year", "nrs_eligible", "ielce_grantee"])
    agencies = unrepeated(usable(agencies, None, ("agency_id",)), ["agency_id", "reporting_year"])
    return agencies.assign(list_year=program_years(agencies["reporting_year"]))


def read_demographics(folder: Path, agencies: pd.DataFrame) -> pd.DataFrame:
    records = read(folder, "demographics", [*KEY, "birth_date", "sex", "hispanic", *SINGLE_RACES])
    records = with_dates(usable(records, agencies, ("student_id",)), optional="birth_date")
    records = unrepeated(records, ["agency_id", "reporting_year", "term_id", "student_id"])
    return records.assign(digit=records["term_id"].str[0], reporting=program_years(records["reporting_year"]))


def read_courses(folder: Path, agencies: pd.DataFrame) -> pd.DataFrame:
    courses = usable(read(folder, "course_enrollments", COURSE_COLUMNS), agencies, ("student_id", "course_id", "section_id"))
    courses = with_dates(courses, "entry_date", "exit_date")
    hours = numbers(courses["section_hours"])
    good = (hours.notna() | courses["section_hours"].isna()) & ~(courses["exit_date"] < courses["entry_date"])
    courses = courses.assign(section_hours=hours.fillna(0))[good]
    courses = unrepeated(courses, [*KEY[:4], "course_id", "section_id"])
    entry = courses["entry_date"].dt
    return courses.assign(
        digit=courses["term_id"].str[0],
        is_final=courses["term_id"].str[1] == "E",
        reporting=program_years(courses["reporting_year"]),
        program_year=entry.year - (entry.month < 7),
        program=courses["program_cip"].map(PROGRAMS),
    )


def read_tests(folder: Path, agencies: pd.DataFrame) -> pd.DataFrame:
    tests = read(folder, "tests", [*KEY, "test_id", "test_type", "subtest", "score", "efl", "test_date"])
    tests = with_dates(usable(tests, agencies, ("student_id", "test_id")), optional="test_date")
    return unrepeated(tests, ["agency_id", "student_id", "test_id"])


def read_events(folder: Path, name: str, columns: list[str], day: str, agencies: pd.DataFrame | None) -> pd.DataFrame:
    """An extract without a key whose rows need the date `day`."""
    required = ("student_id",) if agencies is not None else ()
    return with_dates(usable(read(folder, name, columns), agencies, required), day).drop_duplicates()


# Population


def nrs_rows(courses: pd.DataFrame, agencies: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The NRS rows of all years, and the preliminary ones that serve to find continuing service (R1)."""
    list_years = np.sort(agencies["list_year"].unique())
    found = np.searchsorted(list_years, courses["program_year"], side="right") - 1
    candidates = courses.assign(list_year=np.where(found >= 0, list_years[found], -1))
    candidates = candidates[candidates["program"].notna() & (candidates["dual_enrollment_flag"] != "E")]
    eligible = agencies.loc[agencies["nrs_eligible"] == "Y", ["agency_id", "list_year"]]
    candidates = candidates.merge(eligible, on=["agency_id", "list_year"])
    final_terms = courses.loc[courses["is_final"], ["agency_id", "reporting_year", "digit"]].drop_duplicates()
    preliminary = candidates[~candidates["is_final"]].merge(final_terms, how="left", indicator=True)
    return candidates[candidates["is_final"]], preliminary[preliminary["_merge"] == "left_only"]


def spans_of(rows: pd.DataFrame, returns: pd.Series, year: Year) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The terms of the year's NRS rows, each with its span and POP number (0: none), and the POPs (R7, R9).

    `returns` is each person's first entry after the year.
    """
    open_until = pd.Timestamp(2200, 1, 1)
    terms = rows.assign(exit_date=rows["exit_date"].fillna(open_until))
    terms = terms.groupby(["fleid", "reporting", "digit"], as_index=False).agg(
        entry=("entry_date", "min"), exit=("exit_date", "max"), hours=("section_hours", "sum")
    )
    terms = terms.sort_values(["fleid", "entry", "reporting", "digit"])
    earlier_exit = terms.groupby("fleid")["exit"].cummax().groupby(terms["fleid"]).shift()
    starts = ~((terms["entry"] - earlier_exit).dt.days < 90)
    terms["span"] = starts.groupby(terms["fleid"]).cumsum()
    spans = terms.groupby(["fleid", "span"], as_index=False).agg(entry=("entry", "min"), exit=("exit", "max"), hours=("hours", "sum"))
    # Two decimals don't always add up in binary: 9.99 + 0.01 is 10.
    is_pop = spans["hours"].round(8) >= 10
    spans["pop"] = is_pop.groupby(spans["fleid"]).cumsum().where(is_pop, 0)
    is_last = ~spans.duplicated("fleid", keep="last")
    goes_on = (spans.join(returns, on="fleid")["returns"] - spans["exit"]).dt.days <= 89
    spans["is_exited"] = ~is_last | ((spans["exit"] <= year.last_day) & ~goes_on)
    return terms.merge(spans[["fleid", "span", "pop"]], on=["fleid", "span"]), spans[spans["pop"] > 0]


def in_pops(rows: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """The rows whose term belongs to a POP, with its number."""
    return rows.merge(terms.loc[terms["pop"] > 0, ["fleid", "reporting", "digit", "pop"]], on=["fleid", "reporting", "digit"])


def attributes(demographics: pd.DataFrame, terms: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Sex, race, age of each person with NRS rows, by FLEID; missing where nothing valid was reported (R5, R6)."""
    records = demographics[demographics["term_id"].str[1] == "E"].merge(terms[["fleid", "reporting", "digit"]], on=["fleid", "reporting", "digit"])
    races = records[SINGLE_RACES] == "Y"
    single = races.idxmax(axis=1).where(races.any(axis=1))
    records["race"] = single.mask(races.sum(axis=1) > 1, "two_or_more").mask(records["hispanic"] == "Y", "hispanic")
    records["sex"] = records["sex"].where(records["sex"].isin(SEXES))
    records = records.sort_values(["reporting", "digit", "agency_id", "student_id"], ascending=[False, False, True, True])
    persons = rows.groupby("fleid").agg(entry=("entry_date", "min"), is_excluded=("is_withdrawn", "any"))
    persons = persons.join(records.groupby("fleid")[["birth_date", "race", "sex"]].first())
    entry, birth = persons["entry"].dt, persons["birth_date"].dt
    before_birthday = (entry.month * 100 + entry.day) < (birth.month * 100 + birth.day)
    persons["age"] = entry.year - birth.year - before_birthday
    persons["sex"] = persons["sex"].map(SEXES).fillna("no_answer")
    return persons


def test_instances(rows: pd.DataFrame, tests: pd.DataFrame, role: str) -> pd.DataFrame:
    """The (subject, pre- or post-test) pairs of course rows with the tests they name: one row a test that offers a level (R10, R63)."""
    kept = ["fleid", *ROW_ORDER, "reporting", "digit", "exit_date", "program", "program_year", "pop"]
    slots = [
        rows[[*kept, f"efl_subject_{n}", f"{role}_test_id_{n}"]].rename(columns={f"efl_subject_{n}": "subject", f"{role}_test_id_{n}": "test_id"})
        for n in (1, 2, 3)
    ]
    pairs = pd.concat(slots)
    pairs = pairs[pairs["subject"].isin(list("MNRSW")) & pairs["test_id"].notna() & (pairs["program"] != "ahs")]
    found = pairs.merge(tests[["agency_id", "fleid", "test_id", "student_id", "efl", "test_date"]], on=["agency_id", "fleid", "test_id"])
    found["level"] = found["efl"].map(LEVEL_OF_EFL).map(ORDER_OF_LEVEL).astype(float)
    found.loc[(found["program"] == "ged") & found["efl"].isin(["5", "6"]), "level"] = ALTERNATIVE
    found = found[found["level"].notna()]
    found["ladder"] = np.where(found["level"] == ALTERNATIVE, "none", np.where(found["level"] >= ORDER_OF_LEVEL["abe_1"], "abe", "esl"))
    return found


def entering_levels(rows: pd.DataFrame, pre_tests: pd.DataFrame) -> pd.DataFrame:
    """The lowest of the first levels by subject, with the agency of the row that offered it, by FLEID (R10)."""
    high_school = rows.loc[rows["program"] == "ahs", ["fleid", *ROW_ORDER]].assign(subject="ahs", level=float(ALTERNATIVE))
    offers = pd.concat([pre_tests[["fleid", *ROW_ORDER, "subject", "level"]], high_school])
    offers = offers.sort_values(["fleid", "subject", "entry_date", "level", *ROW_ORDER[1:]]).drop_duplicates(["fleid", "subject"])
    lowest = offers.sort_values(["fleid", "level", *ROW_ORDER]).drop_duplicates("fleid").set_index("fleid")
    return lowest[["level", "agency_id"]].astype({"level": int})


# Gains: frames of fleid, pop, kind, date


def in_periods(events: pd.DataFrame, pops: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Events (fleid, date) in the latest POP that begins on or before them, else the first."""
    events = events[events["fleid"].isin(pops["fleid"])].sort_values("date")
    starts = pops[["fleid", "pop", "entry"]].sort_values("entry")
    placed = pd.merge_asof(events, starts, left_on="date", right_on="entry", by="fleid")
    return placed.assign(pop=placed["pop"].fillna(1), kind=kind)[["fleid", "pop", "kind", "date"]]


def level_gains(pre_tests: pd.DataFrame, post_tests: pd.DataFrame, year: Year) -> pd.DataFrame:
    """1a: a post-test above the first pre-test and every earlier post-test of its subject and ladder (R20, R63).

    `post_tests` are those of all years, since one that is named in several counts in the earliest row's alone.
    """
    track = ["fleid", "subject", "ladder"]
    baselines = pre_tests.sort_values([*track, "entry_date", "level"]).drop_duplicates(track)[[*track, "level"]]
    posts = post_tests.sort_values([*ROW_ORDER, "reporting", "digit"]).drop_duplicates([*track, "agency_id", "student_id", "test_id"])
    posts = posts[(posts["ladder"] != "none") & (posts["program_year"] == year.number)].merge(baselines.rename(columns={"level": "baseline"}), on=track)
    posts["date"] = posts["test_date"].fillna(posts["exit_date"]).fillna(year.last_day)
    posts = posts.sort_values([*track, "date", "level", *ROW_ORDER])
    before = posts.groupby(track)["level"].cummax().groupby([posts[name] for name in track]).shift()
    gains = posts[posts["level"] > np.fmax(posts["baseline"], before)]
    return gains.assign(kind="1a", date=gains["date"].clip(upper=year.last_day))[["fleid", "pop", "kind", "date"]]


def credit_gains(all_rows: pd.DataFrame, terms: pd.DataFrame, options: pd.DataFrame, year: Year) -> pd.DataFrame:
    """1b: high school credits that reach level 6 in a term of the year (R21, R64, R65)."""
    rows = all_rows[all_rows["program"] == "ahs"].sort_values(["reporting", "digit", "agency_id", "student_id", *ROW_ORDER])
    first = rows.groupby("fleid")[["ahs_diploma_option", "ahs_credits_at_entry"]].first().dropna()
    rows = rows.assign(exit_date=rows["exit_date"].fillna(year.last_day).clip(upper=year.last_day))
    parts = rows.groupby(["fleid", "reporting", "digit", "program_year"], as_index=False).agg(earned=("ahs_credits_earned", "sum"), date=("exit_date", "max"))
    parts = parts.sort_values(["fleid", "reporting", "digit", "program_year"]).merge(first, on="fleid")
    parts = parts.merge(options, how="left", on=["reporting", "ahs_diploma_option"])
    needed = parts["level_6_credits"].fillna(parts["ahs_diploma_option"].map({"24": 12, "18": 9}))
    standing = parts["ahs_credits_at_entry"] + parts.groupby("fleid")["earned"].cumsum()
    reached = (standing >= needed) & (standing - parts["earned"] < needed) & (parts["program_year"] == year.number)
    gains = parts[reached].merge(terms.loc[terms["pop"] > 0, ["fleid", "reporting", "digit", "pop"]], on=["fleid", "reporting", "digit"])
    return gains.assign(kind="1b")[["fleid", "pop", "kind", "date"]]


def entry_gains(all_rows: pd.DataFrame, rows: pd.DataFrame, spells: pd.DataFrame, pops: pd.DataFrame, year: Year) -> pd.DataFrame:
    """1c: postsecondary entry after adult education, and every IET period (R22)."""
    spells = spells[spells["program_type"].isin(SPELL_TYPES) & year.holds(spells["entry_date"])]
    spells = spells.join(all_rows.groupby("fleid")["entry_date"].min().rename("first_entry"), on="fleid")
    entered = spells[spells["entry_date"] > spells["first_entry"]]
    iet = rows[rows["is_iet"]].groupby(["fleid", "pop"], as_index=False).agg(date=("entry_date", "min")).assign(kind="1c")
    return pd.concat([in_periods(entered.rename(columns={"entry_date": "date"})[["fleid", "date"]], pops, "1c"), iet])


def subtest_gains(tests: pd.DataFrame, pops: pd.DataFrame, year: Year) -> pd.DataFrame:
    """1d: the first pass of a GED subtest in the year (R23)."""
    ged = tests[(tests["test_type"] == "GED") & tests["subtest"].isin(list("MNTC")) & year.holds(tests["test_date"])]
    passed = ged[numbers(ged["score"]) >= 145].groupby(["fleid", "subtest"], as_index=False).agg(date=("test_date", "min"))
    return in_periods(passed[["fleid", "date"]], pops, "1d")


def diploma_gains(completions: pd.DataFrame, equivalencies: pd.DataFrame, pops: pd.DataFrame, year: Year) -> pd.DataFrame:
    """2: a diploma or its equivalent, in every POP (R24)."""
    degrees = completions.loc[completions["completion_degree"].isin(["6", "8"]), ["fleid", "completion_date"]]
    diplomas = pd.concat([degrees, equivalencies[["fleid", "completion_date"]]])
    first = diplomas[year.holds(diplomas["completion_date"])].groupby("fleid", as_index=False).agg(date=("completion_date", "min"))
    return pops[["fleid", "pop"]].merge(first, on="fleid").assign(kind="2")


def transcript_gains(courses: pd.DataFrame, iet_terms: pd.DataFrame, iet_programs: pd.DataFrame, pops: pd.DataFrame, year: Year) -> pd.DataFrame:
    """3: 360 clock hours passed in programs of an IET number, in one term or two consecutive ones that carry it (R25)."""
    passed = courses[courses["is_final"] & courses["grade"].isin(list("ABCDPS")) & year.holds(courses["exit_date"])]
    passed = passed.merge(iet_programs, on=["reporting_year", "program_cip"], suffixes=("_of_row", ""))
    passed["term"] = passed["reporting"] * 3 + passed["digit"].astype(int)
    passed["hours"] = passed["section_hours"] * np.where(passed["hours_type"] == "C", 30, 1)
    who = ["fleid", "iet_program_number"]
    by_term = passed.groupby([*who, "term"], as_index=False).agg(hours=("hours", "sum"), exit=("exit_date", "max"))
    spans = [(by_term, 0, 0), (by_term, 1, 0), (by_term, 0, 1)]
    windows = pd.concat([frame[who].assign(first=frame["term"] - back, last=frame["term"] + ahead) for frame, back, ahead in spans]).drop_duplicates()
    windows = windows[(windows["first"] > year.number * 3) & (windows["last"] <= (year.number + 1) * 3 + 1)]
    window = [*who, "first", "last"]
    inside = windows.merge(by_term, on=who)
    inside = inside[inside["term"].between(inside["first"], inside["last"])]
    sums = inside.groupby(window, as_index=False).agg(hours=("hours", "sum"), date=("exit", "max"))
    carried = sums[sums["hours"].round(8) >= 360].merge(iet_terms, on=who)
    carried = carried[carried["term"].between(carried["first"], carried["last"])]
    first = carried.sort_values([*who, "last", "first"], ascending=[True, True, True, False]).drop_duplicates(who)
    return in_periods(first[["fleid", "date"]], pops, "3")


def milestone_gains(
    completions: pd.DataFrame, iet_terms: pd.DataFrame, iet_programs: pd.DataFrame, points: pd.DataFrame, pops: pd.DataFrame, year: Year
) -> pd.DataFrame:
    """4: a preapprenticeship completed, or a valid occupational completion point (R26)."""
    done = completions[year.holds(completions["completion_date"])].rename(columns={"completion_cip": "program_cip"})
    done = done.merge(points.assign(is_point=True), how="left", on=["program_cip", "ocp_code"]).merge(iet_programs, on=["reporting_year", "program_cip"])
    done = done[done["is_point"].notna() | ((done["completion_degree"] == "P") & (done["preapprenticeship"] == "Y"))]
    done["term"] = program_years(done["reporting_year"]) * 3 + done["term_id"].str[0].astype(int)
    done = done.merge(iet_terms, on=["fleid", "iet_program_number", "term"]).rename(columns={"completion_date": "date"})
    return in_periods(done[["fleid", "date"]].drop_duplicates(), pops, "4")


def exam_gains(certifications: pd.DataFrame, iet_terms: pd.DataFrame, approved: pd.DataFrame, pops: pd.DataFrame, year: Year) -> pd.DataFrame:
    """5: a certification passed that is approved for the IET number of the term (R27)."""
    passed = certifications[(certifications["outcome"] == "P") & year.holds(certifications["certification_date"])]
    passed = passed.merge(approved, on=["reporting_year", "certification_code"])
    passed["term"] = program_years(passed["reporting_year"]) * 3 + passed["term_id"].str[0].astype(int)
    passed = passed.merge(iet_terms, on=["fleid", "iet_program_number", "term"]).rename(columns={"certification_date": "date"})
    return in_periods(passed[["fleid", "date"]].drop_duplicates(), pops, "5")


def reported_gains(gains: pd.DataFrame) -> pd.DataFrame:
    """Of a POP's gains the latest is reported; equal dates: F, then G, then E (R28)."""
    gains = gains.assign(reported=gains["kind"].map(REPORTED_AS))
    gains["order"] = gains["reported"].map({"F": 1, "G": 2, "E": 3})
    return gains.sort_values(["date", "order"], ascending=[False, True]).drop_duplicates(["fleid", "pop"])[["fleid", "pop", "reported"]]


# Tables


def counted(persons: pd.DataFrame, rows: str, row_codes: list[str], columns: str, column_codes: list[str]) -> pd.DataFrame:
    """Persons by two codes, with every row and column of the form, and a total column."""
    table = pd.crosstab(persons[rows], persons[columns]).reindex(index=row_codes, columns=column_codes, fill_value=0)
    return table.assign(total=table.sum(axis=1))


def with_total(table: pd.DataFrame) -> pd.DataFrame:
    table.loc["total"] = table.sum()
    return table


def table_3(participants: pd.DataFrame) -> pd.DataFrame:
    """Participants by program type and age; the rows of IET participants are part of the others (R31)."""
    rows = with_total(counted(participants, "program_type", PROGRAM_TYPES, "age_group", list(AGES)))
    iet = counted(participants[participants["is_iet"]], "program_type", PROGRAM_TYPES, "age_group", list(AGES))
    return pd.concat([rows, iet.rename(index=lambda row: f"{row}_iet")])


def table_4(participants: pd.DataFrame, pops: pd.DataFrame) -> pd.DataFrame:
    """Gains by entering level, of persons (B-J) and of periods of participation (K-O) (R32, R33)."""
    pops = pops.merge(participants[["efl", "is_excluded"]], left_on="fleid", right_index=True)
    first = pops[pops["pop"] == 1].set_index("fleid")
    persons = participants.join(first[["reported", "is_exited"]])
    served = persons[~persons["is_excluded"]]
    without = served[served["reported"].isna()]
    counted_pops = pops[~pops["is_excluded"]]

    def by_level(frame: pd.DataFrame) -> pd.Series:
        return frame.groupby("efl").size()

    columns = {"B": by_level(persons), "C": by_level(persons[persons["is_excluded"]]), "D": pops.groupby("efl")["hours"].sum()}
    columns |= {letter: by_level(served[served["reported"] == letter]) for letter in "EFG"}
    columns |= {"H": by_level(without[without["is_exited"]]), "I": by_level(without[~without["is_exited"]]), "K": by_level(counted_pops)}
    columns |= {letter: by_level(counted_pops[counted_pops["reported"] == kind]) for letter, kind in zip("LMN", "EFG", strict=True)}
    rows = [*LEVELS, "esl_alternative"]
    table = pd.DataFrame(columns).reindex(rows).fillna(0)
    for ladder in ("abe", "esl"):
        table.loc[f"{ladder}_total"] = table.loc[[row for row in rows if row.startswith(ladder)]].sum()
    table.loc["total"] = table.loc[rows].sum()
    table["J"] = table[["E", "F", "G"]].sum(axis=1) / (table["B"] - table["C"]).replace(0, np.nan)
    table["O"] = table[["L", "M", "N"]].sum(axis=1) / table["K"].replace(0, np.nan)
    return table


def as_cells(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables as cells: table_id, row_code, column_code, value (missing: a rate of nothing)."""
    long = [table.rename_axis("row_code").reset_index().melt("row_code", var_name="column_code").assign(table_id=name) for name, table in tables.items()]
    return pd.concat(long)[["table_id", "row_code", "column_code", "value"]].astype({"value": float}).reset_index(drop=True)


def gains_of(
    folder: Path, courses: pd.DataFrame, all_rows: pd.DataFrame, rows: pd.DataFrame, terms: pd.DataFrame, pops: pd.DataFrame, pre_tests: pd.DataFrame,
    post_tests: pd.DataFrame, tests: pd.DataFrame, agencies: pd.DataFrame, iet_programs: pd.DataFrame, year: Year,
) -> pd.DataFrame:  # fmt: skip
    """Every gain of every kind of the POPs of a year: fleid, pop, kind, date."""
    spells = read_events(folder, "postsecondary_enrollments", ["fleid", "program_type", "entry_date", "exit_date"], "entry_date", None)
    leaves = dates(spells["exit_date"])
    spells = spells[(spells["exit_date"].isna() | leaves.notna()) & ~(leaves < spells["entry_date"])]
    completions = read_events(folder, "completions", [*KEY, "completion_cip", "completion_degree", "ocp_code", "completion_date"], "completion_date", agencies)
    equivalencies = read_events(folder, "hse_completions", ["fleid", "completion_date"], "completion_date", None)
    certifications = read_events(
        folder, "industry_certifications", [*KEY, "certification_code", "certification_date", "outcome"], "certification_date", agencies
    )
    approved = usable(read(folder, "iet_certifications", ["reporting_year", "iet_program_number", "certification_code"]), None).drop_duplicates()
    points = read(folder, "occupational_completion_points", ["program_cip", "ocp_code"]).dropna().drop_duplicates()
    options = usable(read(folder, "ahs_diploma_options", ["reporting_year", "ahs_diploma_option", "level_6_credits"]), None)
    options = options.assign(reporting=program_years(options["reporting_year"]), level_6_credits=numbers(options["level_6_credits"]))
    carrying = rows[rows["is_listed"]]
    iet_terms = carrying.assign(term=carrying["reporting"] * 3 + carrying["digit"].astype(int))[["fleid", "iet_program_number", "term"]].drop_duplicates()
    return pd.concat(
        [
            level_gains(pre_tests, post_tests, year),
            credit_gains(all_rows, terms, options[["reporting", "ahs_diploma_option", "level_6_credits"]], year),
            entry_gains(all_rows, rows, spells, pops, year),
            subtest_gains(tests, pops, year),
            diploma_gains(completions, equivalencies, pops, year),
            transcript_gains(courses, iet_terms, iet_programs, pops, year),
            milestone_gains(completions, iet_terms, iet_programs, points, pops, year),
            exam_gains(certifications, iet_terms, approved, pops, year),
        ]
    )


def with_iet(rows: pd.DataFrame, folder: Path, iet_programs: pd.DataFrame, agencies: pd.DataFrame, year: Year) -> pd.DataFrame:
    """NRS rows with `is_listed` (carries a listed IET number) and `is_iet` (2021-22: or is in the supplemental file) (R11, R64, R69)."""
    listed = iet_programs[["reporting_year", "iet_program_number"]].drop_duplicates().assign(is_listed=True)
    rows = rows.merge(listed, how="left", on=["reporting_year", "iet_program_number"])
    rows["is_listed"] = rows["is_listed"].notna()
    supplement = usable(read(folder, "iet_supplemental", ["agency_id", "fleid", "reporting_year"]), agencies)
    named = supplement.loc[(supplement["reporting_year"] == "2122") & (year.number == 2021), ["agency_id", "fleid"]].drop_duplicates()
    rows = rows.merge(named.assign(is_named=True), how="left", on=["agency_id", "fleid"])
    return rows.assign(is_iet=rows["is_listed"] | rows["is_named"].notna())


def baseline(folder: Path, program_year: int) -> pd.DataFrame:
    """The cells of Tables 1, 2, 2A, 3 and 4 for the state.

    Args:
        folder: Extracts as CSV, each a file or a folder of parts (docs/extracts.md).
        program_year: 2023 = 2023-24.

    Returns:
        One row a cell: table_id, row_code, column_code and value (hours in column D, shares of 1 in J and O, else persons or
        periods of participation; missing where a rate has no base).
    """
    year = Year(program_year)
    agencies = read_agencies(folder)
    courses = read_courses(folder, agencies)
    tests = read_tests(folder, agencies)
    iet_programs = usable(read(folder, "iet_programs", ["reporting_year", "iet_program_number", "program_cip", "preapprenticeship"]), None).drop_duplicates()

    all_rows, preliminary = nrs_rows(courses, agencies)
    all_rows = all_rows.assign(
        is_withdrawn=all_rows["age_withdrawal_reason"].isin(list("ABCDE")),
        ahs_diploma_option=all_rows["ahs_diploma_option"].where(all_rows["ahs_diploma_option"].isin(["18", "24"])),
        ahs_credits_at_entry=numbers(all_rows["ahs_credits_at_entry"]),
        ahs_credits_earned=numbers(all_rows["ahs_credits_earned"]),
    )
    later = pd.concat([all_rows[["fleid", "entry_date"]], preliminary[["fleid", "entry_date"]]])
    returns = later[later["entry_date"] > year.last_day].groupby("fleid")["entry_date"].min().rename("returns")

    year_rows = all_rows[all_rows["program_year"] == program_year]
    terms, pops = spans_of(year_rows, returns, year)
    persons = attributes(read_demographics(folder, agencies), terms, year_rows)
    rows = with_iet(in_pops(year_rows, terms), folder, iet_programs, agencies, year)
    years_before = [(of_year, Year(number)) for number, of_year in all_rows[all_rows["program_year"] < program_year].groupby("program_year")]
    earlier_rows = [in_pops(of_year, spans_of(of_year, returns, before)[0]) for of_year, before in years_before]
    pre_tests = test_instances(rows, tests, "pre")
    persons = persons.join(entering_levels(rows, pre_tests))

    persons["has_pop"] = persons.index.isin(pops["fleid"])
    persons["is_iet"] = persons.index.isin(rows.loc[rows["is_iet"], "fleid"])
    persons = persons[persons["race"].notna() & (persons["age"] >= 16)]
    persons["race_sex"] = persons["race"] + "_" + persons["sex"]
    persons["age_group"] = pd.cut(persons["age"], [*AGES.values(), np.inf], right=False, labels=list(AGES)).astype(str)
    participants = persons[persons["has_pop"] & persons["level"].notna()].copy()
    participants["efl"] = participants["level"].map(dict(enumerate(LEVELS)))
    served_year = agencies.loc[agencies["list_year"] <= program_year, "list_year"].max()
    grantees = agencies.loc[(agencies["list_year"] == served_year) & (agencies["ielce_grantee"] == "Y"), "agency_id"]
    secondary = participants["efl"].isin(["abe_5", "abe_6", "abe_alternative"])
    esl_type = np.where(participants["agency_id"].isin(grantees), "ielce", "ela")
    participants["program_type"] = np.where(participants["efl"].str.startswith("esl"), esl_type, np.where(secondary, "ase", "abe"))

    post_tests = test_instances(pd.concat([*earlier_rows, rows]), tests, "post")
    gains = gains_of(folder, courses, all_rows, rows, terms, pops, pre_tests, post_tests, tests, agencies, iet_programs, year)
    pops = pops.merge(reported_gains(gains), how="left", on=["fleid", "pop"])
    return as_cells(
        {
            "1": with_total(counted(participants, "efl", [*LEVELS, "esl_alternative"], "race_sex", RACE_SEX)),
            "2": with_total(counted(participants, "age_group", list(AGES), "race_sex", RACE_SEX)),
            "2A": with_total(counted(persons[~persons["has_pop"]], "age_group", list(AGES), "race_sex", RACE_SEX)),
            "3": table_3(participants),
            "4": table_4(participants, pops),
        }
    )


def main(
    folder: Annotated[Path, typer.Argument(help="Folder of CSV extracts.")],
    to: Annotated[Path, typer.Argument(help="CSV file to write the cells into.")],
    program_year: Annotated[int, typer.Option(help="2023 = 2023-24.")] = 2023,
) -> None:
    """Compute Tables 1, 2, 2A, 3 and 4 of the state in pandas."""
    baseline(folder, program_year).to_csv(to, index=False)


if __name__ == "__main__":
    typer.run(main)
