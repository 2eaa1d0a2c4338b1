"""What this does not answer, and what the printed numbers did not allow."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.document import AuditChapter, Block, Prose, Section
from timezero.report.verdict_blocks import left_open

ALWAYS = (
    "Whether the printed numbers are right: they were only checked against each other.",
    "How fitter patients were chosen, and how strongly.",
    "Whether patients were lost to follow-up for reasons that have to do with the event.",
    "Whether the result would be the same elsewhere, or for another way of giving the treatment.",
)


def _blocks(result: AuditResult) -> Iterator[Block]:
    yield from left_open(result.verdict, heading="Left open by the verdict")
    yield Prose(heading="Never answered from print", paragraphs=ALWAYS, kind="list")
    if result.not_possible:
        yield Prose(
            heading="Not possible with these numbers", paragraphs=result.not_possible, kind="list"
        )


SECTION = Section(title="What this does not answer", chapter=AuditChapter.OPEN, blocks=_blocks)
