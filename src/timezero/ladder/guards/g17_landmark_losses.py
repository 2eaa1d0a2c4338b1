"""G17: what a landmark throws away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.ladder.guard import Guard, Judged, Looked

PATIENTS = 0.25
EVENTS = 0.50


def _judge(looked: Looked) -> Iterator[Judged]:
    cohort = looked.climb.cohort
    if not looked.climb.landmarks or not cohort.event.any():
        return
    at = min(looked.climb.landmarks)
    gone = cohort.exit <= at
    patients = float(np.mean(gone))
    events = float(np.sum(gone & cohort.event) / np.sum(cohort.event))
    much = patients > PATIENTS or events > EVENTS
    yield Judged(
        subject="landmark",
        status="cautioned" if much else "passed",
        what=f"the landmark at {at:g} leaves out {patients:.0%} of the patients and {events:.0%} "
        "of the events",
    )


GUARD = Guard(
    number="G17",
    title="Lost at the landmark",
    threshold="more than 25 % of the patients or 50 % of the events: cautioned",
    judge=_judge,
)
