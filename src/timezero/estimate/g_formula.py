"""The parametric g-formula: what would have happened under a strategy, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.conventions import NEAR_TIE
from timezero.estimate._g_fits import GFits, fit_models, packed
from timezero.estimate._g_models import GData, arrange
from timezero.estimate._replicates import G_FORMULA_STREAM, generator
from timezero.kernels.g_formula import (
    AS_OBSERVED,
    NATURAL_GRACE,
    NEVER,
    NUMERIC,
    UNIFORM_GRACE,
    exact_course,
    simulated_course,
)
from timezero.model.person_periods import PersonPeriods

Strategy: TypeAlias = Literal["never", "as_observed", "natural", "uniform"]
CODES: dict[str, int] = {
    "never": NEVER,
    "as_observed": AS_OBSERVED,
    "natural": NATURAL_GRACE,
    "uniform": UNIFORM_GRACE,
}
BATCHES = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """What happens to the whole cohort under one strategy.

    Parameters
    ----------
    times : (n_periods,) float64
        Ends of the periods, from the origin.
    event, competing : (n_periods,) float64
        Share with the event, and with a competing event, by the end of each period.
    treated : (n_periods,) float64
        Share free of any event and on treatment.
    monte_carlo_error : (n_periods,) float64
        Standard error of ``event`` that is due to simulation; 0 where it was added up exactly.
    batches : (n_batches, n_periods) float64
        ``event`` in each batch of simulated patients; one row where it was added up exactly.
    """

    times: Floats
    event: Floats
    competing: Floats
    treated: Floats
    monte_carlo_error: Floats
    batches: Floats

    def survival_at(self, time: float) -> float:
        """Return the share free of the event at a time, linear within periods."""
        return float(interpolated(self.times, 1.0 - self.event, time))

    def restricted_mean(self, horizon: float) -> float:
        """Return the mean time free of the event to a horizon, linear within periods."""
        return mean_time(self.times, 1.0 - self.event, horizon)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NaturalCourse:
    """Whether the models give back what was observed.

    Parameters
    ----------
    times, observed, simulated : (n_periods,) float64
        Share free of the event: product limit (Aalen-Johansen with a competing event), and of the
        models when treatment begins as it did.
    standard_error : (n_periods,) float64
        Of ``observed``.
    largest_gap : float
        In standard errors, while at least ``minimum_at_risk`` patients are at risk.
    gap_at : float
        When it is largest.
    """

    times: Floats
    observed: Floats
    simulated: Floats
    standard_error: Floats
    largest_gap: float
    gap_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """By when treatment must have begun, and how many patients are simulated to find out.

    Parameters
    ----------
    period : float
        Grace period, in the unit of the periods' width.
    simulated_patients : int
        When there are histories; otherwise nothing is simulated.
    seed : int
    """

    period: float
    simulated_patients: int = 10_000
    seed: int = 0


def g_data(periods: PersonPeriods, *, horizon: float, early_window: float = 0.0) -> GData:
    """Arrange person-periods for the g-formula.

    Parameters
    ----------
    periods : PersonPeriods
    horizon : float
        Time from the origin up to which strategies are followed, > 0.
    early_window : float
        Time just after treatment began that may have an effect of its own; 0 = none.

    Raises
    ------
    AnalysisRefused
        Only one arm is left.
    """
    return arrange(
        periods,
        n_periods=_whole(horizon, periods.width),
        early=_whole(early_window, periods.width) if early_window > 0.0 else 0,
    )


def course(
    data: GData,
    fits: GFits,
    copies: Floats,
    strategy: Strategy,
    *,
    grace: Grace,
) -> Course:
    """Follow a cohort under one strategy.

    Parameters
    ----------
    data : GData
    fits : GFits
        From :func:`timezero.estimate.g_formula.fit_models`.
    copies : (n,) float64
        How often each patient counts in the average.
    strategy : {"never", "as_observed", "natural", "uniform"}
        Never treat; treat as was done; treat within the grace period: as was done and everybody
        left in its last period, or evenly spread over it.
    grace : Grace
        Draws depend on its seed alone, so that two strategies are given the same chances.

    Estimates
    ---------
    The share of these patients with the event by each time had all followed the strategy (GF1).

    Assumes
    -------
    What decided about treatment in a period is in the columns of the models (no unmeasured
    choice); every kind of patient could have been treated and could have been left untreated; the
    models are right; being lost tells nothing about the event given the columns. Within a period
    histories come first, then treatment, the event, a competing event, loss.

    References
    ----------
    .. [robins1986], [keil2014], [mcgrath2020]
    """
    base, clock, on_treatment, on_history, on_before, rules = packed(data, fits)
    last = data.first_period + _whole(grace.period, data.width) - 1
    bounds = np.array([data.first_period, last], dtype=np.int64)
    code = CODES[strategy]
    if not data.histories:
        sums = np.zeros((1, data.n_periods, 4))
        exact_course(base, clock, on_treatment, copies, data.early, code, bounds, sums[0])
        return _course(data, sums / copies.sum())
    per_batch = 2 * max(grace.simulated_patients // (2 * BATCHES), 1)
    sums = np.zeros((BATCHES, data.n_periods, 4))
    for batch in range(BATCHES):
        who, choice, shock = _draws(data, copies, per_batch, seed=grace.seed, batch=batch)
        simulated_course(
            base,
            clock,
            on_treatment,
            on_history,
            on_before,
            rules,
            data.start,
            who,
            choice,
            shock,
            data.early,
            code,
            bounds,
            sums[batch],
        )
    return _course(data, sums / per_batch)


def natural_course(
    periods: PersonPeriods, data: GData, simulated: Course, *, minimum_at_risk: int
) -> NaturalCourse:
    """Compare the models' course, treatment as it was, with what was observed.

    Estimates
    ---------
    The largest distance between the two, in standard errors of the observed share. Both come from
    the same patients, so that right models stay well within two.

    References
    ----------
    .. [keil2014]
    """
    n_at_risk, n_events, n_others = _counts(periods, data)
    observed, spread = _aalen_johansen(n_at_risk, n_events, n_others)
    free = 1.0 - simulated.event
    looked_at = (n_at_risk >= minimum_at_risk) & (spread > 0.0)
    gap = np.zeros(free.size)
    gap[looked_at] = np.abs(free - observed)[looked_at] / spread[looked_at]
    worst = int(gap.argmax())
    return NaturalCourse(
        times=simulated.times,
        observed=observed,
        simulated=free,
        standard_error=spread,
        largest_gap=float(gap[worst]),
        gap_at=float(simulated.times[worst]),
    )


def interpolated(times: Floats, survival: Floats, time: float) -> Floats:
    """Return survival curves (last axis) at a time, linear within periods, 1 at the origin."""
    ends = np.concatenate([[0.0], times])
    after = int(np.clip(np.searchsorted(ends, time * (1.0 - NEAR_TIE)), 1, times.size))
    share = min((time - ends[after - 1]) / (ends[after] - ends[after - 1]), 1.0)
    begin = np.ones(survival.shape[:-1]) if after == 1 else survival[..., after - 2]
    return begin + share * (survival[..., after - 1] - begin)


def mean_time(times: Floats, survival: Floats, horizon: float) -> float:
    """Return the area under a survival curve to a horizon, linear within periods."""
    inside = times < horizon * (1.0 - NEAR_TIE)
    ends = np.concatenate([[0.0], times[inside], [horizon]])
    last = float(interpolated(times, survival, horizon))
    return float(np.trapezoid(np.concatenate([[1.0], survival[inside], [last]]), ends))


def _whole(time: float, width: float) -> int:
    """Return how many periods it takes to cover a time; near ties (C5) do not add one."""
    return max(int(np.ceil(time / width * (1.0 - NEAR_TIE))), 1)


def _draws(
    data: GData, copies: Floats, per_batch: int, *, seed: int, batch: int
) -> tuple[Ints, Floats, Floats]:
    """Return whose beginning each simulated patient has, and the chances of two mirrored halves."""
    from scipy.special import ndtri

    random = generator(seed, G_FORMULA_STREAM, batch)
    half = per_batch // 2
    offset = random.random()
    share = np.cumsum(copies) / copies.sum()
    who = np.minimum(np.searchsorted(share, (np.arange(half) + offset) / half), copies.size - 1)
    random_numbers = random.random((half, data.n_periods, 1 + data.start.shape[1]))
    both = np.concatenate([random_numbers, 1.0 - random_numbers])
    shock = both[:, :, 1:]
    numbers = data.rules[:, 0] == NUMERIC
    shock[:, :, numbers] = ndtri(np.clip(shock[:, :, numbers], 1e-16, 1.0 - 1e-16))
    choice = np.ascontiguousarray(both[:, :, 0])
    return np.tile(who.astype(np.int64), 2), choice, np.ascontiguousarray(shock)


def _course(data: GData, shares: Floats) -> Course:
    middle = shares.mean(axis=0)
    n_batches = shares.shape[0]
    spread = shares[:, :, 0].std(axis=0, ddof=1) if n_batches > 1 else np.zeros(data.n_periods)
    return Course(
        times=np.arange(1, data.n_periods + 1, dtype=np.float64) * data.width,
        event=middle[:, 0],
        competing=middle[:, 1],
        treated=middle[:, 3],
        monte_carlo_error=spread / np.sqrt(n_batches),
        batches=shares[:, :, 0],
    )


def _counts(periods: PersonPeriods, data: GData) -> tuple[Floats, Floats, Floats]:
    kept = np.zeros(int(periods.patient.max()) + 1, dtype=np.bool_)
    kept[data.patient] = True
    rows = np.repeat(kept[periods.patient], np.diff(periods.first))
    rows &= periods.period < data.n_periods

    def count(which: Floats) -> Floats:
        counted = np.bincount(periods.period[rows], weights=which[rows], minlength=data.n_periods)
        return counted.astype(np.float64)

    return (
        count(np.ones(rows.size)),
        count(periods.event.astype(np.float64)),
        count(periods.competing.astype(np.float64)),
    )


def _aalen_johansen(n: Floats, events: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Return the share free of the event in discrete time, with its delta-method standard error."""
    n = np.maximum(n, 1.0)
    every = events + others
    spared = np.cumprod(1.0 - every / n)
    before = np.concatenate([[1.0], spared[:-1]])
    so_far = np.cumsum(before * events / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        death = np.where(n > every, every / (n * (n - every)), 0.0)
    hit = before**2 * (n - events) * events / n**3
    both = before * events / n**2
    variance = np.empty(n.size)
    for k in range(n.size):
        still = so_far[k] - so_far[: k + 1]
        variance[k] = (still**2) @ death[: k + 1] + hit[: k + 1].sum() - 2 * still @ both[: k + 1]
    return 1.0 - so_far, np.sqrt(np.maximum(variance, 0.0))


__all__ = [
    "Course",
    "GData",
    "GFits",
    "Grace",
    "NaturalCourse",
    "course",
    "fit_models",
    "g_data",
    "interpolated",
    "mean_time",
    "natural_course",
]
