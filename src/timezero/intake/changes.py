"""What was changed in a table: every cell, old and new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from timezero.arrays import Ints
from timezero.intake.tables import shown

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """Cells of one column that one rule changed.

    Parameters
    ----------
    code : str
        The step that did it.
    rule : str
        In words: ``dates written %d.%m.%Y``.
    column, letter : str
    rows : (n,) int64
        Row numbers as the owner of the file sees them.
    old, new : (n,) polars String
        What the cells said, and what they mean now; null is an empty cell.
    """

    code: str
    rule: str
    column: str
    letter: str
    rows: Ints
    old: pl.Series
    new: pl.Series

    @property
    def n(self) -> int:
        """Number of cells."""
        return int(self.rows.size)

    def lines(self, most: int | None = None) -> Iterator[str]:
        """Yield ``D7: 04.03.16 -> 2016-03-04`` for each cell, or for the first ones."""
        for k in range(self.n if most is None else min(most, self.n)):
            number = int(self.rows[k])
            place = f"{self.letter}{number}" if self.letter else f"row {number}"
            yield f"{place}: {shown(self.old[k])} -> {shown(self.new[k])}"
