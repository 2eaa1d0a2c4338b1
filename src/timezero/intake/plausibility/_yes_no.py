"""Yes and no in the languages of the dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Floats

if TYPE_CHECKING:
    import polars as pl

YES: Final = ("yes", "y", "1", "true", "ja", "j", "oui", "si", "sí", "sì", "sim")
NO: Final = ("no", "n", "0", "false", "nein", "nee", "non", "nao", "não")


def yes_or_no(words: pl.Series) -> Floats:
    """Return 1 for yes and 0 for no; NaN for all else.

    Parameters
    ----------
    words : (n,) polars String
        In small letters.
    """
    yes, no = (
        np.asarray(words.is_in(list(known)).fill_null(value=False), dtype=np.bool_)
        for known in (YES, NO)
    )
    return np.select([yes, no], [1.0, 0.0], default=np.nan)
