"""G28: enough bootstrap replicates, and few that failed."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked

REPLICATES = 1_000.0
CAUTION = 0.01
FAIL = 0.05


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        counted = [c.details for c in rung.contrasts if "n_replicates" in c.details]
        if not counted:
            continue
        fewest = min(d["n_replicates"] for d in counted)
        failed = max(d.get("share_failed", 0.0) for d in counted)
        status = "passed"
        if failed > CAUTION or fewest < REPLICATES:
            status = "cautioned"
        if failed > FAIL:
            status = "failed"
        yield Judged(
            subject=rung.name,
            status=status,
            what=f"{fewest:.0f} replicates, of which {failed:.1%} failed"
            + (": no interval from them" if failed > FAIL else ""),
        )


GUARD = Guard(
    number="G28",
    title="Bootstrap replicates",
    threshold="fewer than 1,000, or more than 1 % failed: cautioned; more than 5 % failed: no "
    "interval",
    judge=_judge,
    adds_caution=False,
    references=("davison1997",),
)
