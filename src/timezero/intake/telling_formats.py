"""Cells whose colour, strikethrough or comment may be meant as data; looks alone do not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from timezero.arrays import Ints
from timezero.intake.sheet_scan import Cell, SheetScan

# Above this share of the rows a format is the look of a column, of cells the look of a row.
COLUMN_SHARE, ROW_SHARE = 0.9, 0.8
_FEWEST_BANDS: Final = 3

_Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingCell:
    """A cell with a format or a comment that others of its column do not have.

    Parameters
    ----------
    row, column : int
        Counted from 1.
    how : str
        ``fill``, ``struck through``, ``coloured letters``, ``comment``.
    """

    row: int
    column: int
    how: str


def telling_cells(scan: SheetScan, header_row: int) -> tuple[TellingCell, ...]:
    """Find the cells below the header whose format may be meant to say something.

    A format that covers nearly all of a column is its look; rows at equal distances that are
    covered from end to end are bands; a row below the header that looks as the header does belongs
    to it.

    Parameters
    ----------
    scan : SheetScan
    header_row : int
        The row with the headers, counted from 1.
    """
    found: dict[Cell, list[str]] = {}
    if not scan.overflown:
        for kind, flat in scan.formatted.items():
            places = np.array(flat, dtype=np.int64).reshape(-1, 2)
            for row, column in _without_looks(places, scan, header_row):
                found.setdefault((int(row), int(column)), []).append(_plain(kind))
    for row, column in scan.commented:
        if row > header_row:
            found.setdefault((row, column), []).append("comment")
    return tuple(
        TellingCell(row=row, column=column, how=", ".join(dict.fromkeys(how)))
        for (row, column), how in sorted(found.items())
    )


def _plain(kind: str) -> str:
    return next((word for word in ("fill", "coloured letters") if kind.startswith(word)), kind)


def _without_looks(places: _Places, scan: SheetScan, header_row: int) -> _Places:
    width = scan.right - scan.left + 1
    first = header_row + 1
    while _covered(places, first - 1, width) and _covered(places, first, width):
        first += 1
    places = _within(places, scan, first)
    n_rows = scan.bottom - first + 1
    for column in np.unique(places[:, 1]):
        own = places[:, 1] == column
        if own.sum() >= COLUMN_SHARE * n_rows:
            places = places[~own]
    return places[~np.isin(places[:, 0], _bands(places, n_rows, width))]


def _within(places: _Places, scan: SheetScan, first: int) -> _Places:
    rows, columns = places[:, 0], places[:, 1]
    inside = (rows >= first) & (rows <= scan.bottom)
    return places[inside & (columns >= scan.left) & (columns <= scan.right)]


def _covered(places: _Places, row: int, width: int) -> bool:
    return int((places[:, 0] == row).sum()) >= max(1.0, ROW_SHARE * width)


def _bands(places: _Places, n_rows: int, width: int) -> Ints:
    """Return the rows that are covered from end to end, if they stand at equal distances."""
    rows, counts = np.unique(places[:, 0], return_counts=True)
    whole = rows[counts >= ROW_SHARE * width]
    steps = np.diff(whole)
    if whole.size < _FEWEST_BANDS or np.ptp(steps) > 0 or steps[0] < 2:
        return np.empty(0, dtype=np.int64)
    reaches = whole.size * int(steps[0]) >= n_rows - int(steps[0])
    return whole if reaches else np.empty(0, dtype=np.int64)
