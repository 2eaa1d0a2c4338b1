"""G31: competing events."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked

SHARE = 0.10


def _judge(looked: Looked) -> Iterator[Judged]:
    cohort = looked.climb.cohort
    if cohort.competing is None:
        return
    share = cohort.n_competing / max(cohort.n_competing + int(cohort.event.sum()), 1)
    yield Judged(
        status="cautioned" if share > SHARE else "passed",
        what=f"{share:.0%} of the events are competing ones"
        + (": cumulative incidence is read, not one minus survival" if share > SHARE else ""),
    )


GUARD = Guard(
    number="G31",
    title="Competing events",
    threshold="more than 10 % of the events: cumulative incidence in place of survival",
    judge=_judge,
)
