"""G6: treated and untreated alike after weighting or matching."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import numbers, tables, words

FAIL = 0.1
NO_CLAIM = 0.25


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung, table in tables(looked, "balance"):
        after = np.abs(numbers(table, "after"))
        if not np.isfinite(after).any():
            continue
        worst = int(np.nanargmax(after))
        size = float(after[worst])
        wide = ", too far apart for any claim about the treatment" if size > NO_CLAIM else ""
        yield Judged(
            subject=rung.name,
            status="failed" if size > FAIL else "passed",
            what=f"largest standardised difference left {size:.2f} "
            f"({words(table, 'covariate')[worst]}){wide}",
        )


GUARD = Guard(
    number="G6",
    title="Balance",
    threshold="a standardised mean difference above 0.1 fails; above 0.25 no claim at all",
    judge=_judge,
)
