"""Standard errors of differences between curves by state, as they are when nothing differs."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats
from timezero.model.person_time import PersonTime


def no_effect_standard_errors(rows: PersonTime, *, horizon: float) -> tuple[float, float]:
    """Return how far two curves differ by chance alone when no treatment changes anything.

    Greenwood's variance of a small arm is small just when nobody died early in it, which is when
    its curve is high: estimate and standard error go together, and their ratio rejects too often
    (8 to 9 % at a nominal 5 %, simulated). Here the hazard of both arms together stands in for
    each arm's own, on each arm's own number at risk, as in a score test.

    Parameters
    ----------
    rows : PersonTime
        Unit weights, one stratum; curves start at ``rows.starts_at``.
    horizon : float
        In the cohort's unit, after the start of the curves.

    Returns
    -------
    time_lived, survival : float
        Standard errors of the two differences; NaN when a state is empty at an event, there is no
        event by the horizon, or (time lived) all of them are at the horizon itself.

    Estimates
    ---------
    The root of ``sum_k sum_j A(t_j)^2 p_j / {(1 - p_j) n_kj}``, ``p_j = d_j / n_j`` in both arms
    together; ``A(t)`` is the area of the joint curve from ``t`` to the horizon for time lived, and
    the joint survival at the horizon for survival.

    Assumes
    -------
    No effect; censoring and late entry independent of the event within an arm.

    References
    ----------
    .. [kaplan1958] the product-limit curve; Greenwood's variance with the joint hazard.

    Raises
    ------
    Nothing.
    """
    entry, leave = rows.entry, rows.exit
    counted = rows.event & (leave <= horizon)
    times, n_events = np.unique(leave[counted], return_counts=True)
    if times.size == 0:
        return float("nan"), float("nan")
    at_risk = [_at_risk(entry[rows.arm == k], leave[rows.arm == k], times) for k in (0, 1)]
    share = n_events / (at_risk[0] + at_risk[1])
    survival = np.cumprod(1.0 - share)
    width = np.diff(np.append(times, horizon))
    area = np.cumsum((survival * width)[::-1])[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        term = share / (1.0 - share) * (1.0 / at_risk[0] + 1.0 / at_risk[1])
        lived = float(np.sqrt(np.sum(area**2 * term)))
        alive = float(np.sqrt(np.sum(term)) * survival[-1])
    return _known(lived), _known(alive)


def _known(value: float) -> float:
    """Return a standard error, NaN where it is none: a difference is not divided by 0."""
    return value if 0.0 < value < np.inf else float("nan")


def _at_risk(entry: Floats, leave: Floats, times: Floats) -> Floats:
    """Return how many are at risk at each time (C2)."""
    entered = np.searchsorted(np.sort(entry), times, side="left")
    left = np.searchsorted(np.sort(leave), times, side="left")
    return (entered - left).astype(np.float64)
