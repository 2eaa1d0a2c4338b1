"""Numbers such as 43529 among dates: days of a workbook, when its owner says so."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Option
from timezero.intake.dates.cells import SERIALS, DateCells, day_text
from timezero.intake.wording import counted

# What 1970-01-01 is in the two systems of Excel.
ZERO_DAYS: Final = {"excel_1900": 25_569, "excel_1904": 24_107}


def read_serials(cells: DateCells) -> tuple[Bools, Floats]:
    """Ask what numbers among dates mean, and return which texts they are, with their days.

    Parameters
    ----------
    cells : DateCells
    """
    numbers = np.array([np.nan if s is None else s.number for s in cells.shapes])
    texts = cells.which("number") & (numbers >= SERIALS[0]) & (numbers <= SERIALS[1])
    nothing = np.full(texts.size, np.nan)
    rows = cells.rows(texts)
    said = cells.bench.said(cells.name).serial_dates
    if not rows.any() or said == "number":
        return np.zeros_like(texts), nothing
    if said is None:
        _ask(cells, texts, numbers, rows)
    zero = ZERO_DAYS[said or "excel_1900"]
    return texts, np.where(texts, np.floor(numbers) - zero, nothing)


def _ask(cells: DateCells, texts: Bools, numbers: Floats, rows: Bools) -> None:
    first = cells.first(texts)
    text, number = cells.texts[first], np.floor(numbers[first])
    became = {name: day_text(number - zero) for name, zero in ZERO_DAYS.items()}
    cells.bench.ask(
        "date_serial",
        f"{counted(rows, 'number')} among dates, such as {text}: days counted by a workbook?",
        key="serial_dates",
        column=cells.column,
        mask=rows,
        options=(
            Option(value="excel_1900", words=f"days of Excel: {text} is {became['excel_1900']}"),
            Option(
                value="excel_1904",
                words=f"days of Excel counted from 1904: {text} is {became['excel_1904']}",
            ),
            Option(value="number", words=f"{text} is a number, and no date"),
        ),
        default="excel_1900",
    )
