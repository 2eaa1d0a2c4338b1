"""Numbers with their nouns: 1 patient, 2 patients."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools


def counted(number: int | Bools, noun: str) -> str:
    """Return a number with its noun in the singular or the plural.

    Parameters
    ----------
    number : int or (n,) bool
        >= 0; of a mask, how many are true.
    noun : str
        In the singular; the plural adds an s.
    """
    n = int(np.sum(number))
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
