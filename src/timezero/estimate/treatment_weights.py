"""Weights for keeping to a strategy: how likely the treatment was, given time and given more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.estimate.lef_bootstrap import one_step
from timezero.estimate.pooled_logistic import (
    LogisticFit,
    fit_logistic,
    logistic_score_residuals,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwitchRows:
    """Person-periods in which treatment could change from one state, and what is known of them.

    Parameters
    ----------
    rows : (n,) int64
        Indices of person-periods.
    owner : (n,) int64
        The patient of each.
    treated : (n,) bool
        On treatment in the period.
    numerator, denominator : (n, .) float64
        Columns of the two models.
    numerator_names, denominator_names : tuple of str
    came_from : bool
        Whether the patient was on treatment in the period before.
    """

    rows: Ints
    owner: Ints
    treated: Bools
    numerator: Floats
    denominator: Floats
    numerator_names: tuple[str, ...]
    denominator_names: tuple[str, ...]
    came_from: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwitchModels:
    """The two fitted models of one state, and what each patient adds to their scores."""

    switch: SwitchRows
    numerator: LogisticFit
    denominator: LogisticFit
    numerator_scores: Floats
    denominator_scores: Floats


def switch_rows(
    first: Ints,
    treated: Bools,
    known: Bools,
    *,
    came_from: bool,
    numerator: tuple[Floats, tuple[str, ...]],
    denominator: tuple[Floats, tuple[str, ...]],
) -> SwitchRows:
    """Collect the person-periods in which treatment could change from one state.

    Parameters
    ----------
    first : (n_patients + 1,) int64
    treated : (n_rows,) bool
    known : (n_rows,) bool
        Whether everything in the models is known in the period.
    came_from : bool
        The state: on treatment in the period before. Before the first period nobody is.
    numerator, denominator : ((n_rows, .) float64, tuple of str)
        Columns and names; the numerator must be among what the outcome model has.
    """
    before = np.empty(treated.size, dtype=np.bool_)
    before[1:] = treated[:-1]
    before[first[:-1][np.diff(first) > 0]] = False
    rows = np.flatnonzero((before == came_from) & known)
    owner = np.repeat(np.arange(first.size - 1), np.diff(first))
    return SwitchRows(
        rows=rows,
        owner=owner[rows],
        treated=treated[rows],
        numerator=numerator[0][rows],
        denominator=denominator[0][rows],
        numerator_names=numerator[1],
        denominator_names=denominator[1],
        came_from=came_from,
    )


def fit_switching(
    switch: SwitchRows, n_patients: int, *, copies: Floats | None = None
) -> SwitchModels:
    """Fit the probability of treatment in a period, given little and given much.

    Parameters
    ----------
    switch : SwitchRows
    n_patients : int
    copies : (n_patients,) float64, optional
        How often each patient counts.

    Estimates
    ---------
    ``P(A_k = 1 | A_{k-1}, V)`` and ``P(A_k = 1 | A_{k-1}, L_k)`` (SEQ2), by pooled logistic models.

    Assumes
    -------
    Nobody is sure to be treated, or sure not to be, given what the denominator has; nothing that it
    lacks both decides about treatment and bears on the outcome.

    References
    ----------
    .. [robins2000], [cole2008], [danaei2013]

    Raises
    ------
    AnalysisRefused
        Nobody, or everybody, changes; columns cannot be told apart.
    """
    numerator, denominator = _fits(switch, copies, None)
    scores = [
        logistic_score_residuals(
            fit, columns, switch.treated, owner=switch.owner, n_owners=n_patients
        )
        for fit, columns in ((numerator, switch.numerator), (denominator, switch.denominator))
    ]
    return SwitchModels(
        switch=switch,
        numerator=numerator,
        denominator=denominator,
        numerator_scores=scores[0],
        denominator_scores=scores[1],
    )


def _fits(
    switch: SwitchRows, copies: Floats | None, models: SwitchModels | None
) -> tuple[LogisticFit, LogisticFit]:
    what = "staying on treatment" if switch.came_from else "beginning treatment"
    weight = None if copies is None else copies[switch.owner]
    numerator, denominator = (
        fit_logistic(
            columns,
            switch.treated,
            names=names,
            weight=weight,
            start=start,
            where=f"the model of {what}, {part}",
        )
        for columns, names, part, start in (
            (
                switch.numerator,
                switch.numerator_names,
                "numerator",
                models.numerator.coefficients if models else None,
            ),
            (
                switch.denominator,
                switch.denominator_names,
                "denominator",
                models.denominator.coefficients if models else None,
            ),
        )
    )
    return numerator, denominator


def refitted(models: SwitchModels, copies: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients of both models in a resample, from new fits.

    Parameters
    ----------
    copies : (n_patients,) float64
        How often each patient was drawn.
    """
    numerator, denominator = _fits(models.switch, copies, models)
    return numerator.coefficients, denominator.coefficients


def stepped(models: SwitchModels, copies: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients of both models in a resample, from one Newton step each.

    Parameters
    ----------
    copies : (n_patients,) float64
        How often each patient was drawn.

    References
    ----------
    .. [hu2000], [limozin2025]
    """
    return (
        one_step(
            models.numerator.coefficients,
            models.numerator.covariance,
            models.numerator_scores,
            copies,
        ),
        one_step(
            models.denominator.coefficients,
            models.denominator.covariance,
            models.denominator_scores,
            copies,
        ),
    )


def weight_steps(switch: SwitchRows, coefficients: tuple[Floats, Floats], step: Floats) -> None:
    """Write by what each person-period multiplies the weight.

    Parameters
    ----------
    switch : SwitchRows
    coefficients : ((p,), (q,)) float64
        Of the numerator and of the denominator.
    step : (n_rows,) float64
        Filled where treatment could change from this state (SEQ3); elsewhere left alone.
    """
    sign = np.where(switch.treated, -1.0, 1.0)
    usual, given = (
        np.exp(np.minimum(sign * (beta[0] + columns @ beta[1:]), 700.0))
        for beta, columns in zip(coefficients, (switch.numerator, switch.denominator), strict=True)
    )
    step[switch.rows] = (1.0 + given) / (1.0 + usual)
