"""G18: how often these data were analysed before."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked


def _judge(looked: Looked) -> Iterator[Judged]:
    record = looked.climb.record
    if record is None:
        yield Judged(
            status="not_applicable",
            what="no record of analyses of these data is kept, so their number is not known",
        )
        return
    when = (
        "the study file was registered before the first analysis of these data"
        if record.prespecified
        else "the study file was registered after these data had been analysed, or with it"
    )
    times = "the first analysis" if record.number == 1 else f"analysis number {record.number}"
    files = "one study file" if record.n_protocols == 1 else f"{record.n_protocols} study files"
    yield Judged(
        status="passed" if record.n_protocols == 1 else "cautioned",
        what=f"by the study record this is {times} of these data, with {files} in all; {when}",
    )


GUARD = Guard(
    number="G18",
    title="Analyses counted",
    threshold="the number of analyses of a data set is printed; more than one study file is a "
    "caution; unknown without a study record",
    judge=_judge,
)
