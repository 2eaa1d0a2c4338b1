"""G32: a hazard ratio too far from one to be believed at first sight."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import ratios

LOW = 0.2
HIGH = 5.0
EVENTS = 50.0


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        if rung.role == "published_error":
            continue
        judged = [c for c in ratios(rung) if "n_events" in c.details]
        if not judged:
            continue
        far = [c for c in judged if c.details["n_events"] < EVENTS and not LOW <= c.value <= HIGH]
        yield Judged(
            subject=rung.name,
            status="cautioned" if far else "passed",
            what=f"a hazard ratio of {far[0].value:.2f} from {far[0].details['n_events']:g} "
            "events: check the coding of the event and the time zero"
            if far
            else "no hazard ratio below 0.2 or above 5 from fewer than 50 events",
        )


GUARD = Guard(
    number="G32",
    title="Implausible ratio",
    threshold="below 0.2 or above 5 with fewer than 50 events: cautioned",
    judge=_judge,
)
