"""What rows look like before it is known what they are: filled or empty, words or measurements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from timezero.arrays import Bools, Ints
from timezero.intake.tables import BOOLEAN, DATE, NUMBER, Column, Table, shown

if TYPE_CHECKING:
    import polars as pl

HEAD: Final = 40
BELOW: Final = 20
MOST: Final = 0.8
_NUMBER: Final = r"[<>~≤≥]?\s*[-+−]?[.,]?\d[\d.,' \u00a0]*(?:[eE][-+]?\d+)?\s*%?"
_DATE: Final = r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[ T].*)?"
_DATE_IN_WORDS: Final = r"\d{1,2}[-. /]*[^\W\d_]{3,9}[-. /,]*\d{2,4}"
_MEASURED: Final = rf"^(?:{_NUMBER}|{_DATE}|{_DATE_IN_WORDS})$"
_PATTERN: Final = re.compile(_MEASURED)
_LONGEST: Final = 100
_MOST_CELLS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """Some rows of a table, cell by cell.

    Parameters
    ----------
    at : (r,) int64
        Which rows, as indices of the table.
    texts : tuple of tuple
        What each cell says, row by row; None where it is empty.
    filled : (r, c) bool
    measured : (r, c) bool
        Whether a cell is a number, a date or true/false, be it written as text.
    """

    at: Ints
    texts: tuple[tuple[str | None, ...], ...]
    filled: Bools
    measured: Bools

    @property
    def count(self) -> Ints:
        """Filled cells of each row."""
        return self.filled.sum(axis=1)

    def has_only_words(self, k: int) -> bool:
        """Return whether a row has no measurement in it, and no text twice."""
        own = [text for text in self.texts[k] if text is not None]
        return not self.measured[k].any() and len(set(own)) == len(own)

    def contrast(self, k: int) -> int:
        """Return in how many columns a row has a word above cells that are mostly measurements."""
        below = slice(k + 1, k + 1 + BELOW)
        n_filled, n_measured = self.filled[below].sum(axis=0), self.measured[below].sum(axis=0)
        mostly = (n_measured > 0) & (n_measured >= MOST * n_filled)
        return int((self.filled[k] & ~self.measured[k] & mostly).sum())


def looks_at(columns: Sequence[Column], at: Ints) -> Looks:
    """Return how some rows look.

    Parameters
    ----------
    columns : sequence of Column
    at : (r,) int64
        Indices of rows.
    """
    import polars as pl

    frame = pl.DataFrame([column.text.alias(str(c)) for c, column in enumerate(columns)])
    rows = tuple(frame[at].rows()) if columns else ()
    shape = (at.size, len(columns))
    filled, typed = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    for c, column in enumerate(columns):
        kinds = column.kinds[at]
        filled[:, c], typed[:, c] = kinds != 0, _is_typed(kinds)
    written = [[text is not None and _is_written(text) for text in row] for row in rows]
    return Looks(
        at=at, texts=rows, filled=filled, measured=typed | np.array(written, bool).reshape(shape)
    )


@lru_cache(maxsize=4096)
def _is_written(text: str) -> bool:
    return len(text) <= _LONGEST and _PATTERN.match(text) is not None


def _is_typed(kinds: NDArray[np.int8]) -> Bools:
    return (kinds == NUMBER) | (kinds == DATE) | (kinds == BOOLEAN)


def measured_cells(column: Column, at: Ints) -> Bools:
    """Return which cells are numbers, dates or true/false, be they written as text.

    Parameters
    ----------
    column : Column
    at : (r,) int64
        Indices of rows.
    """
    written: pl.Series = column.text.gather(at).str.contains(_MEASURED).fill_null(value=False)
    return _is_typed(column.kinds[at]) | np.asarray(written.to_numpy(), dtype=np.bool_)


def filled_rows(columns: Sequence[Column], n: int) -> Bools:
    """Return which of ``n`` rows have a cell that is not empty."""
    filled = np.zeros(n, dtype=np.bool_)
    for column in columns:
        filled |= column.kinds != 0
    return filled


def row_words(table: Table, row: int) -> str:
    """Return a row in words for a message: ``row 15: Total, 44``."""
    cells = [str(c.text[row]) for c in table.columns if c.kinds[row] != 0]
    more = ", ..." if len(cells) > _MOST_CELLS else ""
    listed = ", ".join(shown(cell) for cell in cells[:_MOST_CELLS])
    return f"row {int(table.rows[row])}: {listed}{more}"


def shape_of(text: str) -> str:
    """Return the pattern of an identifier: letters as a, digits as 9, each run once."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text.strip()))
