"""Weights that make up for clones lost because what was done departed from their strategy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from timezero.align.clone_censor import Clones, GracePeriods
from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate._arm_weights import ArmWeights, unit_weights
from timezero.estimate._cox_censoring import CoxCensoring, prepared_cox
from timezero.estimate._logistic_censoring import LogisticCensoring, prepared_logistic
from timezero.estimate.cox import Ties
from timezero.estimate.weight_diagnostics import truncate_weights

Arms: TypeAlias = tuple[ArmWeights, ArmWeights]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightChoice:
    """How clones are weighted.

    Parameters
    ----------
    model : {"pooled_logistic", "cox"}
        Pooled logistic: the moment of treatment in periods for the arm "not within g", and a
        logit among those followed beyond the grace period for the arm "within g". Cox: one model
        of artificial censoring an arm, on what is known at the origin.
    ties : {"efron", "breslow"}
        In the Cox models.
    hazard_at : {"before", "through"}
        Whether the hazard at a time, or in its period, counts for the weight there.
    grace : {"natural", "uniform"}
        When treatment begins under "within g": as was done, or evenly over the grace period.
    truncate : float
        Weights above this quantile of the clones' last weights of an arm are set to it.
    """

    model: Literal["pooled_logistic", "cox"] = "pooled_logistic"
    ties: Ties = "efron"
    hazard_at: Literal["before", "through"] = "before"
    grace: Literal["natural", "uniform"] = "natural"
    truncate: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightModels:
    """Weight models ready to be fitted, once or in many resamples.

    Parameters
    ----------
    clones : Clones
    choice : WeightChoice
    cox : tuple of CoxCensoring or None
        By arm; None where nobody is censored, or the models are logistic.
    logistic : LogisticCensoring or None
    """

    clones: Clones
    choice: WeightChoice
    cox: tuple[CoxCensoring | None, CoxCensoring | None] = (None, None)
    logistic: LogisticCensoring | None = None

    def truncated(self, quantile: float) -> WeightModels:
        """Return the same models with weights truncated at another quantile."""
        return replace(self, choice=replace(self.choice, truncate=quantile))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedWeights:
    """The weights of both arms, and the coefficients behind them.

    Parameters
    ----------
    arms : (ArmWeights, ArmWeights)
        Reference, intervention.
    coefficients : tuple of (p,) float64
        Cox: of each arm, on the columns as given. Logistic: of the moment of treatment, and of
        treatment by the grace end, intercept first. Empty where no model was needed.
    notes : tuple of str
        What a reader should know of the fits.
    """

    arms: Arms
    coefficients: tuple[Floats, Floats]
    notes: tuple[str, ...] = ()


def weight_models(
    clones: Clones,
    columns: Floats,
    *,
    names: tuple[str, ...],
    choice: WeightChoice,
    periods: GracePeriods | None = None,
) -> WeightModels:
    """Arrange the models of artificial censoring.

    Parameters
    ----------
    clones : Clones
    columns : (n, p) float64
        What was known of each patient of the clones at the origin; finite.
    names : tuple of str
    choice : WeightChoice
    periods : GracePeriods, optional
        Needed for the logistic models; its columns may change over time.

    Raises
    ------
    AnalysisRefused
        Uniform grace with Cox models, or logistic models without periods.
    """
    if choice.model == "cox":
        _refuse_uniform_cox(choice)
        arms = [prepared_cox(clones, arm, columns, names=names, ties=choice.ties) for arm in (0, 1)]
        return WeightModels(clones=clones, choice=choice, cox=(arms[0], arms[1]))
    if periods is None:
        raise AnalysisRefused(
            what="the logistic weight models were given no periods",
            where="fitness.weight_model",
            mend="give the person-periods of the grace period, or choose cox",
            code="TZ-EST-no-periods",
        )
    logistic = prepared_logistic(
        clones,
        columns,
        names,
        periods,
        from_change=choice.hazard_at == "through",
        timing=choice.grace,
    )
    return WeightModels(clones=clones, choice=choice, logistic=logistic)


def fit_weights(
    models: WeightModels, *, copies: Floats | None = None, start: FittedWeights | None = None
) -> FittedWeights:
    """Fit the models of artificial censoring and return everybody's weights over time.

    Parameters
    ----------
    models : WeightModels
    copies : (n,) float64, optional
        How often each patient counts; a patient counted twice is two patients, also in ties.
    start : FittedWeights, optional
        Coefficients to start from; they save time and change nothing else.

    Estimates
    ---------
    ``W_0(t) = prod 1 / (1 - P(treated at k | L_k, untreated))`` for "not within g" (CW3), and
    ``W_1(t) = 1 / P(treated by g | L_0, followed beyond g)`` after the grace period for "within
    g" (CW4); with Cox models ``exp{H(t) r_i}`` in each arm (CW2); with uniform grace the product
    of ``f*(k) / f(k | L_k)`` (CW5).

    Assumes
    -------
    What decided about treatment and bears on the event is among the columns; both strategies
    were possible for every kind of patient; the models hold.

    References
    ----------
    .. [hernan2018], [maringe2020], [cain2010]

    Raises
    ------
    AnalysisRefused
        A model cannot be fitted.
    """
    if models.logistic is None:
        fitted = _fit_cox(models, copies, start)
    else:
        warm = None if start is None else start.coefficients
        reference, treated, coefficients, notes = models.logistic.fit(copies, warm)
        fitted = FittedWeights(arms=(reference, treated), coefficients=coefficients, notes=notes)
    if models.choice.truncate >= 1.0:
        return fitted
    capped = [
        replace(arm, cap=_cap(arm, models.clones.follow_up[k], models.choice.truncate, copies))
        for k, arm in enumerate(fitted.arms)
    ]
    return replace(fitted, arms=(capped[0], capped[1]))


def _cap(arm: ArmWeights, follow_up: Floats, quantile: float, copies: Floats | None) -> float:
    """Return the quantile of the clones' last weights, each patient as often as it counts."""
    last = arm.at(follow_up)
    counted = np.ones(last.size) if copies is None else copies
    present = counted > 0.0
    return float(truncate_weights(last[present], quantile, copies=counted[present]).max())


def _fit_cox(
    models: WeightModels, copies: Floats | None, start: FittedWeights | None
) -> FittedWeights:
    arms: list[ArmWeights] = []
    coefficients: list[Floats] = []
    for k, prepared in enumerate(models.cox):
        if prepared is None:
            arms.append(unit_weights(models.clones.n))
            coefficients.append(np.zeros(0))
            continue
        weights, found = prepared.fit(
            copies,
            None if start is None else start.coefficients[k],
            from_change=models.choice.hazard_at == "through",
        )
        arms.append(weights)
        coefficients.append(found)
    return FittedWeights(arms=(arms[0], arms[1]), coefficients=(coefficients[0], coefficients[1]))


def _refuse_uniform_cox(choice: WeightChoice) -> None:
    if choice.grace == "uniform":
        raise AnalysisRefused(
            what="uniform grace needs the moment of treatment in periods, which Cox weights lack",
            where="fitness.grace",
            mend='choose fitness.weight_model = "pooled_logistic", or natural grace',
            code="TZ-EST-uniform-cox",
        )
