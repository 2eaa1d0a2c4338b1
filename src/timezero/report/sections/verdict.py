"""The verdict: one sentence, one number, why, and what stays open."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Prose, Section

FOOTING = (
    "The verdict follows fixed rules that are the same in both directions. It describes groups of "
    "patients in these data. It is not advice to any patient."
)


def _blocks(result: StudyResult) -> Iterator[Block]:
    verdict = result.verdict
    yield Prose(paragraphs=(verdict.headline,), kind="lead")
    if verdict.number:
        yield Prose(paragraphs=(verdict.number,), kind="number")
    if result.protocol.question.published_claim:
        claim = result.protocol.question.published_claim
        yield Prose(heading="The published claim", paragraphs=(claim,))
    if verdict.reasons:
        yield Prose(heading="Why", paragraphs=verdict.reasons, kind="list")
    if verdict.not_answered:
        yield Prose(
            heading="What this study does not answer",
            paragraphs=verdict.not_answered,
            kind="list",
        )
    yield Prose(paragraphs=(FOOTING,))


SECTION = Section(title="Verdict", chapter=Chapter.ANSWER, blocks=_blocks)
