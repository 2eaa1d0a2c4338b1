"""Long series shown by some of their points."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Ints


def kept_of(n: int, most: int) -> list[int]:
    """Return as a list which of n points are shown, as :func:`kept_positions` does."""
    return [int(k) for k in kept_positions(n, most)]


def kept_positions(n: int, most: int) -> Ints:
    """Return which of n points are shown: all, or evenly spread ones with both ends.

    Parameters
    ----------
    n : int
        How many there are.
    most : int
        How many may be shown, >= 2.
    """
    if n <= most:
        return np.arange(n, dtype=np.int64)
    return np.unique(np.linspace(0, n - 1, most).round().astype(np.int64))
