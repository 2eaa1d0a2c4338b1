"""Logistic models of what happens in a person-period; Firth's where the likelihood is monotone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.maximise import maximise, newton_step
from timezero.kernels.pooled_logistic import (
    add_leverage_score,
    approach_maximum,
    factorise,
    largest_predictor,
    logistic_pass,
    logistic_scores,
)

# Towards an infinite maximum each step adds one to the predictor, so that the steps do not shrink
# until, at about 34, rounding ends the score: a maximum nearer than this is a real one.
SUSPICIOUS_PREDICTOR = 25.0
ITERATIONS = 60
# How a climb can end, and how exact a proof of separation must be.
NEAR, RUN_OFF = 0, 1
PROOF = 1e-7
LARGEST_SCALED = 1e12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogisticFit:
    """A fitted logistic model.

    Parameters
    ----------
    names : tuple of str
        Of the coefficients, ``(intercept)`` first.
    coefficients : (p,) float64
        Log odds, on the columns as given.
    covariance : (p, p) float64
        Inverse of the information.
    log_likelihood : float
        Without penalty.
    penalised : bool
        True when the likelihood is monotone and Firth's penalty keeps the estimate finite.
    n_rows : int
        Rows of weight above 0.
    n_outcomes : float
        Weighted number of outcomes.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    penalised: bool
    n_rows: int
    n_outcomes: float

    def probabilities(self, columns: Floats) -> Floats:
        """Return the fitted probability of each row.

        Parameters
        ----------
        columns : (n_rows, p - 1) float64
            Without the intercept.
        """
        eta = self.coefficients[0] + columns @ self.coefficients[1:]
        with np.errstate(over="ignore"):
            return 1.0 / (1.0 + np.exp(-eta))


def fit_logistic(
    columns: Floats,
    outcome: Bools,
    *,
    names: tuple[str, ...],
    weight: Floats | None = None,
    start: Floats | None = None,
    where: str = "the logistic model",
) -> LogisticFit:
    """Fit the probability of an outcome in a person-period.

    Parameters
    ----------
    columns : (n_rows, q) float64
        Without an intercept, which is added; finite.
    outcome : (n_rows,) bool
    names : tuple of str
        Of the columns.
    weight : (n_rows,) float64, optional
        Case weights >= 0, 1 if not given; how often a patient was drawn, times a sampling weight.
    start : (q + 1,) float64, optional
        Coefficients to start from, as in a resample: the answer is then left at 1e-9 of the
        maximum, where it is otherwise polished to the last digits.
    where : str
        What the model is, for messages.

    Estimates
    ---------
    ``b`` in ``logit P(Y = 1 | x) = b_0 + x'b``.

    Assumes
    -------
    A linear effect of each column on the log odds; rows of a patient are not independent, so
    the covariance is that of the model, not the one to report for a pooled model.

    References
    ----------
    .. [dagostino1990], [firth1993]

    Raises
    ------
    AnalysisRefused
        No row has the outcome, or every row has it; columns are collinear; no maximum is found.
    """
    given = np.ones(outcome.size) if weight is None else weight
    _refuse_one_outcome(outcome, given, where)
    shift, scale = _scales(columns, given, names, where)
    design = np.column_stack([np.ones(outcome.size), (columns - shift) / scale])
    # The intercept absorbs the shift: b_0 = c_0 - sum of c_j shift_j / scale_j.
    back = np.diag(np.concatenate([[1.0], 1.0 / scale]))
    back[0, 1:] = -shift / scale
    begin = np.zeros(design.shape[1])
    begin[0] = np.log(given @ outcome / (given @ ~outcome))
    if start is not None:
        begin = np.asarray(np.linalg.solve(back, start), dtype=np.float64)
    likelihood_of = _Likelihood(design=design, outcome=outcome, weight=given)
    scaled, information, likelihood, penalised = _climb(
        likelihood_of, begin, polished=start is None, where=where
    )
    covariance = back @ _inverse(information, names, where) @ back.T
    return LogisticFit(
        names=("(intercept)", *names),
        coefficients=back @ scaled,
        covariance=covariance,
        log_likelihood=likelihood,
        penalised=penalised,
        n_rows=int(np.count_nonzero(given)),
        n_outcomes=float(given @ outcome),
    )


def logistic_score_residuals(
    fit: LogisticFit,
    columns: Floats,
    outcome: Bools,
    *,
    owner: Ints,
    n_owners: int,
    weight: Floats | None = None,
) -> Floats:
    """Return what each patient adds to the score at the estimate.

    Parameters
    ----------
    fit : LogisticFit
    columns, outcome, weight
        As given to :func:`fit_logistic`.
    owner : (n_rows,) int64
        Index of the patient of each row.
    n_owners : int
        Number of patients.

    Returns
    -------
    scores : (n_owners, p) float64
        They add up to zero without a penalty. ``covariance @ scores.T`` is the influence of each
        patient on the coefficients.
    """
    design = np.column_stack([np.ones(outcome.size), columns])
    scores = np.zeros((n_owners, fit.coefficients.size))
    given = np.ones(outcome.size) if weight is None else weight
    logistic_scores(design, outcome, given, fit.coefficients, owner, scores)
    return scores


def _refuse_one_outcome(outcome: Bools, weight: Floats, where: str) -> None:
    n_outcomes, n_rows = int(np.sum(outcome & (weight > 0))), int(np.count_nonzero(weight))
    if 0 < n_outcomes < n_rows:
        return
    raise AnalysisRefused(
        what=f"{'no' if n_outcomes == 0 else 'every'} person-period has the outcome of {where}",
        where=where,
        mend="more patients, or longer periods, so that the outcome happens in some and not in all",
        code="TZ-EST-one-outcome",
    )


def _scales(
    columns: Floats, weight: Floats, names: tuple[str, ...], where: str
) -> tuple[Floats, Floats]:
    counted = weight > 0
    if not np.isfinite(columns).all():
        raise AnalysisRefused(
            what="a covariate is missing or infinite in some person-periods",
            where=where,
            mend="leave those patients out, or the covariate",
            code="TZ-EST-not-finite",
        )
    used = columns if counted.all() else columns[counted]
    shift = used.mean(axis=0) if names else np.empty(0)
    scale = used.std(axis=0) if names else np.empty(0)
    flat = [n for n, s, m in zip(names, scale, shift, strict=True) if s <= 1e-12 * (1.0 + abs(m))]
    if flat:
        raise AnalysisRefused(
            what=f"the same value in every person-period: {', '.join(flat)}",
            where=where,
            mend="leave these columns out of the model",
            code="TZ-EST-constant",
        )
    return shift, scale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Likelihood:
    """The rows of a model, and its likelihood at any coefficients."""

    design: Floats
    outcome: Bools
    weight: Floats

    def plain(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Return log-likelihood, score and information."""
        score, information = np.empty(beta.size), np.empty((beta.size, beta.size))
        value = logistic_pass(self.design, self.outcome, self.weight, beta, score, information)
        return value, score, information

    def penalised(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Return the same with Firth's penalty, whose curvature is left out."""
        value, score, information = self.plain(beta)
        factor = np.zeros_like(information)
        log_det = factorise(information, factor)
        if np.isnan(log_det):
            return -np.inf, score, information
        add_leverage_score(self.design, self.weight, beta, factor, score)
        return value + log_det / 2.0, score, information

    def approach(self, begin: Floats, *, penalised: bool) -> tuple[Floats, int]:
        """Return where a quick climb ends, and how."""
        near = begin.copy()
        farthest = np.inf if penalised else SUSPICIOUS_PREDICTOR
        steps = 4 * ITERATIONS if penalised else ITERATIONS
        ended = approach_maximum(
            self.design, self.outcome, self.weight, near, penalised, steps, farthest
        )
        return near, ended

    def largest_predictor(self, beta: Floats) -> float:
        """Return the largest linear predictor, in size."""
        return largest_predictor(self.design, self.weight, beta)


def _climb(
    rows: _Likelihood, begin: Floats, *, polished: bool, where: str
) -> tuple[Floats, Floats, float, bool]:
    """Return coefficients, information, log-likelihood, and whether Firth's penalty was needed."""
    near, ended = rows.approach(begin, penalised=False)
    if ended == NEAR and not polished:
        value, _, information = rows.plain(near)
        return near, information, value, False
    apart = ended == RUN_OFF and tells_apart(rows.design, rows.outcome, rows.weight, near)
    if not apart:
        found = maximise(rows.plain, near if ended == NEAR else begin, iterations=ITERATIONS)
        far = rows.largest_predictor(found.point) > SUSPICIOUS_PREDICTOR
        counted = rows.weight > 0
        apart = (far or not found.converged) and is_separated(
            rows.design[counted], rows.outcome[counted]
        )
        if not apart:
            _refuse_unfinished(where, finished=found.converged)
            return found.point, found.information, found.value, False
    start = np.zeros(begin.size)
    n_outcomes = rows.weight @ rows.outcome
    start[0] = np.log((n_outcomes + 0.5) / (rows.weight @ ~rows.outcome + 0.5))
    near, ended = rows.approach(start, penalised=True)
    if ended != NEAR or polished:
        begin = near if ended == NEAR else start
        found = maximise(rows.penalised, begin, iterations=4 * ITERATIONS)
        _refuse_unfinished(where, finished=found.converged)
        near = found.point
    value, _, information = rows.plain(near)
    return near, information, value, True


def tells_apart(design: Floats, outcome: Bools, weight: Floats, beta: Floats) -> bool:
    """Say whether the direction in which the likelihood still rises tells the outcomes apart.

    A proof of separation where it does; nothing follows where it does not.

    Parameters
    ----------
    design : (n_rows, p) float64
        With the intercept.
    outcome : (n_rows,) bool
    weight : (n_rows,) float64
    beta : (p,) float64
        Where a climb was given up.

    References
    ----------
    .. [albert1984], section 3
    """
    score, information = np.empty(beta.size), np.empty((beta.size, beta.size))
    logistic_pass(design, outcome, weight, beta, score, information)
    direction = newton_step(score, information)
    along = np.where(outcome, 1.0, -1.0) * (design @ direction)
    counted = along[weight > 0]
    return bool(counted.min() >= -PROOF * counted.max() and counted.max() > 0.0)


def is_separated(design: Floats, outcome: Bools) -> bool:
    """Say whether some combination of columns tells the outcomes apart, at least in part.

    Parameters
    ----------
    design : (n_rows, p) float64
        With the intercept.
    outcome : (n_rows,) bool

    References
    ----------
    .. [albert1984], section 3
    """
    from scipy import optimize

    linprog = cast("Callable[..., Any]", optimize.linprog)  # type: ignore[reportUnknownMemberType]
    rows = np.unique(np.where(outcome[:, np.newaxis], design, -design), axis=0)
    found = linprog(
        -rows.sum(axis=0),
        A_ub=-rows,
        b_ub=np.zeros(rows.shape[0]),
        bounds=[(-1.0, 1.0)] * rows.shape[1],
        method="highs",
    )
    return bool(found.success and -found.fun > 1e-7 * rows.shape[0])


def _refuse_unfinished(where: str, *, finished: bool) -> None:
    if finished:
        return
    raise AnalysisRefused(
        what=f"{where} was still changing at the last iteration",
        where=where,
        mend="fewer covariates, or covariates on a common scale",
        code="TZ-EST-not-converged",
    )


def _inverse(information: Floats, names: tuple[str, ...], where: str) -> Floats:
    size = np.sqrt(np.maximum(np.diag(information), np.finfo(np.float64).tiny))
    scaled = information / np.outer(size, size)
    if np.linalg.cond(scaled) > LARGEST_SCALED:
        raise AnalysisRefused(
            what=f"the columns cannot be told apart: {', '.join(names)}",
            where=where,
            mend="leave out one of the columns that say the same",
            code="TZ-EST-collinear",
        )
    return np.linalg.inv(scaled) / np.outer(size, size)
