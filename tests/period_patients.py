"""Simulated person-periods for tests of models in discrete time."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats
from timezero.model.person_periods import PersonPeriods


def expit(eta: float) -> float:
    """Return the probability whose log odds are given."""
    return float(1.0 / (1.0 + np.exp(-eta)))


def periods_of(
    n: int,
    n_periods: int,
    *,
    seed: int,
    effect: float = -0.7,
    competing: bool = False,
    history: str = "",
) -> PersonPeriods:
    """Return patients with a number and a yes-or-no, chosen for treatment by both.

    ``history`` adds a column that changes: ``numeric`` or ``binary``.
    """
    random = np.random.default_rng(seed)
    rows: list[tuple[float, ...]] = []
    for i in range(n):
        x, z = random.normal(), float(random.random() < 0.4)
        level = random.normal() if history == "numeric" else float(random.random() < 0.3)
        treated = False
        for k in range(n_periods):
            if k > 0 and history == "numeric":
                level = 0.7 * level + 0.5 * random.normal() - 0.2 * treated
            elif k > 0:
                level = float(random.random() < expit(-1.2 + 2.0 * level - 0.5 * treated))
            shown = level if history else 0.0
            eligible = not treated
            treated = treated or random.random() < expit(-2.3 + 0.5 * x + 0.5 * shown)
            hit = random.random() < expit(-3.0 + 0.5 * x + 0.3 * z + 0.5 * shown + effect * treated)
            other = not hit and competing and random.random() < expit(-3.8 + 0.4 * z)
            lost = not (hit or other or k == n_periods - 1) and random.random() < 0.01
            rows.append((i, k, treated, eligible, hit, other, lost, x, z, shown))
            if hit or other or lost:
                break
    table = np.array(rows, dtype=np.float64)
    starts = np.flatnonzero(table[:, 1] == 0.0)
    flags = [table[:, k] == 1.0 for k in range(2, 7)]
    width = 3 if history else 2
    return PersonPeriods(
        first=np.append(starts, table.shape[0]).astype(np.int64),
        patient=np.arange(n, dtype=np.int64),
        period=table[:, 1].astype(np.int64),
        treated=flags[0],
        eligible=flags[1],
        event=flags[2],
        competing=flags[3],
        lost=flags[4],
        columns=np.ascontiguousarray(table[:, 7 : 7 + width]),
        names=("x", "z", "level")[:width],
        varying=(False, False, True)[:width],
        width=1.0,
        origin="time zero",
        event_order="treatment_first",
    )


def patients_drawn(periods: PersonPeriods, drawn: Floats) -> PersonPeriods:
    """Return the patients listed, each as a patient of its own, in the order of the list."""
    whose = drawn.astype(np.int64)
    rows = np.concatenate(
        [np.arange(periods.first[j], periods.first[j + 1]) for j in whose]
    ).astype(np.int64)
    lengths = np.diff(periods.first)[whose]
    return PersonPeriods(
        first=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        patient=np.arange(whose.size, dtype=np.int64),
        period=periods.period[rows],
        treated=periods.treated[rows],
        eligible=periods.eligible[rows],
        event=periods.event[rows],
        competing=periods.competing[rows],
        lost=periods.lost[rows],
        columns=np.ascontiguousarray(periods.columns[rows]),
        names=periods.names,
        varying=periods.varying,
        width=periods.width,
        origin=periods.origin,
        event_order=periods.event_order,
    )
