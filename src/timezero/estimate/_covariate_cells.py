"""Kinds of patients: the levels of a covariate, or thirds of its values."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats

LEVELS_AT_MOST = 3


def cells_of(name: str, column: Floats) -> list[tuple[str, Bools]]:
    """Divide rows by one covariate.

    Parameters
    ----------
    name : str
        With `` = `` inside when the column says whether a covariate has a level.
    column : (n_rows,) float64
        NaN is in no cell.

    Returns
    -------
    cells : list of (str, (n_rows,) bool)
        What the cell is called, and who is in it.
    """
    known = column[~np.isnan(column)]
    levels = np.unique(known)
    if levels.size <= LEVELS_AT_MOST:
        return [(_level(name, float(level), levels), column == level) for level in levels]
    low, high = (float(cut) for cut in np.quantile(known, (1 / 3, 2 / 3)))
    thirds = [
        (f"{name} up to {low:.4g}", column <= low),
        (f"{name} above {low:.4g}, up to {high:.4g}", (column > low) & (column <= high)),
        (f"{name} above {high:.4g}", column > high),
    ]
    return [(words, inside) for words, inside in thirds if inside.any()]


def _level(name: str, level: float, levels: Floats) -> str:
    if " = " in name and set(levels) <= {0.0, 1.0}:
        return name if level == 1.0 else f"not {name}"
    return f"{name} = {level:.6g}"
