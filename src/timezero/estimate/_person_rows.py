"""Logistic models of person-periods, fitted again and again with patients drawn more than once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.maximise import NO_STEP, Objective, maximise
from timezero.estimate.pooled_logistic import SUSPICIOUS_PREDICTOR, is_separated
from timezero.kernels.person_rows import add_firth_score, person_rows_pass, person_rows_predictor

ITERATIONS = 60
LARGEST_CONDITION = 1e12
# Of a resample: far below its own spread.
CLOSE_ENOUGH = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonRows:
    """The rows of one logistic model, on standardised columns.

    Parameters
    ----------
    first : (n + 1,) int64
        Where the rows of each patient begin, and end.
    persons : (n, p) float64
        Columns that do not change.
    rows : (n_rows, r) float64
        Columns that do; the first is the intercept.
    used, outcome : (n_rows,) bool
    names : tuple of str
        Of the p + r columns.
    where : str
        What the model is, for messages.
    """

    first: Ints
    persons: Floats
    rows: Floats
    used: Bools
    outcome: Bools
    names: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonRowsFit:
    """A fitted model: coefficients on the columns as given, and whether Firth's penalty was due."""

    beta: Floats
    information: Floats
    penalised: bool


def fit_person_rows(
    model: PersonRows, copies: Floats, *, start: PersonRowsFit | None = None, penalise: bool = False
) -> PersonRowsFit:
    """Fit the log odds of an outcome in a person-period.

    Parameters
    ----------
    model : PersonRows
    copies : (n,) float64
        How often each patient counts.
    start : PersonRowsFit, optional
        A fit to the whole cohort, from which a resample is fitted; where that one was penalised,
        or the resample's linear predictor runs off, the resample is penalised without a search
        for separation.
    penalise : bool
        Use Firth's penalty in any case. With it the intercept is found again without penalty, so
        that predicted probabilities are not drawn towards 1/2.

    References
    ----------
    .. [firth1993], [puhr2017]

    Raises
    ------
    AnalysisRefused
        No row or every row has the outcome; columns are collinear; no maximum is found.
    """
    counted = model.used & np.repeat(copies > 0.0, np.diff(model.first))
    _refuse_one_outcome(model, counted)
    size = model.persons.shape[1] + model.rows.shape[1]

    def plain(beta: Floats) -> tuple[float, Floats, Floats]:
        score, information = np.empty(size), np.empty((size, size))
        value = person_rows_pass(
            model.first,
            model.persons,
            model.rows,
            model.used,
            model.outcome,
            copies,
            beta,
            score,
            information,
        )
        return value, score, information

    share = model.outcome[counted].mean()
    cold = np.zeros(size)
    cold[model.persons.shape[1]] = np.log(share / (1.0 - share))
    begin = cold if start is None else start.beta.copy()
    enough = NO_STEP if start is None else CLOSE_ENOUGH
    if not penalise and (start is None or not start.penalised):
        found = maximise(plain, begin, iterations=ITERATIONS, close_enough=enough)
        runs_off = not found.converged or _largest_predictor(model, counted, found.point) > (
            SUSPICIOUS_PREDICTOR
        )
        if not (runs_off and (start is not None or _is_separated(model, counted))):
            _refuse_unfit(model, found.information, finished=found.converged)
            return PersonRowsFit(beta=found.point, information=found.information, penalised=False)
        begin = cold
    return _penalised(model, copies, plain, begin, close_enough=enough)


def _penalised(
    model: PersonRows, copies: Floats, plain: Objective, begin: Floats, *, close_enough: float
) -> PersonRowsFit:
    def penalised(beta: Floats) -> tuple[float, Floats, Floats]:
        value, score, information = plain(beta)
        sign, log_det = np.linalg.slogdet(information)
        if sign <= 0:
            return -np.inf, score, information
        add_firth_score(
            model.first,
            model.persons,
            model.rows,
            model.used,
            copies,
            beta,
            np.asarray(np.linalg.inv(information), dtype=np.float64),
            score,
        )
        return value + log_det / 2.0, score, information

    found = maximise(penalised, begin, iterations=4 * ITERATIONS, close_enough=close_enough)
    _refuse_unfit(model, found.information, finished=found.converged)
    # Puhr 2017: the intercept alone again, so that as many events are expected as seen.
    only = np.arange(begin.size) == model.persons.shape[1]
    raised = maximise(plain, found.point, free=only, iterations=ITERATIONS)
    return PersonRowsFit(beta=raised.point, information=found.information, penalised=True)


def _largest_predictor(model: PersonRows, counted: Bools, beta: Floats) -> float:
    eta = np.empty(model.used.size)
    person_rows_predictor(model.first, model.persons, model.rows, beta, eta)
    return float(np.abs(eta[counted]).max())


def _is_separated(model: PersonRows, counted: Bools) -> bool:
    everybody: Ints = np.arange(model.persons.shape[0], dtype=np.int64)
    owner = np.repeat(everybody, np.diff(model.first))[counted]
    design = np.column_stack([model.rows[counted], model.persons[owner]])
    return is_separated(design, model.outcome[counted])


def _refuse_one_outcome(model: PersonRows, counted: Bools) -> None:
    n_outcomes, n_rows = int(model.outcome[counted].sum()), int(counted.sum())
    if 0 < n_outcomes < n_rows:
        return
    raise AnalysisRefused(
        what=f"{'no' if n_outcomes == 0 else 'every'} person-period has the outcome of "
        f"{model.where}",
        where=model.where,
        mend="more patients, or longer periods, so that the outcome happens in some and not in all",
        code="TZ-EST-one-outcome",
    )


def _refuse_unfit(model: PersonRows, information: Floats, *, finished: bool) -> None:
    if not finished:
        raise AnalysisRefused(
            what=f"{model.where} was still changing at the last iteration",
            where=model.where,
            mend="fewer covariates",
            code="TZ-EST-not-converged",
        )
    size = np.sqrt(np.maximum(np.diag(information), np.finfo(np.float64).tiny))
    if np.linalg.cond(information / np.outer(size, size)) > LARGEST_CONDITION:
        raise AnalysisRefused(
            what=f"the columns of {model.where} cannot be told apart: {', '.join(model.names)}",
            where=model.where,
            mend="leave out one of the columns that say the same",
            code="TZ-EST-collinear",
        )
