"""Does a hazard ratio change over time? The score test of proportional hazards, and its plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused, InputRefused
from timezero.estimate.cox import CoxFit
from timezero.estimate.product_limit import survival_curve
from timezero.estimate.risk_sets import RiskSets, arrange, linear_predictor
from timezero.estimate.tied_steps import (
    Steps,
    means_and_covariances,
    step_averages,
    steps_of,
    with_products,
)
from timezero.model.person_time import PersonTime

Transform: TypeAlias = Literal["km", "identity", "rank", "log"]


# Information left, as a share, below which it is rounding.
INFORMATION_NONE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhTest:
    """Score test of proportional hazards, for each term and for all together.

    Parameters
    ----------
    names : tuple of str
        Of the terms: columns that share a name are one term.
    chi2, p_values : (n_terms,) float64
    df : (n_terms,) int64
        Number of columns of each term.
    global_chi2, global_p_value : float
        Over all p columns, ``p`` degrees of freedom.
    times : (n_events,) float64
    residuals : (n_events, p) float64
        Scaled Schoenfeld residuals plus coefficient, for each column: their trend over time is
        that of the log hazard ratio.
    transform : str
        Of time, against which a trend is looked for.
    """

    names: tuple[str, ...]
    chi2: Floats
    p_values: Floats
    df: Ints
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
        Of these rows and this design, without an offset.
    design : (n_rows, p) float64
    names : sequence of str
        Of the columns; those that share a name, such as the levels of a category, are tested
        together.
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
    trend = _transformed(rows, sets.event_time, transform)
    at_events = trend[sets.last[sets.event] - 1]
    _refuse_no_trend(at_events, transform)
    steps = steps_of(sets)
    risk = sets.weight * np.exp(linear_predictor(sets, fit.coefficients * sets.scale))
    means, spread = means_and_covariances(
        step_averages(sets, steps, risk, with_products(sets.columns)), design.shape[1]
    )
    score, information, own = _score(sets, steps, (means, spread), trend - at_events.mean())
    _refuse_no_information(information, own, transform)
    terms = tuple(dict.fromkeys(names))
    members = [np.flatnonzero([name == term for name in names]) for term in terms]
    chi2 = np.array([_chi2(score[j], information[np.ix_(j, j)]) for j in members])
    df = np.array([j.size for j in members], dtype=np.int64)
    together = _chi2(score, information)
    return PhTest(
        names=terms,
        chi2=chi2,
        p_values=np.asarray(chdtrc(df, chi2), dtype=np.float64),
        df=df,
        global_chi2=together,
        global_p_value=float(chdtrc(score.size, together)),
        times=sets.event_time[sets.last[sets.event] - 1],
        residuals=_scaled_residuals(sets, fit, means, steps.when),
        transform=transform,
    )


def _chi2(score: Floats, information: Floats) -> float:
    return float(score @ np.linalg.solve(information, score))


def _score(
    sets: RiskSets, steps: Steps, moments: tuple[Floats, Floats], trend: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the score of the trends, their information given the coefficients, and without."""
    means, spread = moments
    event_at = sets.last[sets.event] - 1
    g = trend[steps.when]
    seen = (sets.weight[sets.event] * trend[event_at]) @ sets.columns[sets.event]
    score = seen - (steps.share * g) @ means
    coefficients, crossed, own = (
        np.tensordot(steps.share * factor, spread, axes=1) for factor in (np.ones_like(g), g, g * g)
    )
    explained: Floats = crossed.T @ np.linalg.solve(coefficients, crossed)
    return score, own - explained, own


def _refuse_no_information(information: Floats, own: Floats, transform: Transform) -> None:
    """Refuse a trend that moves only at events which say nothing about the columns."""
    size = np.sqrt(np.diag(own))
    if np.all(size > 0.0):
        left = np.linalg.eigvalsh(information / np.outer(size, size))
        if float(left[0]) > INFORMATION_NONE:
            return
    raise AnalysisRefused(
        what=f"the {transform} transform of time is constant over the events that tell",
        where="transform",
        mend="more events while patients with different values are at risk",
        code="TZ-EST-no-trend",
    )


def _transformed(rows: PersonTime, times: Floats, transform: Transform) -> Floats:
    """Return g at the event times; from unweighted rows, so that weights move only the test."""
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
        curve = survival_curve(replace(rows, weight=np.ones(rows.n_rows)))
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


def _scaled_residuals(sets: RiskSets, fit: CoxFit, means: Floats, when: Ints) -> Floats:
    """Return covariates less their mean in the risk set, scaled to the log hazard ratio."""
    event_at = sets.last[sets.event] - 1
    n_steps = np.bincount(when, minlength=sets.begins.size)
    averaged = np.zeros((sets.begins.size, means.shape[1]))
    each: Floats = means / n_steps[when][:, np.newaxis]
    np.add.at(averaged, when, each)
    residuals: Floats = (sets.columns[sets.event] - averaged[event_at]) * sets.scale
    return residuals @ fit.covariance * fit.n_events + fit.coefficients
