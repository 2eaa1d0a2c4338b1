"""Who begins treatment when: two logistic models over person-periods, and the weights of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.estimate._time_terms import knots_for, time_terms
from timezero.estimate.lef_bootstrap import stepped_scores
from timezero.estimate.maximise import maximise
from timezero.estimate.pooled_logistic import SUSPICIOUS_PREDICTOR, LogisticFit, fit_logistic
from timezero.kernels.pooled_logistic import logistic_pass
from timezero.kernels.two_states import cumulative_log_weights
from timezero.model.person_periods import PersonPeriods

DENOMINATOR = "the model of who begins treatment"
NUMERATOR = "the model of when treatment begins"
QUICK_ITERATIONS = 25
QUICK_STEP = 1e-9
# A resample whose columns are this close to collinear is looked at carefully.
QUICK_CONDITION = 1e10
NOT_MEASURED = "{} not measured"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InitiationRows:
    """Person-periods in which treatment could begin, arranged for the two models.

    Parameters
    ----------
    first : (n_patients + 1,) int64
        Rows of each patient among all person-periods.
    patient : (n_patients,) int64
        Index in the cohort.
    began : (n_rows,) bool
        Of all person-periods.
    place : (n_rows,) int64
        Place among those that could begin, -1 for the others.
    owner : (n_could_begin,) int64
        Index of the patient in the cohort.
    outcome : (n_could_begin,) bool
    columns, times : (n_could_begin, p), (n_could_begin, q) float64
        Covariates as known at the beginning of the period, and terms of time.
    names, time_names : tuple of str
    period : (n_could_begin,) int64
        Place of the period among the ``n_periods`` that occur.
    terms : (n_periods, q) float64
        The terms of time of each of these periods.
    """

    first: Ints
    patient: Ints
    began: Bools
    place: Ints
    owner: Ints
    outcome: Bools
    columns: Floats
    times: Floats
    names: tuple[str, ...]
    time_names: tuple[str, ...]
    period: Ints
    terms: Floats

    @property
    def everything(self) -> Floats:
        """Covariates, then terms of time."""
        return np.hstack([self.columns, self.times])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InitiationModels:
    """The fitted models and the weights.

    Parameters
    ----------
    denominator, numerator : LogisticFit
        With covariates and time, and with time only.
    probability, usual : (n_could_begin,) float64
        Their fitted probabilities.
    log_weight : (n_rows + 1,) float64
        At ``r + 1`` the stabilised log weight through row ``r``; 0 at 0.
    """

    denominator: LogisticFit
    numerator: LogisticFit
    probability: Floats
    usual: Floats
    log_weight: Floats


def initiation_rows(periods: PersonPeriods, could_begin: Bools, began: Bools) -> InitiationRows:
    """Arrange person-periods for the models of treatment.

    Parameters
    ----------
    periods : PersonPeriods
    could_begin, began : (n_rows,) bool
        Not treated before the period; and treated in it.
    """
    place = np.where(could_begin, np.cumsum(could_begin) - 1, -1).astype(np.int64)
    owner = np.repeat(periods.patient, np.diff(periods.first))[could_begin]
    occurring, period = np.unique(periods.period[could_begin], return_inverse=True)
    middle = np.asarray((occurring + 0.5) * periods.width, dtype=np.float64)
    outcome = began[could_begin]
    terms = np.empty((occurring.size, 0))
    if occurring.size > 1:
        terms = time_terms(
            middle,
            knots_for(np.repeat(middle, np.bincount(period[outcome], minlength=middle.size))),
        )
    names, columns = _with_not_measured(periods.names, periods.columns[could_begin])
    return InitiationRows(
        first=periods.first,
        patient=periods.patient,
        began=began,
        place=place,
        owner=owner,
        outcome=outcome,
        columns=columns,
        times=terms[period],
        names=names,
        time_names=tuple(f"time, term {k + 1}" for k in range(terms.shape[1])),
        period=period.astype(np.int64),
        terms=terms,
    )


def _with_not_measured(names: tuple[str, ...], columns: Floats) -> tuple[tuple[str, ...], Floats]:
    """Put the mean where a value is not known, and say so in a further column."""
    unknown = np.isnan(columns)
    if not unknown.any():
        return names, np.ascontiguousarray(columns)
    lacking = np.flatnonzero(unknown.any(axis=0))
    known = np.where(unknown, 0.0, columns)
    means = known.sum(axis=0) / np.maximum((~unknown).sum(axis=0), 1)
    filled = np.where(unknown, means, columns)
    marks, kept = np.unique(unknown[:, lacking], axis=1, return_index=True)
    return (
        (*names, *(NOT_MEASURED.format(names[lacking[k]]) for k in kept)),
        np.hstack([filled, marks.astype(np.float64)]),
    )


def fit_initiation(rows: InitiationRows, copies: Ints | None = None) -> InitiationModels:
    """Fit both models, carefully, and multiply up the weights.

    Parameters
    ----------
    rows : InitiationRows
    copies : (n_cohort,) int64, optional
        How often each patient of the cohort counts; once if not given.

    Raises
    ------
    AnalysisRefused
        As :func:`timezero.estimate.pooled_logistic.fit_logistic`.
    """
    weight = None if copies is None else copies[rows.owner].astype(np.float64)
    denominator = _fit_denominator(rows, weight)
    numerator = _fit_numerator(rows, weight)
    odds = _odds(denominator, rows.everything)
    usual = _odds(numerator, rows.terms)[rows.period]
    return InitiationModels(
        denominator=denominator,
        # Its rows are grouped by period; the number of rows is that of person-periods.
        numerator=replace(numerator, n_rows=denominator.n_rows),
        probability=_expit(odds),
        usual=_expit(usual),
        log_weight=_log_weights(rows, odds, usual, copies),
    )


def _fit_denominator(rows: InitiationRows, weight: Floats | None) -> LogisticFit:
    return fit_logistic(
        rows.everything,
        rows.outcome,
        names=(*rows.names, *rows.time_names),
        weight=weight,
        where=DENOMINATOR,
    )


def _fit_numerator(rows: InitiationRows, weight: Floats | None) -> LogisticFit:
    design, outcome, counts = _grouped(rows, weight)
    return fit_logistic(design, outcome, names=rows.time_names, weight=counts, where=NUMERATOR)


def _odds(fit: LogisticFit, columns: Floats) -> Floats:
    return fit.coefficients[0] + columns @ fit.coefficients[1:]


def _expit(odds: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-odds))


def _grouped(rows: InitiationRows, weight: Floats | None) -> tuple[Floats, Bools, Floats]:
    """Return the numerator's rows by period and outcome: the same fit from far fewer rows."""
    n = rows.terms.shape[0]
    given = np.ones(rows.outcome.size) if weight is None else weight
    began = np.bincount(rows.period, given * rows.outcome, minlength=n)
    others = np.bincount(rows.period, given * ~rows.outcome, minlength=n)
    outcome: Bools = np.repeat([True, False], n)
    counts = np.concatenate([began, others]).astype(np.float64)
    return np.vstack([rows.terms, rows.terms]), outcome, counts


def _log_weights(rows: InitiationRows, odds: Floats, usual: Floats, copies: Ints | None) -> Floats:
    through = np.zeros(rows.began.size + 1)
    present = np.ones(rows.patient.size, dtype=np.int64)
    if copies is not None:
        present = copies[rows.patient]
    cumulative_log_weights(odds, usual, rows.began, rows.place, rows.first, present, through)
    return through


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuickRefit:
    """The same models again for resampled patients, from where the first fit ended.

    Parameters
    ----------
    rows : InitiationRows
    design : (n_could_begin, 1 + p + q) float64
        Intercept and columns, centred and scaled.
    start, start_usual : float64 arrays
        Coefficients of the first fit on these columns.
    terms : (2 * n_periods, 1 + q) float64
        The numerator's, for treatment begun and not begun.
    """

    rows: InitiationRows
    design: Floats
    start: Floats
    terms: Floats
    start_usual: Floats

    def log_weights(self, copies: Ints, *, one_step: bool = False) -> Floats:
        """Return the log weights of resampled patients, as ``InitiationModels.log_weight``.

        Parameters
        ----------
        copies : (n_cohort,) int64
        one_step : bool
            One step of Newton's by the information with everybody, instead of a full fit.

        Raises
        ------
        AnalysisRefused
            As :func:`fit_initiation`.
        """
        weight = copies[self.rows.owner].astype(np.float64)
        _, outcome, counts = _grouped(self.rows, weight)
        if one_step:
            everybody = _grouped(self.rows, None)[2]
            ones = np.ones(weight.size)
            beta = _stepped(self.design, self.rows.outcome, (weight, ones), self.start)
            usual = _stepped(self.terms, outcome, (counts, everybody), self.start_usual)
        else:
            beta = _quick(self.design, self.rows.outcome, weight, self.start)
            usual = _quick(self.terms, outcome, counts, self.start_usual)
        rows = self.rows
        if beta is None:
            odds = _odds(_fit_denominator(rows, weight), rows.everything)
        else:
            odds = self.design @ beta
        if usual is None:
            odds_usual = _odds(_fit_numerator(rows, weight), rows.terms)
        else:
            odds_usual = self.terms[: rows.terms.shape[0]] @ usual
        return _log_weights(rows, odds, odds_usual[rows.period], copies)


def quick_refit(rows: InitiationRows, models: InitiationModels) -> QuickRefit:
    """Prepare to fit again.

    Parameters
    ----------
    rows : InitiationRows
    models : InitiationModels
        Fitted to these rows.
    """
    design, start = _scaled(rows.everything, models.denominator.coefficients)
    terms, start_usual = _scaled(rows.terms, models.numerator.coefficients)
    return QuickRefit(
        rows=rows,
        design=design,
        start=start,
        terms=np.vstack([terms, terms]),
        start_usual=start_usual,
    )


def _scaled(columns: Floats, coefficients: Floats) -> tuple[Floats, Floats]:
    shift, scale = columns.mean(axis=0), columns.std(axis=0)
    design = np.column_stack([np.ones(columns.shape[0]), (columns - shift) / scale])
    inner = coefficients[1:] * scale
    return design, np.concatenate([[coefficients[0] + shift @ coefficients[1:]], inner])


def _quick(design: Floats, outcome: Bools, weight: Floats, start: Floats) -> Floats | None:
    """Return the coefficients, or None where only the careful way can tell."""
    p = start.size

    def objective(beta: Floats) -> tuple[float, Floats, Floats]:
        score, information = np.empty(p), np.empty((p, p))
        value = logistic_pass(design, outcome, weight, beta, score, information)
        return value, score, information

    found = maximise(objective, start, iterations=QUICK_ITERATIONS, close_enough=QUICK_STEP)
    if not found.converged or not np.linalg.cond(found.information) < QUICK_CONDITION:
        return None
    reach = np.abs(design @ found.point)[weight > 0.0]
    return found.point if reach.size and reach.max() < SUSPICIOUS_PREDICTOR else None


def _stepped(
    design: Floats, outcome: Bools, weights: tuple[Floats, Floats], start: Floats
) -> Floats:
    """Return one step by the score of the first weights and the information of the second."""
    p = start.size
    total, at_estimate = np.empty(p), np.empty(p)
    information, unused = np.empty((p, p)), np.empty((p, p))
    logistic_pass(design, outcome, weights[0], start, total, unused)
    logistic_pass(design, outcome, weights[1], start, at_estimate, information)
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return stepped_scores(start, covariance, total, at_estimate=at_estimate)
