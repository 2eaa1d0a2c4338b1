"""G3: a likelihood that rises for ever gives no ordinary estimate."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import ratios

SIGNS = ("only Firth's estimate is finite", "monotone", "separated", "Firth's penalty")
FARTHEST = 1e4


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        if not any(True for _ in ratios(rung)):
            continue
        said = [c for c in rung.cautions if any(sign in c for sign in SIGNS)]
        far = [c for c in ratios(rung) if not 1.0 / FARTHEST < c.value < FARTHEST]
        if far:
            yield Judged(
                subject=rung.name,
                status="withdrawn",
                what=f"a hazard ratio of {far[0].value:.2g} stands for one that is not finite",
            )
        else:
            yield Judged(
                subject=rung.name,
                status="cautioned" if said else "passed",
                what="an estimate is kept finite by Firth's penalty" if said else "all are finite",
            )


GUARD = Guard(
    number="G3",
    title="Separation",
    threshold="exact test by linear programming; never an estimate that is not finite",
    judge=_judge,
    adds_caution=False,
    references=("jacobsen1989", "heinze2001"),
)
