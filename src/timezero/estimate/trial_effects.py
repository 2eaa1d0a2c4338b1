"""Both analyses of a sequence of trials, as numbers, and the same again in a resample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats
from timezero.estimate.lef_bootstrap import one_step, stepped_scores
from timezero.estimate.sequential_trials import (
    TrialsFit,
    fit_trials,
    refit_trials,
    score_and_information,
)
from timezero.estimate.standardised_risk import StandardisedSurvival, standardised_survival
from timezero.estimate.treatment_weights import refitted, stepped
from timezero.estimate.trial_rows import ASSIGNED, Trials, per_protocol
from timezero.estimate.trial_sequence import TrialSequence, weighted_per_protocol

Resampling: TypeAlias = Literal["lef_bootstrap", "person_bootstrap"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialEffects:
    """The fits of both analyses.

    Parameters
    ----------
    sequence : TrialSequence
    followed : Trials
        Per protocol, weighted, truncated.
    intention, protocol : TrialsFit
        By intention to treat, and per protocol.
    quantile : float
        At which weights were truncated; 1 = not at all.
    width : float
        Length of a period.
    """

    sequence: TrialSequence
    followed: Trials
    intention: TrialsFit
    protocol: TrialsFit
    quantile: float
    width: float


def trial_effects(
    sequence: TrialSequence, *, width: float, quantile: float = 1.0, workers: int = 1
) -> TrialEffects:
    """Fit both analyses.

    Parameters
    ----------
    sequence : TrialSequence
    width : float
        Length of a period.
    quantile : float
        Weights above this quantile are set to it; 1 = none.
    workers : int
        Threads; the result does not depend on it.

    Estimates
    ---------
    The effect of being assigned at the start of a trial, whatever happens later, and of keeping to
    it.

    Assumes
    -------
    As :func:`timezero.estimate.sequential_trials.fit_trials`.

    References
    ----------
    .. [danaei2013], [keogh2023]
    """
    followed = weighted_per_protocol(sequence, quantile=quantile)
    intention, protocol = (
        fit_trials(trials, penalised=sequence.penalised, workers=workers)
        for trials in (sequence.trials, followed)
    )
    return TrialEffects(
        sequence=sequence,
        followed=followed,
        intention=intention,
        protocol=protocol,
        quantile=quantile,
        width=width,
    )


def survival_of(
    effects: TrialEffects, fit: TrialsFit, *, with_gradient: bool = False
) -> StandardisedSurvival:
    """Return survival under both strategies, averaged over the candidates at their first trial."""
    target = effects.sequence.target
    return standardised_survival(
        effects.followed,
        fit.scaled,
        target=target,
        weight=np.ones(target.size),
        width=effects.width,
        with_gradient=with_gradient,
    )


def resampled_numbers(
    effects: TrialEffects, copies: Floats, horizons: tuple[float, ...], *, how: Resampling
) -> Floats:
    """Estimate again in one resample of the patients.

    Parameters
    ----------
    copies : (n_patients,) float64
        How often each patient of the sequence was drawn; twice is two patients.
    horizons : tuple of float
        Measured from the start of a trial.
    how : {"lef_bootstrap", "person_bootstrap"}
        One Newton step of every model, weights made again from the stepped ones; or all models
        fitted again.

    Returns
    -------
    numbers : (2 + 4 n_horizons + 2 K,) float64
        Log odds ratio per protocol and by intention to treat; of each in turn the differences in
        survival and in mean time lived at each horizon; survival per protocol in each period under
        the reference and under the treatment.

    Estimates
    ---------
    The sampling law of these numbers, when done in many resamples.

    Assumes
    -------
    Patients are independent of each other.

    References
    ----------
    .. [limozin2025], [efron1981]
    """
    fits = _linearised(effects, copies) if how == "lef_bootstrap" else _refitted(effects, copies)
    weight = copies[effects.sequence.target_patient]
    found: list[Floats] = []
    curves: list[StandardisedSurvival] = []
    for coefficients in fits:
        curves.append(
            standardised_survival(
                effects.followed,
                coefficients,
                target=effects.sequence.target,
                weight=weight,
                width=effects.width,
            )
        )
        found += [np.array([_difference(c) for c in _both(curves[-1], horizons)])]
    ratios = np.array([coefficients[ASSIGNED] for coefficients in fits])
    return np.concatenate([ratios, *found, curves[0].survival.ravel()])


def _both(curve: StandardisedSurvival, horizons: tuple[float, ...]) -> list[Floats]:
    return [
        *(curve.at(h)[0] for h in horizons),
        *(curve.restricted_mean(h)[0] for h in horizons),
    ]


def _difference(both: Floats) -> float:
    return float(both[1] - both[0])


def _refitted(effects: TrialEffects, copies: Floats) -> tuple[Floats, Floats]:
    sequence = effects.sequence
    both = refitted(sequence.models, copies) if sequence.models else None
    followed = weighted_per_protocol(sequence, both, quantile=effects.quantile, copies=copies)
    return (
        refit_trials(
            followed,
            copies=copies,
            start=effects.protocol.scaled,
            penalised=effects.protocol.penalised,
        ),
        refit_trials(
            sequence.trials,
            copies=copies,
            start=effects.intention.scaled,
            penalised=effects.intention.penalised,
        ),
    )


def _linearised(effects: TrialEffects, copies: Floats) -> tuple[Floats, Floats]:
    sequence, fit = effects.sequence, effects.protocol
    intention = one_step(
        effects.intention.scaled,
        effects.intention.scaled_inverse,
        effects.intention.scores,
        copies,
    )
    if sequence.models is None:
        return one_step(fit.scaled, fit.scaled_inverse, fit.scores, copies), intention
    both = stepped(sequence.models, copies)
    followed = weighted_per_protocol(sequence, both, quantile=effects.quantile, copies=copies)
    total = score_and_information(followed, copies, fit.scaled)[1]
    protocol = stepped_scores(
        fit.scaled, fit.scaled_inverse, total, at_estimate=fit.scores.sum(axis=0)
    )
    return protocol, intention


def truncated_fits(
    effects: TrialEffects, quantiles: tuple[float, ...], *, workers: int = 1
) -> list[tuple[float, TrialsFit]]:
    """Fit per protocol with weights truncated at several quantiles.

    Returns
    -------
    fits : list of (float, TrialsFit)
        Largest weight, and the fit, for each quantile.
    """
    found: list[tuple[float, TrialsFit]] = []
    for quantile in quantiles:
        followed = weighted_per_protocol(effects.sequence, quantile=quantile)
        fit = fit_trials(
            followed,
            start=effects.protocol.scaled,
            penalised=effects.protocol.penalised,
            workers=workers,
        )
        found.append((followed.cap, fit))
    return found


def unweighted_protocol(effects: TrialEffects, *, workers: int = 1) -> TrialsFit:
    """Fit per protocol as if who stops following were not a choice."""
    return fit_trials(
        per_protocol(effects.sequence.trials), penalised=effects.protocol.penalised, workers=workers
    )
