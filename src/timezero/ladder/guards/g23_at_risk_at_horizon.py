"""G23: enough patients at the horizon of a mean time lived."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked

SIGN = "fewer than 5 at risk at"


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        if not any(c.measure == "rmst_difference" for c in rung.contrasts):
            continue
        few = [c for c in rung.cautions if c.startswith(SIGN)]
        yield Judged(
            subject=rung.name,
            status="cautioned" if few else "passed",
            what=few[0] if few else "at least 5 at risk in both arms at every horizon",
        )


GUARD = Guard(
    number="G23",
    title="At risk at the horizon",
    threshold="beyond an arm's last time refused; fewer than 5 at risk there cautioned",
    judge=_judge,
    adds_caution=False,
    references=("royston2013",),
)
