"""An empty workbook to fill in: lists to choose from, ranges that Excel watches, no names."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from timezero.errors import MissingExtra
from timezero.intake.record_export import (
    Export,
    items_by_form,
    number_words,
    range_words,
)
from timezero.intake.record_items import Item, item
from timezero.intake.spreadsheet_safe import safe_cell

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SHEETS: Final[dict[str, tuple[str, ...]]] = {
    "Patients": ("patient", "disease"),
    "Operations": ("patient_at_procedure", "procedure", "cytoreduction", "procedure_outcome"),
    "Perfusion": ("perfusion",),
    "Drugs": ("perfusion_drug",),
    "Readings": ("perfusion_series",),
    "Complications": ("complication",),
    "Systemic treatment": ("systemic_treatment",),
    "Recurrences": ("recurrence", "repeat_decision"),
    "Follow-up": ("follow_up",),
}
LINKS: Final[dict[str, tuple[str, ...]]] = {
    "Patients": ("study_id",),
    "Operations": ("study_id", "procedure_number", "procedure_date"),
    "Perfusion": ("study_id", "procedure_number"),
    "Drugs": ("study_id", "procedure_number"),
    "Readings": ("study_id", "procedure_number"),
    "Complications": ("study_id", "procedure_number"),
    "Systemic treatment": ("study_id",),
    "Recurrences": ("study_id",),
    "Follow-up": ("study_id",),
}
ROWS: Final = 2000
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2099, 12, 31)
FIXED: Final = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_PROMPT: Final = 250
READ_ME: Final = (
    "A workbook for the CRS/HIPEC record. Fill in what you have; leave empty what is not known.",
    (
        "Patients and Follow-up have one row for each patient, Operations and Perfusion one for "
        "each operation, the others one for each drug, reading, complication, line or recurrence."
    ),
    (
        "The study number ties the sheets together. Write no name, hospital number or date of "
        "birth: keep the list that leads from study numbers to patients apart from this file."
    ),
    (
        "The number of the procedure counts operations: 1 is the first. An aborted HIPEC is a "
        "procedure of its own kind; a second stage planned from the start is marked as such."
    ),
    "Empty means not known. Do not write 9, 99 or 0 for what was not recorded.",
    "Dates are dates of Excel, not text. A day that is not known is left empty, not guessed.",
    "Doses, volumes and durations keep the unit they were recorded in; it has its own column.",
    "Where several choices apply, write their codes with a semicolon between: liver; nodes.",
    (
        "Point at a header to read what it means; blue headers are needed for a study. Excel "
        "refuses values outside the possible range; timezero asks about unusual ones."
    ),
    "The sheet Lists holds the meaning of every code.",
)


def excel_template(items: Sequence[Item]) -> bytes:
    """Return the empty workbook; the same items give the same bytes.

    Parameters
    ----------
    items : sequence of Item
        Identifiers are left out, and items that belong to wide files only.

    Raises
    ------
    MissingExtra
        openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtra(
            what="the workbook needs openpyxl",
            where="the Excel template of the dictionary",
            mend="pip install 'timezero[files]'",
            code="TZ-DIC-04",
        ) from error
    book = Workbook()
    first: Any = book.active
    book.remove(first)
    _read_me(book)
    by_sheet = columns_by_sheet(items)
    lists = _lists(book, [i for inside in by_sheet.values() for i in inside])
    for title, inside in by_sheet.items():
        _fill(book.create_sheet(title, index=len(book.sheetnames) - 1), inside, lists)
    book.active = 1
    book.properties.creator = "timezero"
    book.properties.created = FIXED.replace(tzinfo=None)
    packed = io.BytesIO()
    book.save(packed)
    return _without_clock(packed.getvalue())


def columns_by_sheet(items: Sequence[Item]) -> dict[str, tuple[Item, ...]]:
    """Return which items are the columns of which sheet, the ones that tie sheets together first.

    Parameters
    ----------
    items : sequence of Item
    """
    by_form = items_by_form(i for i in items if not i.identifier)
    found: dict[str, tuple[Item, ...]] = {}
    for title, forms in SHEETS.items():
        inside = [i for form in forms for i in by_form.get(form, ()) if i.key not in LINKS[title]]
        if inside:
            found[title] = (*(item(key) for key in LINKS[title]), *inside)
    return found


def header_of(item: Item) -> str:
    """Return the header of an item's column: its name, and its unit in brackets.

    Parameters
    ----------
    item : Item
    """
    return safe_cell(f"{item.name} ({item.unit})" if item.unit else item.name)


def _read_me(book: Workbook) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet("Read me")
    sheet.column_dimensions["A"].width = 100
    sheet.append(["CRS/HIPEC record"])
    sheet["A1"].font = Font(bold=True, size=14)
    for line in READ_ME:
        sheet.append([line])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")


def _lists(book: Workbook, items: Sequence[Item]) -> dict[str, str]:
    """Write every list of choices, codes beside labels, and return where the codes stand."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet("Lists")
    sheet.freeze_panes = "A2"
    places: dict[str, str] = {}
    for listed in items:
        choices = _choices(listed)
        if not choices or listed.key in places:
            continue
        column = 2 * len(places) + 1
        letter, beside = get_column_letter(column), get_column_letter(column + 1)
        places[listed.key] = f"Lists!${letter}$2:${letter}${len(choices) + 1}"
        for row, (code, label) in enumerate([(listed.key, "meaning"), *choices], start=1):
            for offset, text in enumerate((code, label)):
                # A digit typed into a cell is a number: the list must hold numbers, too.
                value = int(text) if text.isdigit() else safe_cell(text)
                sheet.cell(row, column + offset, value).font = Font(bold=row == 1)
        sheet.column_dimensions[letter].width = max(12, len(listed.key) + 2)
        sheet.column_dimensions[beside].width = max(12, *(len(label) + 2 for _, label in choices))
    return places


def _choices(listed: Item) -> list[tuple[str, str]]:
    if listed.type == "yes_no":
        return [("yes", "yes"), ("no", "no")]
    if listed.multiple_of and listed.hard:
        low, high, step = int(listed.hard[0]), int(listed.hard[1]), int(listed.multiple_of)
        return [(str(value), str(value)) for value in range(low, high + 1, step)]
    return [(choice.code, choice.label) for choice in listed.choices]


def _fill(sheet: Worksheet, items: Sequence[Item], lists: dict[str, str]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    needed = PatternFill("solid", fgColor="FFDDEBF7")
    for column, shown in enumerate(items, start=1):
        letter = get_column_letter(column)
        cell = sheet.cell(1, column, header_of(shown))
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if shown.needed_for_a_study:
            cell.fill = needed
        said = _remark(shown)
        cell.comment = Comment(said, "timezero", height=60 + len(said) // 2, width=320)
        sheet.column_dimensions[letter].width = _width(shown)
        if shown.type == "date":
            sheet.column_dimensions[letter].number_format = "yyyy-mm-dd"
        _watch(sheet, shown, f"{letter}2:{letter}{ROWS + 1}", lists)
    sheet.row_dimensions[1].height = 48
    links = sum(1 for shown in items if shown.key in ("study_id", "procedure_number"))
    sheet.freeze_panes = sheet.cell(2, links + 1).coordinate


def _width(shown: Item) -> float:
    longest = max((len(word) for word in header_of(shown).split()), default=8)
    codes = max((len(code) for code, _ in _choices(shown)), default=0)
    return float(min(30, max(12, longest + 2, codes + 4, len(header_of(shown)) // 3 + 2)))


def _remark(shown: Item) -> str:
    parts = [shown.meaning]
    if shown.unit_item:
        parts.append(f"Unit: kept as recorded, in the column {item(shown.unit_item).name}.")
    elif shown.unit:
        parts.append(f"Unit: {shown.unit}.")
    if shown.plausible:
        parts.append(f"Usually {range_words(shown.plausible)}.")
    if shown.choices:
        listed = "; ".join(f"{c.code} = {c.label}" for c in shown.choices)
        parts.append(f"{'Several may apply' if shown.several else 'Choose one'}: {listed}.")
    if shown.type == "date":
        parts.append("A date of Excel; empty when not known.")
    if shown.disagreement:
        parts.append(shown.disagreement)
    return safe_cell("\n".join(parts))


def _watch(sheet: Worksheet, shown: Item, cells: str, lists: dict[str, str]) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule: dict[str, Any] = {}
    if shown.key in lists and not shown.several:
        rule = {"type": "list", "formula1": lists[shown.key]}
    elif shown.type == "date":
        rule = {"type": "date", "operator": "between"}
        rule |= {"formula1": _serial(FIRST_DAY), "formula2": _serial(LAST_DAY)}
    elif shown.type in {"number", "whole"} and shown.hard:
        rule = {"type": "decimal" if shown.type == "number" else "whole", "operator": "between"}
        rule |= {"formula1": number_words(shown.hard[0]), "formula2": number_words(shown.hard[1])}
    watch: Any = DataValidation(allow_blank=True, showInputMessage=True, **rule)
    watch.promptTitle, watch.prompt = shown.key[:30], _remark(shown)[:LONGEST_PROMPT]
    if rule:
        watch.showErrorMessage, watch.errorStyle = True, "stop"
        watch.errorTitle, watch.error = "Not possible here", _refusal(shown)
    sheet.add_data_validation(watch)
    watch.add(cells)


def _refusal(shown: Item) -> str:
    if shown.type == "date":
        return f"A date between {FIRST_DAY} and {LAST_DAY}, or empty when not known."
    if shown.hard and not shown.multiple_of:
        unit = " or ".join(shown.units) or shown.unit
        return f"Possible is {range_words(shown.hard)} {unit}".rstrip() + ", or empty."
    return "Choose one of the list, or leave it empty when not known."


def _serial(day: date) -> str:
    return str((day - date(1899, 12, 30)).days)


def _without_clock(raw: bytes) -> bytes:
    """Return the package with one fixed time everywhere, so that equal content is equal bytes."""
    packed = io.BytesIO()
    stamp = FIXED.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, content)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return packed.getvalue()


EXPORT = Export(title="Excel template", ending=".xlsx", content=excel_template)
