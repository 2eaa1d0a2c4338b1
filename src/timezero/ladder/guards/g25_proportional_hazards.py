"""G25: one hazard ratio for all time."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import tables

LIMIT = 0.05


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung, table in tables(looked, "schoenfeld"):
        p = table.notes.get("p_value", float("nan"))
        if p != p:  # noqa: PLR0124  NaN: no test
            continue
        yield Judged(
            subject=rung.name,
            status="failed" if p < LIMIT else "passed",
            what="the hazard ratio changes with time: read survival and time lived first"
            if p < LIMIT
            else f"no evidence that the hazard ratio changes with time (p = {p:.2f})",
        )


GUARD = Guard(
    number="G25",
    title="Proportional hazards",
    threshold="p below 0.05: survival and time lived are read first, the hazard ratio second",
    judge=_judge,
    references=("grambsch1994",),
)
