"""G16: landmarks are declared before results are seen."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked


def _judge(looked: Looked) -> Iterator[Judged]:
    landmarks = looked.climb.landmarks
    if not landmarks:
        return
    n = len(landmarks)
    yield Judged(
        subject="landmark",
        status="cautioned" if n > 1 else "passed",
        what=f"{n} landmarks, {looked.climb.landmark_rule}"
        + ("; all are shown, and none may be picked afterwards" if n > 1 else ""),
    )


GUARD = Guard(
    number="G16",
    title="Landmarks declared",
    threshold="more than one landmark: counted and printed, all of them shown",
    judge=_judge,
    adds_caution=False,
    references=("anderson1983",),
)
