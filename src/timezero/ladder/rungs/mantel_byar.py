"""Mantel-Byar: whether the treated are hit more or less often than their share of the risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.align.time_varying import time_varying
from timezero.arrays import Bools, Floats
from timezero.errors import AnalysisRefused
from timezero.estimate._weighted_deals import Chances, equal_chances, fitted_chances
from timezero.estimate.redeal import Redeal, redeal
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.compare import log_rank_pair, refuse_empty_arms
from timezero.ladder.design import strata_of
from timezero.ladder.fitness_plan import SHARE_MISSING_REFUSED, TIME_TO_TRIGGER
from timezero.ladder.hazard import wald_pair
from timezero.ladder.null_pictures import null_tables
from timezero.model.cohort import Cohort
from timezero.model.estimate import Contrast

# A score's variance below this is rounding: one event among a million patients has more.
SPREAD_NONE = 1e-12
RATIO = "log_hazard_ratio"
FAR_FROM_ONE = float(np.log(5.0))

UNDEALT_CAUTION = 0.01


def _exact(
    climb: Climb, redealt: Redeal, *, variant: str = "exact", dealt: str = ""
) -> list[Contrast]:
    """Return the exact test, with the one-step ratio from the mean and spread of the deals.

    The mean is near zero and the spread near Mantel-Byar's variance; with a trigger both speak of
    candidates only, as the deals do.
    """
    chances = redealt.probabilities
    middle = float(np.sum(chances * redealt.scores))
    spread = float(np.sum(chances * (redealt.scores - middle) ** 2))
    if not spread > SPREAD_NONE:
        raise AnalysisRefused(
            what="every deal has the same score, so the exact test has nothing to say",
            where=climb.cohort.name,
            mend="more patients at risk when the treatment was given",
            code="TZ-LAD-08",
        )
    how = "all enumerated" if redealt.enumerated else f"{redealt.n_deals} drawn"
    score = (
        "Mantel-Byar score" if climb.cohort.trigger is None else "Mantel-Byar score of candidates"
    )
    pair = wald_pair(
        (redealt.observed_score - middle) / spread,
        spread**-0.5,
        variant=variant,
        level=climb.level,
        method=f"{score} against its law over deals of the treatment{dealt} ({how}), mid-p; "
        "one-step hazard ratio from the mean and variance of the deals, normal interval",
    )
    details = {
        "monte_carlo_error": redealt.monte_carlo_error,
        "n_deals": float(redealt.n_deals),
        "enumerated": float(redealt.enumerated),
        "null_score_mean": middle,
        "null_score_variance": spread,
        "n_treated_not_dealt": float(redealt.n_fixed),
        "share_of_treatments_nobody_could_take": redealt.share_undealt,
    }
    return [
        replace(c, p_value=redealt.p_value, statistic=redealt.observed_score, details=details)
        for c in pair
    ]


def _redeal(climb: Climb, found: RungNumbers) -> None:
    """Add the exact test and the null law of the naive comparison, or say why not."""
    analysis = climb.protocol.analysis
    if analysis.redeals == 0:
        found.cautions.append("the exact test was switched off (analysis.redeals = 0)")
        return
    try:
        redealt = redeal(
            climb.cohort,
            draws=analysis.redeals,
            seed=analysis.seed,
            workers=analysis.workers,
            progress=lambda done, total: climb.progress("re-randomisation", done, total),
        )
        found.contrasts += _exact(climb, redealt)
    except AnalysisRefused as refusal:
        found.cautions.append(f"no exact test: {refusal.what}")
        return
    if climb.cohort.trigger is not None:
        found.cautions.append(
            "Peto's ratio compares the treated with everybody untreated; the exact deals compare "
            "them with candidates only, so that the two can differ"
        )
    if any(abs(c.value) > FAR_FROM_ONE for c in found.contrasts if c.measure == RATIO):
        found.cautions.append(
            "a one-step ratio so far from 1 is inaccurate: read the test, not its size"
        )
    found.tables += null_tables(redealt, climb.level)
    if redealt.share_undealt > UNDEALT_CAUTION:
        found.cautions.append(
            f"in a deal, {redealt.share_undealt:.1%} of the treatments find nobody eligible left"
        )
    if redealt.n_fixed:
        found.cautions.append(
            f"{redealt.n_fixed} treated patients were not dealt again: they were treated when "
            "observation began, or before they became candidates"
        )


def _dealt_again(
    climb: Climb, cohort: Cohort, chances: Chances, *, variant: str, dealt: str
) -> list[Contrast]:
    analysis = climb.protocol.analysis
    redealt = redeal(
        cohort,
        draws=analysis.redeals,
        seed=analysis.seed,
        workers=analysis.workers,
        progress=lambda done, total: climb.progress(f"re-randomisation,{dealt}", done, total),
        chances=chances,
    )
    return _exact(climb, redealt, variant=variant, dealt=dealt)


def _unequal(climb: Climb, found: RungNumbers) -> None:
    """Add the tests whose deals stay within strata, and follow who tended to be treated."""
    if climb.protocol.analysis.redeals == 0:
        return
    shared = tuple(
        dict.fromkeys((*climb.protocol.analysis.strata, *climb.protocol.fitness.match_exactly))
    )
    within = f" within {', '.join(shared)}" if shared else ""
    cohort = climb.cohort
    stratum = strata_of(cohort, shared) if shared else np.zeros(cohort.n, dtype=np.int64)
    if shared:
        try:
            found.contrasts += _dealt_again(
                climb,
                cohort,
                equal_chances(cohort.n, stratum),
                variant="exact_stratified",
                dealt=within,
            )
        except AnalysisRefused as refusal:
            found.cautions.append(f"no exact test within strata: {refusal.what}")
    names, columns = _known_of_each(climb)
    if not names:
        return
    complete = climb.design.complete
    try:
        _refuse_many_missing(climb)
        chances, hazard = fitted_chances(
            _those(cohort, complete), columns[complete], names, stratum=stratum[complete]
        )
        found.contrasts += _dealt_again(
            climb,
            _those(cohort, complete),
            chances,
            variant="exact_weighted",
            dealt=f"{within} in proportion to the fitted hazard of treatment",
        )
    except AnalysisRefused as refusal:
        found.cautions.append(f"no exact test weighted by the hazard of treatment: {refusal.what}")
        return
    found.cautions += _cautions_of_weights(climb, hazard.left_out, penalised=hazard.penalised)


def _cautions_of_weights(climb: Climb, left_out: tuple[str, ...], *, penalised: bool) -> list[str]:
    missing = int((~climb.design.complete).sum())
    said = {
        "the weighted deals take the fitted hazard of treatment as if it were known": True,
        f"the weighted deals are of complete cases: {missing} patients lack a covariate": missing,
        f"not in the weighted deals, for want of difference: {', '.join(left_out)}": left_out,
        "treatment was so predictable that its hazard was fitted with Firth's penalty": penalised,
        "the weighted deals use what was known at the start, not values measured later": (
            climb.cohort.histories
        ),
    }
    return [words for words, holds in said.items() if holds]


def _known_of_each(climb: Climb) -> tuple[tuple[str, ...], Floats]:
    """Return the baseline covariates, and the time to the trigger where all is counted from it."""
    design, trigger = climb.design, climb.cohort.trigger
    if not design.names or trigger is None or climb.plan.counted_from != "trigger":
        return design.names, design.columns
    return (*design.names, TIME_TO_TRIGGER), np.column_stack([design.columns, trigger])


def _refuse_many_missing(climb: Climb) -> None:
    if climb.design.share_missing > SHARE_MISSING_REFUSED:
        raise AnalysisRefused(
            what=f"{climb.design.share_missing:.0%} of patients lack a covariate",
            where="data.covariates",
            mend="covariates known of more patients",
            code="TZ-LAD-40",
        )


def _those(cohort: Cohort, which: Bools) -> Cohort:
    """Return some of the patients with their times, without their covariates."""
    if which.all():
        return cohort
    return replace(
        cohort,
        patient=tuple(name for name, kept in zip(cohort.patient, which, strict=True) if kept),
        entry=cohort.entry[which],
        exit=cohort.exit[which],
        event=cohort.event[which],
        initiation=cohort.initiation[which],
        trigger=None if cohort.trigger is None else cohort.trigger[which],
        covariates=(),
        competing=None if cohort.competing is None else cohort.competing[which],
        centre=None,
        histories=(),
        negative_control=None,
    )


def _estimate(climb: Climb) -> RungNumbers:
    rows = time_varying(climb.cohort)
    refuse_empty_arms(rows)
    found = RungNumbers()
    found.contrasts += log_rank_pair(climb, rows, variant="peto", test="Mantel-Byar")
    analysis = climb.protocol.analysis
    if analysis.strata:
        stratum = strata_of(climb.cohort, analysis.strata)[rows.patient]
        found.contrasts += log_rank_pair(
            climb,
            replace(rows, stratum=stratum),
            variant="peto_stratified",
            test=f"Mantel-Byar, stratified by {', '.join(analysis.strata)}",
        )
    _redeal(climb, found)
    _unequal(climb, found)
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
