"""Times that differ only by round-off are made the same time (C5)."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats
from timezero.conventions import NEAR_TIE


def merge_near_ties(*arrays: Floats, tolerance: float = NEAR_TIE) -> tuple[list[Floats], int]:
    """Give times closer than a relative tolerance the smallest of their values (C5).

    The arrays are merged jointly, so that an entry and another patient's exit stay comparable.
    NaN and infinite values are left alone.

    Parameters
    ----------
    *arrays : (n,) float64
        Times on one clock.
    tolerance : float
        Relative distance between neighbours that count as tied.

    Returns
    -------
    merged : list of (n,) float64
    n_changed : int
        How many values moved.
    """
    finite = [np.isfinite(array) for array in arrays]
    values = np.unique(
        np.concatenate([array[ok] for array, ok in zip(arrays, finite, strict=True)])
    )
    if values.size < 2:
        return [array.copy() for array in arrays], 0
    gaps = np.diff(values)
    scale = np.maximum(np.abs(values[:-1]), np.abs(values[1:]))
    starts = np.concatenate([[True], gaps > tolerance * scale])
    smallest = values[np.flatnonzero(starts)[np.cumsum(starts) - 1]]
    merged: list[Floats] = []
    n_changed = 0
    for array, ok in zip(arrays, finite, strict=True):
        new = array.copy()
        new[ok] = smallest[np.searchsorted(values, array[ok])]
        n_changed += int(np.sum(new[ok] != array[ok]))
        merged.append(new)
    return merged, n_changed
