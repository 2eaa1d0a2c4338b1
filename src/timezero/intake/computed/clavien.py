"""Whether a complication is major by the grades of Clavien and Dindo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from timezero.arrays import Floats

MINOR: Final[tuple[str, ...]] = ("0", "I", "II")
MAJOR: Final[tuple[str, ...]] = ("III", "IIIa", "IIIb", "IV", "IVa", "IVb", "V")


def is_major(grades: Sequence[str | None]) -> Floats:
    """Return whether a Clavien-Dindo grade is IIIa or above [dindo2004]_.

    A bare III or IV is major without being split into a and b. A grade by CTCAE grades something
    else and has no answer here, nor has a number such as 3, which may be one.

    Parameters
    ----------
    grades : sequence of str or None

    Returns
    -------
    (n,) float64
        1, 0, or NaN where there is no such grade.
    """
    meaning: dict[str, float] = {**dict.fromkeys(MINOR, 0.0), **dict.fromkeys(MAJOR, 1.0)}
    return np.array([meaning.get(g, np.nan) if g is not None else np.nan for g in grades])
