"""G20: late entry is counted as late entry, and curves start where enough are at risk."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.ladder.guard import Guard, Judged, Looked

AT_LEAST = 5


def _judge(looked: Looked) -> Iterator[Judged]:
    cohort = looked.climb.cohort
    late = np.isfinite(cohort.entry) & (cohort.entry > 0.0)
    if not late.any() or not cohort.event.any():
        return
    first = float(cohort.exit[cohort.event].min())
    n = int(np.sum((cohort.entry < first) & (cohort.exit >= first)))
    yield Judged(
        status="cautioned" if n < AT_LEAST else "passed",
        what=f"{int(late.sum())} patients enter late; {n} are at risk at the first event"
        + (": early parts of curves rest on few" if n < AT_LEAST else ""),
    )


GUARD = Guard(
    number="G20",
    title="Delayed entry",
    threshold="fewer than 5 at risk at the first event: cautioned, curves start later",
    judge=_judge,
)
