"""Simulated patients of a CRS/HIPEC record, as a workbook of ours and as an export of REDCap."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from timezero.model.cohort import Cohort

Day = dt.date
Course = tuple[int, int | None, int | None, bool]
CUT = Day(2018, 12, 31)
# Flags for a study without draws.
QUICK = ["--no-html", "--plain", "--redeals", "0", "--bootstrap", "0", "--replicates", "0"]


@dataclass
class Operated:
    """One patient: operations are (date, kind, PCI)."""

    study_id: str
    sex: str
    age: int
    operations: list[tuple[Day, str, int]] = field(default_factory=list[tuple[Day, str, int]])
    recurrence: Day | None = None
    last_contact: Day = CUT
    death: Day | None = None


def operated_patients(n: int = 40, seed: int = 5) -> list[Operated]:
    """Return simulated patients; some first operations aborted, some with a third one."""
    rng = np.random.default_rng(seed)
    return [_one(k, rng) for k in range(1, n + 1)]


def _one(k: int, rng: np.random.Generator) -> Operated:
    first = Day(2009, 1, 5) + dt.timedelta(days=int(rng.integers(0, 1800)))
    death = first + dt.timedelta(days=30 + int(rng.exponential(1200)))
    last = min(death, CUT)
    recurrence = first + dt.timedelta(days=20 + int(rng.exponential(500)))
    kind = "hipec_aborted" if k % 13 == 0 else "complete_hipec"
    pci = int(rng.integers(3, 38))
    operations = [(first, kind, pci)]
    when = recurrence
    for _ in range(2):
        when += dt.timedelta(days=40 + int(rng.exponential(200)))
        if when < last and rng.random() < 0.5:
            operations.append((when, "complete_hipec", max(1, pci - 4)))
    return Operated(
        study_id=f"S{k:03d}",
        sex=str(rng.choice(["female", "male"])),
        age=int(rng.integers(35, 75)),
        operations=operations,
        recurrence=recurrence if recurrence < last else None,
        last_contact=last,
        death=death if death <= CUT else None,
    )


def fill_template(template: Path, filled: Path, patients: list[Operated]) -> None:
    """Write patients into the empty workbook."""
    from openpyxl import load_workbook

    book = load_workbook(template)
    places = {name: {cell.value: cell.column for cell in book[name][1]} for name in book.sheetnames}

    def put(sheet: str, row: int, **cells: object) -> None:
        named = {_HEADERS[key]: value for key, value in cells.items()}
        for header, value in named.items():
            if value is not None:
                book[sheet].cell(row, places[sheet][header], value)

    operation = recurrence = 2
    for k, one in enumerate(patients, 2):
        put("Patients", k, study_id=one.study_id, sex=one.sex, age=one.age)
        state = "alive" if one.death is None else "dead_of_disease"
        put("Follow-up", k, study_id=one.study_id, vital_status=state, death=one.death,
            last_contact=one.last_contact)  # fmt: skip
        for number, (day, kind, pci) in enumerate(one.operations, 1):
            put("Operations", operation, study_id=one.study_id, number=number, date=day, kind=kind,
                pci=pci)  # fmt: skip
            operation += 1
        if one.recurrence is not None:
            put("Recurrences", recurrence, study_id=one.study_id, recurrence=one.recurrence)
            recurrence += 1
    book.save(filled)


_HEADERS = {
    "study_id": "Study number of the patient",
    "sex": "Sex",
    "age": "Age at the first procedure (years)",
    "number": "Number of the procedure",
    "date": "Date of the procedure",
    "kind": "Kind of the procedure",
    "pci": "Peritoneal cancer index",
    "recurrence": "Date of recurrence",
    "vital_status": "Vital status",
    "death": "Date of death",
    "last_contact": "Date of last contact",
}


def write_redcap_export(
    path: Path, patients: list[Operated], codes: dict[str, dict[str, str]]
) -> None:
    """Write patients as a raw export of REDCap with repeating instruments.

    ``codes`` is, for each field with choices, which code stands for which of our values.
    """
    header = ["study_id", "redcap_repeat_instrument", "redcap_repeat_instance", "sex",
              "age_at_first_procedure", "procedure_date", "procedure_kind", "vital_status",
              "death_date", "last_contact_date", "recurrence_date"]  # fmt: skip
    rows: list[dict[str, object]] = []
    for one in patients:
        state = "alive" if one.death is None else "dead_of_disease"
        rows.append({
            "study_id": one.study_id, "sex": codes["sex"][one.sex],
            "age_at_first_procedure": one.age, "vital_status": codes["vital_status"][state],
            "death_date": one.death, "last_contact_date": one.last_contact,
        })  # fmt: skip
        rows += [
            {
                "study_id": one.study_id, "redcap_repeat_instrument": "procedure",
                "redcap_repeat_instance": number, "procedure_date": day,
                "procedure_kind": codes["procedure_kind"][kind],
            }
            for number, (day, kind, _) in enumerate(one.operations, 1)
        ]  # fmt: skip
        if one.recurrence is not None:
            rows.append({
                "study_id": one.study_id, "redcap_repeat_instrument": "recurrence",
                "redcap_repeat_instance": 1, "recurrence_date": one.recurrence,
            })  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


def expected_courses(
    patients: list[Operated],
) -> dict[str, Course]:
    """Return days to exit, to the second treatment, to recurrence, and death; by study number.

    An aborted first operation counts as the first treatment.
    """
    found: dict[str, Course] = {}
    for one in patients:
        days = [day for day, *_ in one.operations]
        zero = days[0]
        second = (days[1] - zero).days if len(days) > 1 else None
        trigger = None if one.recurrence is None else (one.recurrence - zero).days
        found[one.study_id] = (
            (one.last_contact - zero).days,
            second,
            trigger,
            one.death is not None,
        )
    return found


def courses_of(cohort: Cohort) -> dict[str, Course]:
    """Return the same of a cohort whose times are in days."""

    def days(value: float) -> int | None:
        return None if np.isnan(value) else round(float(value))

    assert cohort.trigger is not None
    return {
        patient: (round(float(leave)), days(begin), days(trigger), bool(event))
        for patient, leave, begin, trigger, event in zip(
            cohort.patient,
            cohort.exit,
            cohort.initiation,
            cohort.trigger,
            cohort.event,
            strict=True,
        )
    }
