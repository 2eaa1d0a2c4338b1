"""G33: an E-value or a tipping map beside every corrected estimate."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.model.reading import fair_rung


def _judge(looked: Looked) -> Iterator[Judged]:
    if fair_rung(looked.rungs).status != "ok":
        return
    there = [name for name in ("e_value", "tipping_map") if name in looked.sensitivity]
    yield Judged(
        status="passed" if there else "failed",
        what="what something unmeasured would have to be like is printed beside the estimate"
        if there
        else "nothing says what something unmeasured would have to be like",
    )


GUARD = Guard(
    number="G33",
    title="Unmeasured characteristics",
    threshold="an E-value of the limit nearest 1, or a tipping map, stands beside the estimate",
    judge=_judge,
    references=("vanderweele2017",),
)
