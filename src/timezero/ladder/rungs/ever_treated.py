"""The comparison as it is usually published: ever against never, from time zero."""

from __future__ import annotations

from timezero.align.ever_treated import ever_treated
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.rungs._two_groups import two_groups


def _estimate(climb: Climb) -> RungNumbers:
    return two_groups(climb, ever_treated(climb.cohort), name="ever_treated")


RUNG = RungMethod(
    name="ever_treated",
    order=1,
    role="published_error",
    title="Ever treated against never treated",
    estimand=(
        "The difference between patients who were later treated and patients who never were. "
        "The groups are made by the future: nobody belongs to the first one at time zero."
    ),
    symbols="E[T | W < T] against E[T | W >= T]; W = time to treatment, T = time to event",
    counted_from="everybody from time zero",
    difference=(
        "Where published comparisons start. The treated are credited with the time they had to "
        "survive before they could be treated."
    ),
    references=("suissa2008", "kaplan1958", "cox1972"),
    needed="at least one event, and patients in both groups",
    estimate=_estimate,
)
