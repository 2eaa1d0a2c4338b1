"""Mantel-Byar: whether the treated are hit more or less often than their share of the risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.align.time_varying import time_varying
from timezero.estimate.redeal import Redeal, redeal
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.compare import log_rank_pair, refuse_empty_arms
from timezero.ladder.design import strata_of
from timezero.ladder.null_pictures import null_tables
from timezero.model.estimate import Contrast


def _exact(redealt: Redeal, asymptotic: list[Contrast]) -> list[Contrast]:
    how = "all deals enumerated" if redealt.enumerated else f"{redealt.n_deals} deals drawn, mid-p"
    return [
        replace(
            contrast,
            variant="exact",
            p_value=redealt.p_value,
            statistic=redealt.observed_score,
            method=f"Mantel-Byar score, exact re-randomisation of the treatment in each risk set, "
            f"{how}; interval of Peto's one-step hazard ratio",
            details={
                "monte_carlo_error": redealt.monte_carlo_error,
                "n_deals": float(redealt.n_deals),
                "enumerated": float(redealt.enumerated),
                "null_score_variance": float(
                    np.average(
                        (redealt.scores - np.average(redealt.scores, weights=redealt.probabilities))
                        ** 2,
                        weights=redealt.probabilities,
                    )
                ),
            },
        )
        for contrast in asymptotic
    ]


def _estimate(climb: Climb) -> RungNumbers:
    rows = time_varying(climb.cohort)
    refuse_empty_arms(rows)
    found = RungNumbers()
    asymptotic = log_rank_pair(climb, rows, variant="peto", test="Mantel-Byar")
    found.contrasts += asymptotic
    analysis = climb.protocol.analysis
    if analysis.strata:
        stratum = strata_of(climb.cohort, analysis.strata)[rows.patient]
        found.contrasts += log_rank_pair(
            climb,
            replace(rows, stratum=stratum),
            variant="peto_stratified",
            test=f"Mantel-Byar, stratified by {', '.join(analysis.strata)}",
        )
    if analysis.redeals > 0:
        redealt = redeal(
            climb.cohort,
            draws=analysis.redeals,
            seed=analysis.seed,
            workers=analysis.workers,
            progress=lambda done, total: climb.progress("re-randomisation", done, total),
        )
        found.contrasts += _exact(redealt, asymptotic)
        found.tables += null_tables(redealt, climb.level)
    else:
        found.cautions.append("the exact test was switched off (analysis.redeals = 0)")
    return found


RUNG = RungMethod(
    name="mantel_byar",
    order=6,
    role="correction",
    title="Mantel-Byar test, and the exact re-randomisation of treatment in each risk set",
    estimand=(
        "Whether, at each event, those treated so far suffer it more or less often than their "
        "share of the patients at risk; a test of equal hazards, with Peto's one-step ratio."
    ),
    symbols="U = sum_j (d_1j - d_j n_1j / n_j); ratio exp(U / V)",
    counted_from="everybody from time zero, untreated until treatment, treated from just after",
    difference=(
        "Each day counts in the state it was lived in. The exact version deals the treatment "
        "again, at each moment it was given, among those who could have had it, and so shows "
        "what the naive comparison looks like when the treatment does nothing."
    ),
    references=("mantel1974", "peto1985"),
    needed="at least one event while both treated and untreated patients are at risk",
    estimate=_estimate,
)
