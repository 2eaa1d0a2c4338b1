"""Rows of person-time from plain lists, for the tests of Cox's model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from timezero.model.person_time import PersonTime

NOTHING = -np.inf


def rows_of(exits: Any, event: Any, **more: Any) -> PersonTime:
    """Return rows at risk from the beginning, one patient each, unless said otherwise."""
    n = len(exits)
    whole = {key: np.zeros(n, dtype=np.int64) for key in ("arm", "stratum")}
    whole["patient"] = np.arange(n)
    given = whole | {k: np.asarray(v, dtype=np.int64) for k, v in more.items() if k in whole}
    return PersonTime(
        entry=np.asarray(more.get("entry", np.full(n, NOTHING)), dtype=np.float64),
        exit=np.asarray(exits, dtype=np.float64),
        event=np.asarray(event, dtype=np.bool_),
        weight=np.asarray(more.get("weight", np.ones(n)), dtype=np.float64),
        labels=("reference", "intervention"),
        counted_from="from the beginning",
        **given,
    )


def column(*values: float) -> NDArray[np.float64]:
    """Return a design of one column."""
    return np.array(values, dtype=np.float64)[:, np.newaxis]


def drawn(seed: int, n: int, p: int, **options: Any) -> tuple[PersonTime, NDArray[np.float64]]:
    """Draw rows with ties, late entry, strata and weights, and a design."""
    draw = np.random.default_rng(seed)
    exits = np.ceil(draw.exponential(size=n) * options.get("times", 12.0))
    entry = np.where(draw.random(n) < 0.5, NOTHING, np.floor(exits * draw.random(n)))
    rows = rows_of(
        exits,
        draw.random(n) < 0.7,
        entry=np.where(entry < exits, entry, NOTHING),
        stratum=draw.integers(0, options.get("strata", 2), n),
        weight=draw.uniform(0.2, 3.0, n) if options.get("weighted", True) else np.ones(n),
        patient=draw.integers(0, n, n),
    )
    return rows, draw.normal(size=(n, p))
