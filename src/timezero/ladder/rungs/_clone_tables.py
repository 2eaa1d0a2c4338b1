"""Tables of a comparison of clones: weights, balance, overlap, conventions, sweeps."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.censoring_weights import fit_weights
from timezero.estimate.clone_censor_weight import (
    ccw_replicate,
    compare_strategies,
)
from timezero.estimate.clone_influence import influences
from timezero.estimate.normal import critical_value
from timezero.estimate.weight_diagnostics import (
    WeightSummary,
    effective_sample_size,
    intervals_by_treatments,
    most_influential,
    positivity_cells,
    preference,
    standardised_differences,
    summarise_weights,
)
from timezero.ladder.climb import Climb, RungNumbers
from timezero.ladder.rungs._clone_errors import HowSure, Version, error_of
from timezero.ladder.rungs._clone_setup import Cloned, cloned
from timezero.ladder.weight_tables import (
    balance_table,
    influence_table,
    positivity_table,
    preference_table,
    truncation_table,
    weight_summary_table,
)
from timezero.model.result import DataTable

QUANTILES = (1.0, 0.995, 0.99, 0.95)
INFLUENCE_AT_MOST = 20_000
GRACE_PARTS = (1 / 3, 2 / 3, 1.0)


def just_after(found: Cloned, time: float) -> tuple[tuple[Floats, Floats], tuple[Bools, Bools]]:
    """Return the weights of both clones just after a time, and who is still followed then."""
    later = np.full(found.clones.n, np.nextafter(time, np.inf))
    first, second = (arm.at(later) for arm in found.fitted.arms)
    still = found.clones.follow_up > time
    return (first, second), (still[0], still[1])


def weight_details_of(found: Cloned) -> tuple[list[float], list[float], list[int]]:
    """Return effective patients, effective events and patients by arm, after the grace period."""
    weights, still = just_after(found, found.clones.grace)
    sizes = [effective_sample_size(w[s]) for w, s in zip(weights, still, strict=True)]
    events: list[float] = []
    for k, arm in enumerate(found.fitted.arms):
        ends = found.clones.event[k]
        events.append(effective_sample_size(arm.at(found.clones.follow_up[k])[ends]))
    return sizes, events, [int(s.sum()) for s in still]


def add_weight_tables(found: Cloned, numbers: RungNumbers) -> None:
    """Add the summary of weights by interval and arm."""
    grace, horizons = found.clones.grace, found.study.horizons
    times = sorted({grace * part for part in GRACE_PARTS} | set(horizons[horizons > grace]))
    summaries: list[WeightSummary] = []
    for time in times:
        weights, still = just_after(found, time)
        for arm in (0, 1):
            mine = weights[arm][still[arm]]
            n = mine.size
            summaries += summarise_weights(
                mine, np.full(n, arm, dtype=np.int64), np.full(n, float(time))
            )
    numbers.tables.append(
        weight_summary_table(summaries, title="Weights of clones still followed, by time and arm")
    )


def add_balance(found: Cloned, numbers: RungNumbers) -> None:
    """Add the balance of those followed beyond the grace period, and of clones over time."""
    weights, _ = just_after(found, found.clones.grace)
    followed, treated = found.followed, found.clones.treated
    weight = np.where(treated, weights[1], weights[0])
    balance = standardised_differences(
        found.columns[followed], treated[followed], weight[followed], names=found.names
    )
    title = "Patients treated within the grace period against those not, just after it"
    numbers.tables.append(balance_table(balance, title=title))
    numbers.tables.append(_balance_over_time(found))


def _balance_over_time(found: Cloned) -> DataTable:
    grace, horizons = found.clones.grace, found.study.horizons
    rows: list[tuple[float, str, float, float]] = []
    for time in (*(grace * part for part in GRACE_PARTS), *horizons[horizons > grace]):
        weights, still = just_after(found, float(time))
        places = [np.flatnonzero(s) for s in still]
        if min(p.size for p in places) == 0:
            continue
        both = np.concatenate(places)
        arm = np.repeat([False, True], [p.size for p in places])
        weight = np.concatenate([w[p] for w, p in zip(weights, places, strict=True)])
        rows += [
            (float(time), b.covariate, b.before, b.after)
            for b in standardised_differences(found.columns[both], arm, weight, names=found.names)
        ]
    time, covariate, before, after = zip(*rows, strict=True) if rows else ((), (), (), ())
    return DataTable(
        name="balance_over_time",
        title="Clones still followed under each strategy: standardised mean differences",
        columns={"time": time, "covariate": covariate, "before": before, "after": after},
    )


def add_overlap(climb: Climb, found: Cloned, numbers: RungNumbers) -> None:
    """Add kinds of patients without a counterpart, and how open the choice was."""
    followed, treated = found.followed, found.clones.treated
    places = np.flatnonzero(followed)
    periods = found.periods
    owner = np.repeat(np.arange(found.clones.n), np.diff(periods.first))
    starts = intervals_by_treatments(
        periods.period.astype(np.float64) * periods.width, periods.began
    )
    cells = positivity_cells(
        found.columns[followed],
        treated[followed],
        np.full(places.size, found.clones.grace),
        owner=places,
        names=found.names,
    )
    if climb.protocol.fitness.weight_model == "pooled_logistic":
        cells += positivity_cells(
            periods.columns, periods.began, starts, owner=owner, names=periods.names
        )
    numbers.tables.append(positivity_table(cells))
    if climb.protocol.fitness.grace == "natural":
        weights, _ = just_after(found, found.clones.grace)
        open_choice = preference(1.0 / weights[1][followed], treated[followed])
        numbers.tables.append(preference_table(open_choice))


def add_truncation_sweep(found: Cloned, numbers: RungNumbers) -> None:
    """Add what truncating the weights at several quantiles does to the log hazard ratio."""
    ratios, errors, largest = list[float](), list[float](), list[float]()
    for quantile in QUANTILES:
        fitted = fit_weights(found.study.models.truncated(quantile), start=found.fitted)
        estimate = compare_strategies(found.study, fitted.arms)
        ratios.append(estimate.log_hazard_ratio)
        errors.append(error_of(found, estimate, fitted.arms, known=False))
        ends = [arm.at(found.clones.follow_up[k]).max() for k, arm in enumerate(fitted.arms)]
        largest.append(float(max(ends)))
    if np.isfinite(ratios).all():
        numbers.tables.append(truncation_table(QUANTILES, ratios, errors, largest))


def add_grace_sweep(climb: Climb, found: Cloned, numbers: RungNumbers) -> None:
    """Add the survival difference for several grace periods, each with its standard error."""
    at = found.weighted.at_horizons
    known = np.flatnonzero(np.isfinite(at[:, :, 0]).all(axis=0))
    if known.size == 0:
        numbers.cautions.append("no sweep over grace periods: no horizon lies within follow-up")
        return
    h = int(known[-1])
    rows: list[tuple[float, ...]] = []
    for grace in climb.plan.grace_periods:
        try:
            there = found if grace == climb.plan.grace_period else cloned(climb, grace)
        except AnalysisRefused as refusal:
            numbers.cautions.append(f"no estimate with a grace period of {grace:g}: {refusal.what}")
            continue
        rows.append((grace, *_difference(climb, there, h)))
    columns = ("grace_period", "survival_difference", "lower", "upper", "standard_error")
    names = (*columns, "hazard_ratio")
    numbers.tables.append(
        DataTable(
            name="grace_sweep",
            title=f"Survival difference at {climb.plan.horizons[h]:g} by grace period; standard "
            "errors by influence functions",
            columns=dict(zip(names, zip(*rows, strict=True), strict=True)),
            notes={"horizon": climb.plan.horizons[h]},
        )
    )


def _difference(climb: Climb, there: Cloned, h: int) -> tuple[float, ...]:
    at = there.weighted.at_horizons
    value = float(at[1, h, 0] - at[0, h, 0])
    moved = influences(there.study, there.weighted, there.fitted.arms)
    none, one = (1 + 2 * at.shape[1] * arm + 2 * h for arm in (0, 1))
    error = float(np.sqrt(np.sum((moved[:, one] - moved[:, none]) ** 2)))
    half = critical_value(climb.level) * error
    ratio = float(np.exp(there.weighted.log_hazard_ratio))
    return value, value - half, value + half, error, ratio


def add_influence(found: Cloned, weighted: Version, numbers: RungNumbers) -> None:
    """Add the patients who move the weighted log hazard ratio most, made again without each."""
    n_cohort = int(found.clones.patient.max()) + 1
    if found.clones.n > INFLUENCE_AT_MOST or not np.isfinite(found.weighted.log_hazard_ratio):
        return

    def without(j: int) -> float:
        copies = np.zeros(n_cohort, dtype=np.int64)
        copies[found.clones.patient] = 1
        copies[found.clones.patient[j]] = 0
        try:
            return float(ccw_replicate(found.study, found.fitted, copies)[0])
        except AnalysisRefused:
            return float("nan")

    most = most_influential(
        weighted.influence[:, 0],
        without,
        estimate=found.weighted.log_hazard_ratio,
        patient=found.clones.patient,
    )
    numbers.tables.append(influence_table(most))


def switchboard(climb: Climb, found: Cloned, sure: HowSure) -> DataTable:
    """Return every convention in force, with what else could have been chosen."""
    chosen = climb.protocol.fitness
    rows = (
        *_rows_on_strategies(climb, found),
        *_rows_on_weights(climb),
        *_FIXED,
        (
            "truncation of weights",
            "none" if chosen.truncate == 1.0 else f"at their quantile {chosen.truncate:g}",
            "see the sweep over truncations",
        ),
        ("standard errors", sure.words, "sandwich; person_bootstrap"),
    )
    convention, choice, alternatives = zip(*rows, strict=True)
    return DataTable(
        name="switchboard",
        title="Conventions of clone-censor-weight in force",
        columns={"convention": convention, "choice": choice, "alternatives": alternatives},
    )


def _rows_on_strategies(climb: Climb, found: Cloned) -> list[tuple[str, str, str]]:
    plan, natural = climb.plan, climb.protocol.fitness.grace == "natural"
    return [
        ("strategies begin at", plan.words_of_origin, "time zero; the trigger"),
        (
            "grace period",
            f"{found.clones.grace:g} ({plan.grace_rule})",
            "any length; see the sweep over grace periods",
        ),
        (
            "timing under the strategy to treat",
            "as was done (natural)" if natural else "evenly spread (uniform)",
            "natural; uniform",
        ),
    ]


def _rows_on_weights(climb: Climb) -> list[tuple[str, str, str]]:
    plan, chosen = climb.plan, climb.protocol.fitness
    logistic = chosen.weight_model == "pooled_logistic"
    none, one = _MODELS[logistic]
    if chosen.grace == "uniform":
        one = "the same model, treatment evenly spread"
    return [
        ("weights, strategy not to treat", none, "pooled_logistic; cox"),
        (
            "weights, strategy to treat",
            one,
            "a logit among those followed beyond the grace period; a Cox model",
        ),
        (
            "a weight at a time uses",
            f"the hazard {chosen.hazard_at} it" + (", in whole periods" if logistic else ""),
            "before; through",
        ),
        ("ties", climb.protocol.analysis.ties, "efron; breslow"),
        (
            "periods of the weight model",
            f"{plan.width:g} ({plan.width_rule})" if logistic else "none: continuous time",
            "any width",
        ),
    ]


_BY_END = (
    "logistic model of treatment by the grace end, among those followed beyond it, on what was "
    "known at the origin"
)
_MODELS = {
    True: (
        "pooled logistic model of the moment of treatment, characteristics as of each period",
        _BY_END,
    ),
    False: (
        "Cox model of artificial censoring, on what was known at the origin",
        "Cox model of artificial censoring, on what was known at the origin",
    ),
}
_FIXED = (
    (
        "event and treatment in one period",
        "exact times decide which came first; a treatment at the time of the exit counts after it",
        "treatment first; event first",
    ),
    (
        "stabilisation of weights",
        "none: the outcome model holds the strategy alone",
        "a numerator on characteristics that the outcome model holds too",
    ),
    (
        "loss to follow-up before the end",
        "not weighted: taken to tell nothing about the event",
        "weights for loss to follow-up",
    ),
    (
        "events before the strategies differ",
        "count under both strategies",
        "count from the end of the grace period (a landmark)",
    ),
)
