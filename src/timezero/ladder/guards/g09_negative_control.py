"""G9: systematic error, where a negative control shows it."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import numbers


def _judge(looked: Looked) -> Iterator[Judged]:
    table = looked.sensitivity.get("negative_control")
    if table is None:
        return
    value, lower, upper = (numbers(table, name)[0] for name in ("hazard_ratio", "lower", "upper"))
    if not lower <= upper:
        return
    off = lower > 1.0 or upper < 1.0
    yield Judged(
        status="failed" if off else "passed",
        what=f"hazard ratio {value:.2f} ({lower:.2f} to {upper:.2f}) on an outcome that treatment "
        f"cannot change",
    )


GUARD = Guard(
    number="G9",
    title="Systematic error",
    threshold="a negative control whose interval excludes 1 fails; one control cannot calibrate, "
    "ten or more would be needed for that",
    judge=_judge,
)
