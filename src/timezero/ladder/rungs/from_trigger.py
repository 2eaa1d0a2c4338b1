"""Only candidates, counted from the day they became candidates."""

from __future__ import annotations

import numpy as np

from timezero.align.from_trigger import from_trigger
from timezero.align.trigger_state import trigger_state
from timezero.errors import AnalysisRefused
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.compare import (
    compare_from_stable_start,
    log_rank_pair,
    refuse_empty_arms,
)
from timezero.ladder.hazard import Terms, adjusted_hazard_ratios, hazard_ratios
from timezero.model.person_time import PersonTime


def _estimate(climb: Climb) -> RungNumbers:
    cohort = climb.cohort
    if cohort.trigger is None:
        raise AnalysisRefused(
            what="no trigger was recorded, so patients who could not have had the treatment are "
            "compared with those who could",
            where="data.trigger",
            mend="the date on which each patient became a candidate (such as recurrence)",
            code="TZ-LAD-07",
        )
    rows = from_trigger(cohort)
    refuse_empty_arms(rows)
    numbers = _curves(climb, rows)
    hazard = hazard_ratios(climb, rows, robust=True)
    adjusted = adjusted_hazard_ratios(climb, rows)
    state_rows, triggered = trigger_state(cohort)
    contrasts = [
        *hazard.contrasts,
        *adjusted.contrasts,
        *log_rank_pair(climb, rows, variant="peto", test="Mantel-Byar"),
    ]
    cautions = [*hazard.cautions, *adjusted.cautions]
    try:
        state = hazard_ratios(
            climb,
            state_rows,
            variant="trigger_as_covariate",
            others=Terms(
                names=("the trigger",), columns=triggered.astype(np.float64)[:, np.newaxis]
            ),
            robust=True,
        )
        contrasts += state.contrasts
        cautions += state.cautions
    except AnalysisRefused as refusal:
        cautions.append(f"trigger as a covariate from time zero is refused: {refusal.what}")
    numbers.contrasts = [*contrasts, *numbers.contrasts]
    numbers.cautions = [*cautions, *_treated_before_trigger(climb), *numbers.cautions]
    return numbers


def _curves(climb: Climb, rows: PersonTime) -> RungNumbers:
    try:
        return compare_from_stable_start(climb, rows, name="from_trigger_by_state")
    except AnalysisRefused as refusal:
        return RungNumbers(cautions=[f"no curves from the trigger: {refusal.what}"])


def _treated_before_trigger(climb: Climb) -> list[str]:
    cohort = climb.cohort
    trigger = np.full(cohort.n, np.nan) if cohort.trigger is None else cohort.trigger
    early = int(np.sum(cohort.initiation < trigger))
    without = int(np.sum(cohort.initiated & np.isnan(trigger)))
    cautions: list[str] = []
    if early:
        cautions.append(f"{early} patients were treated before their trigger")
    if without:
        cautions.append(f"{without} treated patients have no trigger and are not counted here")
    return cautions


RUNG = RungMethod(
    name="from_trigger",
    order=9,
    role="correction",
    title="From the trigger: only patients who could have had the treatment",
    estimand=(
        "Among patients who became candidates, the rate of the event after treatment relative to "
        "candidates not yet treated, at equal time since becoming a candidate."
    ),
    symbols="h(u | Z(u)) = h_0(u) exp{beta Z(u)}, u = time since the trigger",
    counted_from="patients with the trigger, from the trigger",
    difference=(
        "Those who never became candidates no longer serve as the untreated, and the bad news "
        "that prompts the treatment no longer counts against it."
    ),
    references=("hernan2016", "cox1972"),
    needed="the date on which each patient became a candidate, and events after it",
    estimate=_estimate,
)
