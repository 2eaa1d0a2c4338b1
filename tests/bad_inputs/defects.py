"""Defects that real files have, each put into a clean registry at random, with its right answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

TIMES = ("first_crs", "recurrence", "second_crs", "last_contact")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Rng = np.random.Generator


@dataclass
class Sheet:
    """A registry that is being spoilt.

    ``answers`` is the recipe that tells the truth about what was done; ``data`` and ``rules`` are
    what the study file says beyond the clean one.
    """

    header: list[str]
    rows: list[list[str]]
    above: list[list[str]] = field(default_factory=list[list[str]])
    below: list[list[str]] = field(default_factory=list[list[str]])
    delimiter: str = ","
    line_end: str = "\n"
    encoding: str = "utf-8"
    mark: bytes = b""
    workbook: bool = False
    hidden: list[int] = field(default_factory=list[int])
    header_before: int | None = None
    copied: list[int] = field(default_factory=list[int])
    answers: dict[str, Any] = field(default_factory=dict[str, Any])
    columns: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    rules: dict[str, Any] = field(default_factory=dict[str, Any])
    touched: set[str] = field(default_factory=set[str])

    def at(self, name: str) -> int:
        """Return where a column is."""
        return [heading.strip().lower() for heading in self.header].index(name)

    def lines(self) -> list[list[str]]:
        """Return the lines of the file, with repeated headers and copies of rows."""
        body = [list(row) for row in self.rows]
        body += [list(self.rows[k]) for k in self.copied]
        if self.header_before is not None:
            body.insert(self.header_before, list(self.header))
        return [*self.above, self.header, *body, *self.below]

    def filled(self, name: str) -> list[int]:
        """Return the rows in which a column says a date or a number, not a word for neither."""
        return [k for k, row in enumerate(self.rows) if row[self.at(name)].strip()[:1].isdigit()]


Defect = Callable[[Sheet, Rng], bool]
DEFECTS: dict[str, Defect] = {}


def defect(function: Defect) -> Defect:
    """Put a function into the list; it returns False where it does not apply."""
    DEFECTS[function.__name__] = function
    return function


def some(rng: Rng, rows: list[int], most: int = 3) -> list[int]:
    """Return a few of the rows."""
    return sorted(
        rng.choice(rows, size=min(len(rows), int(rng.integers(1, most + 1))), replace=False)
    )


def once(sheet: Sheet, *names: str) -> bool:
    """Return whether none of these parts was spoilt before, and mark them as spoilt."""
    if sheet.touched & set(names):
        return False
    sheet.touched |= set(names)
    return True


def a_time(sheet: Sheet, rng: Rng) -> str | None:
    """Return a column of dates that is still as it was."""
    free = [name for name in TIMES if name not in sheet.touched and sheet.filled(name)]
    if not free:
        return None
    name = str(rng.choice(free))
    sheet.touched.add(name)
    return name


def rewritten(sheet: Sheet, name: str, rows: list[int], write: Callable[[dt.date], str]) -> None:
    """Write the dates of some rows otherwise."""
    for k in rows:
        cell = sheet.rows[k][sheet.at(name)].strip()
        sheet.rows[k][sheet.at(name)] = write(dt.date.fromisoformat(cell))


# How the file is written: nothing may change.


@defect
def byte_order_mark(sheet: Sheet, rng: Rng) -> bool:
    sheet.mark = b"\xef\xbb\xbf"
    return not sheet.workbook and once(sheet, "encoding")


@defect
def utf_16(sheet: Sheet, rng: Rng) -> bool:
    if sheet.workbook or not once(sheet, "encoding"):
        return False
    sheet.encoding = str(rng.choice(["utf-16-le", "utf-16-be"]))
    sheet.mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[sheet.encoding]
    return True


@defect
def windows_letters(sheet: Sheet, rng: Rng) -> bool:
    if sheet.workbook or not once(sheet, "encoding"):
        return False
    sheet.encoding = "cp1252"
    for row in sheet.rows:
        row[sheet.at("centre")] = str(rng.choice(["München", "Genève", "Málaga"]))
    return True


@defect
def line_ends(sheet: Sheet, rng: Rng) -> bool:
    sheet.line_end = str(rng.choice(["\r\n", "\r"]))
    return once(sheet, "line ends")


@defect
def other_delimiter(sheet: Sheet, rng: Rng) -> bool:
    sheet.delimiter = str(rng.choice([";", "\t", "|"]))
    return once(sheet, "delimiter")


@defect
def as_workbook(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "encoding", "delimiter", "line ends"):
        return False
    sheet.workbook = True
    return True


@defect
def empty_rows_below(sheet: Sheet, rng: Rng) -> bool:
    sheet.below += [[""] * len(sheet.header) for _ in range(int(rng.integers(1, 300)))]
    return True


@defect
def empty_columns(sheet: Sheet, rng: Rng) -> bool:
    for _ in range(int(rng.integers(1, 4))):
        sheet.header.append("")
        for row in sheet.rows:
            row.append("")
    return True


@defect
def spaces_around_cells(sheet: Sheet, rng: Rng) -> bool:
    for row in sheet.rows:
        for k in range(len(row)):
            if row[k] and rng.random() < 0.1:
                row[k] = f"{rng.choice([' ', chr(160), '  '])}{row[k]} "
    return True


@defect
def spaces_in_headers(sheet: Sheet, rng: Rng) -> bool:
    sheet.header = [f" {h}\u00a0" if h and rng.random() < 0.4 else h for h in sheet.header]
    return once(sheet, "header")


@defect
def case_of_headers(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "header"):
        return False
    sheet.header = [h.upper() if rng.random() < 0.5 else h for h in sheet.header]
    return True


@defect
def other_order(sheet: Sheet, rng: Rng) -> bool:
    rng.shuffle(sheet.rows)
    order = rng.permutation(len(sheet.header)).tolist()
    sheet.header = [sheet.header[k] for k in order]
    sheet.rows = [[row[k] for k in order] for row in sheet.rows]
    return True


@defect
def notes_with_line_breaks(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "notes"):
        return False
    sheet.header.append("notes")
    for row in sheet.rows:
        row.append(str(rng.choice(["", "first line\nsecond, with comma", 'said "fine"; home'])))
    return True


@defect
def header_again(sheet: Sheet, rng: Rng) -> bool:
    sheet.header_before = int(rng.integers(1, len(sheet.rows)))
    return True


@defect
def title_above(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "title"):
        return False
    empty = [""] * (len(sheet.header) - 1)
    sheet.above = [["Registry of operations (invented)", *empty], ["", *empty]]
    sheet.answers |= {"header_rows": [3]}
    return True


@defect
def footer_below(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "footer"):
        return False
    cells = [""] * len(sheet.header)
    cells[0] = str(rng.choice(["Total", f"n = {len(sheet.rows)}", "Source: theatre books"]))
    sheet.below = [[""] * len(sheet.header), cells, *sheet.below]
    sheet.answers |= {"footer": "leave_out"}
    return True


@defect
def copies_of_rows(sheet: Sheet, rng: Rng) -> bool:
    sheet.copied = some(rng, list(range(len(sheet.rows))))
    return True


# How cells are written: the right answer brings the clean registry back.


@defect
def dates_with_dots(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    sign = str(rng.choice([".", "/", "-"]))
    day_first = rng.random() < 0.6
    parts = f"%d{sign}%m{sign}%Y" if day_first else f"%m{sign}%d{sign}%Y"
    rewritten(sheet, name, sheet.filled(name), lambda day: day.strftime(parts))
    sheet.columns.setdefault(name, {})["date_format"] = parts
    return True


@defect
def months_in_words(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    rewritten(
        sheet,
        name,
        sheet.filled(name),
        lambda day: f"{day.day}-{MONTHS[day.month - 1]}-{day.year}",
    )
    return True


@defect
def two_digit_years(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    rewritten(sheet, name, sheet.filled(name), lambda day: day.strftime("%d.%m.%y"))
    sheet.columns.setdefault(name, {}).update(date_format="%d.%m.%y", century_pivot=2025)
    return True


@defect
def serials_among_dates(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    start = dt.date(1899, 12, 30)
    rows = some(rng, sheet.filled(name))
    rewritten(sheet, name, rows, lambda day: str((day - start).days))
    sheet.columns.setdefault(name, {})["serial_dates"] = "excel_1900"
    return True


@defect
def times_of_day(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    rewritten(sheet, name, sheet.filled(name), lambda day: f"{day.isoformat()} 00:00:00")
    return True


@defect
def words_for_never(sheet: Sheet, rng: Rng) -> bool:
    name = str(rng.choice(["second_crs", "recurrence"]))
    if not once(sheet, f"{name} blanks"):
        return False
    word = str(rng.choice(["NA", "n/a", "-", "none", "keine", "?"]))
    for row in sheet.rows:
        row[sheet.at(name)] = row[sheet.at(name)] or word
    sheet.columns.setdefault(name, {})["missing"] = [word]
    return True


@defect
def placeholders_for_never(sheet: Sheet, rng: Rng) -> bool:
    name = str(rng.choice(["second_crs", "recurrence"]))
    if not once(sheet, f"{name} blanks", name):
        return False
    day = str(rng.choice(["1900-01-01", "9999-12-31", "2099-12-31"]))
    for row in sheet.rows:
        row[sheet.at(name)] = row[sheet.at(name)] or day
    sheet.columns.setdefault(name, {})["placeholder_dates"] = "missing"
    return True


@defect
def codes_for_missing(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "cells"):
        return False
    code = str(rng.choice(["99", "999", "-1", "-9"]))
    for k in some(rng, list(range(len(sheet.rows)))):
        sheet.rows[k][sheet.at("pci")] = code
    sheet.columns.setdefault("pci", {})["missing"] = [code]
    return True


@defect
def decimal_commas(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "albumin"):
        return False
    for row in sheet.rows:
        row[sheet.at("albumin")] = f"{float(row[sheet.at('albumin')].strip()):.1f}".replace(
            ".", ","
        )
    return True


@defect
def letters_for_digits(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "cells"):
        return False
    k = int(rng.integers(len(sheet.rows)))
    sheet.rows[k][sheet.at("pci")] = str(rng.choice(["1O", "l2", "1..5", "2.3.4"]))
    return True


@defect
def words_of_status(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "status"):
        return False
    words = {"dead": ["dead", "Dead", "DEAD"], "alive": ["alive", "Alive"]}
    for row in sheet.rows:
        row[sheet.at("status")] = str(rng.choice(words[row[sheet.at("status")].strip()]))
    sheet.data |= {"event_value": ["dead", "Dead", "DEAD"], "censored_value": ["alive", "Alive"]}
    return True


@defect
def a_third_status(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "status"):
        return False
    k = int(rng.integers(len(sheet.rows)))
    sheet.rows[k][sheet.at("status")] = str(rng.choice(["lost", "unknown", "", "dead of other"]))
    return True


@defect
def spaces_in_identifiers(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "id"):
        return False
    k = int(rng.integers(len(sheet.rows)))
    one = list(sheet.rows[k])
    one[sheet.at("patient_id")] = one[sheet.at("patient_id")].lower().replace("p", "p ")
    one[sheet.at("last_contact")] = "2019-06-30"
    sheet.rows.append(one)
    return once(sheet, "last_contact")


@defect
def one_identifier_missing(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "id"):
        return False
    sheet.rows[int(rng.integers(len(sheet.rows)))][sheet.at("patient_id")] = ""
    return True


# Cells that say something wrong: the analysis must stop, or tell.


@defect
def an_impossible_date(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    for k in some(rng, sheet.filled(name)):
        sheet.rows[k][sheet.at(name)] = str(rng.choice(["2012-02-30", "2013-13-01", "2011-04-31"]))
    return True


@defect
def a_future_date(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    sheet.rows[some(rng, sheet.filled(name))[0]][sheet.at(name)] = "2062-05-01"
    return True


@defect
def a_partial_date(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    for k in some(rng, sheet.filled(name)):
        cell = sheet.rows[k][sheet.at(name)].strip()
        sheet.rows[k][sheet.at(name)] = cell[: int(rng.choice([4, 7]))]
    return True


@defect
def a_date_in_another_order(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    rewritten(
        sheet, name, some(rng, sheet.filled(name)), lambda day: f"{day.day}/{day.month}/{day.year}"
    )
    return True


@defect
def contact_before_operation(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "first_crs", "last_contact"):
        return False
    k = int(rng.integers(len(sheet.rows)))
    first, last = sheet.at("first_crs"), sheet.at("last_contact")
    row = sheet.rows[k]
    row[first], row[last] = row[last], row[first]
    return True


@defect
def repeat_before_operation(sheet: Sheet, rng: Rng) -> bool:
    if not sheet.filled("second_crs") or not once(sheet, "second_crs"):
        return False
    sheet.rows[some(rng, sheet.filled("second_crs"))[0]][sheet.at("second_crs")] = "2001-02-03"
    return True


@defect
def repeat_on_the_first_day(sheet: Sheet, rng: Rng) -> bool:
    if not sheet.filled("second_crs") or not once(sheet, "second_crs", "first_crs"):
        return False
    row = sheet.rows[some(rng, sheet.filled("second_crs"))[0]]
    row[sheet.at("second_crs")] = row[sheet.at("first_crs")]
    return True


@defect
def a_word_for_a_date(sheet: Sheet, rng: Rng) -> bool:
    name = a_time(sheet, rng)
    if name is None:
        return False
    word = str(rng.choice(["see notes", "spring 2012", "#REF!", "unknown", "yes"]))
    sheet.rows[some(rng, sheet.filled(name))[0]][sheet.at(name)] = word
    return True


@defect
def the_same_patient_again(sheet: Sheet, rng: Rng) -> bool:
    if not once(sheet, "id", "last_contact"):
        return False
    row = list(sheet.rows[int(rng.integers(len(sheet.rows)))])
    row[sheet.at("last_contact")] = "2019-06-30"
    sheet.rows.append(row)
    return True


@defect
def hidden_rows(sheet: Sheet, rng: Rng) -> bool:
    if not sheet.workbook and not as_workbook(sheet, rng):
        return False
    if not once(sheet, "hidden"):
        return False
    sheet.hidden = some(rng, list(range(len(sheet.rows))))
    sheet.answers |= {"hidden": "use"}
    return True
