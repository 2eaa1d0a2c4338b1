"""Weibull regression of survival times: the parametric test of a crossover trial."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.maximise import maximise

ITERATIONS = 100
LARGEST_CONDITION = 1e12


def fit_weibull(design: Floats, time: Floats, event: Bools) -> tuple[Floats, Floats]:
    """Fit ``log T = x'b + sigma w`` with w of the extreme-value law.

    Parameters
    ----------
    design : (n, p) float64
        With the intercept first.
    time : (n,) float64
        Above 0.
    event : (n,) bool

    Returns
    -------
    coefficients : (p + 1,) float64
        And log sigma, last.
    covariance : (p + 1, p + 1) float64
        Inverse of the observed information.

    Raises
    ------
    AnalysisRefused
        There are no events, or no maximum is found.
    """
    if not event.any():
        _refuse("there are no events")
    log_time = np.log(time)
    happened = event.astype(np.float64)
    # With 1 / sigma and b / sigma in place of sigma and b the likelihood is concave.
    columns = np.column_stack([-design, log_time])
    last = design.shape[1]

    def objective(point: Floats) -> tuple[float, Floats, Floats]:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            w = columns @ point
            e = np.exp(w)
            value = float(np.sum(happened * (w + np.log(point[last])) - e))
        score = columns.T @ (happened - e)
        score[last] += happened.sum() / point[last]
        information = (columns * e[:, np.newaxis]).T @ columns
        information[last, last] += happened.sum() / point[last] ** 2
        return value, score, information

    start = np.zeros(last + 1)
    start[0], start[last] = np.log(time.sum() / happened.sum()), 1.0
    found = maximise(objective, start, iterations=ITERATIONS)
    size = np.sqrt(np.diag(found.information))
    if not found.converged or np.linalg.cond(found.information / np.outer(size, size)) > (
        LARGEST_CONDITION
    ):
        _refuse("the Weibull model has no maximum, or its columns cannot be told apart")
    sigma = 1.0 / found.point[last]
    beta = found.point[:last] * sigma
    turn = np.diag(np.concatenate([np.full(last, sigma), [-sigma]]))
    turn[:last, last] = -beta * sigma
    covariance = turn @ np.linalg.inv(found.information) @ turn.T
    return np.append(beta, np.log(sigma)), np.asarray(covariance, dtype=np.float64)


def _refuse(what: str) -> None:
    raise AnalysisRefused(
        what=what,
        where="the Weibull model",
        mend="use the log-rank test",
        code="TZ-EST-weibull",
    )
