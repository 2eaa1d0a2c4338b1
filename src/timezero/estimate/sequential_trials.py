"""Pooled logistic model of a sequence of trials, with errors clustered on patients."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.maximise import Maximum, Objective, maximise, newton_step
from timezero.estimate.pooled_logistic import SUSPICIOUS_PREDICTOR
from timezero.estimate.trial_rows import ASSIGNED, Trials, counts_of
from timezero.kernels.sequential_trials import (
    trial_extremes,
    trial_pass,
    trial_penalty,
    trial_scores,
)

PATIENTS_IN_A_BLOCK = 2_048
ITERATIONS = 40
# Newton steps along which a monotone likelihood is followed before its direction is looked at.
STEPS_OF_A_DIRECTION = 16
ROUND_OFF_OF_A_DIRECTION = 1e-4
CLOSE_ENOUGH = 1e-11
# Resampling has errors of its own; a step of this size is lost in them.
CLOSE_ENOUGH_TO_RESAMPLE = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialsFit:
    """A fitted pooled logistic model of a sequence of trials.

    Parameters
    ----------
    names : tuple of str
        ``(intercept)``, ``assigned treatment``, other columns of the trial, those of follow-up.
    scaled : (p,) float64
        Coefficients of the centred and scaled columns.
    scaled_inverse : (p, p) float64
        Inverse of their information.
    scores : (n_patients, p) float64
        What each patient, once, adds to the score of the scaled coefficients.
    coefficients : (p,) float64
        Log odds, on the columns as given.
    covariance, robust_covariance : (p, p) float64
        Of ``coefficients``: the inverse information, and the sandwich clustered on patients, with
        weights taken as known.
    scaled_robust : (p, p) float64
        The sandwich of the scaled coefficients.
    log_likelihood : float
        Weighted, without penalty.
    penalised : bool
        True when Firth's penalty keeps the estimate finite.
    """

    names: tuple[str, ...]
    scaled: Floats
    scaled_inverse: Floats
    scores: Floats
    coefficients: Floats
    covariance: Floats
    robust_covariance: Floats
    scaled_robust: Floats
    log_likelihood: float
    penalised: bool

    @property
    def log_odds_ratio(self) -> float:
        """Coefficient of the assigned treatment."""
        return float(self.coefficients[ASSIGNED])

    @property
    def robust_error(self) -> float:
        """Standard error of :attr:`log_odds_ratio`, clustered on patients."""
        return float(np.sqrt(self.robust_covariance[ASSIGNED, ASSIGNED]))


def fit_trials(
    trials: Trials,
    *,
    copies: Floats | None = None,
    start: Floats | None = None,
    penalised: bool = False,
    workers: int = 1,
) -> TrialsFit:
    """Fit the odds of the event in a period of a trial.

    Parameters
    ----------
    trials : Trials
    copies : (n_patients,) float64, optional
        How often each patient counts; a patient drawn twice is two patients.
    start : (p,) float64, optional
        Scaled coefficients to start from; they save time and change nothing else.
    penalised : bool
        Use Firth's penalty also where the likelihood has a maximum.
    workers : int
        Threads; the result does not depend on it.

    Estimates
    ---------
    ``b`` in ``logit P(event in period k of trial m) = x_m'b + f(k, A)'b`` (SEQ1), each virtual row
    weighted.

    Assumes
    -------
    Given what is in the model, who is assigned at the start of a trial is as good as drawn by lot,
    and so, weighted, who stops following the assignment. Rows of a patient are not independent:
    read ``robust_covariance``. It takes the weights as known.

    References
    ----------
    .. [hernan2008], [danaei2013], [gran2010], [firth1993]

    Raises
    ------
    AnalysisRefused
        There is no event; columns cannot be told apart; no maximum is found.
    """
    times = np.ones(trials.n_patients) if copies is None else copies
    found, penalised = _maximum(trials, times, start, penalised=penalised, workers=workers)
    return _fitted(trials, times, found, penalised=penalised, workers=workers)


def refit_trials(
    trials: Trials, *, copies: Floats, start: Floats, penalised: bool = False
) -> Floats:
    """Return the scaled coefficients in a resample, without their errors.

    Parameters
    ----------
    copies : (n_patients,) float64
        How often each patient was drawn.
    start : (p,) float64
        Scaled coefficients to start from.
    penalised : bool
        As in :func:`fit_trials`.

    Returns
    -------
    coefficients : (p,) float64
        Where steps are shorter than a hundred-thousandth.

    Raises
    ------
    AnalysisRefused
        As :func:`fit_trials`.
    """
    found, _ = _maximum(
        trials, copies, start, penalised=penalised, close_enough=CLOSE_ENOUGH_TO_RESAMPLE
    )
    _inverse(found.information, trials.names)
    return found.point


def _maximum(
    trials: Trials,
    times: Floats,
    start: Floats | None,
    *,
    penalised: bool,
    workers: int = 1,
    close_enough: float = CLOSE_ENOUGH,
) -> tuple[Maximum, bool]:
    """Return the maximum, and whether it is that of the penalised likelihood."""
    counts = counts_of(trials, times)
    if not counts.events.sum() > 0.0:
        raise AnalysisRefused(
            what="no event happens in any trial",
            where="the sequence of trials",
            mend="longer follow-up, or more patients",
            code="TZ-EST-one-outcome",
        )
    if start is None:
        start = np.zeros(trials.n_coefficients)
        share = (counts.events.sum() + 0.5) / (counts.rows.sum() + 1.0)
        start[0] = np.log(share / (1.0 - share))

    def plain(beta: Floats) -> tuple[float, Floats, Floats]:
        return score_and_information(trials, times, beta, workers=workers)

    if not penalised and counts.events.sum(axis=1).all():
        found = maximise(plain, start, iterations=ITERATIONS, close_enough=close_enough)
        suspicious = not found.converged or _is_far(trials, times, found.point)
        if not (suspicious and _is_separated(trials, times, plain)):
            return _finished(found), False

    def with_penalty(beta: Floats) -> tuple[float, Floats, Floats]:
        value, score, information = plain(beta)
        sign, log_det = np.linalg.slogdet(information)
        if sign <= 0:
            return -np.inf, score, information
        extra = np.zeros(beta.size)
        inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
        trial_penalty(*trials.arrays, times, beta, inverse, extra)
        return value + log_det / 2.0, score + extra, information

    found = maximise(with_penalty, start, iterations=4 * ITERATIONS, close_enough=close_enough)
    return _finished(found), True


def _finished(found: Maximum) -> Maximum:
    if found.converged:
        return found
    raise AnalysisRefused(
        what="the model of the trials was still changing at the last iteration",
        where="the sequence of trials",
        mend="fewer covariates, or covariates on a common scale",
        code="TZ-EST-not-converged",
    )


def score_and_information(
    trials: Trials, times: Floats, beta: Floats, *, workers: int = 1
) -> tuple[float, Floats, Floats]:
    """Return log-likelihood, score and information of the scaled coefficients.

    Parameters
    ----------
    times : (n_patients,) float64
        How often each patient counts.
    beta : (p,) float64
        Scaled coefficients.
    workers : int
        Threads. Blocks of patients are added up in their order: the sums are the same bit by bit.
    """
    p, q, longest = trials.columns.shape[1], trials.basis.shape[2], trials.basis.shape[1]
    firsts = range(0, trials.n_patients, PATIENTS_IN_A_BLOCK)

    def block(begin: int) -> tuple[float, Floats, Floats, Floats, Floats]:
        past = min(begin + PATIENTS_IN_A_BLOCK, trials.n_patients)
        score, information = np.zeros(p), np.zeros((p, p + q))
        left, spread = np.zeros((2, longest)), np.zeros((2, longest))
        value = trial_pass(
            *trials.arrays, times, beta, begin, past, score, information, left, spread
        )
        return value, score, information, left, spread

    if workers == 1 or len(firsts) == 1:
        parts = [block(begin) for begin in firsts]
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            parts = list(pool.map(block, firsts))
    value, score, information, left, spread = parts[0]
    for part in parts[1:]:
        value += part[0]
        score += part[1]
        information += part[2]
        left += part[3]
        spread += part[4]
    whole = np.empty((p + q, p + q))
    whole[:p, :p] = np.tril(information[:, :p]) + np.tril(information[:, :p], -1).T
    whole[:p, p:], whole[p:, :p] = information[:, p:], information[:, p:].T
    flat = np.concatenate(trials.basis)
    whole[p:, p:] = flat.T @ (spread.ravel()[:, np.newaxis] * flat)
    return value, np.concatenate([score, left.ravel() @ flat]), whole


def patient_scores(trials: Trials, beta: Floats, *, workers: int = 1) -> Floats:
    """Return what each patient, once, adds to the score of the scaled coefficients.

    Parameters
    ----------
    beta : (p,) float64
        Scaled coefficients.

    Returns
    -------
    scores : (n_patients, p) float64
    """
    scores = np.zeros((trials.n_patients, beta.size))

    def block(begin: int) -> None:
        past = min(begin + PATIENTS_IN_A_BLOCK, trials.n_patients)
        trial_scores(*trials.arrays, beta, begin, past, scores)

    firsts = range(0, trials.n_patients, PATIENTS_IN_A_BLOCK)
    if workers == 1 or len(firsts) == 1:
        for begin in firsts:
            block(begin)
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            list(pool.map(block, firsts))
    return scores


def _is_far(trials: Trials, times: Floats, beta: Floats) -> bool:
    """Say whether some linear predictor is suspiciously large; a quick bound is tried first."""
    p = trials.columns.shape[1]
    part, later = np.abs(trials.columns @ beta[:p]), np.abs(trials.basis @ beta[p:])
    if float(part.max() + later.max(initial=0.0)) <= SUSPICIOUS_PREDICTOR:
        return False
    return bool(_extremes(trials, times, beta)[2] > SUSPICIOUS_PREDICTOR)


def _extremes(trials: Trials, times: Floats, direction: Floats) -> Floats:
    extremes = np.empty(3)
    trial_extremes(*trials.arrays, times, direction, extremes)
    return extremes


def _is_separated(trials: Trials, times: Floats, plain: Objective) -> bool:
    """Say whether a direction tells rows with and without an event apart, at least in part.

    A monotone likelihood is followed for some steps; the next step is its direction, which is then
    held against every virtual row.
    """
    followed = maximise(plain, np.zeros(trials.n_coefficients), iterations=STEPS_OF_A_DIRECTION)
    step = newton_step(followed.gradient, followed.information)
    lowest, highest, largest = _extremes(trials, times, step)
    slack = ROUND_OFF_OF_A_DIRECTION * largest
    return bool(largest > 0.1 and lowest >= -slack and highest <= slack)


def _fitted(
    trials: Trials, times: Floats, found: Maximum, *, penalised: bool, workers: int
) -> TrialsFit:
    inverse = _inverse(found.information, trials.names)
    scores = patient_scores(trials, found.point, workers=workers)
    influence = scores @ inverse
    n_clusters = float(times @ (np.diff(trials.trial_first) > 0))
    robust = influence.T @ (times[:, np.newaxis] * influence) * n_clusters / (n_clusters - 1.0)
    # The intercept absorbs the shift: b_0 = c_0 - sum of c_j shift_j / scale_j.
    back = np.diag(1.0 / trials.scale)
    back[0, 1:] = -(trials.shift / trials.scale)[1:]
    return TrialsFit(
        names=trials.names,
        scaled=found.point,
        scaled_inverse=inverse,
        scores=scores,
        coefficients=back @ found.point,
        covariance=back @ inverse @ back.T,
        robust_covariance=back @ robust @ back.T,
        scaled_robust=robust,
        log_likelihood=score_and_information(trials, times, found.point, workers=workers)[0]
        if penalised
        else found.value,
        penalised=penalised,
    )


def _inverse(information: Floats, names: tuple[str, ...]) -> Floats:
    size = np.sqrt(np.maximum(np.diag(information), np.finfo(np.float64).tiny))
    scaled = information / np.outer(size, size)
    if np.linalg.cond(scaled) > 1e12:
        raise AnalysisRefused(
            what=f"the columns cannot be told apart: {', '.join(names[1:])}",
            where="the model of the trials",
            mend="leave out one of the columns that say the same",
            code="TZ-EST-collinear",
        )
    return np.linalg.inv(scaled) / np.outer(size, size)
