"""What is missing: numbers to ask the authors for, the most useful first."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.document import AuditChapter, Block, Prose, Section, Table
from timezero.report.numbers import percent


def _blocks(result: AuditResult) -> Iterator[Block]:
    if not result.missing:
        return
    yield Prose(paragraphs=("A list to send to the authors, the most useful number first.",))
    yield Table(
        caption="Numbers that were not printed",
        header=("Number", "What to ask for", "How much narrower the answer would be"),
        rows=tuple((m.label, m.words, f"about {percent(m.narrowing)}") for m in result.missing),
        note="Expected shortening of the interval of true hazard ratios on its logarithmic axis, "
        "without selection, from simulated studies. Each row alone; they do not add up.",
    )


SECTION = Section(
    title="What is missing, and would settle it", chapter=AuditChapter.MISSING, blocks=_blocks
)
