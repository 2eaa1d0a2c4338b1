"""G11: no patient who counts for a crowd."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import numbers, tables

LARGEST = 20.0
SHARE_OF_TOP = 0.20
# Below this one patient is more than one in a hundred by himself.
PATIENTS_AT_LEAST = 100.0


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung, table in tables(looked, "weight_summary"):
        largest = max(numbers(table, "maximum"))
        shares = [
            share
            for share, n in zip(
                numbers(table, "share_of_top_1_percent"), numbers(table, "n"), strict=True
            )
            if n >= PATIENTS_AT_LEAST
        ]
        top = max(shares, default=0.0)
        heavy = largest > LARGEST or top > SHARE_OF_TOP
        yield Judged(
            subject=rung.name,
            status="cautioned" if heavy else "passed",
            what=f"the largest weight is {largest:.1f}"
            + (f", and the top 1 % carry up to {top:.0%}" if top else "")
            + ("; see the estimate with truncated weights" if heavy else ""),
        )


GUARD = Guard(
    number="G11",
    title="Large weights",
    threshold="a weight above 20, or the top 1 % with more than 20 % of the weight: cautioned, "
    "shown beside truncation at the 99th and 99.5th percentile",
    judge=_judge,
)
