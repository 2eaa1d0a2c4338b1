"""Smooth terms of time for models in discrete time: a restricted cubic spline, or a line."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats

# Harrell's default places of knots, as quantiles.
PLACES = {3: (0.10, 0.50, 0.90), 4: (0.05, 0.35, 0.65, 0.95)}
OUTCOMES_FOR_KNOTS = ((40, 4), (20, 3))


def knots_for(times: Floats) -> Floats:
    """Place the knots of a spline at quantiles of the times of the outcomes.

    Parameters
    ----------
    times : (n_outcomes,) float64

    Returns
    -------
    knots : (0,), (3,) or (4,) float64
        None with fewer than 20 outcomes, or where their times bunch: a straight line then.
    """
    for at_least, n_knots in OUTCOMES_FOR_KNOTS:
        if times.size >= at_least:
            knots = np.quantile(times, PLACES[n_knots])
            if np.unique(knots).size == n_knots:
                return np.asarray(knots, dtype=np.float64)
    return np.empty(0)


def time_terms(times: Floats, knots: Floats) -> Floats:
    """Return the columns of a restricted cubic spline, linear beyond the outer knots.

    Parameters
    ----------
    times : (n_rows,) float64
    knots : (k,) float64
        Ascending; with fewer than three the only column is the time itself.

    Returns
    -------
    columns : (n_rows, max(1, k - 1)) float64

    References
    ----------
    .. [harrell2015], section 2.4.5
    """
    if knots.size < 3:
        return times[:, np.newaxis]
    unit = (knots[-1] - knots[0]) ** 2
    last, before = knots[-1], knots[-2]

    def cube(knot: float) -> Floats:
        return np.maximum(times - knot, 0.0) ** 3 / unit

    bends = [
        cube(knot)
        - cube(before) * (last - knot) / (last - before)
        + cube(last) * (before - knot) / (last - before)
        for knot in knots[:-2]
    ]
    return np.column_stack([times, *bends])
