"""Which drugs a cell names, however it spells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.intake.distinct import distinct

if TYPE_CHECKING:
    import polars as pl

SPELT: Final = {
    "cisplatin": r"cisplat|cddp",
    "mitomycin": r"mitomyc|^mmc|\bmmc",
    "oxaliplatin": r"oxalipl",
    "doxorubicin": r"doxorub|adriamyc",
    "other": r"carbopl|paclit|docet|irinot|pemetr|gemcit|ifosf|fluorour|5-?fu|melph",
}


def named_drugs(words: pl.Series) -> dict[str, Bools]:
    """Return for each drug whether the cells name it.

    Parameters
    ----------
    words : (n,) polars String
        In small letters.
    """
    told = distinct(words)
    return {
        drug: told.spread(
            np.asarray(told.values.str.contains(spelt).fill_null(value=False), dtype=np.bool_)
        )
        for drug, spelt in SPELT.items()
    }
