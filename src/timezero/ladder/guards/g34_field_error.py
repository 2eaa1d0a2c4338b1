"""G34: what one wrong field in twenty would do."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import numbers, words


def _judge(looked: Looked) -> Iterator[Judged]:
    table = looked.sensitivity.get("field_error")
    if table is None:
        return
    moves = dict(zip(words(table, "field"), numbers(table, "typical_move"), strict=True))
    worst = max(moves, key=lambda field: moves[field])
    fragile = moves[worst] > 1.0
    yield Judged(
        status="failed" if fragile else "passed",
        what=f"5 % of the patients with an error in {worst} move the estimate by "
        f"{moves[worst]:.1f} standard errors" + (": fragile" if fragile else ""),
    )


GUARD = Guard(
    number="G34",
    title="Error propagation",
    threshold="a usual move of more than one standard error from 5 % wrong fields: fragile",
    judge=_judge,
)
