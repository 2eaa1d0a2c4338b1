"""Randomised arms with crossover: the rank-preserving structural failure time model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.errors import AnalysisRefused
from timezero.estimate._sign_changes import Inverted, invert_test
from timezero.estimate._weibull import fit_weibull
from timezero.estimate.cox import fit_cox
from timezero.estimate.log_rank import log_rank
from timezero.estimate.normal import critical_value
from timezero.model.person_time import PersonTime

ArmTest: TypeAlias = Literal["log_rank", "cox", "weibull"]
GRID = np.linspace(-2.0, 2.0, 81)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossoverTrial:
    """Two randomised arms in which treatment can begin later, or stop.

    Parameters
    ----------
    time : (n,) float64
        To the event or to the last sight, above 0.
    event : (n,) bool
    on_treatment : (n,) float64
        How much of that time was spent on treatment.
    arm : (n,) int64
        1 for those randomised to treatment.
    censoring : (n,) float64
        When each patient would have been lost in any case, known from the day of entry.
    covariates : (n, p) float64
        Known at entry; used by the Cox and Weibull tests.
    """

    time: Floats
    event: Bools
    on_treatment: Floats
    arm: Floats
    censoring: Floats
    covariates: Floats


def rank_preserving(
    trial: CrossoverTrial, *, test: ArmTest = "log_rank", level: float = 0.95
) -> Inverted:
    """Find by how much treatment stretches time, from arms that are alike but for treatment.

    Parameters
    ----------
    trial : CrossoverTrial
    test : {"log_rank", "cox", "weibull"}
        Compares counterfactual untreated times across arms; Cox (Efron ties) and Weibull adjust
        for the covariates.
    level : float

    Returns
    -------
    Inverted
        Of psi: untreated time is worth ``exp(psi)`` of treated time, so below 0 treatment
        lengthens time.

    Estimates
    ---------
    psi with ``U(psi) = T_off + exp(psi) T_on`` alike in both arms (SF1); its interval holds every
    psi that the test does not reject.

    Assumes
    -------
    Arms were randomised; treatment stretches everybody's time by the same factor whenever it is
    taken; potential censoring is known. An arm in which some cross over is censored again at
    ``min(C, C exp(psi))`` (SF2).

    References
    ----------
    .. [robins1991], [white1999], [korhonen1999]

    Raises
    ------
    AnalysisRefused
        An arm is empty, there are no events, or the statistic never crosses zero.
    """
    if trial.arm.min() == trial.arm.max() or not trial.event.any():
        raise AnalysisRefused(
            what="an arm is empty, or there are no events",
            where="the trial",
            mend="two randomised arms with events are needed",
            code="TZ-EST-one-arm",
        )
    found = invert_test(lambda psi: _z(trial, psi, test), GRID, critical_value(level))
    if not found.roots:
        raise AnalysisRefused(
            what="no effect makes the arms alike",
            where=f"psi from {GRID[0]:g} to {GRID[-1]:g}",
            mend="check times on treatment and potential censoring",
            code="TZ-EST-no-root",
        )
    return found


def untreated_times(trial: CrossoverTrial, psi: float) -> tuple[Floats, Bools]:
    """Return untreated times and events at one psi, censored again where arms were mixed.

    Parameters
    ----------
    trial : CrossoverTrial
    psi : float
    """
    factor = np.exp(psi)
    never = trial.time - trial.on_treatment + factor * trial.on_treatment
    limit = np.minimum(trial.censoring, trial.censoring * factor)
    for arm in (0, 1):
        mine = trial.arm == arm
        share = trial.on_treatment[mine] / trial.time[mine]
        if (share == 0.0).all() or (share == 1.0).all():
            limit[mine] = np.inf
    return np.minimum(never, limit), trial.event & (never <= limit)


def _z(trial: CrossoverTrial, psi: float, test: ArmTest) -> float:
    time, event = untreated_times(trial, psi)
    tests: dict[ArmTest, Callable[[CrossoverTrial, Floats, Bools], float]] = {
        "log_rank": _z_log_rank,
        "cox": _z_cox,
        "weibull": _z_weibull,
    }
    return tests[test](trial, time, event) if event.any() else float("nan")


def _rows(trial: CrossoverTrial, time: Floats, event: Bools) -> PersonTime:
    n = time.size
    return PersonTime(
        entry=np.full(n, -np.inf),
        exit=time,
        event=event,
        arm=trial.arm.astype(np.int64),
        patient=np.arange(n, dtype=np.int64),
        stratum=np.zeros(n, dtype=np.int64),
        weight=np.ones(n),
        labels=("not randomised to treatment", "randomised to treatment"),
        counted_from="randomisation",
    )


def _z_log_rank(trial: CrossoverTrial, time: Floats, event: Bools) -> float:
    found = log_rank(_rows(trial, time, event))
    return found.score / found.variance**0.5 if found.variance > 0.0 else float("nan")


def _z_cox(trial: CrossoverTrial, time: Floats, event: Bools) -> float:
    design = np.column_stack([trial.arm, trial.covariates]).astype(np.float64)
    fit = fit_cox(_rows(trial, time, event), design, cluster=False)
    return float(fit.coefficients[0] / fit.covariance[0, 0] ** 0.5)


def _z_weibull(trial: CrossoverTrial, time: Floats, event: Bools) -> float:
    design = np.column_stack([np.ones(time.size), trial.arm, trial.covariates]).astype(np.float64)
    beta, covariance = fit_weibull(design, time, event)
    return float(-beta[1] / covariance[1, 1] ** 0.5)
