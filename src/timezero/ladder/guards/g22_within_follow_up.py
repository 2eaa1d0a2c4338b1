"""G22: nothing is said about times that nobody was followed to."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked

SIGN = "lies beyond the follow-up"


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        if not rung.curves:
            continue
        beyond = [c for c in rung.cautions if SIGN in c]
        yield Judged(
            subject=rung.name,
            status="cautioned" if beyond else "passed",
            what=beyond[0] if beyond else "every horizon lies within the follow-up of both arms",
        )


GUARD = Guard(
    number="G22",
    title="Within the follow-up",
    threshold="beyond the last exit of an arm: not estimated, never carried forward (C8)",
    judge=_judge,
    adds_caution=False,
)
