"""Dates that programs write where nothing was entered: 1900-01-01, 9999-12-31 and the like."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option
from timezero.intake.dates.cells import EPOCH, DateCells
from timezero.intake.dates.order import ORDERS
from timezero.intake.wording import counted

# Zero days of Excel (both systems), of Unix and of database servers; ends of time; typed fillers.
PLACEHOLDERS: Final = frozenset(
    {
        (0, 0, 0), (1, 1, 1), (1111, 11, 11), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31),
        (1900, 1, 0), (1900, 1, 1), (1904, 1, 1), (1970, 1, 1), (2099, 12, 31), (2999, 12, 31),
        (9999, 12, 31), (9999, 9, 9),
    }
)  # fmt: skip
# Fillers that no calendar has: 99/99/9999, 88/88/8888, 99/99/99.
_FILLERS: Final = frozenset({(9999, None, None), (8888, None, None), (99, 99, 99), (88, 88, 88)})
# A patient can have been born on the zero day of a computer.
_BIRTHS: Final = frozenset({(1900, 1, 1), (1904, 1, 1), (1970, 1, 1)})


def find_placeholders(cells: DateCells) -> Bools:
    """Ask about dates that may stand for 'not recorded', and return the cells that do.

    Parameters
    ----------
    cells : DateCells

    Returns
    -------
    (n,) bool
        Cells that are empty from now on.
    """
    texts = np.array([_is_placeholder(cells, k) for k in range(len(cells.texts))], dtype=np.bool_)
    days = np.array([dt.date(*p).toordinal() - EPOCH for p in PLACEHOLDERS if min(p)])
    rows = cells.rows(texts) | np.isin(cells.clear, days)
    said = cells.bench.said(cells.name).placeholder_dates
    if not rows.any() or said == "real":
        return np.zeros_like(rows)
    cells.open |= texts
    if said is None:
        return rows & _ask(cells, rows)
    return rows


def _is_placeholder(cells: DateCells, k: int) -> bool:
    shape = cells.shapes[k]
    if shape is None or not shape.whole or shape.kind not in {"year_first", "year_last", "named"}:
        return False
    if (shape.year, shape.first, shape.second) in _FILLERS:
        return True
    if shape.short:
        return False
    readings = [cells.parts(k)]
    if shape.kind == "year_last" and not cells.strict[k]:
        readings = [
            ORDERS[order](shape.first, shape.second, shape.year) for order in ("dmy", "mdy")
        ]
    return any((y, m or 0, d or 0) in PLACEHOLDERS for y, m, d in readings)


def _ask(cells: DateCells, rows: Bools) -> bool:
    """Ask, and return whether the cells are empty until there is an answer."""
    roles = cells.bench.roles.get(cells.name, ())
    seen = cells.column.text.filter(rows.tolist()).value_counts(sort=True).rows()[:5]
    listed = ", ".join(f"{text} ({counted(n, 'cell')})" for text, n in seen)
    born = [dt.date(*p).toordinal() - EPOCH for p in _BIRTHS]
    may_be_real = "birth" in roles and bool(np.isin(cells.clear[rows], born).any())
    # Everybody needs these dates: empty, they would only be missed a second time.
    is_needed = bool({"time_zero", "entry", "exit"} & set(roles))
    cells.bench.ask(
        "date_placeholder",
        f"{counted(rows, 'date')} that programs write where nothing was entered: {listed}",
        key="placeholder_dates",
        column=cells.column,
        mask=rows,
        options=(
            Option(value="missing", words=f"{seen[0][0]} means: not recorded; the cell is empty"),
            Option(value="real", words=f"{seen[0][0]} is a date like any other"),
        ),
        default=None if may_be_real or is_needed else "missing",
    )
    if may_be_real or is_needed:
        cells.clear = np.where(rows, np.nan, cells.clear)
        cells.asked |= rows
    return not (may_be_real or is_needed)
