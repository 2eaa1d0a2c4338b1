"""Product-limit (Kaplan-Meier) curves, with delayed entry and changes of arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.normal import critical_value
from timezero.kernels.risk_table import (
    CENSORED,
    CONTINUES,
    CROSSED,
    EVENT,
    count_risk,
    product_of_survivals,
    running_sums,
)
from timezero.model.estimate import ArmSummary, AtTime, Curve
from timezero.model.person_time import PersonTime

ArmName: TypeAlias = Literal["reference", "intervention", "all"]

# Survival within this of one half is one half: the square root of the machine's precision, as in
# R's quantile.survfit.
HALF_TOLERANCE = 1.490116119384766e-08
NAN = float("nan")


def how_rows_end(rows: PersonTime) -> Ints:
    """Return how each row ends: event, censored, crossed to the other arm, or goes on.

    Parameters
    ----------
    rows : PersonTime

    Returns
    -------
    kind : (n_rows,) int64
        As the constants of ``kernels.risk_table``.
    """
    kind = np.where(rows.event, EVENT, CENSORED).astype(np.int64)
    order = np.lexsort((rows.entry, rows.patient))
    this, following = order[:-1], order[1:]
    adjoins = (rows.patient[this] == rows.patient[following]) & (
        rows.exit[this] == rows.entry[following]
    )
    goes_on = adjoins & ~rows.event[this]
    same_arm = rows.arm[this] == rows.arm[following]
    kind[this[goes_on & same_arm]] = CONTINUES
    kind[this[goes_on & ~same_arm]] = CROSSED
    return kind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Counted:
    """Risk table of one group of rows."""

    times: Floats
    n_at_risk: Floats
    n_events: Floats
    n_censored: Floats
    n_crossed: Floats


def _count(rows: PersonTime, kept: Bools, kind: Ints, start: float) -> _Counted:
    entry = np.maximum(rows.entry[kept], start)
    leave, weight, ends = rows.exit[kept], rows.weight[kept], kind[kept]
    times = np.unique(leave[ends != CONTINUES])
    by_entry, by_leave = np.argsort(entry, kind="stable"), np.argsort(leave, kind="stable")
    one_group = np.zeros(entry.size, dtype=np.int64)
    n_at_risk, n_leaving = count_risk(
        times,
        entry[by_entry],
        weight[by_entry],
        one_group,
        leave[by_leave],
        weight[by_leave],
        one_group,
        ends[by_leave],
        1,
    )
    return _Counted(
        times=times,
        n_at_risk=n_at_risk[:, 0],
        n_events=n_leaving[:, 0, EVENT],
        n_censored=n_leaving[:, 0, CENSORED],
        n_crossed=n_leaving[:, 0, CROSSED],
    )


def _log_log_limits(survival: Floats, greenwood: Floats, level: float) -> tuple[Floats, Floats]:
    """Return log-log limits; NaN where survival is 1 or 0, as in R."""
    inside = (survival > 0.0) & (survival < 1.0)
    log_survival = np.log(np.where(inside, survival, 0.5))
    middle = np.log(-log_survival)
    half = critical_value(level) * np.sqrt(np.where(inside, greenwood, 0.0)) / -log_survival
    lower = np.where(inside, np.exp(-np.exp(middle + half)), np.where(survival == 1.0, 1.0, NAN))
    upper = np.where(inside, np.exp(-np.exp(middle - half)), np.where(survival == 1.0, 1.0, NAN))
    return lower, upper


def survival_curve(
    rows: PersonTime,
    arm: int | None = None,
    *,
    level: float = 0.95,
    from_time: float | None = None,
) -> Curve:
    """Estimate the share still free of the event over time (Kaplan-Meier).

    Parameters
    ----------
    rows : PersonTime
        On ``(entry, exit]`` (C2), with case weights >= 0.
    arm : int, optional
        0 reference, 1 intervention; everybody when not given.
    level : float
        Coverage of the log-log limits, in (0, 1).
    from_time : float, optional
        The curve is conditional on reaching this time: rows that end by it are left out.

    Returns
    -------
    Curve
        At each distinct time at which a row ends, other than by going on in the same arm.

    Estimates
    ---------
    ``S(t) = prod_{u <= t} {1 - d(u) / n(u)}``, given survival to the start of the curve.

    Assumes
    -------
    Censoring, crossing and late entry independent of the event.

    References
    ----------
    .. [kaplan1958] Greenwood's variance; log-log limits.

    Raises
    ------
    AnalysisRefused
        The arm has no rows, or a weight is negative.
    """
    kept = np.ones(rows.n_rows, np.bool_) if arm is None else rows.arm == arm
    start = rows.starts_at if from_time is None else from_time
    if from_time is not None:
        kept = kept & (rows.exit > from_time)
    label = "everybody" if arm is None else rows.labels[arm]
    _refuse_unusable(rows, kept, label)
    clip = -np.inf if from_time is None else from_time
    counted = _count(rows, kept, how_rows_end(rows), clip)
    n, d = counted.n_at_risk, counted.n_events
    survival = product_of_survivals(n, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(d > 0.0, d / (n * (n - d)), 0.0)
    greenwood = running_sums(np.where(np.isfinite(terms), terms, 0.0))
    gone = survival <= 0.0
    lower, upper = _log_log_limits(survival, greenwood, level)
    name: ArmName = "all" if arm is None else ("reference", "intervention")[arm]
    return Curve(
        arm=name,
        label=label,
        starts_at=start,
        times=counted.times,
        survival=survival,
        lower=lower,
        upper=upper,
        standard_error=np.where(gone, 0.0, survival * np.sqrt(greenwood)),
        n_at_risk=n,
        n_events=d,
        n_censored=counted.n_censored,
        n_crossed=counted.n_crossed,
    )


def _refuse_unusable(rows: PersonTime, kept: Bools, label: str) -> None:
    if not kept.any():
        raise AnalysisRefused(
            what=f"nobody is in the arm '{label}'",
            where=rows.counted_from,
            mend="a curve needs at least one patient",
            code="TZ-EST-empty-arm",
        )
    if np.any(rows.weight[kept] < 0.0) or np.any(np.isnan(rows.weight[kept])):
        raise AnalysisRefused(
            what="a case weight is negative or missing",
            where=rows.counted_from,
            mend="weights must be zero or more",
            code="TZ-EST-weight",
        )


def earliest_stable_start(rows: PersonTime, arm: int, minimum_at_risk: int) -> float:
    """Return the earliest time just after which enough of an arm are at risk.

    Parameters
    ----------
    minimum_at_risk : int
        How many rows must be at risk, >= 1.

    Returns
    -------
    float
        NaN when there are never so many; ``-inf`` when they are there from the beginning.
    """
    entry = np.sort(rows.entry[rows.arm == arm])
    leave = np.sort(rows.exit[rows.arm == arm])
    if entry.size < minimum_at_risk:
        return NAN
    # Just after an entry time t: entered at or before t, and not left by t.
    n_at_risk = np.searchsorted(entry, entry, side="right") - np.searchsorted(
        leave, entry, side="right"
    )
    enough = np.flatnonzero(n_at_risk >= minimum_at_risk)
    return float(entry[enough[0]]) if enough.size else NAN


def _step_at(curve: Curve, time: float) -> int:
    """Return the index of the last step at or before a time; -1 before the first."""
    return int(np.searchsorted(curve.times, time, side="right")) - 1


def _is_beyond(curve: Curve, time: float) -> bool:
    """Return whether nothing can be claimed at this time (C8)."""
    return time > curve.times[-1] and curve.survival[-1] > 0.0


def survival_at(curve: Curve, time: float, *, level: float = 0.95) -> AtTime:
    """Read the curve off at one time; NaN after the last exit (C8) and before the start.

    Parameters
    ----------
    time : float
    level : float
        Coverage of the log-log interval.
    """
    if time < curve.starts_at or _is_beyond(curve, time):
        return AtTime(at=time, value=NAN, standard_error=NAN, lower=NAN, upper=NAN)
    k = _step_at(curve, time)
    if k < 0:
        return AtTime(at=time, value=1.0, standard_error=0.0, lower=1.0, upper=1.0)
    survival, error = float(curve.survival[k]), float(curve.standard_error[k])
    greenwood = np.array([(error / survival) ** 2 if survival > 0.0 else 0.0])
    lower, upper = _log_log_limits(np.array([survival]), greenwood, level)
    return AtTime(
        at=time,
        value=survival,
        standard_error=error,
        lower=float(lower[0]),
        upper=float(upper[0]),
    )


def restricted_mean(curve: Curve, horizon: float, *, level: float = 0.95) -> AtTime:
    """Return the mean time lived between the start of the curve and the horizon.

    Parameters
    ----------
    horizon : float
        In the cohort's unit, after the start of the curve.
    level : float
        Coverage of the normal interval.

    Returns
    -------
    AtTime
        NaN when the horizon lies after the last exit and survival is above zero there (C8).

    Estimates
    ---------
    ``E[min(T, horizon)] - start``, given ``T > start``.

    References
    ----------
    .. [royston2013] variance by the sum over events of the squared area to their right.
    """
    if horizon <= curve.starts_at or _is_beyond(curve, horizon):
        return AtTime(at=horizon, value=NAN, standard_error=NAN, lower=NAN, upper=NAN)
    last = _step_at(curve, horizon) + 1
    edges = np.concatenate([[curve.starts_at], curve.times[:last], [horizon]])
    heights = np.concatenate([[1.0], curve.survival[:last]])
    pieces = heights * np.diff(edges)
    to_the_right = running_sums(np.ascontiguousarray(pieces[::-1]))[::-1]
    area = float(to_the_right[0])
    n, d = curve.n_at_risk[:last], curve.n_events[:last]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where((d > 0.0) & (n > d), to_the_right[1:] ** 2 * d / (n * (n - d)), 0.0)
    error = float(np.sqrt(running_sums(terms)[-1])) if last else 0.0
    half = critical_value(level) * error
    return AtTime(
        at=horizon, value=area, standard_error=error, lower=area - half, upper=area + half
    )


def _first_at_or_below_half(times: Floats, values: Floats) -> float:
    """Return when a falling step function crosses one half; the midpoint where it rests on it."""
    usable = np.where(np.isnan(values), -np.inf, values)
    below = np.flatnonzero(usable < 0.5 + HALF_TOLERANCE)
    if below.size == 0:
        return NAN
    k = int(below[0])
    if usable[k] > 0.5 - HALF_TOLERANCE:
        strictly = np.flatnonzero(usable < 0.5 - HALF_TOLERANCE)
        end = float(times[strictly[0]]) if strictly.size else float(times[-1])
        return (float(times[k]) + end) / 2.0
    return float(times[k])


def median_survival(curve: Curve) -> tuple[float, float, float]:
    """Return the median and its interval by the log-log limits; NaN = not reached.

    Where survival rests exactly on one half, the median is the middle of that step, as in R.

    References
    ----------
    .. [brookmeyer1982]
    """
    steps = curve.n_events > 0.0
    times = curve.times
    median = _first_at_or_below_half(times, curve.survival)
    # A limit is undefined once survival is 0: the curve has ended, so it says nothing more.
    lower = np.where(np.isnan(curve.lower), NAN, curve.lower)
    upper = np.where(np.isnan(curve.upper), NAN, curve.upper)
    del steps
    defined = ~np.isnan(lower)
    return (
        median,
        _first_at_or_below_half(times[defined], lower[defined]) if defined.any() else NAN,
        _first_at_or_below_half(times[defined], upper[defined]) if defined.any() else NAN,
    )


def arm_summary(
    rows: PersonTime,
    arm: int,
    curve: Curve,
    *,
    horizons: tuple[float, ...],
    level: float = 0.95,
) -> ArmSummary:
    """Return who is in an arm and what its curve says at the median and each horizon.

    Parameters
    ----------
    arm : int
        0 reference, 1 intervention.
    curve : Curve
        Of this arm; only time after its start is counted.
    horizons : tuple of float
    level : float
    """
    kept = (rows.arm == arm) & (rows.exit > max(curve.starts_at, 0.0) - (curve.starts_at <= 0))
    lived = rows.exit[kept] - np.maximum(rows.entry[kept], curve.starts_at)
    median, lower, upper = median_survival(curve)
    return ArmSummary(
        arm="intervention" if arm else "reference",
        label=rows.labels[arm],
        n_patients=int(np.unique(rows.patient[kept]).size),
        n_events=int(rows.event[kept].sum()),
        person_time=float(np.sum(rows.weight[kept] * lived)),
        median=median,
        median_lower=lower,
        median_upper=upper,
        survival=tuple(survival_at(curve, h, level=level) for h in horizons),
        rmst=tuple(restricted_mean(curve, h, level=level) for h in horizons),
    )
