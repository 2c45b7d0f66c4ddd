"""Write a synthetic state that keeps its records in LACES (Mississippi or Missouri): its extracts, with nobody real in them.

Every name, id, date and amount is drawn. Each student draws from a stream of its own, so that the same arguments give the
same bytes and one student more changes no other.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, NamedTuple

import contract
import typer
from contract import State

FIRST_DAY, CUTOFF = date(2020, 7, 1), date(2024, 10, 1)
YEARS = range(2020, 2025)

# Distributions: value -> weight. '' is a blank.
AREAS = {"ABE": 42, "ASE": 26, "ESL": 22, "IELCE": 10}
SPELLS = {1: 45, 2: 32, 3: 16, 4: 7}
# Days without service between two spells: the rules turn on 90.
GAPS = {89: 10, 90: 10, 91: 5, "short": 45, "long": 30}
EFFORT = {"usual": 82, "short": 11, "edge": 7}
SEX = {"F": 54, "M": 43, "X": 2, "": 1}
RACES = {"white": 42, "black": 38, "asian": 8, "american_indian": 3, "pacific_islander": 3, "white black": 4, "": 2}
EMPLOYMENT = {"EMPLOYED": 41, "UNEMPLOYED": 37, "NOT_IN_LABOR_FORCE": 17, "SEPARATION_NOTICE": 3, "": 2}
SCHOOLING = {
    **{"NO_SCHOOLING": 2, "GRADES_1_5": 4, "GRADES_6_8": 14, "GRADES_9_12": 48, "SECONDARY_DIPLOMA": 16},
    **{"SECONDARY_EQUIVALENT": 5, "SOME_POSTSECONDARY": 6, "POSTSECONDARY_DEGREE": 4, "": 1},
}
EXIT_REASONS = {"": 84, "OTHER": 9, "INCARCERATED": 2, "MEDICAL": 2, "INSTITUTIONALIZED": 1, "RESERVE_DUTY": 1, "DECEASED": 1}
BARRIERS = {
    **{"exhausting_tanf": 4, "long_term_unemployed": 9, "low_income": 55, "displaced_homemaker": 3, "ex_offender": 7},
    **{"homeless": 4, "migrant_farmworker": 3, "disability": 9, "single_parent": 20, "foster_youth": 2},
}
MODELS = {"CLOCK_TIME": 45, "LEARNER_MASTERY": 35, "TEACHER_VERIFICATION": 20}
LEVELS_GAINED = {-1: 8, 0: 30, 1: 50, 2: 12}
FIRST_LEVELS = {"ABE": {1: 8, 2: 32, 3: 35, 4: 25}, "ASE": {4: 35, 5: 40, 6: 25}, "ESL": {1: 20, 2: 25, 3: 25, 4: 18, 5: 8, 6: 4}}
SPELL_TYPES = {"CERTIFICATE": 40, "ASSOCIATE": 35, "BACHELOR": 8, "TRAINING": 12, "APPRENTICESHIP": 5}
CREDENTIAL_TYPES = {"CERTIFICATE": 45, "INDCERT": 30, "ASSOCIATE": 15, "BACHELOR": 4, "APPRENTICESHIP": 6}
SYLLABLES = ["ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "sa", "te", "vé", "wi", "xo", "ya", "zu"]

# Lowest scale score of each level, and the highest of the last (MS Program Guidelines 2023, Section 4, Test Benchmarks).
TABE = {
    "READING": [300, 442, 501, 536, 576, 617, 800],
    "MATHEMATICS": [300, 449, 496, 537, 596, 657, 800],
    "LANGUAGE": [300, 458, 511, 547, 584, 631, 800],
}
CLAS_E = {
    "READING_WRITING": [225, 395, 442, 483, 515, 557, 600],
    "LISTENING_SPEAKING": [230, 408, 450, 486, 526, 559, 600],
}
GOALS = {"READING": [180, 204, 217, 228, 239, 249, 262], "MATHEMATICS": [176, 194, 204, 215, 226, 236, 250]}
LIFE_AND_WORK = {"READING": [160, 181, 191, 201, 211, 221, 235], "LISTENING": [162, 181, 190, 200, 210, 219, 227]}
MAPT = {"READING": [200, 200, 300, 400, 500, 600, 700], "MATHEMATICS": [200, 200, 300, 400, 500, 600, 700]}
SCORES = {
    **{"TABE_11_12": TABE, "TABE_CLAS_E": CLAS_E, "CASAS_GOALS": GOALS, "CASAS_LIFE_AND_WORK": LIFE_AND_WORK, "MAPT": MAPT},
    **{"BEST_PLUS": {"ORAL": [88, 362, 428, 453, 485, 525, 564]}, "BEST_LITERACY": {"LITERACY": [0, 21, 53, 64, 68, 76, 78]}},
}
# The test level that is given to a student of each level, 1 to 6.
TEST_LEVELS = {"TABE_11_12": "LEMDAA", "TABE_CLAS_E": "112344"}
FORMS = {"TABE_11_12": ["11", "12"], "TABE_CLAS_E": ["A", "B"]}
PARTS_OF_A_DIPLOMA = ["SMART_START", "NCRC_APPLIED_MATH", "NCRC_WORKPLACE_DOCUMENTS", "NCRC_GRAPHIC_LITERACY", "INDUSTRY_CREDENTIAL"]
GED = ["LANGUAGE_ARTS", "MATHEMATICS", "SCIENCE", "SOCIAL_STUDIES"]
HISET = ["READING", "WRITING", "MATHEMATICS", "SCIENCE", "SOCIAL_STUDIES"]


class Agency(NamedTuple):
    """A local program; eligible from a year on (0 = always, 9999 = never)."""

    agency_id: str
    name: str
    agency_type: str
    weight: int
    eligible_from: int = 0
    ielce: bool = False


AGENCIES = {
    State.MS: [
        Agency("101", "Example Community College North", "COLLEGE", 30, ielce=True),
        Agency("102", "Example Community College Coast", "COLLEGE", 24),
        Agency("103", "Example Community College River", "COLLEGE", 16, ielce=True),
        Agency("201", "Example County Schools", "DISTRICT", 12, eligible_from=2021),
        Agency("301", "Example Correctional Education", "CORRECTIONS", 10),
        Agency("401", "Example Literacy House", "CBO", 8, eligible_from=9999),
    ],
    State.MO: [
        Agency("010", "Example School District East", "DISTRICT", 32, ielce=True),
        Agency("020", "Example School District West", "DISTRICT", 26, ielce=True),
        Agency("030", "Example School District Hills", "DISTRICT", 18),
        Agency("040", "Example Technical College", "COLLEGE", 14, eligible_from=2021),
        Agency("050", "Example Neighborhood Center", "CBO", 10),
    ],
}
INSTRUMENTS = {
    State.MS: {"ABE": {"TABE_11_12": 1}, "ESL": {"TABE_CLAS_E": 1}},
    State.MO: {
        "ABE": {"TABE_11_12": 60, "CASAS_GOALS": 30, "MAPT": 10},
        "ESL": {"TABE_CLAS_E": 45, "CASAS_LIFE_AND_WORK": 30, "BEST_PLUS": 15, "BEST_LITERACY": 10},
    },
}
# class number -> title, program area
CLASSES = {
    "01": ("ABE Morning", "ABE"),
    "02": ("ABE Evening", "ABE"),
    "03": ("HSE Preparation", "ASE"),
    "04": ("English for Adults", "ESL"),
    "05": ("English and Civics", "IELCE"),
    "06": ("IET Welding", "ABE"),
    "07": ("IET Nursing Assistant", "ASE"),
    "08": ("IET Hospitality with English", "IELCE"),
}
IET_CLASS = {"ABE": "06", "ASE": "07", "ESL": "08", "IELCE": "08"}

# Faults: changes of a row, each made to a few. A function is given the value.
BAD_KEYS = [{"laces_id": "12A45"}, {"laces_id": ""}, {"agency_id": "777"}]
FAULTS: dict[str, list[dict[str, str | Callable[[str], str]]]] = {
    "students": [
        *BAD_KEYS,
        *({"birth_date": "02302001"}, {"birth_date": "1999-12-31"}, {"sex": "f"}, {"employment_status": "Employed"}),
        *({"hispanic": "?"}, {"schooling_level": "11"}, {"last_name": lambda name: f" {name}  "}),
    ],
    "classes": [{"program_type": "GED"}, {"program_type": ""}],
    "class_enrollments": [*BAD_KEYS, {"iet_enrollment": "IET"}, {"class_id": "99"}],
    "attendance": [
        *BAD_KEYS,
        *({"attendance_date": "13452023"}, {"attendance_date": ""}, {"minutes": "-45"}, {"minutes": "two hours"}, {"minutes": ""}),
        *({"hours_type": "direct"}, {"hours_model": "PROXY"}, {"minutes": lambda minutes: f" {minutes} "}, {"reporting_year": "2325"}),
    ],
    "assessments": [
        *BAD_KEYS,
        *({"test_date": "00002023"}, {"scale_score": "n/a"}, {"subject": "MATH"}, {"instrument": "TABE"}, {"test_level": "X"}),
        *({"entered_on": "07011999"}, {"scale_score": "9999"}),
    ],
    "hse_tests": [{"laces_id": "none"}, {"score": "pass"}, {"subtest": "ESSAY"}],
    "outcomes": [{"laces_id": "12-45"}, {"outcome_type": "GAIN"}, {"outcome_date": "31122022"}],
    "employment": [{"laces_id": "x"}, {"year_quarter": "2023Q5"}, {"wages": "$1,200"}, {"military": "?"}],
    "postsecondary_enrollments": [{"program_type": "PHD"}, {"entry_date": "02292023"}, {"exit_date": "01011990"}],
    "postsecondary_credentials": [{"credential_type": "?"}, {"award_date": "20230115"}],
    "personnel": [{"headcount": "many"}],
}
# A second row of the same key, which takes the place of the first.
CLASHES = {
    "students": {"birth_date": "01011980"},
    "class_enrollments": {"iet_enrollment": "IETP"},
    "attendance": {"minutes": "61"},
    "assessments": {"scale_score": "551"},
    "employment": {"wages": "4321.00"},
}


def mdy(day: date) -> str:
    """A date as the contract writes it."""
    return day.strftime("%m%d%Y")


def program_year(day: date) -> int:
    """The program year a day falls in: 2023 = July 1, 2023 to June 30, 2024."""
    return day.year - (day.month < 7)


def reporting(year: int) -> str:
    """2023 as 2324."""
    return f"{year % 100:02d}{(year + 1) % 100:02d}"


def draw(rng: Random, weights: dict):
    """A value by weight."""
    at = rng.random() * sum(weights.values())
    for value, weight in weights.items():
        at -= weight
        if at < 0:
            return value
    return value


class Visit(NamedTuple):
    """Minutes of a day in a class."""

    day: date
    class_id: str
    minutes: int
    model: str = ""


class Student:
    """One person: what is drawn once, and all the records it leaves."""

    def __init__(self, state: State, seed: int, number: int, add: Callable[..., None]) -> None:
        """Draw who the person is. `add(file, **values)` takes the records."""
        self.rng = rng = Random(f"{state}/{seed}/{number}")
        self.state, self.number, self.add = state, number, add
        self.laces_id = str(100003 + number * 7919)
        self.area = draw(rng, AREAS)
        self.ladder = "ESL" if self.area in ("ESL", "IELCE") else "ABE"
        homes = {agency: agency.weight for agency in AGENCIES[state] if self.ladder == "ABE" or agency.agency_type != "CORRECTIONS"}
        self.home = draw(rng, homes)
        self.second_home = draw(rng, homes) if rng.random() < 0.06 else self.home
        if self.area == "IELCE" and not self.home.ielce:
            self.area = "ESL"
        self.has_two_ids = rng.random() < 0.02
        self.distance = draw(rng, {0: 78, 0.3: 16, 0.9: 6})
        self.iet = draw(rng, {"": 82, "IETP": 7, "IETP/C": 11})
        self.instrument = draw(rng, INSTRUMENTS[state][self.ladder])
        self.subjects = list(SCORES[self.instrument])[: draw(rng, {1: 35, 2: 45, 3: 20})]
        self.effort = draw(rng, EFFORT)
        self.schooling = draw(rng, SCHOOLING)
        self.birth_age = (14.5 + rng.random() * 2) if rng.random() < 0.02 else 16.2 + 44 * rng.random() ** 1.7

    def student_id(self, agency: Agency, day: date) -> str:
        """The program's id of the person; some get another in a later year."""
        again = 5 if self.has_two_ids and program_year(day) % 2 else 0
        return f"{agency.agency_id[-1]}{self.number:05d}{again}"

    def key(self, agency: Agency, day: date) -> dict[str, str]:
        """What every record of a person at a program begins with."""
        return {
            "agency_id": agency.agency_id,
            "reporting_year": reporting(program_year(day)),
            "student_id": self.student_id(agency, day),
            "laces_id": self.laces_id,
        }

    def spells(self) -> list[tuple[date, date]]:
        """First and last day of each spell of service."""
        rng = self.rng
        start = FIRST_DAY + timedelta(days=int(rng.random() * ((CUTOFF - FIRST_DAY).days - 20)))
        drawn = []
        for _ in range(draw(rng, SPELLS)):
            end = start + timedelta(days=int(20 + 190 * rng.random() ** 1.4))
            if start >= CUTOFF:
                break
            drawn.append((start, min(end, CUTOFF - timedelta(days=1))))
            gap = draw(rng, GAPS)
            days = {"short": 14 + int(rng.random() * 70), "long": 100 + int(rng.random() * 260)}.get(gap, gap)
            start = end + timedelta(days=days)
        return drawn

    def visits(self, start: date, end: date) -> list[Visit]:
        """The days of service of a spell; its first and last day are always among them."""
        rng = self.rng
        classes = [number for number, (title, area) in CLASSES.items() if area == self.area and not title.startswith("IET")]
        main = classes[int(rng.random() * len(classes))]
        length = (end - start).days
        if self.effort == "short":
            return [Visit(start + timedelta(days=d), main, 60 + int(rng.random() * 110)) for d in sorted({0, length // 2, length})]
        if self.effort == "edge":
            # Six days that come to 12 hours, to 11.9, or to 12 only when rounded.
            minutes = [120, 119, 118, 112][int(rng.random() * 4)]
            return [Visit(start + timedelta(days=length * d // 5), main, minutes) for d in range(6)]
        weekdays = rng.sample(range(5), draw(rng, {2: 60, 3: 30, 4: 10}))
        usual = 75 + int(rng.random() * 110)
        found = []
        for offset in range(length + 1):
            day = start + timedelta(days=offset)
            is_edge = offset in (0, length)
            if is_edge or (day.weekday() in weekdays and rng.random() < 0.85):
                if is_edge or rng.random() >= self.distance:
                    found.append(Visit(day, main, max(5, usual + int(rng.gauss(0, 14)))))
                else:
                    found.append(Visit(day, main, usual + int(rng.random() * 60), draw(rng, MODELS)))
                if self.iet and offset > 20 and rng.random() < 0.6:
                    found.append(Visit(day, IET_CLASS[self.area], 60 + 15 * int(rng.random() * 5)))
        return found

    def write(self) -> None:
        """Draw the spells and write every record that comes of them."""
        rng = self.rng
        all_visits: list[tuple[Agency, Visit]] = []
        for number, (start, end) in enumerate(self.spells()):
            agency = self.second_home if number % 2 else self.home
            all_visits += [(agency, visit) for visit in self.visits(start, end)]
        self.birth = all_visits[0][1].day - timedelta(days=int(self.birth_age * 365.25))
        self.write_attendance(all_visits)
        self.write_assessments(all_visits)
        if self.schooling in ("GRADES_6_8", "GRADES_9_12") and self.ladder == "ABE" and rng.random() < 0.4:
            self.write_hse_tests(all_visits)
        if self.iet and any(visit.class_id == IET_CLASS[self.area] for _, visit in all_visits):
            self.write_iet_outcomes(all_visits)
        self.write_follow_up(all_visits[-1][1].day)

    def write_attendance(self, visits: list[tuple[Agency, Visit]]) -> None:
        """Who the student is in each year, the enrollments in classes, and the minutes of each day."""
        rng = self.rng
        years: dict[tuple[Agency, int], date] = {}
        enrolled: dict[tuple[Agency, int, str], date] = {}
        written: set[tuple[str, ...]] = set()
        for agency, visit in visits:
            years.setdefault((agency, program_year(visit.day)), visit.day)
            enrolled.setdefault((agency, program_year(visit.day), visit.class_id), visit.day)
            mastery = ""
            if visit.model == "LEARNER_MASTERY" and rng.random() < 0.95:
                mastery = str([60, 70, 74, 75, 76, 80, 85, 90, 95, 100][int(rng.random() * 10)])
            row = {
                **self.key(agency, visit.day),
                "class_id": visit.class_id,
                "attendance_date": mdy(visit.day),
                "hours_type": "DISTANCE" if visit.model else "DIRECT",
                "hours_model": visit.model,
            }
            if tuple(row.values()) not in written:
                written.add(tuple(row.values()))
                self.add("attendance", **row, minutes=str(visit.minutes), mastery_score=mastery)
        for (agency, _, class_id), day in enrolled.items():
            mark = self.iet if CLASSES[class_id][0].startswith("IET") else ""
            self.add("class_enrollments", **self.key(agency, day), class_id=class_id, iet_enrollment=mark)
        self.write_students(years)

    def write_students(self, years: dict[tuple[Agency, int], date]) -> None:
        """One row a program and year."""
        rng = self.rng
        races = draw(rng, RACES).split()
        hispanic = draw(rng, {"Y": 60, "N": 40} if self.ladder == "ESL" else {"Y": 10, "N": 90})
        pick = lambda: SYLLABLES[int(rng.random() * len(SYLLABLES))]  # noqa: E731
        who = {
            "last_name": (pick() + pick() + pick()).capitalize(),
            "first_name": (pick() + pick()).capitalize(),
            "birth_date": "" if rng.random() < 0.01 else mdy(self.birth),
            "hispanic": hispanic,
            "schooling_level": self.schooling,
            "schooling_origin": draw(rng, {"NON_US": 85, "US": 15} if self.ladder == "ESL" else {"US": 96, "NON_US": 3, "": 1}),
            **{race: "Y" if race in races else "N" for race in ("white", "black", "asian", "american_indian", "pacific_islander")},
        }
        who["pacific_islander"] = who["pacific_islander"].replace("N", "")
        sex, employment = draw(rng, SEX), draw(rng, EMPLOYMENT)
        barriers = {name: draw(rng, {"Y": share, "N": 98 - share, "": 2}) for name, share in BARRIERS.items()}
        last = max(years.values())
        for (agency, _), day in years.items():
            correctional = {"CORRECTIONAL": 92, "COMMUNITY_CORRECTIONS": 8}
            self.add(
                "students",
                **self.key(agency, day),
                **who,
                **barriers,
                sex=draw(rng, SEX) if rng.random() < 0.01 else sex,
                employment_status=draw(rng, EMPLOYMENT) if rng.random() < 0.2 else employment,
                institutional_status=draw(rng, correctional if agency.agency_type == "CORRECTIONS" else {"": 96, "COMMUNITY_CORRECTIONS": 2, "INSTITUTION": 2}),
                exit_reason=draw(rng, EXIT_REASONS) if day == last else "",
            )

    def write_assessments(self, visits: list[tuple[Agency, Visit]]) -> None:
        """Pre-tests where no valid score stands, post-tests after the hours that the publisher asks for."""
        rng = self.rng
        if rng.random() < 0.05:
            return
        levels = {subject: draw(rng, FIRST_LEVELS["ESL" if self.ladder == "ESL" else self.area]) for subject in self.subjects}
        forms = FORMS.get(self.instrument, [""])
        needed = 60 * (30 if self.area == "ASE" else 40)
        since, form, tested_on = 0, 0, None
        for at, (agency, visit) in enumerate(visits):
            since += visit.minutes
            again = at > 0 and (visit.day - visits[at - 1][1].day).days > 60
            if tested_on is None or (again and (visit.day - tested_on).days > 260):
                form = int(rng.random() * len(forms))
            elif since >= needed and rng.random() < 0.35:
                form = (form + (rng.random() > 0.05)) % len(forms)
                levels = {subject: min(6, max(1, level + draw(rng, LEVELS_GAINED))) for subject, level in levels.items()}
            elif since >= needed // 2 and rng.random() < 0.005:
                form = (form + 1) % len(forms)
            else:
                continue
            since, tested_on = 0, visit.day
            for subject in self.subjects if rng.random() < 0.8 else self.subjects[:1]:
                self.add_assessment(agency, visit.day, subject, levels[subject], forms[form])

    def add_assessment(self, agency: Agency, day: date, subject: str, level: int, form: str) -> None:
        """One test with a score of `level`; some were given at a test level whose range it is out of."""
        rng = self.rng
        bounds = SCORES[self.instrument][subject]
        low, high = bounds[level - 1], max(bounds[level - 1], bounds[level] - (level < 6))
        test_levels = TEST_LEVELS.get(self.instrument, [""] * 6)
        entered = day + timedelta(days=draw(rng, {0: 30, 1: 25, 3: 15, 7: 12, 14: 8, 20: 3, 30: 4, 45: 3}))
        self.add(
            "assessments",
            **self.key(agency, day),
            assessment_id=f"{mdy(day)}{subject[0]}{'S' if '_' in subject else ''}{form}",
            instrument=self.instrument,
            form=form,
            test_level=test_levels[(level + 2) % 6 if rng.random() < 0.05 else level - 1],
            subject=subject,
            scale_score=str(low + int(rng.random() * (high - low + 1))),
            test_date=mdy(day),
            entered_on="" if rng.random() < 0.04 or entered >= CUTOFF else mdy(entered),
        )

    def write_hse_tests(self, visits: list[tuple[Agency, Visit]]) -> None:
        """High school equivalency tests, with retakes; in Missouri the diploma is reported as an outcome."""
        rng = self.rng
        agency, first = visits[len(visits) // 2]
        series = draw(rng, {"GED": 65, "HISET": 35})
        ability, passed, last = rng.gauss(0, 1), True, first.day
        for subtest in GED if series == "GED" else HISET:
            best = False
            for attempt in range(3):
                day = first.day + timedelta(days=attempt * 45 + int(rng.random() * 12))
                if best or day >= CUTOFF or rng.random() < 0.12:
                    break
                raw = ability + rng.gauss(0.9, 0.8) + 0.3 * attempt
                score = min(200, max(100, int(146 + 9 * raw))) if series == "GED" else min(20, max(1, int(9 + 2.4 * raw)))
                essay = str(min(6, max(0, round(2.6 + raw)))) if subtest == "WRITING" else ""
                best, last = score >= (145 if series == "GED" else 8), max(last, day)
                self.add(
                    "hse_tests",
                    **self.key(agency, day),
                    test_series=series,
                    subtest=subtest,
                    score=str(score),
                    essay_score=essay,
                    test_date=mdy(day),
                )
            passed = passed and best
        if passed and self.state == State.MO:
            self.add_outcome(agency, "HSE_DIPLOMA", min(last + timedelta(days=9), CUTOFF - timedelta(days=1)))

    def add_outcome(self, agency: Agency, outcome_type: str, day: date, **more: str) -> None:
        """One documented outcome, unless nothing is known of it yet."""
        if day < CUTOFF:
            self.add("outcomes", **self.key(agency, day), outcome_type=outcome_type, outcome_date=mdy(day), **more)

    def write_iet_outcomes(self, visits: list[tuple[Agency, Visit]]) -> None:
        """Transcripts, milestones, exams and completions of integrated education and training."""
        rng = self.rng
        agency, last = [(agency, visit) for agency, visit in visits if visit.class_id == IET_CLASS[self.area]][-1]
        if rng.random() < 0.35:
            status = draw(rng, {"FULL_TIME": 50, "PART_TIME": 50})
            for semester in range(1 if status == "FULL_TIME" else 2):
                hours = draw(rng, {"12": 60, "9": 25, "15": 15} if status == "FULL_TIME" else {"6": 70, "5": 30})
                day = last.day - timedelta(days=5) + timedelta(days=150 * semester)
                self.add_outcome(agency, "TRANSCRIPT", day, credit_hours=hours, enrollment_status=status)
        for outcome, share, days in (("MILESTONE", 0.35, -10), ("EXAM", 0.4, -2), ("IET_COMPLETED", 0.45, 0)):
            if rng.random() < share:
                self.add_outcome(agency, outcome, last.day + timedelta(days=days))
        if self.state == State.MS and self.ladder == "ABE" and rng.random() < 0.5:
            # The parts of a competency-based diploma; some lack one or fall short in it.
            hours, average = draw(rng, {"15": 75, "12": 25}), draw(rng, {"3.1": 50, "2.0": 30, "1.9": 20})
            self.add_outcome(agency, "COLLEGE_CREDIT", last.day, credit_hours=hours, score=average)
            for number, part in enumerate(PARTS_OF_A_DIPLOMA):
                if rng.random() < 0.92:
                    level = draw(rng, {"4": 70, "5": 20, "3": 10}) if part.startswith("NCRC") else ""
                    self.add_outcome(agency, part, last.day - timedelta(days=20 * number), score=level)

    def write_follow_up(self, last: date) -> None:
        """What the matches find: employment by quarter, postsecondary spells and awards."""
        rng = self.rng
        if rng.random() < 0.7:
            share, wages = 0.3 + 0.65 * rng.random(), 2500 + 6500 * rng.random()
            for year in range(2020, 2025):
                for quarter in range(1, 5):
                    if date(year, 3 * quarter - 2, 1) < date(2024, 7, 1) and rng.random() < share:
                        paid = "" if rng.random() < 0.02 else f"{wages * (0.8 + 0.4 * rng.random()):.2f}"
                        military = draw(rng, {"N": 97, "Y": 1, "": 2})
                        self.add("employment", laces_id=self.laces_id, year_quarter=f"{year}Q{quarter}", wages=paid, military=military)
        if rng.random() < 0.2:
            entry = last + timedelta(days=int(rng.random() * 300) - 60)
            left = entry + timedelta(days=60 + int(rng.random() * 400))
            if entry < CUTOFF:
                self.add(
                    "postsecondary_enrollments",
                    laces_id=self.laces_id,
                    institution_id=f"PS{1 + int(rng.random() * 6):02d}",
                    program_type=draw(rng, SPELL_TYPES),
                    program_cip=f"{['51.3902', '48.0508', '52.0201', '24.0101'][int(rng.random() * 4)]}",
                    entry_date=mdy(entry),
                    exit_date="" if left >= CUTOFF else mdy(left),
                )
        if rng.random() < (0.3 if self.iet == "IETP/C" else 0.07):
            award = last + timedelta(days=int(rng.random() * 420) - 30)
            if award < CUTOFF:
                self.add(
                    "postsecondary_credentials",
                    laces_id=self.laces_id,
                    institution_id=f"PS{1 + int(rng.random() * 6):02d}",
                    credential_type=draw(rng, CREDENTIAL_TYPES),
                    award_date=mdy(award),
                )


def write_programs(state: State, seed: int, add: Callable[..., None]) -> None:
    """What programs and state report of themselves: agencies, classes, staff, grants, targets, money."""
    rng = Random(f"{state}/{seed}/programs")
    targets = {"msg": "0.44", "employment_q2": "0.31", "employment_q4": "0.33", "median_earnings_q2": "4300", "credential": "0.30"}
    providers = {"COLLEGE": "community_college", "DISTRICT": "lea", "CBO": "cbo", "CORRECTIONS": "correctional_institution"}
    for year in YEARS:
        told = {"reporting_year": reporting(year)}
        for indicator, target in targets.items():
            add("performance_targets", **told, agency_id="STATE", indicator=indicator, target=target)
        add("spr_finance", **told, service="CAREER", funds_expended=f"{400000 + 50000 * rng.random():.2f}", admin_expended="31500.00")
        add("spr_finance", **told, service="TRAINING", funds_expended=f"{150000 + 50000 * rng.random():.2f}", admin_expended="12250.50")
        staff = {"staff_function": "STATE_ADMINISTRATIVE", "federally_funded": "Y"}
        add("personnel", **told, **staff, agency_id="STATE", job_status="FULL_TIME", headcount="6")
        for agency in AGENCIES[state]:
            told["agency_id"] = agency.agency_id
            eligible = year >= agency.eligible_from
            add(
                "agencies",
                **told,
                agency_name=agency.name,
                agency_type=agency.agency_type,
                nrs_eligible="Y" if eligible else "N",
                ielce_grantee="Y" if agency.ielce else "N",
            )
            for class_id, (title, area) in CLASSES.items():
                if area != "IELCE" or agency.ielce:
                    add("classes", **told, class_id=class_id, class_name=title, program_type=area)
            if not eligible:
                continue
            for indicator, target in targets.items():
                if indicator in ("msg", "credential"):
                    add("performance_targets", **told, indicator=indicator, target=f"{float(target) + 0.04 * rng.random() - 0.02:.3f}")
            write_staff(rng, told, add)
            amount = f"{20000 * agency.weight * (0.7 + 0.6 * rng.random()):.2f}"
            grant = {"provider_type": providers[agency.agency_type], "subrecipient": "N"}
            add("grants", **told, **grant, award_type="225" if agency.agency_type == "CORRECTIONS" else "231", amount=amount)
            if agency.ielce:
                add("grants", **told, **grant, award_type="243", amount=f"{60000 * (0.7 + 0.6 * rng.random()):.2f}")
            add("grants", **told, **grant, award_type="STATE", amount=f"{50000 * (0.7 + 0.6 * rng.random()):.2f}")
            if agency.agency_type in ("DISTRICT", "CBO"):
                add("family_literacy", **told, participants=str(4 + int(rng.random() * 20)))


def write_staff(rng: Random, told: dict[str, str], add: Callable[..., None]) -> None:
    """The staff of a program in a year; teachers by experience and by certification come to the same number."""
    for status in ("PART_TIME", "FULL_TIME", "VOLUNTEER"):
        line = {"job_status": status, "federally_funded": "Y" if rng.random() < 0.9 else "N"}
        heads = {"LOCAL_ADMINISTRATIVE": 1, "LOCAL_COUNSELOR": int(rng.random() * 3), "LOCAL_PARAPROFESSIONAL": int(rng.random() * 3)}
        teachers = 2 + int(rng.random() * 6)
        new, some = int(teachers * 0.2), int(teachers * 0.4)
        heads |= {
            **{"LOCAL_TEACHER": teachers, "TEACHER_EXPERIENCE_UNDER_1": new, "TEACHER_EXPERIENCE_1_TO_3": some},
            **{"TEACHER_EXPERIENCE_OVER_3": teachers - new - some, "CERTIFICATION_K12": some},
            **{"CERTIFICATION_NONE": new, "CERTIFICATION_ADULT_EDUCATION": teachers - new - some},
        }
        for function, headcount in heads.items():
            if headcount:
                add("personnel", **told, **line, staff_function=function, headcount=str(headcount))


def put_faults_in(state: State, seed: int, files: dict[str, list[dict[str, str]]]) -> None:
    """Spoil a few rows of each kind, and repeat some, exactly or with another value."""
    for name, faults in FAULTS.items():
        rng = Random(f"{state}/{seed}/faults/{name}")
        rows = files[name]
        each = max(1, len(rows) // 4000)
        chosen = rng.sample(range(len(rows)), min(len(rows), each * (len(faults) + 2)))
        for number, at in enumerate(chosen):
            if number < each * len(faults):
                for column, value in faults[number // each].items():
                    rows[at][column] = value(rows[at].get(column, "")) if callable(value) else value
            elif number < each * (len(faults) + 1):
                rows.append(dict(rows[at]))
            elif name in CLASHES:
                rows.append(rows[at] | CLASHES[name])


def generate(out_dir: Path, state: State, students: int = 300, seed: int = 7, dirt: bool = True) -> dict[str, int]:
    """Write every extract of the LACES contract for a made-up Mississippi or Missouri into `out_dir`.

    Args:
        out_dir: Folder to write into; made if it isn't there. Extracts in it of the same names are replaced.
        state: Mississippi or Missouri: whose programs and instruments.
        students: Distinct persons over the program years 2020 to 2024, of which the last is known up to September.
        seed: Any integer; another seed is another state.
        dirt: Put faults into a few rows of each kind; never a fault of a whole file.

    Returns:
        Rows written per extract, faulty and repeated ones included.
    """
    columns = contract.extract_columns("laces")
    files: dict[str, list[dict[str, str]]] = defaultdict(list)

    def add(name: str, **values: str) -> None:
        files[name].append(values)

    write_programs(state, seed, add)
    for number in range(1, students + 1):
        Student(state, seed, number, add).write()
    if dirt:
        put_faults_in(state, seed, files)
    out_dir.mkdir(parents=True, exist_ok=True)
    for name, header in columns.items():
        with (out_dir / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(files[name])
    return {name: len(files[name]) for name in columns}


def main(
    out_dir: Annotated[Path, typer.Argument(help="Folder to write the extracts into.")],
    state: Annotated[State, typer.Option(help="Whose programs and instruments: Mississippi or Missouri.")] = State.MS,
    students: Annotated[int, typer.Option(min=1, help="Distinct persons over all years.")] = 300,
    seed: Annotated[int, typer.Option(help="Another seed is another state.")] = 7,
    dirt: Annotated[bool, typer.Option(help="Put a small share of faulty rows in.")] = True,
) -> None:
    """Write synthetic LACES extracts of Mississippi or Missouri: nobody in them is real."""
    if state not in AGENCIES:
        raise typer.BadParameter("Florida's extracts come from generate_extracts.py", param_hint="--state")
    for name, count in generate(out_dir, state, students, seed, dirt).items():
        typer.echo(f"{count:>10,}  {name}")


if __name__ == "__main__":
    typer.run(main)
