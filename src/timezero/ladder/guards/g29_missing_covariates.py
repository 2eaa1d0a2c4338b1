"""G29: missing covariates."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked

CAUTION = 0.05
FAIL = 0.20


def _judge(looked: Looked) -> Iterator[Judged]:
    design = looked.climb.design
    if not design.names:
        return
    # Rounded, so that five in a hundred are five per cent.
    missing = round(design.share_missing, 12)
    yield Judged(
        status="failed" if missing > FAIL else "cautioned" if missing > CAUTION else "passed",
        what=f"{missing:.0%} of the patients lack a covariate"
        + (": complete cases only would be another population" if missing > FAIL else ""),
    )


GUARD = Guard(
    number="G29",
    title="Missing covariates",
    threshold="more than 5 % cautioned; more than 20 %: imputation would be needed, not adjusted",
    judge=_judge,
)
