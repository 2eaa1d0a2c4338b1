"""G19: the answer does not hang on the length of the grace period."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import numbers, tables

AT_LEAST = 3


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung, table in tables(looked, "grace_sweep"):
        values = np.array(numbers(table, "survival_difference"))
        errors = np.array(numbers(table, "standard_error"))
        used = np.isfinite(values)
        if used.sum() < AT_LEAST:
            yield Judged(
                subject=rung.name,
                status="cautioned",
                what=f"{int(used.sum())} grace periods could be estimated, {AT_LEAST} are wanted",
            )
            continue
        moved = float(np.ptp(values[used]))
        if not np.isfinite(errors[used]).any():
            yield Judged(
                subject=rung.name,
                status="cautioned",
                what=f"over {int(used.sum())} grace periods the survival difference moves by "
                f"{moved:.3f}; its standard error was not estimated",
            )
            continue
        error = float(np.nanmedian(errors[used]))
        far = moved > error
        yield Judged(
            subject=rung.name,
            status="cautioned" if far else "passed",
            what=f"over {int(used.sum())} grace periods the survival difference moves by "
            f"{moved:.3f}, {'more' if far else 'no more'} than its standard error of {error:.3f}",
        )


GUARD = Guard(
    number="G19",
    title="Grace period",
    threshold="at least three grace periods; an estimate that moves by more than its standard "
    "error is cautioned",
    judge=_judge,
)
