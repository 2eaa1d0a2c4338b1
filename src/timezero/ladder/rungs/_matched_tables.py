"""What a matched comparison says of its sets, as tables."""

from __future__ import annotations

import numpy as np

from timezero.errors import AnalysisRefused
from timezero.estimate.matched_randomisation import (
    MatchedTest,
    RosenbaumBounds,
    matched_test,
    prentice_wilcoxon_scores,
    rosenbaum_bounds,
    within_set_scores,
)
from timezero.estimate.risk_set_matching import MatchedSets, matched_balance
from timezero.estimate.treatment_hazard import TreatmentHazard
from timezero.ladder.climb import Climb
from timezero.ladder.weight_tables import balance_table
from timezero.model.result import DataTable

GAMMAS = np.arange(1.0, 3.01, 0.25)


def matched_tables(climb: Climb, sets: MatchedSets, hazard: TreatmentHazard) -> list[DataTable]:
    """Return the tables about who was matched, how alike they are, and the conventions."""
    return [
        balance_table(
            matched_balance(sets),
            title="Who began treatment less who could have then: everybody, and those matched; "
            "in standard deviations before matching",
        ),
        _sets_table(sets),
        _hazard_table(hazard),
        _switchboard(climb, sets, hazard),
    ]


def randomisation(
    climb: Climb, sets: MatchedSets
) -> tuple[MatchedTest, RosenbaumBounds, DataTable]:
    """Return the re-randomisation test within sets, its bounds, and the table ``bounds``.

    Raises
    ------
    AnalysisRefused
        In no set does anything tell the members apart.
    """
    analysis = climb.protocol.analysis
    alpha = 1.0 - climb.level
    scores = within_set_scores(sets)
    test = matched_test(scores, sets.bounds, draws=max(analysis.redeals, 1), seed=analysis.seed)
    bounds = rosenbaum_bounds(scores, sets.bounds, gammas=GAMMAS, alpha=alpha)
    try:
        pooled = rosenbaum_bounds(
            prentice_wilcoxon_scores(sets), sets.bounds, gammas=GAMMAS, alpha=alpha
        )
    except AnalysisRefused:
        pooled = None
    return test, bounds, _bounds_table(bounds, pooled)


def _bounds_table(bounds: RosenbaumBounds, pooled: RosenbaumBounds | None) -> DataTable:
    columns = {
        "gamma": tuple(float(g) for g in bounds.gammas),
        "p_lower": tuple(float(p) for p in bounds.p_lower),
        "p_upper": tuple(float(p) for p in bounds.p_upper),
    }
    notes = {
        "alpha": bounds.alpha,
        "gamma_at_alpha": bounds.gamma_at_alpha,
        "n_informative_sets": float(bounds.n_informative),
        "exact": float(bounds.exact),
    }
    if pooled is not None:
        columns["p_lower_prentice_wilcoxon"] = tuple(float(p) for p in pooled.p_lower)
        columns["p_upper_prentice_wilcoxon"] = tuple(float(p) for p in pooled.p_upper)
        notes["gamma_at_alpha_prentice_wilcoxon"] = pooled.gamma_at_alpha
        notes["exact_prentice_wilcoxon"] = float(pooled.exact)
    return DataTable(
        name="bounds",
        title="Rosenbaum bounds: two-sided p-values of the matched re-randomisation test if "
        "something unmeasured multiplied the odds of being the one treated by up to gamma",
        columns=columns,
        notes=notes,
    )


def _sets_table(sets: MatchedSets) -> DataTable:
    candidates = sets.candidates
    matched = sets.member[~sets.treated]
    later = candidates.wait[matched] < candidates.follow[matched]
    rows = {
        "candidates": candidates.n,
        "began treatment under observation": sets.n_initiators,
        "of them with a set": sets.n_sets,
        "without: matched to somebody earlier": sets.n_used_before,
        "without: nobody within the caliper": sets.n_nobody_near,
        "without: nobody untreated at risk beside them": sets.n_nobody_at_risk,
        "without: covariates not known at that moment": sets.n_not_known,
        "patients matched to them": matched.size,
        "of these treated later": int(later.sum()),
    }
    gap = sets.gap[~sets.treated]
    return DataTable(
        name="matched_sets",
        title="Who is in a matched set, and why others are not",
        columns={"who": tuple(rows), "n": tuple(float(n) for n in rows.values())},
        notes={
            "score_standard_deviation": sets.spread,
            "median_distance": float(np.median(gap)),
            "largest_distance": float(gap.max()),
        },
    )


def _hazard_table(hazard: TreatmentHazard) -> DataTable:
    known = ~np.isnan(np.diag(hazard.covariance))
    return DataTable(
        name="treatment_hazard",
        title="Who is treated sooner: fitted model of the hazard of treatment among candidates",
        columns={
            "covariate": tuple(n for n, yes in zip(hazard.names, known, strict=True) if yes),
            "log_hazard_ratio": tuple(float(c) for c in hazard.coefficients[known]),
            "standard_error": tuple(float(v) for v in np.sqrt(np.diag(hazard.covariance)[known])),
        },
        notes={"n_initiations": float(hazard.n_initiations), "penalised": float(hazard.penalised)},
    )


def _caliper_words(caliper: float, spread: float) -> str:
    return (
        f"{caliper:g} standard deviations of the score at the origin ({caliper * spread:.3g} on "
        "its own scale)"
    )


def _switchboard(climb: Climb, sets: MatchedSets, hazard: TreatmentHazard) -> DataTable:
    chosen = climb.protocol.fitness
    factors = ", ".join(chosen.match_exactly) or "none"
    bootstrap = chosen.variance == "person_bootstrap"
    rows = (
        ("clock of the match", f"time since {climb.plan.words_of_origin}", "the other origin"),
        (
            "model of the hazard of treatment",
            "Cox, Efron's ties" + (", Firth's penalty" if hazard.penalised else ""),
            "none",
        ),
        ("patients matched to each treated", f"up to {chosen.matches}", "1 to 10"),
        (
            "caliper",
            _caliper_words(chosen.caliper, sets.spread),
            "any",
        ),
        ("matched exactly on", factors, "covariates of the protocol"),
        ("order", "by time of treatment, the nearest first; not optimised over all sets", "none"),
        ("a patient is in", "one set at most, whether as treated or as matched", "none"),
        (
            "a matched patient who is treated later",
            "stays (matched); or is followed until then (matched_censored)",
            "both are given",
        ),
        (
            "standard errors",
            "resampled patients, matched again each time"
            if bootstrap
            else "the set as the unit, sets taken as made",
            "sandwich; person_bootstrap",
        ),
    )
    convention, choice, alternatives = zip(*rows, strict=True)
    return DataTable(
        name="switchboard",
        title="Conventions of risk-set matching in force",
        columns={"convention": convention, "choice": choice, "alternatives": alternatives},
    )
