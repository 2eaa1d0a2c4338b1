"""Matched sets compared: hazards within sets, time lived and survival over sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.estimate.risk_set_matching import MatchedSets, match_in_risk_sets
from timezero.estimate.treatment_hazard import Candidates, fit_treatment_hazard
from timezero.kernels.resample import binary_log_hazard_ratio
from timezero.kernels.risk_set_matching import set_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedDifference:
    """Two arms of matched sets at one horizon, measured from the match.

    Parameters
    ----------
    horizon : float
    rmst_difference, survival_difference : float
        Treated less matched; NaN beyond the last exit of an arm with survivors (C8).
    rmst_standard_error, survival_standard_error : float
        With the set as the unit.
    """

    horizon: float
    rmst_difference: float
    rmst_standard_error: float
    survival_difference: float
    survival_standard_error: float


def matched_log_hazard_ratio(sets: MatchedSets, *, until_treated: bool = False) -> float:
    """Compare hazards within matched sets, each with a hazard of its own.

    Parameters
    ----------
    sets : MatchedSets
    until_treated : bool
        Matched patients are followed until they are treated themselves.

    Returns
    -------
    float
        Infinite when all events that tell something fall in one arm; NaN without any.

    Estimates
    ---------
    ``beta`` of ``h_k(t) exp(beta)`` for the treated of set ``k``, Efron's ties (C9). In pairs it is
    ``log(a / b)``: pairs in which the treated, and the matched, has the event first. Its inverse
    information ``1 / a + 1 / b`` is then the sandwich by pair as well.

    Assumes
    -------
    Within a set only one was treated at the match, whoever it was (but for the treatment) having
    the same hazard; the ratio of hazards is the same at all times and in all sets.

    References
    ----------
    .. [cox1972], [efron1977], [li2001]
    """
    time, event = sets.follow_up(until_treated=until_treated)
    tables = np.empty((4, time.size))
    n_tables = set_tables(time, event, sets.bounds, np.empty(time.size), tables)
    counts = tables[:, :n_tables].copy()
    return binary_log_hazard_ratio(counts[0], counts[1], counts[2], counts[3])


def matched_differences(
    sets: MatchedSets, horizons: tuple[float, ...], *, errors: bool = True
) -> list[MatchedDifference]:
    """Compare time lived and survival at horizons, the curves standardised to the treated.

    Parameters
    ----------
    sets : MatchedSets
    horizons : tuple of float
        From the match.
    errors : bool
        Also find the standard errors.

    Estimates
    ---------
    ``E[min(T, h)]`` and ``P(T > h)`` after treatment less what they were in the matched, who may be
    treated later: treat now against not now, in treated patients who could be matched.

    Assumes
    -------
    Within sets all were as likely to be treated just then; censoring after the match is
    independent within arms. The standard error sums influences within sets: infinitesimal
    jackknife, with one arm and without sets Greenwood's. It takes the sets as they were made.

    References
    ----------
    .. [kaplan1958], [royston2013], [abadie2022]
    """
    time, event = sets.follow_up()
    arms = [_Arm(time[who], event[who], sets.weight[who]) for who in (~sets.treated, sets.treated)]
    members = [np.flatnonzero(~sets.treated), np.flatnonzero(sets.treated)]
    found: list[MatchedDifference] = []
    for horizon in horizons:
        (area_0, alive_0), (area_1, alive_1) = (arm.at(horizon) for arm in arms)
        lived_error = alive_error = float("nan")
        if errors and not np.isnan(area_1 - area_0):
            influence = np.zeros((2, time.size))
            for sign, arm, who in zip((-1.0, 1.0), arms, members, strict=True):
                influence[:, who] = sign * arm.influence(horizon)
            by_set = np.add.reduceat(influence, sets.bounds[:-1], axis=1)
            lived_error, alive_error = np.sqrt(np.sum(by_set**2, axis=1))
        found.append(
            MatchedDifference(
                horizon=horizon,
                rmst_difference=area_1 - area_0,
                rmst_standard_error=float(lived_error),
                survival_difference=alive_1 - alive_0,
                survival_standard_error=float(alive_error),
            )
        )
    return found


class _Arm:
    """The product-limit curve of one arm, with weights, and the influence of each member on it."""

    def __init__(self, time: Floats, event: Bools, weight: Floats) -> None:
        self._time, self._event, self._weight = time, event, weight
        self.times = np.unique(time[event])
        self._past = np.searchsorted(self.times, time, side="right")
        size = self.times.size
        reaching = np.bincount(self._past, weight, minlength=size + 1).astype(np.float64)
        self._at_risk: Floats = np.cumsum(reaching[::-1])[::-1][1:]
        self._hit = np.bincount(self._past[event] - 1, weight[event], minlength=size)
        gone = self._hit >= self._at_risk * (1.0 - 1e-12)
        self._left: Floats = np.where(gone, 0.0, self._at_risk - self._hit)
        self.survival = np.cumprod(self._left / self._at_risk, dtype=np.float64)

    def at(self, horizon: float) -> tuple[float, float]:
        """Return the area under the curve to the horizon, and survival there (C8)."""
        area, alive = self._areas(horizon)
        if horizon > self._time.max() and alive > 0.0:
            return float("nan"), float("nan")
        return float(area[0]), alive

    def _areas(self, horizon: float) -> tuple[Floats, float]:
        """Return areas from 0 and from each event time to the horizon, and survival there."""
        times = np.minimum(np.concatenate([[0.0], self.times, [horizon]]), horizon)
        level = np.concatenate([[1.0], self.survival])
        pieces = level * np.diff(times)
        return np.cumsum(pieces[::-1])[::-1], float(level[np.sum(self.times <= horizon)])

    def influence(self, horizon: float) -> Floats:
        """Return the influence of each member on area and survival, (2, n) float64."""
        area, alive = self._areas(horizon)
        inside = self.times <= horizon
        found = np.empty((2, self._time.size))
        for k, reach in enumerate((area[1:], np.full(inside.size, alive))):
            there = inside & (self._left > 0.0)
            per_event = np.zeros(inside.size)
            per_event[there] = reach[there] / self._left[there]
            met = np.concatenate([[0.0], np.cumsum(per_event * self._hit / self._at_risk)])
            own = np.where(self._event, np.append(per_event, 0.0)[self._past - 1], 0.0)
            found[k] = self._weight * (met[self._past] - own)
        return found


def matched_replicate(
    candidates: Candidates, *, matches: int, caliper: float, horizons: tuple[float, ...]
) -> Callable[[Ints], Floats]:
    """Return what fits, matches and compares again among resampled patients.

    Parameters
    ----------
    candidates : Candidates
    matches : int
    caliper : float
    horizons : tuple of float

    Returns
    -------
    callable
        As :func:`timezero.estimate.person_bootstrap.person_bootstrap` takes it; numbers are the log
        hazard ratio, that until treated, and for each horizon the differences of time lived and
        of survival: ``2 + 2 * n_horizons``.
    """

    def replicate(copies: Ints) -> Floats:
        drawn = candidates.drawn(copies)
        sets = match_in_risk_sets(
            drawn, fit_treatment_hazard(drawn), matches=matches, caliper=caliper
        )
        numbers = np.empty(2 + 2 * len(horizons))
        numbers[0] = matched_log_hazard_ratio(sets)
        numbers[1] = matched_log_hazard_ratio(sets, until_treated=True)
        for k, found in enumerate(matched_differences(sets, horizons, errors=False)):
            numbers[2 + 2 * k] = found.rmst_difference
            numbers[3 + 2 * k] = found.survival_difference
        return numbers

    return replicate
