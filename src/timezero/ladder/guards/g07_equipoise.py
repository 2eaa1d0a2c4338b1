"""G7: enough patients who might have gone either way."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import tables

AT_LEAST = 0.2


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung, table in tables(looked, "preference"):
        share = table.notes.get("share_in_equipoise", float("nan"))
        if share != share:  # noqa: PLR0124  NaN: nothing to judge
            continue
        yield Judged(
            subject=rung.name,
            status="passed" if share >= AT_LEAST else "failed",
            what=f"{share:.0%} of the patients have a preference score from 0.3 to 0.7",
        )


GUARD = Guard(
    number="G7",
    title="Equipoise",
    threshold="fewer than 20 % with a preference score from 0.3 to 0.7 fails",
    judge=_judge,
)
