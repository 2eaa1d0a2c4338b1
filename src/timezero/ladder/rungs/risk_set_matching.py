"""Risk-set matching: each patient who begins treatment beside one who could have just then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.matched_comparison import matched_differences, matched_replicate
from timezero.estimate.matched_randomisation import MatchedTest
from timezero.estimate.normal import critical_value, two_sided_p
from timezero.estimate.person_bootstrap import replicate_interval
from timezero.estimate.risk_set_matching import MatchedSets, match_in_risk_sets
from timezero.estimate.treatment_hazard import (
    Candidates,
    TreatmentHazard,
    candidates_of,
    fit_treatment_hazard,
)
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.compare import compare_curves
from timezero.ladder.design import strata_of
from timezero.ladder.hazard import hazard_ratios, wald_pair
from timezero.ladder.rungs._matched_tables import matched_tables, randomisation
from timezero.model.estimate import Contrast

NAME = "risk_set_matching"
BY_SETS = ("rmst_difference", "survival_difference")
SHARE_UNMATCHED_CAUTION = 0.20
SHARE_LATER_CAUTION = 0.20


def _factor(climb: Climb) -> Ints:
    """Return a number for each combination of what matched patients must share."""
    cohort, chosen = climb.cohort, climb.protocol.fitness
    known = {c.name: c for c in cohort.covariates}
    names = tuple(chosen.match_exactly)
    if chosen.centre == "stratum" and cohort.centre is not None:
        known[cohort.centre.name] = cohort.centre
        names = (*names, cohort.centre.name)
    if not names:
        return np.zeros(cohort.n, dtype=np.int64)
    return strata_of(replace(cohort, covariates=tuple(known.values())), names)


def _candidates(climb: Climb) -> Candidates:
    plan = climb.plan
    plan.refuse_without_candidates()
    return candidates_of(
        climb.cohort,
        origin=plan.origin,
        used=plan.used,
        columns=plan.columns,
        names=plan.names,
        factor=_factor(climb),
    )


def _hazards(climb: Climb, sets: MatchedSets, found: RungNumbers) -> None:
    """Add hazard ratios within sets: for good, and until matched patients are treated."""
    for variant, until_treated in (("matched", False), ("matched_censored", True)):
        rows = sets.rows(within_sets=True, until_treated=until_treated)
        try:
            # In pairs the sandwich by set is the inverse information itself.
            larger = bool(np.any(np.diff(sets.bounds) > 2))
            hazard = hazard_ratios(climb, rows, variant=variant, robust=larger)
        except AnalysisRefused as refusal:
            found.cautions.append(f"no hazard ratio within sets ({variant}): {refusal.what}")
            continue
        found.contrasts += [
            replace(
                c,
                method=c.method.replace("by patient", "by matched set").replace(
                    "Cox,", "Cox within matched sets,"
                ),
                details={**c.details, "n_sets": float(sets.n_sets)},
            )
            for c in hazard.contrasts
        ]
        found.cautions += [f"{variant}: {caution}" for caution in hazard.cautions]


def _curves(climb: Climb, sets: MatchedSets, found: RungNumbers) -> None:
    """Add curves and the differences of time lived and survival, with the set as the unit."""
    if climb.cohort.n_competing:
        found.cautions.append(
            "competing events end the time of a patient here: hazards are cause-specific, and "
            "there are no curves"
        )
        return
    horizons = climb.plan.horizons
    try:
        curves = compare_curves(
            climb, sets.rows(within_sets=False), name="", variant="matched", horizons=horizons
        )
    except AnalysisRefused as refusal:
        found.cautions.append(f"no curves: {refusal.what}")
        return
    found.curves, found.arms = curves.curves, curves.arms
    found.cautions += curves.cautions
    by_sets = {d.horizon: d for d in matched_differences(sets, horizons)}
    for contrast in curves.contrasts:
        if contrast.measure not in BY_SETS:
            found.contrasts.append(contrast)
            continue
        difference = by_sets[contrast.at]
        lived = contrast.measure == "rmst_difference"
        error = difference.rmst_standard_error if lived else difference.survival_standard_error
        found.contrasts.append(_with_error(climb, contrast, error))


def _with_error(climb: Climb, contrast: Contrast, error: float) -> Contrast:
    usable = error if error > 0.0 else float("nan")
    half, z = critical_value(climb.level) * usable, contrast.value / usable
    return replace(
        contrast,
        standard_error=error,
        lower=contrast.value - half,
        upper=contrast.value + half,
        statistic=z * z,
        p_value=two_sided_p(z),
        method="Kaplan-Meier curves from the match, standard error with the set as the unit, "
        "normal interval and test",
        details={**contrast.details, "greenwood_standard_error": contrast.standard_error},
    )


def _resampled(climb: Climb, candidates: Candidates, found: RungNumbers) -> None:
    """Take intervals from resampled patients, matched again each time, where that is asked for."""
    chosen, horizons = climb.protocol.fitness, climb.plan.horizons
    if chosen.variance != "person_bootstrap":
        return
    numbers = climb.resampled(
        NAME,
        matched_replicate(
            candidates, matches=chosen.matches, caliper=chosen.caliper, horizons=horizons
        ),
        2 + 2 * len(horizons),
    )
    if numbers is None:
        return
    columns: dict[tuple[str, str, float], int] = {
        ("hazard", "matched", 0.0): 0,
        ("hazard", "matched_censored", 0.0): 1,
    }
    for k, horizon in enumerate(horizons):
        columns["rmst_difference", "matched", horizon] = 2 + 2 * k
        columns["survival_difference", "matched", horizon] = 3 + 2 * k
    replaced: list[Contrast] = []
    for c in found.contrasts:
        ratio = c.measure in {"hazard_ratio", "log_hazard_ratio"}
        key = ("hazard", c.variant, 0.0) if ratio else (c.measure, c.variant, c.at)
        column = columns.get(key)
        replaced.append(c if column is None else _with_draws(climb, c, numbers[:, column]))
    found.contrasts = replaced


def _with_draws(climb: Climb, contrast: Contrast, draws: Floats) -> Contrast:
    """Return the contrast with the interval of resampled patients, where they vary."""
    interval = replicate_interval(draws, level=climb.level)
    if not interval.standard_error > 0.0:
        caution = "resampled patients do not vary: the interval is that by set"
        return replace(contrast, cautions=(*contrast.cautions, caution))
    limits = np.array([interval.lower, interval.upper])
    if contrast.measure == "hazard_ratio":
        limits = np.exp(limits)
    value = contrast.value
    centre = float(np.log(value)) if contrast.measure == "hazard_ratio" else value
    z = centre / interval.standard_error
    return replace(
        contrast,
        standard_error=interval.standard_error,
        lower=float(limits[0]),
        upper=float(limits[1]),
        p_value=two_sided_p(z),
        statistic=z * z,
        method=f"{contrast.method.split(',')[0]}, patients resampled and matched again, "
        "percentile interval, normal test",
        details={
            **contrast.details,
            **interval.details,
            "set_standard_error": contrast.standard_error,
        },
    )


def _test_pair(climb: Climb, test: MatchedTest) -> list[Contrast]:
    how = "exact" if test.monte_carlo_error == 0.0 else "drawn"
    pair = wald_pair(
        (test.observed - test.mean) / test.variance,
        test.variance**-0.5,
        variant="matched_exact",
        level=climb.level,
        method="log-rank score of the treated within matched sets against its law when any member "
        f"was the one treated ({how}), twice the smaller tail; one-step hazard ratio, normal "
        "interval",
    )
    details = {
        "n_informative_sets": float(test.n_informative),
        "monte_carlo_error": test.monte_carlo_error,
        "null_score_mean": test.mean,
        "null_score_variance": test.variance,
    }
    return [
        replace(c, p_value=test.p_value, statistic=test.observed, details=details) for c in pair
    ]


def _cautions(climb: Climb, sets: MatchedSets, hazard: TreatmentHazard) -> list[str]:
    cohort = climb.cohort
    later = sets.candidates.wait[sets.member] < sets.candidates.follow[sets.member]
    share_later = float(later[~sets.treated].mean())
    unmatched = 1.0 - sets.n_sets / sets.n_initiators
    at_exit = int(np.sum(sets.candidates.wait == sets.candidates.follow))
    said = {
        f"{unmatched:.0%} of those who began treatment are in no set as treated: the estimate "
        "speaks of those who are": unmatched > SHARE_UNMATCHED_CAUTION,
        f"{share_later:.0%} of the matched patients are treated later: treat now is compared with "
        "not now, which brings the arms closer": share_later > SHARE_LATER_CAUTION,
        f"{at_exit} patients were treated at their exit and have no time after it": at_exit > 0,
        f"not in the score, for want of difference: {', '.join(hazard.left_out)}": bool(
            hazard.left_out
        ),
        "treatment was so predictable that its hazard was fitted with Firth's penalty": (
            hazard.penalised
        ),
        "sets join patients of different centres: the standard error is by set, not by centre": (
            cohort.centre is not None and climb.protocol.fitness.centre != "stratum"
        ),
    }
    return [*climb.plan.cautions, *(words for words, holds in said.items() if holds)]


def _estimate(climb: Climb) -> RungNumbers:
    chosen = climb.protocol.fitness
    candidates = _candidates(climb)
    hazard = fit_treatment_hazard(candidates)
    sets = match_in_risk_sets(candidates, hazard, matches=chosen.matches, caliper=chosen.caliper)
    found = RungNumbers(cautions=_cautions(climb, sets, hazard))
    _hazards(climb, sets, found)
    _curves(climb, sets, found)
    _resampled(climb, candidates, found)
    found.tables += matched_tables(climb, sets, hazard)
    try:
        test, _, table = randomisation(climb, sets)
        found.contrasts += _test_pair(climb, test)
        found.tables.append(table)
    except AnalysisRefused as refusal:
        found.cautions.append(f"no re-randomisation test within sets: {refusal.what}")
    if chosen.variance == "lef_bootstrap":
        found.cautions.append(
            "a linearised bootstrap does not follow who is matched to whom: the standard error is "
            "that with the set as the unit"
        )
    return found


RUNG = RungMethod(
    name=NAME,
    order=13,
    role="correction",
    title="Risk-set matching: who begins treatment beside who could have at that moment",
    estimand=(
        "Among those who began treatment and could be matched: the hazard of the event after "
        "beginning then, relative to not beginning then in patients as likely to; treatment later "
        "on is left as it was."
    ),
    symbols=(
        "at u_i: |gamma'L_j(u_i) - gamma'L_i(u_i)| <= caliper, both untreated before; "
        "h_k(t) exp(beta A)"
    ),
    counted_from="members of a matched set, from the moment at which one of them begins treatment",
    difference=(
        "Each treated patient is set beside patients who at the same time since becoming a "
        "candidate were alive, under observation, untreated and as likely to be treated."
    ),
    references=("li2001", "lu2005", "rosenbaum2002", "abadie2022", "abadie2008"),
    needed="covariates that decided about treatment, and candidates who were not treated in time",
    estimate=_estimate,
)
