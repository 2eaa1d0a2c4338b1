"""G35: a conclusion that hangs on single patients."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import numbers, words

PRINTED = 3


def _judge(looked: Looked) -> Iterator[Judged]:
    table = looked.sensitivity.get("fragility")
    if table is None:
        return
    n = int(numbers(table, "changed_outcomes")[0])
    more = n > int(table.notes.get("tried_at_most", n))
    count = f"more than {n - 1}" if more else str(n)
    beyond = words(table, "before")[0] == "beyond the limit"
    yield Judged(
        status="cautioned" if n <= PRINTED else "passed",
        what=f"{count} changed outcomes would take the test "
        f"{'back within' if beyond else 'beyond'} its limit",
    )


GUARD = Guard(
    number="G35",
    title="Fragility",
    threshold="3 changed outcomes or fewer: cautioned",
    judge=_judge,
    references=("walsh2014",),
)
