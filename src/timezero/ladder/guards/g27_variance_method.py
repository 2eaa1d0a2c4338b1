"""G27: no plain sandwich where patients are few."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked

PATIENTS = 300
WEIGHTED = ("clone_censor_weight", "sequential_trials", "marginal_structural_cox")


def _judge(looked: Looked) -> Iterator[Judged]:
    n = looked.climb.cohort.n
    for name in WEIGHTED:
        rung = looked.rungs.get(name)
        if rung is None or rung.status != "ok" or not rung.contrasts:
            continue
        resampled = any("n_replicates" in c.details for c in rung.contrasts)
        small = n < PATIENTS
        yield Judged(
            subject=name,
            status="cautioned" if small and not resampled else "passed",
            what=f"{n} patients, intervals from "
            + ("resampled patients" if resampled else "the sandwich"),
        )


GUARD = Guard(
    number="G27",
    title="Variance method",
    threshold="below 300 patients: intervals of weighted rungs come from resampled patients",
    judge=_judge,
)
