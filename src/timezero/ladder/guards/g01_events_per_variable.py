"""G1: enough events for each variable of a model."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import ratios

CAUTION = 10.0
WITHDRAW = 2.0


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        counts = [
            (c.details["n_events"], c.details["n_variables"])
            for c in ratios(rung)
            if c.details.get("n_variables", 0.0) > 1.0 and "n_events" in c.details
        ]
        if not counts:
            continue
        events, variables = min(counts, key=lambda pair: pair[0] / pair[1])
        each = events / variables
        status = "withdrawn" if each < WITHDRAW else "cautioned" if each < CAUTION else "passed"
        yield Judged(
            subject=rung.name,
            status=status,
            what=f"{events:g} events for {variables:g} variables: {each:.1f} for each",
        )


GUARD = Guard(
    number="G1",
    title="Events per variable",
    threshold="below 10 cautioned; below 5 Firth's estimate and fewer terms; below 2 refused",
    judge=_judge,
    adds_caution=False,
    references=("firth1993", "heinze2001"),
)
