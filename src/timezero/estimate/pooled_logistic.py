"""Logistic models of what happens in a person-period; Firth's where the likelihood is monotone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.maximise import maximise
from timezero.kernels.pooled_logistic import logistic_pass, logistic_scores

# Towards an infinite maximum each step adds one to the predictor, so that the steps do not shrink
# until, at about 34, rounding ends the score: a maximum nearer than this is a real one.
SUSPICIOUS_PREDICTOR = 25.0
ITERATIONS = 60
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
        Coefficients to start from; they save time and change nothing else.
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
    scaled, information, likelihood, penalised = _climb(
        design, outcome, given, begin=begin, where=where
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


def _climb(
    design: Floats, outcome: Bools, weight: Floats, *, begin: Floats, where: str
) -> tuple[Floats, Floats, float, bool]:
    p = begin.size

    def plain(beta: Floats) -> tuple[float, Floats, Floats]:
        score, information = np.empty(p), np.empty((p, p))
        value = logistic_pass(design, outcome, weight, beta, score, information)
        return value, score, information

    found = maximise(plain, begin, iterations=ITERATIONS)
    suspicious = not found.converged or np.abs(design @ found.point).max() > SUSPICIOUS_PREDICTOR
    if not (suspicious and is_separated(design[weight > 0], outcome[weight > 0])):
        if not found.converged:
            _refuse_unfinished(where)
        return found.point, found.information, found.value, False

    def penalised(beta: Floats) -> tuple[float, Floats, Floats]:
        value, score, information = plain(beta)
        sign, log_det = np.linalg.slogdet(information)
        if sign <= 0:
            return -np.inf, score, information
        eta = design @ beta
        mu = 1.0 / (1.0 + np.exp(-np.clip(eta, -700.0, 700.0)))
        inside = np.einsum("ij,jk,ik->i", design, np.linalg.inv(information), design)
        leverage = weight * mu * (1.0 - mu) * inside
        # Firth 1993, section 3.1: the score plus h (1/2 - mu).
        return value + log_det / 2.0, score + design.T @ (leverage * (0.5 - mu)), information

    start = np.zeros(p)
    start[0] = np.log((weight @ outcome + 0.5) / (weight @ ~outcome + 0.5))
    found = maximise(penalised, start, iterations=4 * ITERATIONS)
    if not found.converged:
        _refuse_unfinished(where)
    return found.point, found.information, plain(found.point)[0], True


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


def _refuse_unfinished(where: str) -> None:
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
