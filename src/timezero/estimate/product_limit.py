"""Survival curves by the product-limit method, and what is read off them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from timezero.arrays import Floats
from timezero.conventions import LEVEL
from timezero.errors import AnalysisRefused
from timezero.estimate._risk_table import arm_risk_table, usable_rows
from timezero.estimate.normal import critical_value
from timezero.kernels.risk_table import product_of_survivals, running_sums
from timezero.model.estimate import NAN, ArmSummary, AtTime, Curve
from timezero.model.person_time import PersonTime, chosen_rows

ARMS: Final[tuple[Literal["reference"], Literal["intervention"]]] = ("reference", "intervention")
# A curve within this of one half counts as one half, as in R's quantile.survfit.
SAME_SURVIVAL: Final = 2.0**-26


def survival_curve(
    rows: PersonTime,
    arm: int | None = None,
    *,
    level: float = LEVEL,
    from_time: float | None = None,
) -> Curve:
    """Estimate which share of an arm survives each time.

    Parameters
    ----------
    rows : PersonTime
        With delayed entry, split rows and weights where there are any.
    arm : {0, 1}, optional
        Only the rows of this arm; default everybody.
    level : float
        Coverage of the pointwise limits, in (0, 1).
    from_time : float, optional
        The curve is conditional on reaching this time, and starts there.

    Returns
    -------
    Curve
        At every distinct exit. Limits are NaN where survival is 1 or 0, and the standard error is
        NaN where survival is 0: there the formulas say nothing.

    Estimates
    ---------
    ``S(t) = P(T > t | T > start)`` under the hazard of this arm (PL1); without transitions
    between the arms, the share of its patients alive at *t*.

    Assumes
    -------
    Censoring, late entry and change of arm tell nothing about the event that the arm does not
    already tell. Weights count patients: 2 means entered twice, in the standard error too.

    References
    ----------
    .. [kaplan1958] (PL1) to (PL4)
    .. [simon1984] curves by state

    Raises
    ------
    AnalysisRefused
        Nobody is under observation, or rows have negative weights or end before they begin.
    """
    start = rows.starts_at if from_time is None else from_time
    _refuse_unobserved_start(rows, start)
    table = arm_risk_table(_from(rows, start), arm)
    n, d = table.n_at_risk, table.n_events
    survival = product_of_survivals(n, d)
    greenwood = _greenwood_terms(n, d)
    spread = np.sqrt(running_sums(greenwood))
    alive = survival > 0.0
    lower, upper = _log_log_limits(survival, spread, critical_value(level))
    return Curve(
        arm="all" if arm is None else ARMS[arm],
        label="everybody" if arm is None else rows.labels[arm],
        starts_at=start,
        times=table.times,
        survival=survival,
        lower=lower,
        upper=upper,
        standard_error=np.where(alive, survival * spread, NAN),
        n_at_risk=n,
        n_events=d,
        n_censored=table.n_censored,
        n_crossed=table.n_crossed,
    )


def median_survival(curve: Curve) -> tuple[float, float, float]:
    """Return the median survival time and its limits; NaN means not reached.

    When survival stays at exactly one half for a while, the median is the middle of that while.
    The limits are where the limits of the curve first pass one half. With delayed entry a limit can
    fall and rise again; the first passage is R's ``print(survfit)``, the wider of R's two rules.

    Parameters
    ----------
    curve : Curve

    Returns
    -------
    median, lower, upper : float
    """
    return (
        _time_of_half(curve.times, curve.survival),
        _time_of_half(curve.times, curve.lower),
        _time_of_half(curve.times, curve.upper),
    )


def survival_at(curve: Curve, time: float, *, level: float = LEVEL) -> AtTime:
    """Return the survival at one time; NaN before the start and after the last exit (C8).

    Parameters
    ----------
    curve : Curve
    time : float
        In the unit of the curve.
    level : float
        Coverage of the interval, log-log, in (0, 1).
    """
    if not curve.starts_at <= time <= last_exit(curve):
        return AtTime(at=time, value=NAN, standard_error=NAN, lower=NAN, upper=NAN)
    k = int(np.searchsorted(curve.times, time, side="right")) - 1
    if k < 0:
        return AtTime(at=time, value=1.0, standard_error=0.0, lower=NAN, upper=NAN)
    survival, error = curve.survival[k : k + 1], curve.standard_error[k : k + 1]
    spread = np.divide(error, survival, out=np.full(1, NAN), where=survival > 0.0)
    lower, upper = _log_log_limits(survival, spread, critical_value(level))
    return AtTime(
        at=time,
        value=float(survival[0]),
        standard_error=float(error[0]),
        lower=float(lower[0]),
        upper=float(upper[0]),
    )


def restricted_mean(curve: Curve, horizon: float, *, level: float = LEVEL) -> AtTime:
    """Return the mean time lived from the start of the curve until the horizon (PL5).

    Parameters
    ----------
    curve : Curve
    horizon : float
        In the unit of the curve, counted on its clock. Beyond the last exit the answer is NaN
        (C8), unless nobody survives it.
    level : float
        Coverage of the interval, in (0, 1).
    """
    nobody_left = curve.survival.size > 0 and curve.survival[-1] == 0.0
    if horizon < curve.starts_at or (horizon > last_exit(curve) and not nobody_left):
        return AtTime(at=horizon, value=NAN, standard_error=NAN, lower=NAN, upper=NAN)
    before = curve.times <= horizon
    edges = np.concatenate([[curve.starts_at], curve.times[before], [horizon]])
    heights = np.concatenate([[1.0], curve.survival[before]])
    areas = np.diff(edges) * heights
    # (PL6): the area still to come after each time; (PL7) weighs Greenwood's terms by its square.
    to_come = running_sums(areas[:0:-1].copy())[::-1]
    terms = _greenwood_terms(curve.n_at_risk[before], curve.n_events[before])
    value = math.fsum(areas)
    error = math.sqrt(math.fsum(to_come**2 * terms))
    z = critical_value(level)
    return AtTime(
        at=horizon,
        value=value,
        standard_error=error,
        lower=value - z * error,
        upper=value + z * error,
    )


def last_exit(curve: Curve) -> float:
    """Return the end of follow-up of a curve, after which nothing is claimed (C8)."""
    return float(curve.times[-1]) if curve.times.size else curve.starts_at


def arm_summary(
    rows: PersonTime,
    arm: int,
    curve: Curve,
    *,
    horizons: tuple[float, ...],
    level: float = LEVEL,
) -> ArmSummary:
    """Count who is in an arm, and read its curve at the median and at each horizon.

    Parameters
    ----------
    rows : PersonTime
        The rows the curve was made from.
    arm : {0, 1}
    curve : Curve
        Of this arm. Patients, events and time are counted from its start; a patient is counted
        once, whatever the weight.
    horizons : tuple of float
    level : float
        Coverage of the intervals at the horizons; the median takes that of the curve.
    """
    used = usable_rows(_from(rows, curve.starts_at))
    mine = used.arm == arm
    entered = np.maximum(used.entry[mine], curve.starts_at)
    median, lower, upper = median_survival(curve)
    return ArmSummary(
        arm=ARMS[arm],
        label=rows.labels[arm],
        n_patients=int(np.unique(used.patient[mine]).size),
        n_events=int(used.event[mine].sum()),
        person_time=math.fsum(used.exit[mine] - entered),
        median=median,
        median_lower=lower,
        median_upper=upper,
        survival=tuple(survival_at(curve, h, level=level) for h in horizons),
        rmst=tuple(restricted_mean(curve, h, level=level) for h in horizons),
    )


def earliest_stable_start(rows: PersonTime, arms: tuple[int, ...], minimum_at_risk: int) -> float:
    """Return the earliest time from which enough patients of every arm named are at risk.

    A curve by state that starts earlier can fall to zero with the first patient who dies alone.

    Parameters
    ----------
    rows : PersonTime
    arms : tuple of {0, 1}
        All of them must have so many at the same time.
    minimum_at_risk : int
        Rows that must be at risk in each arm just after the returned time.

    Returns
    -------
    float
        On the clock of the rows; NaN when there are never so many.
    """
    used = usable_rows(rows)
    entered = np.maximum(used.entry, rows.starts_at)
    # A number at risk rises only where somebody enters, so the time looked for is an entry.
    times = np.unique(entered[np.isin(used.arm, arms)])
    enough = np.ones(times.size, dtype=np.bool_)
    for arm in arms:
        mine = used.arm == arm
        # C2: just after t, an entry at t counts and an exit at t does not.
        at_risk = np.searchsorted(np.sort(entered[mine]), times, side="right")
        at_risk -= np.searchsorted(np.sort(used.exit[mine]), times, side="right")
        enough &= at_risk >= minimum_at_risk
    return float(times[enough][0]) if enough.any() else NAN


def _from(rows: PersonTime, start: float) -> PersonTime:
    """Return the rows under observation after a later start; all of them at their own start."""
    return rows if start == rows.starts_at else rows_after(rows, start)


def rows_after(rows: PersonTime, start: float) -> PersonTime:
    """Return the rows from a later time on: who leaves by then is not counted.

    Parameters
    ----------
    rows : PersonTime
    start : float
        On the clock of the rows.
    """
    kept = rows.exit > start
    later = chosen_rows(rows, kept)
    return replace(later, entry=np.maximum(later.entry, start), starts_at=start)


def _refuse_unobserved_start(rows: PersonTime, start: float) -> None:
    if not start >= rows.starts_at:
        raise AnalysisRefused(
            what=f"a curve cannot start at {start:g}: nothing is observed before "
            f"{rows.starts_at:g}",
            where=rows.counted_from,
            mend="start the curve where observation starts, or later",
            code="TZ-EST-start",
        )


def _greenwood_terms(n_at_risk: Floats, n_events: Floats) -> Floats:
    """Return d / {n (n - d)} (PL2), 0 where nobody is left: that is S = 0, which has no spread."""
    rest = n_at_risk * (n_at_risk - n_events)
    return np.divide(n_events, rest, out=np.zeros(rest.size), where=rest > 0.0)


def _log_log_limits(survival: Floats, spread: Floats, z: float) -> tuple[Floats, Floats]:
    """Return S ** exp(+- z spread / log S) (PL4), NaN where S is 1 or 0."""
    inside = (survival > 0.0) & (survival < 1.0)
    lower, upper = np.full(survival.size, NAN), np.full(survival.size, NAN)
    log_survival = np.log(survival[inside])
    stretch = np.exp(-z * spread[inside] / log_survival)
    lower[inside] = np.exp(log_survival * stretch)
    upper[inside] = np.exp(log_survival / stretch)
    return lower, upper


def _time_of_half(times: Floats, survival: Floats) -> float:
    """Return when a curve first passes one half, the midpoint when it stays there for a while."""
    reached = np.flatnonzero(survival <= 0.5 + SAME_SURVIVAL)
    if reached.size == 0:
        return NAN
    first = times[reached[0]]
    if abs(survival[reached[0]] - 0.5) > SAME_SURVIVAL:
        return float(first)
    passed = np.flatnonzero(survival < 0.5 - SAME_SURVIVAL)
    # R's rule: a curve that ends at one half stays there until the last exit.
    until = times[passed[0]] if passed.size else times[-1]
    return float(first + (until - first) / 2.0)
