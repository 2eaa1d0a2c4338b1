"""G5: covariates that say the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.arrays import Floats
from timezero.ladder.guard import Guard, Judged, Looked

LARGEST_CONDITION = 30.0
LARGEST_INFLATION = 10.0


def inflation(columns: Floats) -> tuple[Floats, float]:
    """Return the variance inflation of each column, and the condition number of all.

    Parameters
    ----------
    columns : (n, p) float64
        Complete, none constant, p >= 2.
    """
    scaled = np.asarray((columns - columns.mean(axis=0)) / columns.std(axis=0), dtype=np.float64)
    correlation = np.asarray(scaled.T @ scaled / columns.shape[0], dtype=np.float64)
    roots = np.linalg.eigvalsh(correlation)
    condition = float(np.sqrt(roots[-1] / max(roots[0], np.finfo(np.float64).tiny)))
    if roots[0] < 1e-12 * roots[-1]:
        return np.inf * np.ones(columns.shape[1]), condition
    inverse = np.linalg.inv(correlation)
    return np.array([inverse[k, k] for k in range(inverse.shape[0])], dtype=np.float64), condition


def _judge(looked: Looked) -> Iterator[Judged]:
    design = looked.climb.design
    used = design.columns[design.complete]
    varies = used.std(axis=0) > 0.0 if used.size else np.zeros(0, dtype=np.bool_)
    names = [name for name, yes in zip(design.names, varies, strict=False) if yes]
    if len(names) < 2 or used.shape[0] <= len(names):
        return
    factors, condition = inflation(used[:, varies])
    bad = [name for name, f in zip(names, factors, strict=True) if f > LARGEST_INFLATION]
    poor = bool(bad) or condition > LARGEST_CONDITION
    listed = f"; hard to tell apart: {', '.join(bad)}" if bad else ""
    yield Judged(
        status="cautioned" if poor else "passed",
        what=f"condition number {condition:.1f}, largest variance inflation "
        f"{float(np.max(factors)):.1f}{listed}",
    )


GUARD = Guard(
    number="G5",
    title="Covariates that can be told apart",
    threshold="condition number (scaled) above 30 or variance inflation above 10: cautioned, named",
    judge=_judge,
)
