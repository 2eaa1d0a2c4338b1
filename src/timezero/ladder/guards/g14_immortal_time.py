"""G14: a naive comparison never stands alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.ladder.guard import Guard, Judged, Looked


def _judge(looked: Looked) -> Iterator[Judged]:
    cohort = looked.climb.cohort
    late = cohort.initiated & (cohort.initiation > np.fmax(cohort.entry, 0.0))
    mended = any(rung.status == "ok" for rung in looked.rungs.values() if rung.role == "correction")
    for rung in looked.standing():
        if rung.role != "published_error":
            continue
        if not late.any():
            yield Judged(
                subject=rung.name,
                status="passed",
                what="all who were treated were treated from the start",
            )
            continue
        yield Judged(
            subject=rung.name,
            status="failed" if mended else "withdrawn",
            what=f"{int(late.sum())} patients are counted as treated before they were, and could "
            "not have the event in that time"
            + ("" if mended else "; nothing here mends it, so it is not shown"),
        )


GUARD = Guard(
    number="G14",
    title="Immortal time",
    threshold="a comparison of ever with never treated is shown only beside one that counts fairly",
    judge=_judge,
    adds_caution=False,
    references=("suissa2008",),
)
