"""Quantitative bias analysis: the dates of treatment or of the trigger were recorded wrongly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.arrays import Floats
from timezero.conventions import DAYS_PER
from timezero.estimate.normal import critical_value
from timezero.ladder.climb import Climb
from timezero.ladder.sensitivity._fair_count import fair_rows, fair_stands, log_ratio
from timezero.model.cohort import Cohort
from timezero.model.result import DataTable, Rung

DAYS = (-60.0, -30.0, -14.0, 14.0, 30.0, 60.0)


def treatment_moved(cohort: Cohort, by: Floats) -> Cohort:
    """Return the cohort with treatment begun later by so much (earlier where negative).

    Treatment is never before the trigger, nor before time zero; treatment that would begin at the
    exit or later counts as never given.
    """
    earliest = np.zeros(cohort.n) if cohort.trigger is None else np.nan_to_num(cohort.trigger)
    earliest = np.fmin(earliest, cohort.initiation)
    moved = np.fmax(cohort.initiation + by, earliest)
    moved[np.isnan(cohort.initiation) | (moved >= cohort.exit)] = np.nan
    return replace(cohort, initiation=moved)


def trigger_moved(cohort: Cohort, by: Floats) -> Cohort:
    """Return the cohort with the trigger later by so much, never after treatment or the exit."""
    if cohort.trigger is None:
        return cohort
    latest = np.fmin(cohort.exit, cohort.initiation)
    moved = np.clip(cohort.trigger + by, 0.0, np.fmax(latest, 0.0))
    return replace(cohort, trigger=moved)


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return the fair hazard ratio had all dates of one kind been recorded late, or early."""
    if not fair_stands(rungs):
        return None
    cohort = climb.cohort
    per_unit = DAYS_PER[cohort.time_unit]
    moves = {"treatment": treatment_moved}
    if cohort.trigger is not None:
        moves["trigger"] = trigger_moved
    dates: list[str] = []
    days: list[float] = []
    numbers: list[tuple[float, float, float]] = []
    half = critical_value(climb.level)
    for name, moved in moves.items():
        for shift in DAYS:
            disturbed = moved(cohort, np.full(cohort.n, shift / per_unit))
            found = log_ratio(climb, fair_rows(disturbed, rungs))
            error = half * found.standard_error
            dates.append(name)
            days.append(shift)
            numbers.append((found.value, found.value - error, found.value + error))
    value, lower, upper = np.exp(np.array(numbers)).T
    return DataTable(
        name="misdated",
        title="Wrong dates: the fair hazard ratio had every date of one kind truly been so many "
        "days later (earlier where negative) than recorded.",
        columns={
            "date": tuple(dates),
            "days_later": tuple(days),
            "hazard_ratio": tuple(value.tolist()),
            "lower": tuple(lower.tolist()),
            "upper": tuple(upper.tolist()),
        },
    )


SENSITIVITY = sensitivity
