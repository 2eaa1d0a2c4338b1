"""Cox's proportional hazards model on person-time, with the sandwich variance by patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.maximise import Maximum, maximise, newton_step
from timezero.estimate.risk_sets import RiskSets, arrange, evaluate, linear_predictor
from timezero.estimate.separation import recession_columns
from timezero.kernels.partial_likelihood import weighted_score_residuals
from timezero.model.person_time import PersonTime

Ties: TypeAlias = Literal["efron", "breslow"]

# Share of the information left along some direction below which an infinite maximum is suspected.
INFORMATION_LEFT = 1e-3
# Smallest share of information that double precision can tell from none.
INFORMATION_NONE = 1e-13
TAKES_PART = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxFit:
    """A fitted Cox model.

    Parameters
    ----------
    coefficients : (p,) float64
        Log hazard ratios for one unit of each column.
    covariance, robust_covariance : (p, p) float64
        Inverse information, and the sandwich clustered by patient (NaN when not asked for).
    log_likelihood_null, log_likelihood : float
        Log partial likelihood with all coefficients zero, and at its maximum.
    score_statistic, wald_statistic : float
        Chi-squared statistics of all coefficients, p degrees of freedom.
    n_events : int
        Rows ending in the event, with a weight above zero.
    n_iterations : int
    score_residuals : (n_rows, p) float64
        Each row's share of the gradient times its weight; summed by patient and multiplied by
        ``covariance`` they say how far each patient moves the coefficients.
    ties : {"efron", "breslow"}
    """

    coefficients: Floats
    covariance: Floats
    robust_covariance: Floats
    log_likelihood_null: float
    log_likelihood: float
    score_statistic: float
    wald_statistic: float
    n_events: int
    n_iterations: int
    score_residuals: Floats
    ties: Ties


def fit_cox(
    rows: PersonTime,
    design: Floats,
    *,
    ties: Ties = "efron",
    offset: Floats | None = None,
    cluster: bool = True,
    names: Sequence[str] | None = None,
) -> CoxFit:
    """Compare hazards, at each event, among those at risk at that moment.

    Parameters
    ----------
    rows : PersonTime
        On ``(entry, exit]`` (C2); strata and case weights are obeyed, rows of weight zero dropped.
    design : (n_rows, p) float64
        Covariates of each row, any unit: they are centred and scaled inside.
    ties : {"efron", "breslow"}
        Rule for tied events (C9).
    offset : (n_rows,) float64, optional
        Known part of the log hazard.
    cluster : bool
        Also compute the sandwich covariance clustered by ``rows.patient``.
    names : sequence of str, optional
        Of the columns, used in refusals.

    Estimates
    ---------
    Log hazard ratio of one unit of each column, all else equal; no unit of time.

    Assumes
    -------
    Proportional hazards; censoring and delayed entry independent of the event given the
    design; covariates known just before each moment.

    References
    ----------
    .. [cox1972], [efron1977], [lin1989], [therneau2000]

    Raises
    ------
    InputRefused
        Impossible intervals, weights or covariates.
    AnalysisRefused
        No events; a column that is constant or collinear among those at risk; a likelihood
        that rises for ever (code ``TZ-EST-monotone``); no convergence.
    """
    sets = arrange(rows, design, ties=ties, offset=offset, names=names)
    zero = np.zeros(design.shape[1])
    value_null, gradient_null, information_null = evaluate(sets, zero)
    refuse_collinear(sets, information_null)
    at_zero = (value_null, gradient_null, information_null)
    best = maximise(lambda point: evaluate(sets, point), zero, at_start=at_zero)
    _refuse_infinite(sets, best, information_null)
    covariance = invert(best.information)
    residuals = _residuals(sets, best.point)
    robust = np.full_like(covariance, np.nan)
    if cluster:
        robust = sandwich(covariance, residuals, rows.patient[sets.kept])
    unit = np.outer(sets.scale, sets.scale)
    every_row = np.zeros_like(design, dtype=np.float64)
    every_row[sets.kept] = residuals * sets.scale
    return CoxFit(
        coefficients=best.point / sets.scale,
        covariance=covariance / unit,
        robust_covariance=robust / unit,
        log_likelihood_null=value_null,
        log_likelihood=best.value,
        score_statistic=float(gradient_null @ newton_step(gradient_null, information_null)),
        wald_statistic=float(best.point @ best.information @ best.point),
        n_events=int(sets.event.sum()),
        n_iterations=best.n_iterations,
        score_residuals=every_row,
        ties=ties,
    )


def sandwich(covariance: Floats, residuals: Floats, cluster: Ints) -> Floats:
    """Return the covariance that is robust to dependence within clusters.

    Parameters
    ----------
    covariance : (p, p) float64
        Inverse information.
    residuals : (n, p) float64
        Weighted score residuals.
    cluster : (n,) int64
        Not negative.
    """
    size = int(cluster.max()) + 1
    by_cluster = np.column_stack(
        [np.bincount(cluster, weights=column, minlength=size) for column in residuals.T]
    )
    moved = by_cluster @ covariance
    return moved.T @ moved


def _residuals(sets: RiskSets, point: Floats) -> Floats:
    return weighted_score_residuals(
        sets.columns,
        linear_predictor(sets, point),
        sets.weight,
        sets.event,
        sets.first,
        sets.last,
        sets.begins,
        sets.efron,
    )


def invert(information: Floats) -> Floats:
    """Invert an information matrix on columns made equally informative first."""
    size = np.sqrt(np.diag(information))
    inverse = np.linalg.inv(information / np.outer(size, size)) / np.outer(size, size)
    return (inverse + inverse.T) / 2.0


def refuse_collinear(sets: RiskSets, information: Floats) -> None:
    """Refuse columns that carry no information of their own, naming them.

    Parameters
    ----------
    information : (p, p) float64
        At coefficients of zero: a direction has none exactly when it is constant in every
        risk set.

    Raises
    ------
    AnalysisRefused
    """
    n_events = float(sets.weight[sets.event].sum())
    without = np.diag(information) <= INFORMATION_NONE * n_events
    size = np.sqrt(np.where(without, 1.0, np.diag(information)))
    share, direction = np.linalg.eigh(information / np.outer(size, size))
    none = share <= INFORMATION_NONE * share.size * max(float(share[-1]), 1.0)
    involved = without | np.any(np.abs(direction[:, none]) > TAKES_PART, axis=1)
    if not involved.any():
        return
    named = ", ".join(name for name, yes in zip(sets.names, involved, strict=True) if yes)
    alone = int(involved.sum()) == 1
    raise AnalysisRefused(
        what=f"{named} takes one value in every risk set"
        if alone
        else f"{named} are collinear: one can be computed from the others in every risk set",
        where=f"covariates {named}",
        mend="leave it out of the model" if alone else "leave one of them out of the model",
        code="TZ-EST-constant" if alone else "TZ-EST-collinear",
    )


def _refuse_infinite(sets: RiskSets, best: Maximum, information_null: Floats) -> None:
    """Refuse a maximum that lies at infinity, or was not found."""
    half = np.linalg.cholesky(information_null)
    relative = np.linalg.solve(half, np.linalg.solve(half, best.information).T)
    smallest = float(np.min(np.linalg.eigvalsh((relative + relative.T) / 2.0)))
    if best.converged and smallest > INFORMATION_LEFT:
        return
    infinite = recession_columns(sets)
    if infinite:
        raise AnalysisRefused(
            what=f"the partial likelihood is monotone: no finite coefficient of "
            f"{', '.join(infinite)} is the likeliest",
            where=f"covariate {', '.join(infinite)}",
            mend="use Firth's penalised likelihood or a profile-likelihood interval",
            code="TZ-EST-monotone",
        )
    if not best.converged:
        raise AnalysisRefused(
            what=f"the partial likelihood has not reached its maximum after "
            f"{best.n_iterations} iterations",
            where=f"covariates {', '.join(sets.names)}",
            mend="use fewer covariates, or covariates with fewer extreme values",
            code="TZ-EST-convergence",
        )
