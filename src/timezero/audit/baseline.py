"""Survival curves before any late treatment: four families, each free to bend."""

from __future__ import annotations

import math
from typing import Final, Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats

Family: TypeAlias = Literal["weibull", "log_logistic", "log_normal", "piecewise"]
FAMILIES: Final[tuple[Family, ...]] = ("weibull", "log_logistic", "log_normal", "piecewise")
SHAPES: Final[dict[Family, tuple[float, float]]] = {
    "weibull": (0.4, 2.2),
    "log_logistic": (0.7, 3.0),
    "log_normal": (0.5, 2.5),
}
# Times, in units of the median, between which cumulative hazards are straight lines.
_BEFORE: Final = (0.0, 0.003, 0.01, 0.03, 0.06, 0.1, 0.16, 0.25, 0.4, 0.55, 0.7, 0.85)
_FROM: Final = (1.0, 1.3, 1.7, 2.2, 2.8, 4.0, 6.0, 10.0, 1e4)
KNOTS: Final = np.array([*_BEFORE, *_FROM])
PIECE_ENDS: Final = np.array([0.25, 0.7, 1.7])
LOG_PIECE: Final = 2.0
# The rate in each of these pieces is off the family's by a factor exp(N(0, 0.3)).
BEND_ENDS: Final = np.array([0.1, 0.25, 0.7, 1.3, 2.8])
N_BENDS: Final = BEND_ENDS.size + 1
BEND: Final = 0.3
SLOWEST: Final = 1e-9


def cumulative_hazards(
    family: Family, shape: Floats, cure: Floats, *, piece: Floats, bends: Floats
) -> Floats:
    """Return cumulative hazards at ``KNOTS`` of curves whose median is 1.

    Parameters
    ----------
    family : {"weibull", "log_logistic", "log_normal", "piecewise"}
    shape, piece : (n,) float64
        Shares of their range, 0 to 1. The piecewise family takes its first rate from ``shape`` and
        its last from ``piece``; the others do not read ``piece``.
    cure : (n,) float64
        Share who never have the event, 0 or more and below a half; the piecewise family lowers
        its last rate by it.
    bends : (n, N_BENDS) float64
        Standard normal: how far each piece of the rate is off the family.

    Returns
    -------
    (n, n_knots) float64
        Rising strictly from 0; log 2 at time 1.
    """
    if family == "piecewise":
        hazards = _piecewise(shape, cure, piece)
    else:
        hazards = _parametric(family, shape, cure)
    factors = np.exp(BEND * bends)[:, np.searchsorted(BEND_ENDS, KNOTS[1:])]
    steps = np.maximum(np.diff(hazards, axis=1), SLOWEST * np.diff(KNOTS)) * factors
    risen = np.cumsum(steps, axis=1)
    at_median = risen[:, np.searchsorted(KNOTS, 1.0) - 1]
    risen *= (math.log(2.0) / at_median)[:, None]
    return np.concatenate([np.zeros((shape.size, 1)), risen], axis=1)


def _parametric(family: Family, shape: Floats, cure: Floats) -> Floats:
    """Return the cumulative hazard of a mixture of cured patients and a family, median 1."""
    from scipy.special import ndtr, ndtri

    low, high = SHAPES[family]
    power = (low * (high / low) ** shape)[:, None]
    alive = ((0.5 - cure) / (1.0 - cure))[:, None]
    with np.errstate(divide="ignore"):
        log_t = np.log(KNOTS)[None, :]
    if family == "weibull":
        uncured = np.exp(np.log(alive) * np.exp(power * log_t))
    elif family == "log_logistic":
        uncured = 1.0 / (1.0 + (1.0 / alive - 1.0) * np.exp(power * log_t))
    else:
        uncured = np.asarray(ndtr(np.asarray(ndtri(alive)) - log_t / power))
    share = cure[:, None]
    return -np.log(np.maximum(share + (1.0 - share) * uncured, 1e-300))


def _piecewise(first: Floats, cure: Floats, last: Floats) -> Floats:
    """Return the cumulative hazard of four constant rates, free within exp(2) either way."""
    n = first.size
    logs = LOG_PIECE * (2.0 * np.column_stack([first, last]) - 1.0)
    rates = np.exp(np.column_stack([logs[:, 0], 0.5 * logs[:, 0], np.zeros(n), logs[:, 1]]))
    rates[:, 3] *= 1.0 - cure
    piece = np.searchsorted(PIECE_ENDS, KNOTS[1:])
    steps = rates[:, piece] * np.diff(KNOTS)
    return np.concatenate([np.zeros((n, 1)), np.cumsum(steps, axis=1)], axis=1)
