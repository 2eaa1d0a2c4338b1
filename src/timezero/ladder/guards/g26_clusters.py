"""G26: enough centres for a variance that rests on centres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.ladder.guard import Guard, Judged, Looked

FEW = 40
TOO_FEW = 6


def _judge(looked: Looked) -> Iterator[Judged]:
    centre = looked.climb.cohort.centre
    if centre is None or looked.climb.protocol.fitness.centre != "cluster":
        return
    n = int(np.unique(centre.values[~np.isnan(centre.values)]).size)
    if n < TOO_FEW:
        status, why = "failed", ": none of the standard errors can rest on them"
    elif n < FEW:
        status, why = "cautioned", ": standard errors that rest on them are too small"
    else:
        status, why = "passed", ""
    yield Judged(status=status, what=f"{n} centres{why}")


GUARD = Guard(
    number="G26",
    title="Centres as clusters",
    threshold="fewer than 40 cautioned; fewer than 6, variances are by patient and it fails",
    judge=_judge,
)
