"""One clock, but the waiting time of the treated is thrown away."""

from __future__ import annotations

from timezero.align.waiting_excluded import waiting_excluded
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.rungs._two_groups import two_groups


def _estimate(climb: Climb) -> RungNumbers:
    return two_groups(climb, waiting_excluded(climb.cohort), name="waiting_excluded")


RUNG = RungMethod(
    name="waiting_excluded",
    order=3,
    role="published_error",
    title="Waiting time thrown away",
    estimand=(
        "The hazard after treatment against the hazard of those who are never treated, at equal "
        "time since time zero."
    ),
    symbols="hazard(t | W < t) against hazard(t | W >= T)",
    counted_from="everybody from time zero, the treated only after their treatment",
    difference=(
        "One clock for all. The untreated time of those treated later is still missing from the "
        "untreated side, so the untreated seem to die faster than they did."
    ),
    references=("suissa2008", "cox1972"),
    needed="at least one event, and patients in both groups",
    estimate=_estimate,
)
