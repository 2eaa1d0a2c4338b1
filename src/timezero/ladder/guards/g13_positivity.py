"""G13: kinds of patients of whom none, or all, were treated."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import words

SHOWN = 3
EXTREME = 0.01


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.rungs.values():
        table = rung.table("positivity")
        if table is None:
            continue
        cells = words(table, "cell")
        extreme = rung.table("preference")
        share = 0.0 if extreme is None else extreme.notes.get("share_extreme", 0.0)
        listed = ", ".join(dict.fromkeys(cells[:SHOWN]))
        more = f" and {len(cells) - SHOWN} more" if len(cells) > SHOWN else ""
        if share > EXTREME:
            yield Judged(
                subject=rung.name,
                status="failed",
                what=f"{share:.1%} of the preference scores, fitted probabilities of treatment "
                "relative to the usual one, are below 0.01 or above 0.99",
            )
        yield Judged(
            subject=rung.name,
            status="cautioned" if cells else "passed",
            what=f"no overlap in {len(cells)} cells: {listed}{more}"
            if cells
            else "treated and untreated in every cell of ten or more",
        )


GUARD = Guard(
    number="G13",
    title="Positivity",
    threshold="an interval and kind of patient with none or all treated among 10 or more: "
    "cautioned, listed; preference scores below 0.01 or above 0.99 for more than 1 %: fails",
    judge=_judge,
)
