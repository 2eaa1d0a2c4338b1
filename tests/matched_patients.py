"""Cohorts for the tests of matching: by arrays, and simulated with a measured reason to treat."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.estimate.treatment_hazard import Candidates, candidates_of
from timezero.model.cohort import Cohort, History


def cohort_of(
    leave: Floats,
    event: Bools,
    initiation: Floats,
    *,
    trigger: Floats | None = None,
    histories: tuple[History, ...] = (),
    names: tuple[str, ...] | None = None,
) -> Cohort:
    """Return a cohort from its times."""
    n = len(leave)
    return Cohort(
        patient=tuple(f"p{k:05d}" for k in range(n)) if names is None else names,
        entry=np.full(n, -np.inf),
        exit=np.asarray(leave, dtype=np.float64),
        event=np.asarray(event, dtype=np.bool_),
        initiation=np.asarray(initiation, dtype=np.float64),
        trigger=trigger,
        covariates=(),
        time_unit="days",
        zero_exit=np.nan,
        name="simulated",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
        histories=histories,
    )


def simulated(
    n: int, seed: int, *, choice: float = -0.7, tied: bool = False
) -> tuple[Cohort, Floats]:
    """Return patients whose first column bears on survival and on treatment, and the columns.

    The treatment does nothing.
    """
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(n, 2))
    death = rng.exponential(10.0 / np.exp(0.8 * columns[:, 0]))
    wait = rng.exponential(8.0 / np.exp(choice * columns[:, 0]))
    end = rng.uniform(2.0, 25.0, n)
    leave = np.minimum(death, end)
    event = death <= end
    if tied:
        leave, wait = np.ceil(leave), np.floor(wait)
    return cohort_of(leave, event, np.where(wait < leave, wait, np.nan)), columns


def from_time_zero(cohort: Cohort, columns: Floats, **more: object) -> Candidates:
    """Return everybody as a candidate from time zero."""
    return candidates_of(
        cohort,
        origin=np.zeros(cohort.n),
        used=np.ones(cohort.n, dtype=np.bool_),
        columns=columns,
        names=tuple(f"x{j}" for j in range(columns.shape[1])),
        **more,  # type: ignore[arg-type]
    )
