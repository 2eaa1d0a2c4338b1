"""G-estimation: by how much late treatment stretches the rest of life."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._sign_changes import Inverted, invert_test
from timezero.estimate.cox import fit_cox
from timezero.estimate.normal import critical_value, two_sided_p
from timezero.estimate.risk_sets import RiskSets, arrange, evaluate, linear_predictor
from timezero.kernels.partial_likelihood import weighted_score_residuals
from timezero.model.person_time import PersonTime

GRID = np.linspace(-3.0, 3.0, 121)
EVENTS_AT_LEAST = 10
FOLLOWED_AT_LEAST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LateStart:
    """Patients whose treatment may begin late, followed from one origin.

    Parameters
    ----------
    rows : PersonTime
        Untreated time from the origin; ``event`` is the beginning of treatment, ``patient`` points
        into the arrays below.
    design : (n_rows, p) float64
        What is known of the patient throughout the row.
    names : tuple of str
        Of the columns.
    followed : (n,) float64
        Time from the origin to the event or to the last sight; NaN = left out.
    event : (n,) bool
    waited : (n,) float64
        Time from the origin to the beginning of treatment; NaN = not while observed.
    """

    rows: PersonTime
    design: Floats
    names: tuple[str, ...]
    followed: Floats
    event: Bools
    waited: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GEstimate:
    """The effect that leaves untreated life unrelated to the choice of treatment.

    Parameters
    ----------
    psi, lower, upper : float
        An untreated unit of time is worth ``exp(-psi)`` treated ones. Limits may be infinite.
    z_no_effect, p_value : float
        Test of psi = 0.
    inverted : Inverted
        The test at every psi tried.
    horizon : float
        Up to which everybody counts, from the origin.
    n_events, n_began : int
        Before the horizon; events among those whose course to it is known.
    n_complete : int
        Patients whose course to the horizon is known.
    """

    psi: float
    lower: float
    upper: float
    z_no_effect: float
    p_value: float
    inverted: Inverted
    horizon: float
    n_events: int
    n_began: int
    n_complete: int


def g_estimate(late: LateStart, *, horizon: float, level: float = 0.95) -> GEstimate:
    """Find the effect at which untreated lifetimes are unrelated to beginning treatment.

    Parameters
    ----------
    late : LateStart
    horizon : float
        Time from the origin, > 0; lifetimes beyond it are not looked at.
    level : float

    Estimates
    ---------
    psi in ``U(psi) = T_off + exp(psi) T_on`` (SF1), where U is life without treatment: at the true
    psi, U says nothing about who begins treatment when, given the columns (SF3).

    Assumes
    -------
    No unmeasured choice: the columns hold all that bears on both beginning treatment and lifetime.
    The model of beginning treatment (Cox) is right. Treatment stretches the rest of everybody's
    life by one factor, whenever it begins (rank preservation). Loss before the horizon is unrelated
    to everything.

    References
    ----------
    .. [robins1991], [robins1992], [han2011], [yang2020]

    Raises
    ------
    AnalysisRefused
        Fewer than ten events, or treatments begun, before the horizon; no root; a model of
        beginning treatment that cannot be fitted.
    """
    weight = censoring_weights(late, horizon)
    complete = weight > 0.0
    n_events = int((complete & late.event & (late.followed <= horizon)).sum())
    n_began = int((late.rows.event & (late.rows.exit <= horizon)).sum())
    _refuse_few(n_events, n_began, horizon)
    test = _test_of(late, weight, horizon)
    found = invert_test(test, GRID, critical_value(level))
    if not found.roots:
        raise AnalysisRefused(
            what="no effect leaves untreated life unrelated to the choice of treatment: the test "
            "has the same sign at every effect tried",
            where=f"psi from {GRID[0]:g} to {GRID[-1]:g}",
            mend="more patients, or an earlier or later horizon",
            code="TZ-EST-no-root",
        )
    z = test(0.0)
    return GEstimate(
        psi=found.estimate,
        lower=found.lower,
        upper=found.upper,
        z_no_effect=z,
        p_value=two_sided_p(z),
        inverted=found,
        horizon=horizon,
        n_events=n_events,
        n_began=n_began,
        n_complete=int(complete.sum()),
    )


def untreated_life(late: LateStart, psi: float, horizon: float) -> tuple[Floats, Bools, float]:
    """Return untreated lifetimes, censored again, whether they ended, and where they are censored.

    Parameters
    ----------
    late : LateStart
    psi : float
    horizon : float

    Returns
    -------
    time : (n,) float64
        NaN for patients left out.
    event : (n,) bool
    limit : float
        ``min(tau, tau exp(psi))``: reached by everybody alive at the horizon tau, whatever the
        treatment (SF2).
    """
    factor = np.exp(psi)
    ends = np.minimum(late.followed, horizon)
    untreated = np.fmin(late.waited, ends)
    never = untreated + factor * (ends - untreated)
    limit = float(horizon * min(1.0, factor))
    happened = late.event & (late.followed <= horizon) & (never <= limit)
    return np.minimum(never, limit), happened, limit


def survival_without(
    late: LateStart, psi: float, *, horizon: float, times: tuple[float, ...]
) -> Floats:
    """Return survival never treated, and treated from the origin on, at some times.

    Parameters
    ----------
    late : LateStart
    psi : float
    horizon : float
    times : tuple of float

    Returns
    -------
    survival : (2, n_times) float64
        NaN where untreated life is not known so far: beyond ``tau exp(-abs(psi))``.
    """
    weight = censoring_weights(late, horizon)
    time, happened, limit = untreated_life(late, psi, horizon)
    found = np.full((2, len(times)), np.nan)
    for k, at in enumerate(times):
        for arm, untreated_at in enumerate((at, at * np.exp(psi))):
            if untreated_at <= limit * (1.0 + 1e-12):
                gone = happened & (time <= untreated_at)
                found[arm, k] = 1.0 - weight[gone].sum() / weight.sum()
    return np.where(np.isnan(found).any(axis=0), np.nan, found)


def censoring_weights(late: LateStart, horizon: float) -> Floats:
    """Return the weight of each patient whose course to the horizon is known, 0 for the others.

    Parameters
    ----------
    late : LateStart
    horizon : float

    Returns
    -------
    (n,) float64
        One divided by the chance not to be lost before the event or the horizon, by the product
        limit of loss (events before losses at ties, C3).
    """
    there = np.isfinite(late.followed)
    ends = np.minimum(np.where(there, late.followed, -1.0), horizon)
    lost = there & ~late.event & (ends < horizon)
    died = there & late.event & (late.followed <= horizon)
    times, n_lost = np.unique(ends[lost], return_counts=True)
    left, leaves = np.sort(ends[there]), np.sort(ends[died])
    n_at_risk = left.size - np.searchsorted(left, times, side="left")
    n_died = np.searchsorted(leaves, times, side="right") - np.searchsorted(leaves, times)
    kept = np.concatenate([[1.0], np.cumprod(1.0 - n_lost / (n_at_risk - n_died))])
    chance = kept[np.searchsorted(times, ends, side="left")]
    complete = there & ~lost
    return np.where(complete, 1.0 / np.where(complete, chance, 1.0), 0.0)


def longest_horizon(late: LateStart, wanted: tuple[float, ...]) -> float:
    """Return the last wanted horizon to which half are followed, or the last time with that.

    Parameters
    ----------
    late : LateStart
    wanted : tuple of float
    """

    def chance(horizon: float) -> float:
        reached = censoring_weights(late, horizon)
        return 1.0 / reached.max() if reached.max() > 0.0 else 0.0

    for horizon in sorted(wanted, reverse=True):
        if chance(horizon) >= FOLLOWED_AT_LEAST:
            return horizon
    times = np.unique(late.followed[np.isfinite(late.followed)])
    low, high = 0, times.size - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high)
            if chance(float(times[middle])) >= FOLLOWED_AT_LEAST
            else (
                low,
                middle - 1,
            )
        )
    return float(times[low])


def _refuse_few(n_events: int, n_began: int, horizon: float) -> None:
    wrong = [
        f"{n} {what}"
        for n, what in ((n_events, "events"), (n_began, "treatments begun"))
        if n < EVENTS_AT_LEAST
    ]
    if wrong:
        raise AnalysisRefused(
            what=f"only {' and '.join(wrong)} by {horizon:g}, fewer than {EVENTS_AT_LEAST}",
            where="g-estimation",
            mend="more patients or longer follow-up",
            code="TZ-EST-few-events",
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Test:
    """Score test of untreated life in the Cox model of beginning treatment."""

    late: LateStart
    sets: RiskSets
    beta: Floats
    owner: Ints
    weight: Floats
    horizon: float

    def __call__(self, psi: float) -> float:
        """Return the signed statistic at one psi; NaN when too few untreated lives end."""
        _, happened, _ = untreated_life(self.late, psi, self.horizon)
        if int((happened & (self.weight > 0.0)).sum()) < EVENTS_AT_LEAST:
            return float("nan")
        owned = _life_score(self.late, self.weight, psi, self.horizon)
        added = owned[self.owner]
        spread = float(np.std(added))
        if not spread > 0.0:
            return float("nan")
        column = (added - added.mean()) / spread
        sets = replace(self.sets, columns=np.column_stack([self.sets.columns, column]))
        point = np.append(self.beta, 0.0)
        _, score, information = evaluate(sets, point)
        residuals = weighted_score_residuals(
            sets.columns,
            linear_predictor(sets, point),
            sets.weight,
            sets.event,
            sets.first,
            sets.last,
            sets.begins,
            sets.efron,
        )
        last = self.beta.size
        turned = np.linalg.solve(information[:last, :last], information[:last, last])
        moved = residuals[:, last] - residuals[:, :last] @ turned
        by_patient = np.bincount(self.owner, weights=moved)
        variance = float(np.sum(by_patient**2))
        return float(score[last]) / variance**0.5 if variance > 0.0 else float("nan")


def _test_of(late: LateStart, weight: Floats, horizon: float) -> _Test:
    rows = late.rows
    fit = fit_cox(rows, late.design, names=late.names, cluster=False)
    sets = arrange(rows, late.design, ties="efron", names=late.names)
    return _Test(
        late=late,
        sets=sets,
        beta=fit.coefficients * sets.scale,
        owner=rows.patient[sets.kept],
        weight=weight,
        horizon=horizon,
    )


def _life_score(late: LateStart, weight: Floats, psi: float, horizon: float) -> Floats:
    """Return weighted log-rank scores of untreated life: ended, less what was to be expected."""
    time, happened, _ = untreated_life(late, psi, horizon)
    counted = weight > 0.0
    time = np.where(counted, time, np.inf)
    order = np.argsort(time, kind="stable")
    behind = np.cumsum(weight[order][::-1])[::-1]
    first_tied = np.searchsorted(time[order], time[order], side="left")
    last_tied = np.searchsorted(time[order], time[order], side="right") - 1
    steps = np.where(behind > 0.0, weight[order] * happened[order], 0.0) / np.maximum(
        behind[first_tied], 1e-300
    )
    expected = np.empty(time.size)
    expected[order] = np.cumsum(steps)[last_tied]
    return np.where(counted, weight * (happened - expected), 0.0)
