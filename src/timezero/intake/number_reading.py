"""What numbers a column of text can hold: each notation tried, and the column decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from timezero.arrays import Bools, Floats

if TYPE_CHECKING:
    import polars as pl

Decimal = Literal[".", ","]

PLAIN: Final = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
GROUPED: Final = r"^[+-]?[1-9]\d{0,2}((,\d{3})+|( \d{3})+|('\d{3})+)(\.\d+)?$"
_SIGNS: Final = r"[,. ']"
_MARKS: Final = r"[, ']"
_GROUPED_BY_POINT: Final = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+$"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readings:
    """Both numbers that each text can be.

    Parameters
    ----------
    point, comma : (n,) float64
        The number when the decimals follow a point, and when they follow a comma; NaN where the
        text is no number in that notation.
    """

    point: Floats
    comma: Floats

    @property
    def ambiguous(self) -> Bools:
        """Which texts are two different numbers: ``1,234``."""
        differ = np.isfinite(self.point) & np.isfinite(self.comma)
        return np.asarray(differ & (self.point != self.comma))

    @property
    def only_point(self) -> Bools:
        """Which texts are a number only when the decimals follow a point: ``3.5``."""
        return np.asarray(np.isfinite(self.point) & np.isnan(self.comma))

    @property
    def only_comma(self) -> Bools:
        """Which texts are a number only when the decimals follow a comma: ``3,5``."""
        return np.asarray(np.isfinite(self.comma) & np.isnan(self.point))

    def under(self, decimal: Decimal) -> Floats:
        """Return the numbers under a notation; a text that has only the other reading gets it."""
        first, second = (self.point, self.comma) if decimal == "." else (self.comma, self.point)
        return np.where(np.isnan(first), second, first)


def readings_of(text: pl.Series) -> Readings:
    """Read each text in both notations, with a space, an apostrophe or the other sign as thousands.

    Parameters
    ----------
    text : (n,) polars String
    """
    point = _with_point(text)
    if not text.str.contains(_SIGNS).any():
        return Readings(point=point, comma=point)
    return Readings(point=point, comma=_with_point(_swapped(text)))


def _swapped(text: pl.Series) -> pl.Series:
    if not text.str.contains(".", literal=True).any():
        return text.str.replace_all(",", ".", literal=True)
    held = text.str.replace_all(",", "\0", literal=True)
    return held.str.replace_all(".", ",", literal=True).str.replace_all("\0", ".", literal=True)


def _with_point(text: pl.Series) -> Floats:
    is_number = text.str.contains(PLAIN)
    bare = text
    if text.str.contains(_MARKS).any():
        is_grouped = text.str.contains(GROUPED).fill_null(value=False)
        bare = text.str.replace_all(_MARKS, "").zip_with(is_grouped, text)
        is_number |= is_grouped
    return np.where(is_number.fill_null(value=False).to_numpy(), _cast(bare), np.nan)


def plain_numbers(text: pl.Series) -> Floats | None:
    """Return the numbers when every text is one as programs write it, and only that; else None.

    Parameters
    ----------
    text : (n,) polars String
    """
    values = _cast(text)
    if int(np.isfinite(values).sum()) < len(text) - text.null_count():
        return None
    dotted = text.str.contains(".", literal=True)
    decides = (dotted & ~text.str.contains(_GROUPED_BY_POINT)).any()
    return values if decides or not dotted.any() else None


def _cast(text: pl.Series) -> Floats:
    import polars as pl

    values = text.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    return np.asarray(values, dtype=np.float64)


def decimal_of(readings: Readings) -> Decimal | None:
    """Return the sign before the decimals that the column itself decides on; None when it does not.

    A column decides when no text has two readings, or when some text can be read in one notation
    only and none in the other only. ``1.234`` and ``1,234`` in every cell do not decide.

    Parameters
    ----------
    readings : Readings
        Of all its texts.
    """
    ambiguous = readings.ambiguous
    if not ambiguous.any():
        return "," if readings.only_comma.any() and not readings.only_point.any() else "."
    point, comma = bool(readings.only_point.any()), bool(readings.only_comma.any())
    if point == comma:
        return None
    return "." if point else ","
