"""Cox's model with Firth's penalty: finite and less biased when events are few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import invert, refuse_collinear
from timezero.estimate.likelihood_root import profile_limits
from timezero.estimate.maximise import Maximum, Objective, maximise
from timezero.estimate.normal import two_sided_p
from timezero.estimate.risk_sets import RiskSets, arrange, evaluate, linear_predictor
from timezero.estimate.tied_steps import (
    Steps,
    means_and_covariances,
    step_averages,
    steps_of,
    with_products,
)
from timezero.model.person_time import PersonTime

ITERATIONS = 200
# Near the square root of the rounding error, on columns scaled to a spread near one.
DIFFERENCE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FirthFit:
    """A Cox model fitted with Firth's penalty.

    Parameters
    ----------
    coefficients : (p,) float64
    covariance : (p, p) float64
        Inverse information at the penalised maximum.
    lower, upper : (p,) float64
        Profile penalised likelihood.
    statistics, p_values : (p,) float64
        Penalised likelihood ratio of each coefficient, one degree of freedom.
    log_likelihood_null, log_likelihood : float
        Penalised, with all coefficients zero and at the maximum. The penalty depends on the unit
        of the columns, so that only differences of the two can be compared between programs.
    """

    coefficients: Floats
    covariance: Floats
    lower: Floats
    upper: Floats
    statistics: Floats
    p_values: Floats
    log_likelihood_null: float
    log_likelihood: float


def fit_firth(
    rows: PersonTime,
    design: Floats,
    *,
    level: float = 0.95,
    ties: Literal["efron", "breslow"] = "efron",
    columns: tuple[int, ...] | None = None,
) -> FirthFit:
    """Estimate hazard ratios that stay finite even where one arm has no event.

    Parameters
    ----------
    rows : PersonTime
    design : (n_rows, p) float64
    level : float
        Coverage of the profile penalised likelihood intervals.
    ties : {"efron", "breslow"}
    columns : tuple of int, optional
        Whose intervals and tests are wanted (the others are NaN); all when not given.

    Estimates
    ---------
    The maximum of ``l(beta) + log |I(beta)| / 2``.

    Assumes
    -------
    As :func:`timezero.estimate.cox.fit_cox`.

    References
    ----------
    .. [firth1993], [heinze2001]

    Raises
    ------
    InputRefused, AnalysisRefused
        As :func:`timezero.estimate.cox.fit_cox`, except for a monotone likelihood.
    """
    sets = arrange(rows, design, ties=ties)
    p = design.shape[1]
    zero = np.zeros(p)
    refuse_collinear(sets, evaluate(sets, zero)[2])
    steps = steps_of(sets)

    def objective(point: Floats) -> tuple[float, Floats, Floats]:
        return _with_curvature(sets, steps, point)

    best = maximise(objective, zero, iterations=ITERATIONS)
    _refuse_unfinished(sets, best)
    covariance = invert(evaluate(sets, best.point)[2])
    lower, upper, statistics = (np.full(p, np.nan) for _ in range(3))
    for column in range(p) if columns is None else columns:
        lower[column], upper[column] = profile_limits(
            objective,
            best.point,
            column=column,
            level=level,
            step=float(np.sqrt(covariance[column, column])),
        )
        statistics[column] = _ratio_statistic(objective, best.point, best.value, column)
    return FirthFit(
        coefficients=best.point / sets.scale,
        covariance=covariance / np.outer(sets.scale, sets.scale),
        lower=lower / sets.scale,
        upper=upper / sets.scale,
        statistics=statistics,
        p_values=np.array([two_sided_p(float(np.sqrt(x))) for x in statistics]),
        log_likelihood_null=_in_own_units(sets, objective(zero)[0]),
        log_likelihood=_in_own_units(sets, best.value),
    )


def _refuse_unfinished(sets: RiskSets, best: Maximum) -> None:
    if best.converged:
        return
    raise AnalysisRefused(
        what=f"Firth's penalised likelihood has not reached its maximum after "
        f"{best.n_iterations} iterations",
        where=f"covariates {', '.join(sets.names)}",
        mend="use fewer covariates, or covariates with fewer extreme values",
        code="TZ-EST-convergence",
    )


def _in_own_units(sets: RiskSets, value: float) -> float:
    """Return the penalised log likelihood on the columns as given: the penalty has a unit."""
    return value + float(np.sum(np.log(sets.scale)))


def _ratio_statistic(objective: Objective, top: Floats, value: float, column: int) -> float:
    start = top.copy()
    start[column] = 0.0
    free: Bools = np.ones(top.size, dtype=np.bool_)
    free[column] = False
    restricted = maximise(objective, start, free=free, iterations=ITERATIONS)
    return max(0.0, 2.0 * (value - restricted.value))


def _with_curvature(sets: RiskSets, steps: Steps, point: Floats) -> tuple[float, Floats, Floats]:
    """Return the penalised log likelihood, its gradient and its curvature.

    With few events the penalty bends as much as the likelihood, and steps by the information
    alone would be twice too long. Forward differences of the exact gradient are good enough to
    steer by; where they do not point uphill the information does.
    """
    value, gradient, information = _penalised(sets, steps, point)
    if not np.isfinite(value):
        return value, gradient, information
    curvature = np.empty_like(information)
    for j in range(point.size):
        near = point.copy()
        near[j] += DIFFERENCE
        curvature[j] = (gradient - _penalised(sets, steps, near)[1]) / DIFFERENCE
    curvature = (curvature + curvature.T) / 2.0
    uphill = np.all(np.isfinite(curvature)) and np.min(np.linalg.eigvalsh(curvature)) > 0.0
    return value, gradient, curvature if uphill else information


def _penalised(sets: RiskSets, steps: Steps, point: Floats) -> tuple[float, Floats, Floats]:
    """Return the penalised log likelihood, its gradient, and the information of the unpenalised.

    The gradient of the penalty is half the trace of the inverse information times the third
    moments of the covariates in each risk set.
    """
    value, gradient, information = evaluate(sets, point)
    if not np.all(np.isfinite(information)):
        return -np.inf, gradient, information
    sign, log_determinant = np.linalg.slogdet(information)
    if not np.isfinite(value) or sign <= 0.0 or not np.isfinite(log_determinant):
        return -np.inf, gradient, information
    inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
    # A trial step may go so far that the moments overflow: it is then shortened.
    with np.errstate(over="ignore", invalid="ignore"):
        slope = gradient + 0.5 * _trace_of_third_moments(sets, steps, point, inverse)
    penalised = value + 0.5 * float(log_determinant) if np.all(np.isfinite(slope)) else -np.inf
    return penalised, slope, information


def _trace_of_third_moments(sets: RiskSets, steps: Steps, point: Floats, inverse: Floats) -> Floats:
    """Sum over the risk sets ``E[(x - m)' A (x - m) (x - m)]``, A the inverse information."""
    p = point.size
    columns = sets.columns
    risk = sets.weight * np.exp(linear_predictor(sets, point))
    quadratic = np.einsum("ni,ij,nj->n", columns, inverse, columns)[:, np.newaxis]
    averages = step_averages(
        sets, steps, risk, np.hstack([with_products(columns), quadratic, quadratic * columns])
    )
    means, spread = means_and_covariances(averages, p)
    mean_quadratic = averages[:, p + p * p]
    third = (
        averages[:, p + p * p + 1 :]
        - means * mean_quadratic[:, np.newaxis]
        - 2.0 * np.einsum("sij,jk,sk->si", spread, inverse, means)
    )
    return steps.share @ third
