"""Weighted regression of the unknowns on the printed numbers, for inference by simulation.

The prediction of an unknown from all printed numbers is a good summary of them for that unknown
(Fearnhead & Prangle 2012), and removes what is left of the mismatch (Beaumont et al. 2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Floats

RIDGE: Final = 1e-3
MOST_SQUARED: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Predictions of the unknowns.

    Parameters
    ----------
    predicted : (n, d) float64
        For each study.
    at_print : (d,) float64
        For what is printed: no excess anywhere.
    n_slopes : int
    """

    predicted: Floats
    at_print: Floats
    n_slopes: int


def features(excess: Floats, scale: Floats, *, squares: bool) -> Floats:
    """Return a column of ones, the scaled excesses, and their squares and products.

    Parameters
    ----------
    excess : (n, k) float64
        0 where the printed number is met.
    scale : (k,) float64
    squares : bool
        Products too where there are few numbers, squares alone where there are many.
    """
    scaled = np.clip(excess / scale, -8.0, 8.0)
    parts = [np.ones((excess.shape[0], 1)), scaled]
    if squares:
        k = scaled.shape[1]
        if k <= MOST_SQUARED:
            first, second = np.triu_indices(k)
            parts.append(scaled[:, first] * scaled[:, second])
        else:
            parts.append(scaled**2)
    return np.concatenate(parts, axis=1)


def fit(excess: Floats, unknowns: Floats, weight: Floats, *, scale: Floats, squares: bool) -> Fit:
    """Regress unknowns on the excesses of the printed numbers, by weighted least squares.

    Parameters
    ----------
    excess : (n, k) float64
    unknowns : (n, d) float64
    weight : (n,) float64
    scale : (k,) float64
        Spread of each excess.
    squares : bool
        Whether curved relations are allowed.
    """
    design = features(excess, scale, squares=squares)
    share = weight / weight.sum()
    weighted = design * share[:, None]
    gram = weighted.T @ design
    gram[np.diag_indices_from(gram)] += RIDGE * np.maximum(np.diag(gram), 1e-6)
    gram[0, 0] -= RIDGE * max(gram[0, 0] / (1.0 + RIDGE), 0.0)
    slopes = np.asarray(np.linalg.solve(gram, weighted.T @ unknowns), dtype=np.float64)
    return Fit(predicted=design @ slopes, at_print=slopes[0], n_slopes=design.shape[1])
