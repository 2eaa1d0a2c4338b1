"""Simulated patients for tests of the audit's kernels: a world by its columns, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from timezero.arrays import Floats
from timezero.audit.frailty import FrailtyTables, frailty_tables
from timezero.audit.prior import Worlds
from timezero.audit.simulate import Design, Query, Stream, simulate
from timezero.kernels.late_worlds import COLUMNS
from timezero.kernels.simulate_studies import draw_studies, summarise_study

PLACE = {name: k for k, name in enumerate(COLUMNS)}
# One straight line: a constant rate of 1 in units of the location.
CONSTANT_RATE = np.array([[[0.0, 1.0], [0.0, 1.0]]])
NOBODY_FRAIL = frailty_tables(())
FOREVER = 1e9
DEFAULTS = {
    "n": 100.0,
    "location": 1.0,
    "wait_scale": 1.0,
    "wait_shape": 1.0,
    "hazard_ratio": 1.0,
    "harm_ratio": 1.0,
    "accrual_shape": 1.0,
    "follow_up_end": FOREVER,
    "trigger_scale": 1.0,
    "trigger_shape": 1.0,
}


def a_world(**columns: float) -> Floats:
    """Return one world: rates 1 for death and treatment, everybody followed to death."""
    row = np.zeros(len(COLUMNS))
    for name, value in (DEFAULTS | columns).items():
        row[PLACE[name]] = value
    return row


def patients_of(
    world: Floats,
    n: int,
    *,
    knots: Floats = CONSTANT_RATE,
    tables: FrailtyTables = NOBODY_FRAIL,
    seed: int = 1,
    n_studies: int = 1,
) -> Floats:
    """Draw patients: exit, whether dead, initiation, trigger."""
    found = np.empty((n_studies, n, 4))
    rows = np.repeat(world[None, :], n_studies, axis=0)
    numbers = np.array([seed, 7, 0], dtype=np.int64)
    draw_studies(rows, numbers, knots, tables.hazards, tables.atoms, found)
    return found.reshape(-1, 4)


def summary_of(
    patients: Floats,
    comparison: str = "ever_treated",
    *,
    landmark: float = 0.0,
    queries: Sequence[Query] = (),
) -> dict[str, float]:
    """Return the printed numbers of patients, by name."""
    design = Design(comparison=comparison, landmark=landmark, queries=tuple(queries))
    asked, out = design.as_array(), np.empty(len(design.names))
    work = np.empty((len(patients), 10))
    summarise_study(patients, int(asked[0, 0]), asked[0, 1], asked[1:], work, out)
    return dict(zip(design.names, out.tolist(), strict=True))


def summaries_of(
    world: Floats, n_studies: int, design: Design, *, seed: int = 1, workers: int = 2
) -> dict[str, Floats]:
    """Simulate studies of one world with a constant rate and return their printed numbers."""
    rows = np.repeat(world[None, :], n_studies, axis=0)
    found = simulate(
        Worlds(rows=rows, knots=CONSTANT_RATE),
        design,
        NOBODY_FRAIL,
        stream=Stream(seed=seed, purpose=3),
        workers=workers,
    )
    return {name: found[:, k] for k, name in enumerate(design.names)}
