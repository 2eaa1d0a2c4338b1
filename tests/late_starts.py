"""Simulated patients whose late treatment is chosen by what also bears on their lives."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import one_row_each
from timezero.arrays import Bools, Floats
from timezero.estimate.structural_failure_time import LateStart


def start_of(x: Floats, followed: Floats, event: Bools, waited: Floats) -> LateStart:
    """Return patients with one covariate; ``waited`` is NaN when never treated."""
    began = ~np.isnan(waited)
    rows = one_row_each(
        entry=np.full(followed.size, -np.inf),
        exit=np.where(began, waited, followed),
        event=began,
        arm=np.zeros(followed.size, dtype=np.bool_),
        patient=np.arange(followed.size),
        words=(("not yet treated", "treated"), "time zero"),
    )
    return LateStart(
        rows=rows,
        design=x[:, np.newaxis],
        names=("x",),
        followed=followed,
        event=event,
        waited=waited,
    )


def late_start(
    seed: int, *, n: int = 300, psi: float = 0.0, lost: tuple[float, float] = (36.0, 84.0)
) -> LateStart:
    """Return patients of whom those with small x live longer and are treated sooner."""
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    untreated = 30.0 * np.exp(-0.7 * x) * random.weibull(1.2, size=n)
    wait = 25.0 * np.exp(0.6 * x) * random.exponential(size=n)
    life = np.where(untreated <= wait, untreated, wait + (untreated - wait) * np.exp(-psi))
    seen = random.uniform(*lost, size=n)
    followed = np.minimum(life, seen)
    return start_of(x, followed, life <= seen, np.where(wait < followed, wait, np.nan))
