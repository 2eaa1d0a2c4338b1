"""G21: the end of a curve, where few are left, is not drawn."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.conventions import MINIMUM_AT_RISK_DRAWN
from timezero.ladder.guard import Guard, Judged, Looked


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        short = [
            curve.label
            for curve in rung.curves
            if curve.n_at_risk.size and curve.n_at_risk.max() < MINIMUM_AT_RISK_DRAWN
        ]
        if not rung.curves:
            continue
        yield Judged(
            subject=rung.name,
            status="cautioned" if short else "passed",
            what=f"never {MINIMUM_AT_RISK_DRAWN} at risk among: {', '.join(short)}"
            if short
            else f"curves are drawn while at least {MINIMUM_AT_RISK_DRAWN} are at risk",
        )


GUARD = Guard(
    number="G21",
    title="Tail of the curve",
    threshold="drawn while at least 10 are at risk; an arm that never has 10 is cautioned",
    judge=_judge,
    adds_caution=False,
)
