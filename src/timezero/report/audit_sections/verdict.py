"""The verdict of an audit: one sentence, one number, and why."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.audit_texts import answer_in_one_sentence
from timezero.report.document import AuditChapter, Block, Prose, Section
from timezero.report.verdict_blocks import opening, reasons

FOOTING = (
    "The verdict comes from a fixed list, by rules that are the same in both directions. It is "
    "about groups of patients. It is not advice to any patient."
)


def _blocks(result: AuditResult) -> Iterator[Block]:
    yield from opening(result.verdict)
    if not result.verdict.number:
        yield Prose(paragraphs=(answer_in_one_sentence(result),))
    yield from reasons(result.verdict)
    yield Prose(paragraphs=(FOOTING,))


SECTION = Section(title="Verdict", chapter=AuditChapter.ANSWER, blocks=_blocks)
