"""G24: horizons are declared, or chosen by a rule that does not look at results."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked


def _judge(looked: Looked) -> Iterator[Judged]:
    declared = bool(looked.climb.protocol.analysis.horizons)
    yield Judged(
        status="passed" if declared else "cautioned",
        what=f"horizons {looked.climb.horizon_rule}",
    )


GUARD = Guard(
    number="G24",
    title="Horizons declared",
    threshold="not declared: chosen by the stated rule, never by a result, and cautioned",
    judge=_judge,
)
