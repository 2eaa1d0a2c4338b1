"""G30: patients were followed as long as they could have been."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.arrays import Bools
from timezero.ladder.guard import Guard, Judged, Looked
from timezero.model.cohort import Cohort

COMPLETE = 0.80
APART = 0.10


def completeness(cohort: Cohort, which: Bools) -> float:
    """Return observed over possible follow-up; those with the event were followed completely."""
    assert cohort.potential is not None  # noqa: S101  asked only where it is known
    possible = np.where(cohort.event, cohort.exit, np.fmax(cohort.potential, cohort.exit))
    return float(cohort.exit[which].sum() / max(possible[which].sum(), np.finfo(np.float64).tiny))


def _judge(looked: Looked) -> Iterator[Judged]:
    cohort = looked.climb.cohort
    if cohort.potential is None:
        return
    everybody = np.ones(cohort.n, dtype=np.bool_)
    whole = completeness(cohort, everybody)
    treated, untreated = (
        completeness(cohort, which) for which in (cohort.initiated, ~cohort.initiated)
    )
    apart = abs(treated - untreated)
    poor = whole < COMPLETE or apart > APART
    yield Judged(
        status="cautioned" if poor else "passed",
        what=f"{whole:.0%} of the follow-up that was possible by the last date of the file was "
        f"observed: {treated:.0%} of the treated, {untreated:.0%} of the others",
    )


GUARD = Guard(
    number="G30",
    title="Completeness of follow-up",
    threshold="below 80 %, or treated and untreated more than 10 points apart: cautioned",
    judge=_judge,
    references=("clark2002",),
)
