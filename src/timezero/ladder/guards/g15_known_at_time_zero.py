"""G15: nothing from after time zero is adjusted as if it were known then."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked


def _judge(looked: Looked) -> Iterator[Judged]:
    data = looked.climb.protocol.data
    if not data.covariates:
        return
    dated = [name for name in data.covariates if name in data.covariate_dates]
    found = [f for f in looked.climb.cohort.findings if f.code == "covariate_after_time_zero"]
    undated = len(data.covariates) - len(dated)
    if found:
        yield Judged(status="failed", what=found[0].what)
    elif undated:
        yield Judged(
            status="cautioned",
            what=f"{undated} of {len(data.covariates)} covariates have no date: that they were "
            "known at time zero rests on the study file",
        )
    else:
        yield Judged(status="passed", what="every covariate was measured by time zero")


GUARD = Guard(
    number="G15",
    title="Known at time zero",
    threshold="a covariate measured after time zero is blocked; one without a date is cautioned",
    judge=_judge,
)
