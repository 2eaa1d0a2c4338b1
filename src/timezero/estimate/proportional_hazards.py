"""Does a hazard ratio change over time? The score test of proportional hazards, and its plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats
from timezero.errors import AnalysisRefused, InputRefused
from timezero.estimate.cox import CoxFit
from timezero.estimate.product_limit import survival_curve
from timezero.estimate.risk_sets import RiskSets, arrange, linear_predictor
from timezero.estimate.tied_steps import (
    means_and_covariances,
    step_averages,
    steps_of,
    with_products,
)
from timezero.model.person_time import PersonTime

Transform: TypeAlias = Literal["km", "identity", "rank", "log"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhTest:
    """Score test of proportional hazards, for each column and for all together.

    Parameters
    ----------
    names : tuple of str
    chi2, p_values : (p,) float64
        One degree of freedom each.
    global_chi2, global_p_value : float
        ``p`` degrees of freedom.
    times : (n_events,) float64
    residuals : (n_events, p) float64
        Scaled Schoenfeld residuals plus coefficient: their trend over time is that of the log
        hazard ratio.
    transform : str
        Of time, against which a trend is looked for.
    """

    names: tuple[str, ...]
    chi2: Floats
    p_values: Floats
    global_chi2: float
    global_p_value: float
    times: Floats
    residuals: Floats
    transform: Transform


def proportional_hazards_test(
    rows: PersonTime,
    fit: CoxFit,
    design: Floats,
    names: Sequence[str],
    *,
    transform: Transform = "km",
) -> PhTest:
    """Test whether hazard ratios change over time.

    Parameters
    ----------
    rows : PersonTime
    fit : CoxFit
        Of these rows and this design.
    design : (n_rows, p) float64
    names : sequence of str
        Of the columns.
    transform : {"km", "identity", "rank", "log"}
        Of time: ``km`` is one less the product-limit curve just before.

    Estimates
    ---------
    The score statistic of adding ``x_j g(t)`` to the fitted model, given its coefficients.

    Assumes
    -------
    Censoring and late entry independent of the event given the design.

    References
    ----------
    .. [grambsch1994], [therneau2000]

    Raises
    ------
    AnalysisRefused
        The transformed time takes one value, so there is no trend to look for.
    """
    from scipy.special import chdtrc

    sets = arrange(rows, design, ties=fit.ties, names=names)
    p = design.shape[1]
    trend = _transformed(rows, sets.event_time, transform)
    event_at = sets.last[sets.event] - 1
    centred = trend - trend[event_at].mean()
    _refuse_no_trend(centred[event_at], transform)
    steps = steps_of(sets)
    linear = linear_predictor(sets, fit.coefficients * sets.scale)
    risk = sets.weight * np.exp(linear)
    means, spread = means_and_covariances(
        step_averages(sets, steps, risk, with_products(sets.columns)), p
    )
    g = centred[steps.when]
    weight = sets.weight[sets.event]
    score = (weight * centred[event_at]) @ sets.columns[sets.event] - (steps.share * g) @ means
    whole, crossed, own = (
        np.einsum("s,sij->ij", steps.share * factor, spread)
        for factor in (np.ones_like(g), g, g * g)
    )
    information = own - crossed.T @ np.linalg.solve(whole, crossed)
    single = np.array([score[j] ** 2 / _alone(whole, crossed, own, j) for j in range(p)])
    all_together = float(score @ np.linalg.solve(information, score))
    return PhTest(
        names=tuple(names),
        chi2=single,
        p_values=np.asarray(chdtrc(1.0, single), dtype=np.float64),
        global_chi2=all_together,
        global_p_value=float(chdtrc(float(p), all_together)),
        times=sets.event_time[event_at],
        residuals=_scaled_residuals(sets, fit, means, steps.when, event_at),
        transform=transform,
    )


def _alone(whole: Floats, crossed: Floats, own: Floats, j: int) -> float:
    """Return the information on one trend, given the coefficients."""
    return float(own[j, j] - crossed[:, j] @ np.linalg.solve(whole, crossed[:, j]))


def _transformed(rows: PersonTime, times: Floats, transform: Transform) -> Floats:
    if transform == "identity":
        return times
    if transform == "log":
        return np.log(times)
    if transform == "rank":
        leaving = np.sort(rows.exit)
        below = np.searchsorted(leaving, times, side="left")
        upto = np.searchsorted(leaving, times, side="right")
        return (below + upto + 1) / 2.0
    if transform == "km":
        curve = survival_curve(rows)
        before = np.searchsorted(curve.times, times, side="left")
        return 1.0 - np.concatenate([[1.0], curve.survival])[before]
    raise InputRefused(
        what=f"there is no transform of time called {transform!r}",
        where="transform",
        mend="choose km, identity, rank or log",
        code="TZ-EST-transform",
    )


def _refuse_no_trend(trend: Floats, transform: Transform) -> None:
    if not np.all(np.isfinite(trend)) or np.ptp(trend) == 0.0:
        raise AnalysisRefused(
            what=f"the {transform} transform of the event times shows no spread",
            where="transform",
            mend="events at two different times at least, above zero for log",
            code="TZ-EST-no-trend",
        )


def _scaled_residuals(
    sets: RiskSets, fit: CoxFit, means: Floats, when: Floats, event_at: Floats
) -> Floats:
    n_steps = np.bincount(when, minlength=sets.begins.size)
    averaged = np.zeros((sets.begins.size, means.shape[1]))
    np.add.at(averaged, when, means / n_steps[when][:, np.newaxis])
    residuals = (sets.columns[sets.event] - averaged[event_at]) * sets.scale
    return residuals @ fit.covariance * fit.n_events + fit.coefficients
