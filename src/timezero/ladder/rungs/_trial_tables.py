"""Tables and cautions of a sequence of trials: conventions, weights, who could be treated."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.pooled_logistic import fit_logistic
from timezero.estimate.trial_effects import TrialEffects, truncated_fits
from timezero.estimate.trial_rows import TrialCounts, Trials
from timezero.estimate.trial_sequence import EVENTS_A_COEFFICIENT, TrialSequence
from timezero.estimate.weight_diagnostics import (
    WeightSummary,
    effective_sample_size,
    intervals_by_treatments,
    positivity_cells,
    preference,
    summarise_weights,
)
from timezero.ladder.weight_tables import (
    positivity_table,
    preference_table,
    truncation_table,
    weight_details,
    weight_summary_table,
)
from timezero.model.person_periods import PersonPeriods
from timezero.model.result import DataTable

QUANTILES = (1.0, 0.995, 0.99, 0.95)
INTERVALS_SHOWN = 4


def switchboard(
    periods: PersonPeriods,
    sequence: TrialSequence,
    *,
    quantile: float,
    variance: str,
    width_rule: str,
) -> DataTable:
    """Return the choices that move the numbers, and what else could have been chosen."""
    follow_up, trial_time = sequence.terms
    choices = [
        *_choices_of_trials(periods, width_rule),
        *_choices_of_weights(quantile),
        (
            "shape of the hazard",
            f"{_terms(follow_up)} of follow-up, {_terms(trial_time)} of the time of the trial",
            "more or fewer terms",
        ),
        (
            "whose survival is averaged",
            "all candidates as they were at their first trial",
            "all trials; those who began treatment",
        ),
        ("standard errors", variance, "sandwich; person_bootstrap; lef_bootstrap"),
    ]
    return DataTable(
        name="switchboard",
        title="Conventions that move the numbers",
        columns={
            "convention": tuple(c[0] for c in choices),
            "choice": tuple(c[1] for c in choices),
            "alternatives": tuple(c[2] for c in choices),
        },
    )


def _choices_of_trials(periods: PersonPeriods, width_rule: str) -> list[tuple[str, str, str]]:
    order = {
        "treatment_first": "treatment that begins in a period counts for an event in it",
        "event_first": "treatment that begins in a period counts only from the next",
    }
    other = "event_first" if periods.event_order == "treatment_first" else "treatment_first"
    return [
        (
            "a trial begins",
            f"in every period of {periods.width:g} from {periods.origin}",
            "only at the origin; at chosen visits",
        ),
        ("width of a period", f"{periods.width:g}: {width_rule}", "shorter or longer"),
        (
            "eligible for a trial",
            "alive, under observation, not treated in any earlier period, covariates known",
            "never treated again after stopping; once eligible, always eligible",
        ),
        ("order within a period", order[periods.event_order], order[other]),
        (
            "follow-up index",
            "0 in the period in which the trial begins; survival is read at the end of a period",
            "1 in the first period; survival at its beginning",
        ),
    ]


def _choices_of_weights(quantile: float) -> list[tuple[str, str, str]]:
    return [
        (
            "weights start",
            "after the first period of a trial: the assignment itself is adjusted for in the model",
            "in the first period",
        ),
        (
            "weights stop",
            "when treatment has begun; nobody is weighted for staying on it",
            "weights for staying on treatment",
        ),
        (
            "rows of the treatment model",
            "each person-period once, before the trials are made",
            "each copy of it in the trials",
        ),
        (
            "truncation of weights",
            "none" if quantile >= 1.0 else f"at the quantile {quantile:g} of all rows of trials",
            "see the table of truncated weights",
        ),
    ]


def _terms(n: int) -> str:
    return {0: "no term", 1: "a straight line"}.get(n, f"a natural cubic spline with {n} terms")


def weights_shown(trials: Trials, width: float) -> tuple[WeightSummary, ...]:
    """Describe the weights of the trials at some moments of follow-up."""
    longest = trials.basis.shape[1]
    shown = {(longest - 1) * part // INTERVALS_SHOWN for part in range(1, INTERVALS_SHOWN + 1)}
    parts = [(k, *trials.weights_at(k)) for k in sorted(shown)]
    kept = [(k, w, a) for k, w, a, _ in parts if w.size]
    return summarise_weights(
        np.concatenate([w for _, w, _ in kept]),
        np.concatenate([a for _, _, a in kept]),
        np.concatenate([np.full(w.size, k * width) for k, w, _ in kept]),
    )


def weight_tables(
    effects: TrialEffects, counts: TrialCounts, *, workers: int
) -> tuple[list[DataTable], list[str]]:
    """Return ``weight_summary`` and ``truncation_sweep``; say so where there are no weights."""
    if effects.sequence.models is None:
        words = (
            "no covariate is recorded after the origin, so every weight is 1: whether an untreated "
            "patient stays untreated is taken to depend on nothing but what the model has"
        )
        return [], [words]
    fits = truncated_fits(effects, QUANTILES, workers=workers)
    largest = [counts.largest if np.isinf(cap) else cap for cap, _ in fits]
    sweep = truncation_table(
        QUANTILES,
        [fit.log_odds_ratio for _, fit in fits],
        [fit.robust_error for _, fit in fits],
        largest,
    )
    shown = weights_shown(effects.followed, effects.width)
    title = "Weights of the trials by follow-up and arm (a patient may be in several trials)"
    words = "the sandwich in the table of truncated weights takes the weights as known"
    return [weight_summary_table(shown, title=title), sweep], [words]


def details_of(effects: TrialEffects, counts: TrialCounts) -> dict[str, float]:
    """Return the sizes by which the estimates per protocol are judged."""
    trials = effects.followed
    n = [float(number) for number in counts.n_patients]
    found = {
        "n_events": float(effects.sequence.n_patients_with_event),
        "n_variables": float(trials.n_coefficients - 1),
        "n_reference": n[0],
        "n_intervention": n[1],
        "n_trials_reference": float(counts.n_trials[0]),
        "n_trials_intervention": float(counts.n_trials[1]),
        "n_rows": float(counts.n_rows),
        "mean_weight": counts.mean_weight,
        "largest_weight": counts.largest,
    }
    if effects.sequence.models is None:
        return found
    weight, arm, _ = trials.weights_at(trials.basis.shape[1] // INTERVALS_SHOWN)
    shares = [_share_left(weight[arm == a]) for a in (0, 1)]
    effective = [share * size for share, size in zip(shares, n, strict=True)]
    events = [float(e) for e in counts.patients_with_event]
    return found | weight_details(effective, events)


def _share_left(weight: Floats) -> float:
    return effective_sample_size(weight) / weight.size if weight.size else 1.0


def choice_tables(periods: PersonPeriods) -> tuple[list[DataTable], list[str]]:
    """Return ``positivity`` and ``preference``: who began treatment, and who could have."""
    rows = np.flatnonzero(periods.eligible & ~np.isnan(periods.columns).any(axis=1))
    treated, columns = periods.treated[rows], periods.columns[rows]
    owner = np.repeat(np.arange(periods.n_patients), np.diff(periods.first))[rows]
    start = np.asarray(periods.period[rows] * periods.width, dtype=np.float64)
    cells = positivity_cells(
        columns,
        treated,
        intervals_by_treatments(start, treated),
        owner=owner,
        names=periods.names,
    )
    tables = [positivity_table(cells)]
    try:
        when = start[:, np.newaxis]
        usual = fit_logistic(when, treated, names=("time",), where="beginning treatment, time")
        given = fit_logistic(
            np.column_stack([when, columns]),
            treated,
            names=("time", *periods.names),
            where="beginning treatment",
        )
    except AnalysisRefused as refusal:
        return tables, [f"no preference scores: {refusal.what}"]
    scores = preference(
        given.probabilities(np.column_stack([when, columns])),
        treated,
        prevalence=usual.probabilities(when),
    )
    return [*tables, preference_table(scores)], []


def cautions_of(
    periods: PersonPeriods, sequence: TrialSequence, effects: TrialEffects
) -> list[str]:
    """Say how little there is to fit, what was left out, and what the model leaves out."""
    cautions: list[str] = []
    ratio = sequence.events_a_coefficient
    if ratio < EVENTS_A_COEFFICIENT:
        cautions.append(
            f"{sequence.n_patients_with_event} patients with the event for "
            f"{sequence.trials.n_coefficients} coefficients ({ratio:.1f} each): the fewest terms "
            "of time are used"
            + (", with Firth's penalty" if sequence.penalised else "")
            + " (guard G1)"
        )
    separated = effects.protocol.penalised or effects.intention.penalised
    if separated and not sequence.penalised:
        cautions.append(
            "some combination of covariates and treatment tells those with the event from those "
            "without it: Firth's penalty keeps the estimate finite, its standard error is rough "
            "(guard G3)"
        )
    models = sequence.models
    if models is not None and (models.numerator.penalised or models.denominator.penalised):
        cautions.append(
            "the treatment model is separated: somebody was sure of their treatment given the "
            "covariates (guard G3)"
        )
    if sequence.n_unknown:
        cautions.append(
            f"in {sequence.n_unknown:,} of {periods.n_rows:,} person-periods a covariate is "
            "unknown: no trial begins there, and the weight does not change"
        )
    return cautions
