"""Illness-death: every patient through the states, and what the way into treatment makes of it."""

from __future__ import annotations

import math

import numpy as np

from timezero.align.transitions import StateRows, transitions, transitions_from
from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.aalen_johansen import occupancy
from timezero.estimate.illness_death import illness_death
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.hazard import EVENTS_PER_VARIABLE_AT_LEAST, EVENTS_TO_ADJUST, Terms
from timezero.ladder.rungs._state_contrasts import (
    NUMBERS_AT_HORIZON,
    WITHOUT,
    StateQuestion,
    course_contrasts,
    forward_ratios,
    question_of,
)
from timezero.ladder.rungs._state_tables import (
    clock_reset_table,
    in_words,
    landmark_table,
    occupancy_table,
    stay_table,
    transitions_table,
)

NAME = "illness_death"
AT_RISK_AT_HORIZON = 5
MOVES_FOR_A_COLUMN = 5
HISTORIES_NOT_USED = (
    "what was measured after the origin is not used: where it decided who was treated and when, "
    "that choice is still in these contrasts (the weighted rungs and the g-formula use it)"
)


def _reached(rows: StateRows, horizons: tuple[float, ...]) -> tuple[tuple[float, ...], list[str]]:
    """Return the horizons with enough at risk in either state, and words about the others."""
    kept: list[float] = []
    words: list[str] = []
    for horizon in horizons:
        at = (rows.entry < horizon) & (rows.exit >= horizon)
        if min(int(np.sum(at & (rows.source == s))) for s in (0, 1)) >= AT_RISK_AT_HORIZON:
            kept.append(horizon)
        else:
            words.append(
                f"courses are not compared at {horizon:g}: fewer than {AT_RISK_AT_HORIZON} "
                "treated, or untreated, candidates are still at risk (guard G23)"
            )
    return tuple(kept), words


def _terms(climb: Climb, rows: StateRows) -> tuple[Terms | None, list[str]]:
    """Return the covariates of the candidates' models, or none with the reason."""
    plan = climb.plan
    if not plan.names:
        words = (
            "without covariates: the protocol names none, so those chosen for treatment are taken "
            "to be like the others"
        )
        return None, [words]
    n_events = int(np.sum(rows.target == rows.n_transient))
    needed = max(EVENTS_TO_ADJUST, EVENTS_PER_VARIABLE_AT_LEAST * (1 + len(plan.names)))
    if n_events < needed:
        words = (
            f"without covariates: {n_events} events among candidates cannot carry "
            f"{len(plan.names)} columns (guard G1)"
        )
        return None, [words]
    return Terms(names=plan.names, columns=plan.columns), []


def _median_wait(rows: StateRows) -> float:
    waits = rows.exit[(rows.source == 0) & (rows.target == 1)]
    return float(np.quantile(waits, 0.5, method="inverted_cdf")) if waits.size else math.nan


def _model_words(question: StateQuestion, terms: Terms | None) -> list[str]:
    if terms is None or not question.horizons:
        return []
    candidates = question.candidates
    words = ("treatment", "the event", "the competing event")
    present = len(candidates.rows.states) - 1
    return [
        f"{words[k]} enters the courses without covariates: it was seen fewer than "
        f"{MOVES_FOR_A_COLUMN} times for each column (guard G1)"
        for k in range(min(present, 3))
        if candidates.models[k] is None
    ]


def _everybody(climb: Climb, rows: StateRows, found: RungNumbers) -> None:
    """Add the tables of all patients from time zero."""
    named = in_words(rows, climb.protocol.question.outcome)
    found.tables += [
        occupancy_table(occupancy(named)),
        transitions_table(named, climb.level),
    ]
    if climb.horizons:
        found.tables.append(landmark_table(named, climb.landmarks, climb.horizons[-1]))
    if np.isfinite(climb.cohort.entry).any():
        found.cautions.append(
            "patients come under observation late: shares in the states rest on the assumption "
            "that the next move depends on the present state and time only (Markov)"
        )


def _candidates(climb: Climb, everybody: StateRows, found: RungNumbers) -> None:
    """Add what the way into treatment makes of it, among candidates."""
    plan = climb.plan
    origin = np.where(plan.used, plan.origin, np.nan)
    rows = transitions_from(climb.cohort, origin, plan.words_of_origin)
    lived = rows.exit - np.maximum(rows.entry, 0.0)
    if not all(np.sum(lived[rows.source == s]) > 0.0 for s in (0, 1)):
        found.cautions.append(
            f"no contrasts: candidates counted from {plan.words_of_origin} are all treated at "
            "once, or never"
        )
        return
    terms, words = _terms(climb, rows)
    columns = np.empty((climb.cohort.n, 0)) if terms is None else terms.columns
    horizons, too_late = _reached(rows, plan.horizons)
    candidates = illness_death(
        rows,
        columns,
        wait=_median_wait(rows),
        enough=MOVES_FOR_A_COLUMN,
        ties=climb.protocol.analysis.ties,
    )
    question = question_of(climb, candidates, horizons, everybody)
    drawn = climb.resampled(NAME, question.replicate, question.n_numbers)
    if drawn is None:
        drawn = np.full((1, question.n_numbers), np.nan)
        found.cautions.append("no bootstrap (fitness.replicates = 0): courses have no intervals")
    if climb.cohort.histories:
        found.cautions.append(HISTORIES_NOT_USED)
    found.cautions += [*words, *too_late, *_model_words(question, terms)]
    try:
        hazard = forward_ratios(climb, rows, terms, drawn[:, 0])
        found.contrasts += hazard.contrasts
        found.cautions += hazard.cautions
    except AnalysisRefused as refusal:
        found.cautions.append(f"no hazard ratio: {refusal.what}")
    _courses(climb, question, drawn, found)
    found.tables.append(clock_reset_table(rows, climb))


def _courses(climb: Climb, question: StateQuestion, drawn: Floats, found: RungNumbers) -> None:
    ones = np.ones(climb.cohort.n, dtype=np.int64)
    size = NUMBERS_AT_HORIZON * len(question.horizons)
    main, crude = drawn[:, 1 : 1 + size], drawn[:, 1 + size : 1 + 2 * size]
    try:
        courses = question.main(ones, question.fitted)
        found.contrasts += course_contrasts(climb, question, courses, main, suffix="")
    except AnalysisRefused as refusal:
        found.cautions.append(f"no courses by covariates: {refusal.what}")
    if question.candidates.is_adjusted:
        courses = question.candidates.crude(ones)
        found.contrasts += course_contrasts(climb, question, courses, crude, suffix=f"_{WITHOUT}")
    if question.horizons:
        found.cautions += _assumption(question)
    if not math.isnan(question.last):
        named = in_words(question.everybody, climb.protocol.question.outcome)
        stay = question.stay(ones)
        found.tables.append(
            stay_table(
                named.states,
                stay,
                drawn[:, 1 + 2 * size :],
                horizon=question.last,
                level=climb.level,
            )
        )


def _assumption(question: StateQuestion) -> list[str]:
    closed = (
        "courses with the way into treatment closed take every other hazard to stay as it is: that "
        "holds only if, at each moment, those who began treatment differed from the others in "
        "nothing that bears on the event beyond the covariates used"
    )
    words = [closed]
    if len(question.candidates.rows.states) > question.candidates.rows.n_transient + 1:
        words.append(
            "time lived is refused: with competing events it is no time to the event; differences "
            "are of the share with the event while competing events remain possible, and the "
            "hazard ratio is cause-specific"
        )
    if not math.isnan(question.candidates.wait):
        words.append(
            "'everybody at median wait' begins treatment in all who are event-free at "
            f"{question.candidates.wait:g}, and gives them the hazard after treatment from then on"
        )
    return words


def _estimate(climb: Climb) -> RungNumbers:
    found = RungNumbers(cautions=list(climb.plan.cautions))
    everybody = transitions(climb.cohort)
    _everybody(climb, everybody, found)
    _candidates(climb, everybody, found)
    return found


RUNG = RungMethod(
    name=NAME,
    order=15,
    role="correction",
    title="Illness-death: every patient through the states, with the way into treatment open or "
    "closed",
    estimand=(
        "The hazard of the event after treatment relative to before it, at equal time since "
        "becoming a candidate; and how many candidates would be event-free with treatment as it "
        "was given, less how many with the way into treatment closed and all else as it was."
    ),
    symbols="P(0, t) = prod_{u <= t} (I + dA(u)); closed: dA_01(u) = 0",
    counted_from="shares in the states: everybody from time zero; contrasts: candidates, from the "
    "day they became candidates",
    difference=(
        "Waiting, being treated and dying are transitions of one model, so that nobody is grouped "
        "by the future, and the whole course can be read off: who is where, for how long, and "
        "what changes when one way is closed."
    ),
    references=("aalen1978", "andersen1993", "putter2007", "putter2018", "datta2001"),
    needed="moves between the states, and events among treated and untreated candidates",
    estimate=_estimate,
)
