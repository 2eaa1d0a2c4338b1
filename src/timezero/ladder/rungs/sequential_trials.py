"""A trial emulated in every period: those who begin treatment then against those who do not yet."""

from __future__ import annotations

import numpy as np

from timezero.align.person_periods import person_periods
from timezero.arrays import Floats, Ints
from timezero.estimate.trial_effects import (
    Resampling,
    TrialEffects,
    resampled_numbers,
    trial_effects,
)
from timezero.estimate.trial_rows import TrialCounts, counts_of
from timezero.estimate.trial_sequence import EVENTS_A_COEFFICIENT, TrialSequence, trial_sequence
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.rungs._trial_contrasts import (
    Errors,
    Horizons,
    arms_of,
    curves_of,
    hazard_contrasts,
    risk_contrasts,
)
from timezero.ladder.rungs._trial_tables import (
    cautions_of,
    choice_tables,
    details_of,
    switchboard,
    weight_tables,
)
from timezero.model.person_periods import PersonPeriods

NAME = "sequential_trials"
SMALL = 300
AT_RISK_AT_HORIZON = 5
WORDS = {
    "sandwich": "sandwich clustered on patients, weights taken as known",
    "lef_bootstrap": "bootstrap of linearised estimating functions, percentiles",
    "person_bootstrap": "bootstrap of patients, percentiles",
}


def _periods(climb: Climb) -> PersonPeriods:
    plan = climb.plan
    plan.refuse_without_candidates()
    origin = np.where(plan.used, plan.origin, np.nan)
    longest = float(np.nanmax(climb.cohort.exit - origin))
    return person_periods(
        climb.cohort,
        origin=origin,
        width=plan.width,
        horizon=max(plan.horizons, default=longest),
        columns=plan.columns,
        names=plan.names,
        event_order=climb.protocol.fitness.event_order,
        words_of_origin=plan.words_of_origin,
    )


def _variance(climb: Climb, sequence: TrialSequence) -> tuple[str, str]:
    """Return how standard errors are found, and why (guard G27)."""
    chosen = climb.protocol.fitness.variance
    if chosen != "automatic":
        return chosen, "declared in the protocol"
    n, ratio = sequence.trials.n_patients, sequence.events_a_coefficient
    if n >= SMALL and ratio >= EVENTS_A_COEFFICIENT:
        return "sandwich", (
            f"{n} patients, at least {SMALL}, and {ratio:.0f} patients with the event a coefficient"
        )
    few = (
        f"{n} patients, fewer than {SMALL}"
        if n < SMALL
        else f"{ratio:.1f} patients with the event a coefficient, "
        f"fewer than {EVENTS_A_COEFFICIENT:g}"
    )
    if climb.protocol.fitness.replicates == 0:
        return "sandwich", f"{few}, but resampling is switched off"
    if sequence.penalised:
        return "person_bootstrap", f"{few}, and a penalty that one Newton step cannot follow"
    return "lef_bootstrap", f"{few} (guard G27)"


def _errors(
    climb: Climb, effects: TrialEffects, periods: PersonPeriods, horizons: Horizons
) -> Errors:
    how, why = _variance(climb, effects.sequence)
    if how == "sandwich":
        return Errors(replicates=None, words=f"{WORDS[how]} ({why})", level=climb.level)
    resampling: Resampling = "lef_bootstrap" if how == "lef_bootstrap" else "person_bootstrap"

    def replicate(copies: Ints) -> Floats:
        drawn = copies[periods.patient].astype(np.float64)
        return resampled_numbers(effects, drawn, horizons.reached, how=resampling)

    n_numbers = 2 + 4 * len(horizons.reached) + 2 * effects.followed.basis.shape[1]
    found = climb.resampled(NAME, replicate, n_numbers)
    if found is None:
        how, why = "sandwich", "resampling is switched off"
    return Errors(replicates=found, words=f"{WORDS[how]} ({why})", level=climb.level)


def _horizons(climb: Climb, both: tuple[TrialCounts, TrialCounts], width: float) -> Horizons:
    """Find the horizons at which enough patients of both arms are still followed."""
    last = {h: int(np.ceil(h / width - 1e-9)) - 1 for h in climb.plan.horizons}
    reached = tuple(h for h, k in last.items() if k < both[0].rows.shape[1])

    def kept(counts: TrialCounts) -> tuple[float, ...]:
        at_risk = np.minimum(counts.patients_at_risk(0), counts.patients_at_risk(1))
        return tuple(h for h in reached if at_risk[last[h]] >= AT_RISK_AT_HORIZON)

    return Horizons(reached=reached, kept=(kept(both[0]), kept(both[1])))


def _estimate(climb: Climb) -> RungNumbers:
    periods = _periods(climb)
    sequence = trial_sequence(periods)
    fitness, workers = climb.protocol.fitness, climb.protocol.analysis.workers
    effects = trial_effects(
        sequence, width=periods.width, quantile=fitness.truncate, workers=workers
    )
    counts = counts_of(effects.followed)
    horizons = _horizons(climb, (counts, counts_of(sequence.trials)), periods.width)
    errors = _errors(climb, effects, periods, horizons)
    numbers = _numbers(climb, effects, counts, errors=errors, horizons=horizons)
    tables, weight_words = weight_tables(effects, counts, workers=workers)
    choice, choice_words = choice_tables(periods)
    board = switchboard(
        periods,
        sequence,
        quantile=fitness.truncate,
        variance=errors.words,
        width_rule=climb.plan.width_rule,
    )
    numbers.tables = [board, *tables, *choice]
    if periods.competing.any():
        numbers = _without_risks(numbers)
    numbers.cautions += [
        *cautions_of(periods, sequence, effects),
        *weight_words,
        *choice_words,
        *climb.plan.cautions,
        *_left_out(climb, periods),
    ]
    return numbers


def _numbers(
    climb: Climb,
    effects: TrialEffects,
    counts: TrialCounts,
    *,
    errors: Errors,
    horizons: Horizons,
) -> RungNumbers:
    details = details_of(effects, counts)
    numbers = RungNumbers(
        contrasts=[
            *risk_contrasts(effects, errors, horizons, details),
            *hazard_contrasts(effects, errors, details),
        ],
        curves=curves_of(effects, errors, counts, n_horizons=len(horizons.reached)),
    )
    numbers.arms = arms_of(effects, numbers.curves, counts, horizons.kept[0])
    words = ("per protocol", "by intention to treat")
    for analysis, kept in zip(words, horizons.kept, strict=True):
        beyond = [f"{h:g}" for h in climb.plan.horizons if h not in kept]
        if beyond:
            numbers.cautions.append(
                f"nothing is said {analysis} at {', '.join(beyond)} from the start of a trial: "
                f"fewer than {AT_RISK_AT_HORIZON} patients of an arm are followed so long "
                "(guards G22 and G23)"
            )
    return numbers


def _without_risks(numbers: RungNumbers) -> RungNumbers:
    """Keep only what competing events leave a meaning: the cause-specific hazard."""
    words = (
        "no survival and no time lived: competing events happen, and the model has the hazard of "
        "the event alone (guard G31); its odds ratio is that of the cause-specific hazard"
    )
    return RungNumbers(
        contrasts=[c for c in numbers.contrasts if c.measure.endswith("hazard_ratio")],
        tables=numbers.tables,
        cautions=[words],
    )


def _left_out(climb: Climb, periods: PersonPeriods) -> list[str]:
    lost = int(periods.lost.sum())
    words = (
        f"{lost} patients leave observation before the last horizon: leaving is taken to depend on "
        "nothing but what the model has"
    )
    cautions = [words] if lost else []
    if climb.cohort.centre is not None and climb.protocol.fitness.centre != "ignore":
        cautions.append("the centre is not used here: patients of one centre count as independent")
    return cautions


RUNG = RungMethod(
    name=NAME,
    order=11,
    role="correction",
    title="Sequential trials: in every period, those who begin treatment against those who wait",
    estimand=(
        "Among candidates not yet treated, the effect of beginning treatment now and of never "
        "beginning it (per protocol), or of beginning now whatever happens later (intention to "
        "treat), pooled over the periods in which it could begin."
    ),
    symbols=(
        "logit h(k | m, A, X_m) = b_0 + f(k) + g(m) + b_A A + X_m b; S_a(k) = E prod {1 - h(i | a)}"
    ),
    counted_from=(
        "every candidate, from the beginning of each period in which he or she is untreated and "
        "under observation"
    ),
    difference=(
        "Treated and untreated are compared from the same moment and at equal measured "
        "characteristics of that moment, so that being fitter when treatment begins is adjusted "
        "for as far as it was measured."
    ),
    references=(
        "hernan2008",
        "gran2010",
        "danaei2013",
        "keogh2023",
        "limozin2025",
        "firth1993",
        "cole2008",
    ),
    needed="covariates known when treatment could begin, and events in trials of both arms",
    estimate=_estimate,
)
