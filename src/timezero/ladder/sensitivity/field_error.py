"""Error propagation: one field in twenty is wrong, at random, and all is counted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.conventions import DAYS_PER
from timezero.estimate._replicates import generator
from timezero.ladder.climb import Climb
from timezero.ladder.sensitivity._fair_count import fair_rows, fair_stands, log_ratio
from timezero.ladder.sensitivity.misdated import treatment_moved, trigger_moved
from timezero.model.cohort import Cohort
from timezero.model.result import DataTable, Rung

SHARE_WRONG: Final = 0.05
RUNS: Final = 200
ERROR_STREAM: Final = 11
LARGEST_SHIFT_DAYS: Final = 60.0
AFFORDABLE_PATIENTS: Final = 5_000

Disturb: TypeAlias = Callable[[Cohort, Bools, np.random.Generator], Cohort]


def _outcome(cohort: Cohort, wrong: Bools, random: np.random.Generator) -> Cohort:
    del random
    return replace(cohort, event=cohort.event ^ wrong)


def _shifts(cohort: Cohort, wrong: Bools, random: np.random.Generator) -> Floats:
    days = random.uniform(-LARGEST_SHIFT_DAYS, LARGEST_SHIFT_DAYS, cohort.n)
    return np.where(wrong, days / DAYS_PER[cohort.time_unit], 0.0)


def _treatment_date(cohort: Cohort, wrong: Bools, random: np.random.Generator) -> Cohort:
    return treatment_moved(cohort, _shifts(cohort, wrong, random))


def _trigger_date(cohort: Cohort, wrong: Bools, random: np.random.Generator) -> Cohort:
    return trigger_moved(cohort, _shifts(cohort, wrong, random))


def _treatment_missed(cohort: Cohort, wrong: Bools, random: np.random.Generator) -> Cohort:
    del random
    return replace(cohort, initiation=np.where(wrong, np.nan, cohort.initiation))


FIELDS: Final[dict[str, Disturb]] = {
    "how observation ended": _outcome,
    "the date of treatment": _treatment_date,
    "whether there was treatment": _treatment_missed,
    "the date of the trigger": _trigger_date,
}


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return how far errors in one field of 5 % of the patients move the fair log hazard ratio."""
    cohort = climb.cohort
    if not fair_stands(rungs) or cohort.n > AFFORDABLE_PATIENTS:
        return None
    base = log_ratio(climb, fair_rows(cohort, rungs))
    if not base.standard_error > 0:
        return None
    fields = [f for f in FIELDS if cohort.trigger is not None or f != "the date of the trigger"]
    moves = {field: _moves(climb, rungs, field, base.value) for field in fields}
    in_errors = {field: np.abs(m[~np.isnan(m)]) / base.standard_error for field, m in moves.items()}
    return DataTable(
        name="field_error",
        title=f"Wrong fields: {SHARE_WRONG:.0%} of the patients, drawn {RUNS} times, have one "
        "field wrong; how far the fair log hazard ratio moves, in its own standard errors.",
        columns={
            "field": tuple(fields),
            "typical_move": tuple(float(np.median(in_errors[f])) for f in fields),
            "large_move": tuple(float(np.quantile(in_errors[f], 0.95)) for f in fields),
            "share_beyond_one": tuple(float(np.mean(in_errors[f] > 1.0)) for f in fields),
        },
        notes={"standard_error": base.standard_error, "runs": float(RUNS)},
    )


def _moves(climb: Climb, rungs: tuple[Rung, ...], field: str, base: float) -> Floats:
    cohort = climb.cohort
    n_wrong = max(1, round(SHARE_WRONG * cohort.n))
    place = list(FIELDS).index(field)
    found = np.empty(RUNS)
    for run in range(RUNS):
        random = generator(climb.protocol.analysis.seed, ERROR_STREAM, run * len(FIELDS) + place)
        wrong = np.zeros(cohort.n, dtype=np.bool_)
        wrong[random.permutation(cohort.n)[:n_wrong]] = True
        disturbed = FIELDS[field](cohort, wrong, random)
        found[run] = log_ratio(climb, fair_rows(disturbed, rungs)).value - base
    return found


SENSITIVITY = sensitivity
