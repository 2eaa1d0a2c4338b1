"""G18: how often these data were analysed before."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked


def _judge(looked: Looked) -> Iterator[Judged]:
    del looked
    yield Judged(
        status="not_applicable",
        what="no record of earlier analyses of these data is kept, so their number is not known",
    )


GUARD = Guard(
    number="G18",
    title="Analyses counted",
    threshold="the number of analyses of a data set is printed; unknown without a study record",
    judge=_judge,
)
