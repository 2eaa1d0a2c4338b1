"""G36: reconstructed patients agree with the printed counts; judged by the audit of a claim."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked


def _judge(looked: Looked) -> Iterator[Judged]:
    """Judge nothing: a study has its patients and reconstructs none."""
    del looked
    return
    yield


GUARD = Guard(
    number="G36",
    title="Reconstruction",
    threshold="in an audit, reconstructed patients or events off by more than 5 %: approximate",
    judge=_judge,
    references=("guyot2012",),
)
