"""Patients who pass through states: a cohort from their times, and a random one; for tests."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.model.cohort import Cohort

STORED = Path(__file__).resolve().parents[1] / "reference" / "data" / "multi_state_patients.csv"


def state_cohort(
    *,
    exit_time: Floats,
    event: Bools,
    initiation: Floats,
    trigger: Floats | None = None,
    competing: Bools | None = None,
    entry: Floats | None = None,
) -> Cohort:
    """Return a cohort of simulated patients with these times."""
    n = exit_time.size
    return Cohort(
        patient=tuple(str(j) for j in range(n)),
        entry=np.full(n, -np.inf) if entry is None else entry,
        exit=exit_time,
        event=event,
        initiation=initiation,
        trigger=trigger,
        covariates=(),
        time_unit="months",
        zero_exit=float("nan"),
        name="simulated patients",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
        competing=competing,
    )


def stored_patients() -> dict[str, Floats]:
    """Return the simulated patients that R drew, column by column."""
    with STORED.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    return {name: np.array([float(row[name] or "nan") for row in table]) for name in table[0]}


def stored_cohort(*, hidden: bool = False) -> Cohort:
    """Return those patients as a cohort; ``hidden``: some come under observation late."""
    told = stored_patients()
    entry = np.where(told["hidden"] > 0.0, told["hidden"], -np.inf)
    return state_cohort(
        exit_time=told["exit"],
        event=told["event"] == 1.0,
        initiation=told["initiation"],
        trigger=told["trigger"],
        competing=told["competing"] == 1.0,
        entry=entry if hidden else None,
    )


def random_cohort(seed: int, *, n: int = 40, competing: bool = True, ties: bool = True) -> Cohort:
    """Return simulated patients with triggers, treatments and both ends."""
    random = np.random.default_rng(seed)
    exit_time = random.exponential(8.0, n) + 0.3
    times = [random.exponential(6.0, n), random.exponential(9.0, n), exit_time]
    if ties:
        times = [np.ceil(2.0 * t) / 2.0 for t in times]
    trigger, initiation, exit_time = times
    how = random.integers(0, 3 if competing else 2, n)
    return state_cohort(
        exit_time=exit_time,
        event=how == 1,
        initiation=np.where(initiation < exit_time, initiation, np.nan),
        trigger=np.where(trigger < exit_time, trigger, np.nan),
        competing=how == 2 if competing else None,
    )
