"""Two clocks: the treated from treatment, the untreated from time zero."""

from __future__ import annotations

from timezero.align.clock_reset import clock_reset
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.rungs._two_groups import two_groups


def _estimate(climb: Climb) -> RungNumbers:
    return two_groups(climb, clock_reset(climb.cohort), name="clock_reset")


RUNG = RungMethod(
    name="clock_reset",
    order=2,
    role="published_error",
    title="Treated timed from treatment, untreated from time zero",
    estimand=(
        "Survival after treatment among the treated, against survival after time zero among the "
        "never treated: two different starting points on one axis."
    ),
    symbols="law of T - W given W < T, against law of T given W >= T",
    counted_from="the treated from their treatment, the never treated from time zero",
    difference=(
        "The waiting time is no longer credited to the treated, but the clocks differ and the "
        "untreated are still those who died, or left, before they could be treated."
    ),
    references=("suissa2008", "cox1972"),
    needed="at least one event, and patients in both groups",
    estimate=_estimate,
)
