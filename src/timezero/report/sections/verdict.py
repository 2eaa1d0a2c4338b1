"""The verdict: one sentence, one number, why, and what stays open."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Prose, Section
from timezero.report.moved_most import moved_most
from timezero.report.verdict_blocks import left_open, opening, reasons

FOOTING = (
    "The verdict follows fixed rules that are the same in both directions. It describes groups of "
    "patients in these data. It is not advice to any patient."
)


def _blocks(result: StudyResult) -> Iterator[Block]:
    verdict = result.verdict
    yield from opening(verdict)
    if result.protocol.question.published_claim:
        claim = result.protocol.question.published_claim
        yield Prose(heading="The published claim", paragraphs=(claim,))
    if words := moved_most(result):
        yield Prose(heading="Which step moved the estimate most", paragraphs=words, kind="list")
    yield from reasons(verdict)
    yield from left_open(verdict, heading="What this study does not answer")
    yield Prose(paragraphs=(FOOTING,))


SECTION = Section(title="Verdict", chapter=Chapter.ANSWER, blocks=_blocks)
