"""G8: a difference that these data could have detected at all."""

from __future__ import annotations

import math
from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.model.reading import fair_rung, primary_ratio

LARGEST = 10.0
# Two-sided 5 %, power 80 %.
STANDARD_ERRORS = 1.959964 + 0.841621


def _judge(looked: Looked) -> Iterator[Judged]:
    rung = fair_rung(looked.rungs)
    contrast = primary_ratio(rung)
    if contrast is None or not contrast.standard_error > 0.0:
        return
    ratio = math.exp(min(STANDARD_ERRORS * contrast.standard_error, 700.0))
    yield Judged(
        subject=rung.name,
        status="failed" if ratio > LARGEST else "passed",
        what=f"the smallest hazard ratio that would be found 4 times in 5 is {ratio:.1f}"
        + (": these data cannot answer" if ratio > LARGEST else ""),
    )


GUARD = Guard(
    number="G8",
    title="Detectable difference",
    threshold="a minimum detectable hazard ratio above 10: the data cannot answer",
    judge=_judge,
)
