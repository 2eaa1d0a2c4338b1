"""A workbook as it comes from a ward: everything in it is invented, nothing in it is tidy.

Two sheets with titles, merged and two-level headers, dates of three kinds in one column, decimal
commas, 99 for missing, footers, a hidden row and a hidden sheet, aborted and third operations,
identifiers only on the first of a patient's operations.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from operated_patients import Operated, operated_patients

MONTHS = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")
KINDS = {"complete_hipec": "HIPEC", "hipec_aborted": "HIPEC abgebrochen"}
SECOND_HEADER = (
    "Nr.", "Geschlecht", "Alter", "Rezidiv", "Letzter Kontakt", "Status", "Albumin", "PCI",
)  # fmt: skip
SEX = {"female": "w", "male": "m"}


def awful_patients() -> list[Operated]:
    """Return the simulated patients of the workbook."""
    return operated_patients(n=44, seed=11)


def write_awful_workbook(path: Path, patients: list[Operated]) -> None:
    """Write the workbook."""
    from openpyxl import Workbook

    book = Workbook()
    _patients_sheet(book.active, patients)
    _operations_sheet(book.create_sheet("Operationen"), patients)
    old = book.create_sheet("alt")
    old.append(["nicht mehr benutzen", 1])
    old.sheet_state = "hidden"
    book.save(path)


def _patients_sheet(sheet: Any, patients: list[Operated]) -> None:
    sheet.title = "Patienten"
    sheet["A1"] = "HIPEC-Register der Klinik (erfundene Daten)"
    sheet["A2"] = "Stand: 31.12.2018, bitte nicht umsortieren"
    sheet["A4"], sheet["D4"] = "Patient", "Verlauf"
    sheet.merge_cells("A4:C4")
    sheet.merge_cells("D4:H4")
    second = (
        "Nr.",
        "Geschlecht",
        "Alter",
        "Rezidiv",
        "Letzter Kontakt",
        "Status",
        "Albumin",
        "PCI",
    )
    for column, header in enumerate(second, 1):
        sheet.cell(5, column, header)
    for k, one in enumerate(patients):
        row = 6 + k
        cells: tuple[object, ...] = (
            one.study_id,
            SEX[one.sex],
            one.age,
            None if one.recurrence is None else one.recurrence.strftime("%d.%m.%Y"),
            _of_three_kinds(k, one.last_contact),
            "verstorben" if one.death is not None else "lebt",
            f"{30 + k % 15},{k % 10}",
            99 if k % 11 == 5 else one.operations[0][2],
        )
        for column, cell in enumerate(cells, 1):
            sheet.cell(row, column, cell)
    last = 6 + len(patients)
    sheet.cell(last + 1, 1, "Summe")
    sheet.cell(last + 1, 3, f"n = {len(patients)}")
    sheet.cell(last + 2, 1, "Status: verstorben / lebt")
    sheet.row_dimensions[10].hidden = True


def _of_three_kinds(k: int, day: dt.date) -> object:
    """Return a date as a date, as text with dots, or with the month in words."""
    if k % 3 == 0:
        return day
    if k % 3 == 1:
        return day.strftime("%d.%m.%Y")
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def _operations_sheet(sheet: Any, patients: list[Operated]) -> None:
    sheet["A1"] = "Operationen"
    for column, header in enumerate(("Nr.", "OP-Datum", "Verfahren", "Dauer (h)"), 1):
        sheet.cell(3, column, header)
    row = 4
    for one in patients:
        for number, (day, kind, _) in enumerate(one.operations):
            cells = (
                one.study_id if number == 0 else None,
                day.strftime("%d.%m.%Y"),
                KINDS[kind],
                f"{6 + row % 5},5",
            )
            for column, cell in enumerate(cells, 1):
                sheet.cell(row, column, cell)
            row += 1
        if len(one.operations) > 1:
            sheet.merge_cells(
                start_row=row - len(one.operations), end_row=row - 1, start_column=1, end_column=1
            )
    sheet.cell(row + 1, 1, "Gesamt")
    sheet.cell(row + 1, 2, f"n = {row - 4}")


# What its owner says when asked; the rest is proposed rightly.
ANSWERS = """
[tables.patients]
sheet = "Patienten"

[tables.operations]
sheet = "Operationen"

[shape]
kind = "one_row_per_operation"
patients = "patients"
operations = "operations"
patient_id = { patients = "Patient / Nr.", operations = "Nr." }
operation_date = "OP-Datum"
operation_kind = "Verfahren"
aborted_first = "time_zero"

[data]
id = "Patient / Nr."
time_zero = "first_treatment"
initiation = "second_treatment"
further = ["third_treatment"]
trigger = "Verlauf / Rezidiv"
exit = "Verlauf / Letzter Kontakt"
event = "Verlauf / Status"
event_value = ["verstorben"]
censored_value = ["lebt"]
covariates = ["Patient / Alter", "Verlauf / PCI", "Verlauf / Albumin"]
unit = "days"
simulated = true
"""
