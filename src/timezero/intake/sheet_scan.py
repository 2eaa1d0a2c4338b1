"""What stands about a sheet besides its values: hidden parts, formats, errors, formulas."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Final

DENSE_LIMIT: Final = 30_000_000
SPARSE_FREE, SPARSE_SHARE = 2_000_000, 0.02
# Formats are looked at in this many cells; a sheet with more uses them for looks.
FORMATS_LIMIT: Final = 1_000_000

Cell = tuple[int, int]


def _cells() -> array[int]:
    return array("q")


@dataclass(slots=True, kw_only=True)
class SheetScan:
    """What was seen of one sheet while its file was gone through.

    Rows and columns are counted from 1.

    Parameters
    ----------
    n_filled : int
        Cells with a value or a formula.
    top, left, bottom, right : int
        The first and last row and column with such a cell; 0 when there is none.
    hidden_rows : set of int
    hidden_columns : list of (int, int)
        First and last column of each hidden stretch.
    filter_range : str
        Such as ``A1:H40``, or ``set`` where it is not said; empty when no filter is set.
    merged : list of (int, int, int, int)
        First row, first column, last row, last column.
    errors : dict of (int, int) to str
        Cells with an error value such as ``#REF!``.
    uncalculated : list of (int, int)
        Formulas of which the file holds no value.
    formatted : dict of str to array
        For each telling format, row and column of its cells in turn.
    n_percent : int
        Numbers shown as per cent.
    commented : list of (int, int)
    has_dde : bool
        A formula asks another program for its value.
    overflown : bool
        More formatted cells than are looked at.
    """

    n_filled: int = 0
    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0
    hidden_rows: set[int] = field(default_factory=set[int])
    hidden_columns: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    filter_range: str = ""
    merged: list[tuple[int, int, int, int]] = field(default_factory=list[tuple[int, int, int, int]])
    errors: dict[Cell, str] = field(default_factory=dict[Cell, str])
    uncalculated: list[Cell] = field(default_factory=list[Cell])
    formatted: dict[str, array[int]] = field(default_factory=dict[str, "array[int]"])
    n_percent: int = 0
    commented: list[Cell] = field(default_factory=list[Cell])
    has_dde: bool = False
    overflown: bool = False

    def fill(self, row: int, column: int, *, n_rows: int = 1, n_columns: int = 1) -> None:
        """Note cells with a value, in a rectangle from its first row and column on."""
        last_row, last_column = row + n_rows - 1, column + n_columns - 1
        if self.n_filled == 0:
            self.top, self.left, self.bottom, self.right = row, column, last_row, last_column
        else:
            self.top, self.left = min(self.top, row), min(self.left, column)
            self.bottom, self.right = max(self.bottom, last_row), max(self.right, last_column)
        self.n_filled += n_rows * n_columns

    def fill_one(self, row: int, column: int) -> None:
        """Note one cell with a value; the rows come in order, but need not."""
        if self.n_filled == 0 or not self.top <= row <= self.bottom:
            self.fill(row, column)
            return
        self.n_filled += 1
        if column < self.left:
            self.left = column
        elif column > self.right:
            self.right = column

    def mark(self, kind: str, row: int, column: int) -> None:
        """Note a cell whose format may be meant to say something."""
        kept = self.formatted.setdefault(kind, _cells())
        if len(kept) < 2 * FORMATS_LIMIT:
            kept.extend((row, column))
        else:
            self.overflown = True

    @property
    def dense(self) -> int:
        """How many cells the rectangle around all filled cells has."""
        if self.n_filled == 0:
            return 0
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    @property
    def lies_apart(self) -> bool:
        """Whether a stray cell far away makes the sheet look vast."""
        return self.dense > SPARSE_FREE and self.n_filled < SPARSE_SHARE * self.dense


def column_number(letters: str) -> int:
    """Return the number of a column, A is 1.

    Parameters
    ----------
    letters : str
        Capital letters.
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def cell_of(address: str) -> Cell:
    """Return row and column of an address such as ``D7`` or ``$D$7``; (0, 0) when it is none."""
    plain = address.replace("$", "")
    digits = plain.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    letters = plain[: len(plain) - len(digits)]
    if not digits.isdecimal() or not digits.isascii() or not 1 <= len(letters) <= 3:
        return 0, 0
    return (int(digits), column_number(letters)) if len(digits) <= 8 else (0, 0)


def range_of(address: str) -> tuple[int, int, int, int]:
    """Return first row, first column, last row, last column of ``A1:B3`` or ``A1``."""
    first, _, last = address.partition(":")
    return (*cell_of(first), *cell_of(last or first))
