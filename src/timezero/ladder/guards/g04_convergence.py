"""G4: no estimate from a search that had not ended."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked

SIGNS = ("still changing at the last iteration", "did not converge", "no maximum was found")


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.rungs.values():
        said = (*rung.cautions, rung.refusal)
        unfinished = any(sign in text for text in said for sign in SIGNS)
        if rung.status == "ok" or unfinished:
            yield Judged(
                subject=rung.name,
                status="cautioned" if unfinished else "passed",
                what=(
                    "a model was refused because its search had not ended"
                    if unfinished
                    else "every search ended at a maximum"
                ),
            )


GUARD = Guard(
    number="G4",
    title="Convergence",
    threshold="an estimate only where Newton's steps have stopped shrinking to rounding",
    judge=_judge,
    adds_caution=False,
)
