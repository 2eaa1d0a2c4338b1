"""Which share of an arm has had the event, when a competing event can forestall it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.conventions import LEVEL
from timezero.estimate._risk_table import arm_risk_table
from timezero.estimate.curve_contrasts import survival_difference
from timezero.estimate.normal import critical_value
from timezero.estimate.product_limit import ARMS, rows_after
from timezero.kernels.state_occupancy import occupancy_covariance, occupancy_path
from timezero.model.estimate import NAN, Contrast, Curve
from timezero.model.person_time import PersonTime

FREE, HAD_EVENT, HAD_COMPETING = 0, 1, 2


def incidence_curve(
    rows: PersonTime,
    competing: Bools,
    *,
    arm: int | None = None,
    level: float = LEVEL,
    from_time: float | None = None,
) -> Curve:
    """Estimate which share of an arm has not had the event by each time.

    One less this share is the cumulative incidence: those with a competing event stay among those
    without the event, for ever.

    Parameters
    ----------
    rows : PersonTime
        With delayed entry and weights where there are any.
    competing : (n_rows,) bool
        True where a row ends in a competing event.
    arm : {0, 1}, optional
        Default everybody.
    level : float
        Coverage of the pointwise limits, by the log-log transformation of the incidence's
        complement.
    from_time : float, optional
        The curve is conditional on being event-free then, and starts there.

    Returns
    -------
    Curve
        ``n_censored`` counts competing events too.

    Estimates
    ---------
    ``1 - F(t)``, ``F(t) = P(event by t, before any competing event)`` (CI1), with the
    Greenwood-type variance (CI2).

    Assumes
    -------
    Censoring and late entry tell nothing about either event.

    References
    ----------
    .. [aalen1978] (CI1), [andersen1993] (CI2)

    Raises
    ------
    AnalysisRefused
        Nobody is under observation, or rows make no sense.
    """
    start = rows.starts_at if from_time is None else from_time
    if start > rows.starts_at:
        competing = competing[rows.exit > start]
        rows = rows_after(rows, start)
    table = arm_risk_table(rows, arm)
    n_competing = arm_risk_table(replace(rows, event=competing), arm).n_events
    at_risk = np.zeros((table.times.size, 3))
    at_risk[:, FREE] = table.n_at_risk
    moves = np.zeros((table.times.size, 3, 3))
    moves[:, FREE, HAD_EVENT] = table.n_events
    moves[:, FREE, HAD_COMPETING] = n_competing
    begin = np.eye(3)[FREE]
    share = occupancy_path(at_risk, moves, begin)
    covariance = occupancy_covariance(at_risk, moves, share, begin)
    without = 1.0 - share[:, HAD_EVENT]
    error = np.sqrt(np.maximum(covariance[:, HAD_EVENT, HAD_EVENT], 0.0))
    lower, upper = _limits(without, error, critical_value(level))
    return Curve(
        arm="all" if arm is None else ARMS[arm],
        label="everybody" if arm is None else rows.labels[arm],
        starts_at=start,
        times=table.times,
        survival=without,
        lower=lower,
        upper=upper,
        standard_error=error,
        n_at_risk=table.n_at_risk,
        n_events=table.n_events,
        n_censored=table.n_censored,
        n_crossed=table.n_crossed,
    )


def incidence_difference(
    reference: Curve, intervention: Curve, *, horizon: float, level: float = LEVEL
) -> Contrast:
    """Compare the share with the event at a horizon: intervention less reference (C6, CI3).

    Parameters
    ----------
    reference, intervention : Curve
        As :func:`incidence_curve` returns them; of groups that are fixed at the start.
    horizon : float
        NaN comes back beyond the last exit of an arm (C8).
    level : float

    Estimates
    ---------
    ``F_1(h) - F_0(h)``.

    Assumes
    -------
    What each curve assumes; that the two groups are different people.

    References
    ----------
    .. [andersen1993]
    """
    free = survival_difference(reference, intervention, horizon=horizon, level=level)
    return replace(
        free,
        measure="cumulative_incidence_difference",
        value=-free.value,
        lower=-free.upper,
        upper=-free.lower,
        method="difference of Aalen-Johansen cumulative incidences, Greenwood-type variance, "
        "normal interval and test",
        details={name: 1.0 - share for name, share in free.details.items()},
    )


def _limits(without: Floats, error: Floats, z: float) -> tuple[Floats, Floats]:
    """Return limits by the log-log transformation, NaN at 0 and 1."""
    inside = (without > 0.0) & (without < 1.0)
    lower, upper = np.full(without.size, NAN), np.full(without.size, NAN)
    logarithm = np.log(without[inside])
    stretch = np.exp(-z * error[inside] / without[inside] / logarithm)
    lower[inside] = np.exp(logarithm * stretch)
    upper[inside] = np.exp(logarithm / stretch)
    return lower, upper
