"""G2: enough events for any headline."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import ratios

AT_LEAST = 10.0


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        events = [c.details["n_events"] for c in ratios(rung) if "n_events" in c.details]
        if not events:
            continue
        few = min(events) < AT_LEAST
        yield Judged(
            subject=rung.name,
            status="failed" if few else "passed",
            what=f"rests on {min(events):g} events" + (", too few for a headline" if few else ""),
        )


GUARD = Guard(
    number="G2",
    title="Events in all",
    threshold="below 10: no adjusted model, and the verdict is that too few can tell",
    judge=_judge,
    adds_caution=False,
)
