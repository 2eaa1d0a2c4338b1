"""Marginal structural Cox model: weighted so that treatment looks as if drawn by lot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.arrays import Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.marginal_structural_cox import (
    MarginalStructuralFit,
    MarginalStructuralReplicate,
    WeightedRows,
    fit_marginal_structural_cox,
    marginal_structural_replicate,
)
from timezero.estimate.normal import two_sided_p
from timezero.estimate.person_bootstrap import replicate_interval
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.hazard import ratio_pair, wald_pair
from timezero.ladder.initiation_tables import diagnostic_tables, influence_of, sweep_table
from timezero.ladder.treatment_periods import Patients, patients_in_periods
from timezero.ladder.variance_choice import VarianceChoice, choose_variance
from timezero.ladder.weight_tables import weight_details
from timezero.model.estimate import Contrast

NAME = "marginal_structural_cox"
INITIATIONS_FOR_A_COLUMN = (2.0, 10.0)
PERIODS_TO_RESAMPLE_AT_MOST = 300_000


def _refuse_or_warn_few(fit_columns: int, n_initiated: int) -> list[str]:
    """Refuse a treatment model with too few treatments for its columns, or warn (guard G1)."""
    refused, cautioned = INITIATIONS_FOR_A_COLUMN
    each = n_initiated / max(fit_columns, 1)
    if each < refused:
        raise AnalysisRefused(
            what=f"{n_initiated} treatments cannot carry a treatment model of {fit_columns} "
            "columns (guard G1)",
            where="data.covariates and data.history",
            mend=f"fewer covariates: at least {refused:g} treatments are needed for each column",
            code="TZ-LAD-31",
        )
    if each < cautioned:
        words = (
            f"{each:.1f} treatments begun for each column of the treatment model: its weights are "
            "fitted closely to these patients (guard G1)"
        )
        return [words]
    return []


def _method(climb: Climb, words: str) -> str:
    fitness = climb.protocol.fitness
    truncated = f", truncated at quantile {fitness.truncate:g}" if fitness.truncate < 1 else ""
    ties = climb.protocol.analysis.ties.capitalize()
    return (
        "Cox model of treatment as it happened, weighted by the inverse probability of having "
        f"begun it when one did, stabilised by time{truncated}; {ties} ties; "
        f"standard error: {words}"
    )


def _details(data: WeightedRows, fit: MarginalStructuralFit, n_clusters: int) -> dict[str, float]:
    rows = data.rows
    n_in = [float(np.unique(rows.patient[rows.arm == k]).size) for k in (0, 1)]
    return {
        "n_reference": n_in[0],
        "n_intervention": n_in[1],
        "n_events": float(fit.n_events.sum()),
        "n_variables": 1.0,
        "n_patients": float(data.initiation.patient.size),
        "n_initiated": float(data.initiation.outcome.sum()),
        "n_clusters": float(n_clusters),
        "sandwich_standard_error": fit.standard_error,
        "sandwich_standard_error_known_weights": fit.standard_error_known_weights,
        "mean_weight": float(np.exp(fit.models.log_weight[1:]).mean()),
        "largest_weight": fit.largest_weight,
        **weight_details(list(fit.effective), list(fit.weighted_events)),
    }


def _weighted_pair(
    climb: Climb, fit: MarginalStructuralFit, chosen: VarianceChoice, replicates: np.ndarray | None
) -> list[Contrast]:
    method = _method(climb, chosen.words)
    if chosen.way == "sandwich" or replicates is None:
        return wald_pair(
            fit.log_hazard_ratio,
            fit.standard_error,
            variant="weighted",
            level=climb.level,
            method=method,
        )
    interval = replicate_interval(replicates[:, 0], level=climb.level)
    if np.isnan(interval.lower):
        raise AnalysisRefused(
            what=f"{interval.share_failed:.0%} of the resamples of patients have no estimate, so "
            "that there is no interval (guard G28)",
            where="fitness.replicates",
            mend="more patients, treatments and events, or fewer covariates",
            code="TZ-LAD-33",
        )
    z = fit.log_hazard_ratio / interval.standard_error
    return ratio_pair(
        Contrast(
            measure="log_hazard_ratio",
            variant="weighted",
            value=fit.log_hazard_ratio,
            standard_error=interval.standard_error,
            lower=interval.lower,
            upper=interval.upper,
            level=climb.level,
            p_value=two_sided_p(z),
            statistic=z * z,
            method=f"{method}, percentile interval, normal test",
            details=interval.details,
        )
    )


def _replicates(
    climb: Climb, again: MarginalStructuralReplicate, chosen: VarianceChoice, n_rows: int
) -> np.ndarray | None:
    """Resample where the interval needs it, and elsewhere for the decomposition if affordable."""
    if chosen.way == "sandwich" and n_rows > PERIODS_TO_RESAMPLE_AT_MOST:
        return None
    return climb.resampled(NAME, again, 2)


def _contrasts(
    climb: Climb, who: Patients, fit: MarginalStructuralFit, again: MarginalStructuralReplicate
) -> list[Contrast]:
    n_patients = int(who.data.initiation.patient.size)
    chosen = choose_variance(
        climb,
        n_patients=n_patients,
        n_events=float(fit.n_events.min()),
        n_centres=0 if who.cluster is None else who.n_clusters,
    )
    if again.one_step != (chosen.way == "lef_bootstrap"):
        again = replace(again, one_step=chosen.way == "lef_bootstrap")
    replicates = _replicates(climb, again, chosen, who.periods.n_rows)
    details = _details(who.data, fit, who.n_clusters)
    weighted = [
        replace(c, details={**c.details, **details})
        for c in _weighted_pair(climb, fit, chosen, replicates)
    ]
    ties = climb.protocol.analysis.ties.capitalize()
    unweighted = wald_pair(
        fit.unweighted,
        fit.unweighted_error,
        variant="unweighted",
        level=climb.level,
        method=f"the same rows without weights; Cox, {ties} ties, sandwich standard error",
    )
    return [*weighted, *unweighted]


def _leave_out(again: MarginalStructuralReplicate, patient: Ints, position: int) -> float:
    copies = np.ones(again.data.n_cohort, dtype=np.int64)
    copies[patient[position]] = 0
    try:
        return float(again(copies)[0])
    except AnalysisRefused:
        return float("nan")


def _estimate(climb: Climb) -> RungNumbers:
    who = patients_in_periods(climb)
    data = who.data
    cautions = _refuse_or_warn_few(len(data.initiation.names), int(data.initiation.outcome.sum()))
    truncate = climb.protocol.fitness.truncate
    fit = fit_marginal_structural_cox(data, truncate=truncate, cluster=who.cluster)
    again = marginal_structural_replicate(data, fit, truncate=truncate)
    patient = data.initiation.patient
    influence = influence_of(fit, patient, lambda position: _leave_out(again, patient, position))
    if fit.models.denominator.penalised:
        cautions.append(
            "some kind of patients always or never began treatment: the treatment model is kept "
            "finite by Firth's penalty (guard G3)"
        )
    return RungNumbers(
        contrasts=_contrasts(climb, who, fit, again),
        tables=[
            *diagnostic_tables(who, fit),
            sweep_table(data, fit, cluster=who.cluster),
            influence,
            who.switchboard,
        ],
        cautions=[*climb.plan.cautions, *who.cautions, *cautions],
    )


RUNG = RungMethod(
    name=NAME,
    order=12,
    role="correction",
    title="Marginal structural Cox model: weighted as if the treatment had been drawn by lot",
    estimand=(
        "The hazard among candidates had all been treated from some time on, relative to the "
        "hazard had nobody been treated yet, if what was measured before the treatment explains "
        "who was chosen."
    ),
    symbols=(
        "h_w(t) = h_0(t) exp{beta 1(t > w)}; weight prod_k P(A_k | A_{k-1}=0, k) / "
        "P(A_k | A_{k-1}=0, k, L_k), constant once treated"
    ),
    counted_from="candidates, from the trigger if one is recorded, else everybody from time zero; "
    "untreated until treatment, treated from just after",
    difference=(
        "Each patient counts by how unusual it was, for somebody like that, to have begun or not "
        "yet begun treatment. What was measured before treatment no longer tells treated from "
        "untreated; what was not measured still may."
    ),
    references=("robins2000", "hernan2000", "cole2008", "lin1989"),
    needed="covariates of candidates, measured before treatment, and treatments and events enough",
    estimate=_estimate,
)
