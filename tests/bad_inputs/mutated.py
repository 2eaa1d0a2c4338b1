"""Clean registries with one to five defects, and the judgement on what intake made of them."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bad_inputs.case import courses
from bad_inputs.clean import DATA, HEADER
from bad_inputs.defects import DEFECTS, Sheet
from timezero.errors import InputRefused
from timezero.findings import Question, Severity
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import validated
from timezero.intake.recipe_file import validated_recipe
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.model.cohort import Cohort

SLOWEST = 10.0
DAYS_OF_MONTH = 365.25 / 12.0

Courses = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Judgement:
    """What became of one file.

    ``outcome`` is one of: same (read, the clean answer), disclosed (read, another answer, and every
    patient concerned is named), asked, refused, silent (read, another answer, not told), crashed,
    slow. ``answered`` is the outcome with the truth as answer; empty when nothing was asked.
    """

    seed: int
    defects: tuple[str, ...]
    outcome: str
    answered: str
    seconds: float
    detail: str = ""

    @property
    def bad(self) -> bool:
        """Whether this must never happen."""
        return bool({self.outcome, self.answered} & {"silent", "crashed", "slow"})


def clean_sheet(rng: np.random.Generator) -> Sheet:
    """Return a random registry without any defect."""
    rows = [_patient(k, rng) for k in range(1, int(rng.integers(12, 31)))]
    return Sheet(header=list(HEADER), rows=[[row[name] for name in HEADER] for row in rows])


def _patient(k: int, rng: np.random.Generator) -> dict[str, str]:
    first = dt.date(2010, 1, 4) + dt.timedelta(days=int(rng.integers(0, 1500)))
    cut = dt.date(2018, 12, 31)
    death = first + dt.timedelta(days=int(rng.exponential(1100)) + 5)
    last = min(death, cut)
    recurrence = first + dt.timedelta(days=int(rng.exponential(500)) + 3)
    second = recurrence + dt.timedelta(days=int(rng.exponential(150)) + 2)
    recurs, treated = recurrence < last, second < last and rng.random() < 0.5
    birth = dt.date(1950, 1, 1) + dt.timedelta(days=int(rng.integers(0, 7000)))
    return {
        "patient_id": f"P{k:02d}",
        "sex": str(rng.choice(["female", "male"])),
        "birth_date": birth.isoformat(),
        "diagnosis_date": (first - dt.timedelta(days=40)).isoformat(),
        "first_crs": first.isoformat(),
        "recurrence": recurrence.isoformat() if recurs else "",
        "second_crs": second.isoformat() if treated else "",
        "last_contact": last.isoformat(),
        "death_date": death.isoformat() if death <= cut else "",
        "status": "dead" if death <= cut else "alive",
        "age": str((first - birth).days // 365),
        "pci": str(int(rng.integers(3, 35))),
        "cc": str(int(rng.integers(0, 3))),
        "albumin": str(int(rng.integers(28, 46))),
        "centre": str(rng.choice(["North", "South"])),
    }


def spoilt(seed: int) -> tuple[Sheet, Sheet, tuple[str, ...]]:
    """Return a clean registry, the same with one to five defects, and which."""
    rng = np.random.default_rng([20251125, seed])
    clean = clean_sheet(rng)
    state = rng.bit_generator.state
    again = np.random.default_rng([20251125, seed])
    sheet = clean_sheet(again)
    again.bit_generator.state = state
    wanted, done = int(again.integers(1, 6)), list[str]()
    names = list(DEFECTS)
    for _ in range(40):
        name = str(again.choice(names))
        if len(done) < wanted and name not in done and DEFECTS[name](sheet, again):
            done.append(name)
    return clean, sheet, tuple(done)


def write(sheet: Sheet, folder: Path) -> Path:
    """Write a sheet as text or as a workbook and return where."""
    lines = sheet.lines()
    if sheet.workbook:
        return _workbook(sheet, lines, folder)
    import csv

    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sheet.delimiter, lineterminator=sheet.line_end).writerows(lines)
    path = folder / "registry.csv"
    path.write_bytes(sheet.mark + out.getvalue().encode(sheet.encoding))
    return path


def _workbook(sheet: Sheet, lines: list[list[str]], folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    for row in lines:
        page.append([_typed(cell) for cell in row])
    for k in sheet.hidden:
        page.row_dimensions[len(sheet.above) + 2 + k].hidden = True
    path = folder / "registry.xlsx"
    book.save(path)
    return path


def _typed(cell: str) -> object:
    """Return what a spreadsheet makes of a typed text: a number, a date, a text."""
    if re.fullmatch(r"-?\d{1,9}", cell) and (cell == "0" or not cell.startswith("0")):
        return int(cell)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
        try:
            return dt.datetime.fromisoformat(cell)
        except ValueError:
            return cell
    return cell or None


def judge(seed: int, folder: Path) -> Judgement:
    """Spoil a registry, read it, and judge what came of it."""
    clean, sheet, defects = spoilt(seed)
    truth = true_courses(clean)
    path = write(sheet, folder)
    began = time.perf_counter()
    outcome, detail = _outcome(path, sheet, truth, answered=False)
    answered = ""
    if outcome == "asked":
        answered, more = _outcome(path, sheet, truth, answered=True)
        detail = f"{detail}; answered: {more}"
    seconds = time.perf_counter() - began
    if seconds > SLOWEST:
        outcome = "slow"
    return Judgement(seed, defects, outcome, answered, seconds, detail)


def true_courses(clean: Sheet) -> Courses:
    """Return the courses of a clean registry, counted without the program that is judged."""

    def months(row: list[str], name: str) -> str:
        cell = row[clean.at(name)]
        if not cell:
            return "nan"
        first = dt.date.fromisoformat(row[clean.at("first_crs")])
        return str(round((dt.date.fromisoformat(cell) - first).days / DAYS_OF_MONTH, 9))

    return {
        row[clean.at("patient_id")]: (
            "-inf",
            months(row, "last_contact"),
            months(row, "second_crs"),
            months(row, "recurrence"),
            row[clean.at("status")] == "dead",
        )
        for row in clean.rows
    }


def _outcome(path: Path, sheet: Sheet, truth: Courses, *, answered: bool) -> tuple[str, str]:
    told: dict[str, Any] = {"data": DATA | sheet.data, "rules": sheet.rules}
    recipe: dict[str, Any] = {}
    if answered:
        recipe = {"tables": {"registry": sheet.answers | {"columns": sheet.columns}}}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            cohort = read_cohort(path, validated(told), recipe=validated_recipe(recipe))
    except InputRefused as refusal:
        questions = [f for f in refusal.findings if isinstance(f, Question)]
        errors = [f for f in refusal.findings if f.severity is Severity.ERROR]
        said = ", ".join(sorted({f.code for f in (*questions, *errors)})) or refusal.code
        return ("asked" if questions and not errors else "refused"), said
    except Exception as error:  # noqa: BLE001 -- a crash is what is looked for
        return "crashed", f"{type(error).__name__}: {error}"
    if courses(cohort) == truth:
        return "same", ""
    hidden = untold(cohort, truth, sheet)
    return ("silent", f"not told: {hidden}") if hidden else ("disclosed", "")


def untold(cohort: Cohort, truth: Courses, sheet: Sheet) -> list[str]:
    """Return the patients whose course differs although no finding speaks of a cell of theirs."""
    ours = courses(cohort)
    changed = {p for p in ours.keys() | truth.keys() if ours.get(p) != truth.get(p)}
    spoken = [f for f in cohort.findings if f.n_rows and f.code not in ABOUT_FORM]
    evidence = " ; ".join(text for f in spoken for text in (*f.evidence, f.what, f.where))
    many = [f for f in spoken if f.n_rows > EVIDENCE_LIMIT and f.n_rows >= len(changed)]
    return [] if many else sorted(p for p in changed if not _named(p, evidence, sheet))


# Findings about the form of the file say nothing of a patient's course.
ABOUT_FORM = frozenset({"file_empty_rows", "file_delimiter", "file_encoding", "header_blank"})


def _named(patient: str, evidence: str, sheet: Sheet) -> bool:
    """Say whether the evidence names a patient, or a row in which the patient stands."""
    if re.search(rf"\b{re.escape(patient)}\b", evidence):
        return True
    at = sheet.at("patient_id")
    numbers = [
        k
        for k, row in enumerate(sheet.lines(), 1)
        if len(row) > at and row[at].strip().upper().replace(" ", "") == patient
    ]
    return any(re.search(rf"(?:\b[A-Z]{{1,2}}|row ){n}\b", evidence) for n in numbers)
