"""A Cox model weighted by the inverse probability of having begun treatment when one did."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.align.treatment_in_periods import TreatmentInPeriods
from timezero.arrays import Bools, Floats, Ints
from timezero.estimate._initiation_models import (
    InitiationModels,
    InitiationRows,
    QuickRefit,
    fit_initiation,
    initiation_rows,
    quick_refit,
)
from timezero.estimate.cox import CoxFit, Ties, fit_cox
from timezero.estimate.risk_sets import RiskSets, arrange
from timezero.estimate.weight_diagnostics import truncate_weights
from timezero.kernels.two_states import (
    count_two_states,
    two_state_log_hazard_ratio,
    two_state_score,
)
from timezero.model.person_periods import PersonPeriods
from timezero.model.person_time import PersonTime

TREATMENT = ("the treatment",)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedRows:
    """Person-time in two states, and where each row's weight is found.

    Parameters
    ----------
    treatment : TreatmentInPeriods
    initiation : InitiationRows
    source : (n_rows,) int64
        Place of each row's weight in ``InitiationModels.log_weight``.
    ties : {"efron", "breslow"}
    n_cohort : int
        Patients of the cohort, whether or not they have rows.
    """

    treatment: TreatmentInPeriods
    initiation: InitiationRows
    source: Ints
    ties: Ties
    n_cohort: int

    @property
    def rows(self) -> PersonTime:
        """The person-time, without weights."""
        return self.treatment.rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarginalStructuralFit:
    """A fitted marginal structural Cox model.

    Parameters
    ----------
    log_hazard_ratio : float
        Of treated against not yet treated.
    standard_error : float
        From the influence of each patient (or cluster), the treatment models' part included.
    standard_error_known_weights : float
        The usual sandwich, which takes the weights for known.
    influence : (n_cohort,) float64
        How far each patient moves the log hazard ratio, to first order.
    unweighted : float
        Log hazard ratio of the same rows without weights.
    unweighted_error : float
        Its sandwich standard error.
    weight : (n_rows,) float64
        Of each row of person-time, truncated.
    largest_weight : float
        The truncation point; the largest weight where none is truncated.
    n_events, weighted_events, effective : (2,) float64
        Events, weighted events and effective number of patients, not yet treated and treated.
    models : InitiationModels
    """

    log_hazard_ratio: float
    standard_error: float
    standard_error_known_weights: float
    influence: Floats
    unweighted: float
    unweighted_error: float
    weight: Floats
    largest_weight: float
    n_events: Floats
    weighted_events: Floats
    effective: Floats
    models: InitiationModels


def weighted_rows(
    periods: PersonPeriods,
    treatment: TreatmentInPeriods,
    *,
    n_cohort: int,
    ties: Ties = "efron",
) -> WeightedRows:
    """Arrange person-time for a marginal structural model.

    Parameters
    ----------
    periods : PersonPeriods
        Their event order decides whether untreated time in a period carries the weight of having
        stayed untreated through it (``treatment_first``), or up to its beginning
        (``event_first``).
    treatment : TreatmentInPeriods
        Of these periods.
    n_cohort : int
    ties : {"efron", "breslow"}
    """
    place = treatment.person_period
    first_row = np.repeat(periods.first[:-1], np.diff(periods.first))[place]
    before = np.where(place > first_row, place, 0)
    undecided = treatment.began[place] | (periods.event_order == "event_first")
    untreated = treatment.rows.arm == 0
    return WeightedRows(
        treatment=treatment,
        initiation=initiation_rows(periods, treatment.could_begin, treatment.began),
        source=np.where(untreated & undecided, before, place + 1).astype(np.int64),
        ties=ties,
        n_cohort=n_cohort,
    )


def fit_marginal_structural_cox(
    data: WeightedRows,
    *,
    truncate: float = 1.0,
    cluster: Ints | None = None,
    models: InitiationModels | None = None,
) -> MarginalStructuralFit:
    """Compare hazards of treated and not yet treated, weighted as if treatment were a lottery.

    Parameters
    ----------
    data : WeightedRows
    truncate : float
        Weights above this quantile of the person-periods' are set to it.
    cluster : (n_cohort,) int64, optional
        Whose patients are alike; each patient alone if not given.
    models : InitiationModels, optional
        The treatment models, if they have been fitted to these rows already.

    Estimates
    ---------
    The log hazard ratio of a marginal structural Cox model: of everybody treated from a time on
    against everybody untreated so far, had treatment begun at random given the time.

    Assumes
    -------
    No unmeasured reasons for treatment that bear on survival; everybody could have begun and could
    have waited; right treatment models; proportional hazards; leaving sight without reason.

    References
    ----------
    .. [robins2000], [hernan2000], [cole2008], [lin1989]

    Raises
    ------
    AnalysisRefused
        As :func:`timezero.estimate.pooled_logistic.fit_logistic` and
        :func:`timezero.estimate.cox.fit_cox`.
    """
    models = models or fit_initiation(data.initiation)
    weight, largest = _weights(data, models.log_weight, truncate)
    arm = data.rows.arm.astype(np.float64)[:, np.newaxis]
    weighted_time = replace(data.rows, weight=weight)
    fit = fit_cox(weighted_time, arm, ties=data.ties, cluster=False, names=TREATMENT)
    plain = fit_cox(data.rows, arm, ties=data.ties, cluster=False, names=TREATMENT)
    own = _by_patient(data, fit)
    free: Bools = (weight < largest) | (truncate >= 1.0)
    moved = own + _through_models(data, models, fit, free=free)
    return MarginalStructuralFit(
        log_hazard_ratio=float(fit.coefficients[0]),
        standard_error=_clustered(moved, cluster),
        standard_error_known_weights=_clustered(own, cluster),
        influence=moved,
        unweighted=float(plain.coefficients[0]),
        unweighted_error=_clustered(_by_patient(data, plain), cluster),
        weight=weight,
        largest_weight=largest,
        n_events=_by_arm(data, np.ones(weight.size)),
        weighted_events=_by_arm(data, weight),
        effective=_effective(data, weight),
        models=models,
    )


def _weights(data: WeightedRows, log_weight: Floats, truncate: float) -> tuple[Floats, float]:
    weight = np.exp(log_weight[data.source])
    if truncate >= 1.0:
        return weight, float(weight.max())
    of_periods = np.exp(log_weight[1:])
    largest = float(truncate_weights(of_periods, truncate).max())
    return np.minimum(weight, largest), largest


def _by_patient(data: WeightedRows, fit: CoxFit) -> Floats:
    """Return how far each patient moves the estimate, the weights taken for known."""
    residuals = fit.score_residuals[:, 0] * float(fit.covariance[0, 0])
    moved = np.bincount(data.rows.patient, residuals, minlength=data.n_cohort)
    return moved.astype(np.float64)


def _through_models(
    data: WeightedRows, models: InitiationModels, fit: CoxFit, *, free: Bools
) -> Floats:
    """Return how far each patient moves the estimate through the treatment models.

    A row's weight changes with the coefficients by minus the patient's score so far, so the
    derivative of the weighted score is a sum over person-periods of their score times all later
    residuals of the patient.
    """
    initiation = data.initiation
    residual = np.where(free, fit.score_residuals[:, 0], 0.0) * float(fit.covariance[0, 0])
    n_rows = initiation.began.size
    at = np.bincount(data.source, residual, minlength=n_rows + 1)[1:]
    so_far = np.cumsum(at)
    of_patient = np.add.reduceat(at, initiation.first[:-1]) if n_rows else at
    before = so_far[initiation.first[:-1]] - at[initiation.first[:-1]]
    later = np.repeat(before + of_patient, np.diff(initiation.first)) - so_far + at
    later = later[initiation.place >= 0]
    moved = np.zeros(data.n_cohort)
    for sign, model, probability, columns in (
        (-1.0, models.denominator, models.probability, initiation.everything),
        (1.0, models.numerator, models.usual, initiation.times),
    ):
        left = initiation.outcome - probability
        design = np.column_stack([np.ones(left.size), columns])
        slope = sign * (design.T @ (left * later))
        moved += np.bincount(
            initiation.owner, left * (design @ (model.covariance @ slope)), minlength=data.n_cohort
        )
    return moved


def _clustered(influence: Floats, cluster: Ints | None) -> float:
    """Return a standard error; with fewer than all patients apart, corrected for their number."""
    if cluster is None:
        return float(np.sqrt(influence @ influence))
    sums = np.bincount(cluster, influence)
    n = int(np.count_nonzero(np.bincount(cluster, influence != 0.0)))
    return float(np.sqrt(sums @ sums * n / (n - 1.0)))


def _by_arm(data: WeightedRows, weight: Floats) -> Floats:
    events = data.rows.event
    return np.bincount(data.rows.arm[events], weight[events], minlength=2).astype(np.float64)


def _effective(data: WeightedRows, weight: Floats) -> Floats:
    """Return Kish's effective number of patients in each state, by their last weight in it."""
    rows = data.rows
    order = np.lexsort((rows.exit, rows.patient, rows.arm))
    arm, patient = rows.arm[order], rows.patient[order]
    last = np.append((arm[1:] != arm[:-1]) | (patient[1:] != patient[:-1]), True)
    arm, final = arm[last], weight[order][last]
    total = np.bincount(arm, final, minlength=2)
    squares = np.bincount(arm, final**2, minlength=2)
    return total**2 / np.where(squares > 0.0, squares, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarginalStructuralReplicate:
    """The estimates again for resampled patients, the treatment models included.

    Calling it with how often each patient was drawn, (n_cohort,) int64, returns the weighted and
    the unweighted log hazard ratio; infinite ones as they are.

    Parameters
    ----------
    data : WeightedRows
    sets : RiskSets
        Of the rows, in the order in which they are counted.
    refit : QuickRefit
    truncate : float
    one_step : bool
        Linearised estimating functions: one step of Newton's from the estimates with everybody,
        by the information with everybody, for the treatment models and then the hazard ratios.
    estimate : (2,) float64
        With everybody, weighted and unweighted.
    information : (2,) float64
        Of the log hazard ratio there.
    """

    data: WeightedRows
    sets: RiskSets
    refit: QuickRefit
    truncate: float
    one_step: bool
    estimate: Floats
    information: Floats

    def __call__(self, copies: Ints) -> Floats:
        """Return (2,) float64."""
        initiation = self.data.initiation
        log_weight = self.refit.log_weights(copies, one_step=self.one_step)
        weight = np.exp(log_weight[self.data.source[self.sets.kept]])
        if self.truncate < 1.0:
            drawn = np.repeat(copies[initiation.patient], np.diff(initiation.first))
            cut = truncate_weights(
                np.exp(log_weight[1:]), self.truncate, copies=drawn.astype(np.float64)
            )
            weight = np.minimum(weight, cut[drawn > 0].max())
        times = copies[self.data.rows.patient[self.sets.kept]]
        pair = (weight, np.ones(weight.size))
        return np.array([self._ratio(which, times, k) for k, which in enumerate(pair)])

    def _ratio(self, weight: Floats, copies: Ints, k: int) -> float:
        sums = _sums(self.data, self.sets, weight, copies)
        if not self.one_step:
            return two_state_log_hazard_ratio(*sums, self.sets.efron)
        score, _ = two_state_score(float(self.estimate[k]), *sums, self.sets.efron)
        return float(self.estimate[k]) + score / float(self.information[k])


def _sums(
    data: WeightedRows, sets: RiskSets, weight: Floats, copies: Ints
) -> tuple[Floats, Floats, Ints]:
    n_times = sets.begins.size
    at_risk, tied = np.empty((2, n_times + 1)), np.empty((2, n_times))
    n_tied = np.empty(n_times, dtype=np.int64)
    arm = data.rows.arm[sets.kept]
    count_two_states(weight, copies, arm, sets.event, sets.first, sets.last, at_risk, tied, n_tied)
    return at_risk, tied, n_tied


def marginal_structural_replicate(
    data: WeightedRows,
    fit: MarginalStructuralFit,
    *,
    truncate: float = 1.0,
    one_step: bool = False,
) -> MarginalStructuralReplicate:
    """Prepare the bootstrap of a marginal structural model.

    Parameters
    ----------
    data : WeightedRows
    fit : MarginalStructuralFit
        Of all patients once, with the same truncation; every resample starts from there.
    truncate : float
        As in :func:`fit_marginal_structural_cox`; the quantile is that of the resample.
    one_step : bool
        Linearised estimating functions instead of full refits.

    References
    ----------
    .. [efron1981], [limozin2025]
    """
    arm = data.rows.arm.astype(np.float64)[:, np.newaxis]
    sets = arrange(data.rows, arm, ties=data.ties, names=TREATMENT)
    everybody = np.ones(sets.kept.size, dtype=np.int64)
    estimate = np.array([fit.log_hazard_ratio, fit.unweighted])
    pair = (fit.weight[sets.kept], np.ones(sets.kept.size))
    information = [
        two_state_score(float(at), *_sums(data, sets, weight, everybody), sets.efron)[1]
        for at, weight in zip(estimate, pair, strict=True)
    ]
    return MarginalStructuralReplicate(
        data=data,
        sets=sets,
        refit=quick_refit(data.initiation, fit.models),
        truncate=truncate,
        one_step=one_step,
        estimate=estimate,
        information=np.array(information),
    )
