"""G10: stabilised weights with a mean of one in every interval and arm."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import numbers, tables

CAUTION = 0.05
FAIL = 0.10
# The mean of few weights is far from one by chance.
PATIENTS_AT_LEAST = 50.0
STABILISED = ("sequential_trials", "marginal_structural_cox")


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung, table in tables(looked, "weight_summary"):
        if rung.name not in STABILISED:
            continue
        means = [
            mean
            for mean, n in zip(numbers(table, "mean"), numbers(table, "n"), strict=True)
            if n >= PATIENTS_AT_LEAST
        ]
        if not means:
            continue
        worst = max(means, key=lambda mean: abs(mean - 1.0))
        off = abs(worst - 1.0)
        yield Judged(
            subject=rung.name,
            status="failed" if off > FAIL else "cautioned" if off > CAUTION else "passed",
            what=f"the mean weight farthest from 1, in an interval and arm with at least "
            f"{PATIENTS_AT_LEAST:g} patients, is {worst:.2f}",
        )


GUARD = Guard(
    number="G10",
    title="Mean of stabilised weights",
    threshold="outside 0.95 to 1.05 cautioned, outside 0.9 to 1.1 failed, by interval and arm",
    judge=_judge,
)
