"""The different texts of a column, so that each is read once however often it occurs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

FEWEST_ROWS: Final = 10_000
MOST_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distinct:
    """Different texts, and which of them each cell says.

    Parameters
    ----------
    values : (k,) polars String
        Every text once, and null; all cells in their order when ``codes`` is None.
    codes : (n,) uint32 or None
        For each cell the index of its text.
    """

    values: pl.Series
    codes: NDArray[np.uint32] | None

    def spread(self, read: NDArray[Any]) -> NDArray[Any]:
        """Return what was read from the texts, for each cell.

        Parameters
        ----------
        read : (k,) array
        """
        return read if self.codes is None else read[self.codes]


def distinct(text: pl.Series) -> Distinct:
    """Return the different texts of a column where they are few, or else all cells.

    Parameters
    ----------
    text : (n,) polars String
    """
    import polars as pl

    n = len(text)
    if n < FEWEST_ROWS or cast("int", text.approx_n_unique()) > MOST_SHARE * n:
        return Distinct(values=text, codes=None)
    values = text.drop_nulls().unique()
    codes = text.cast(pl.Enum(values)).to_physical().fill_null(len(values)).to_numpy()
    nothing = pl.Series(values.name, [None], dtype=pl.String)
    return Distinct(values=values.append(nothing), codes=codes.astype(np.uint32))
