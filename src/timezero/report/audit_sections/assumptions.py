"""What nobody printed: the range that was tried, and what matched the printed numbers."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.audit_numbers import span_text
from timezero.report.document import AuditChapter, Block, Section, Table
from timezero.report.numbers import amount, tick


def _plain(value: float) -> str:
    """Print whole numbers as they are, and others to three figures."""
    return tick(value) if value.is_integer() else amount(value)


def _blocks(result: AuditResult) -> Iterator[Block]:
    if not result.assumptions:
        return
    yield Table(
        caption="Unknowns, and the ranges they were given",
        header=("Unknown", "Tried", "Matched the print (90%)", "Where the range comes from"),
        rows=tuple(
            (
                a.label,
                span_text(a.lower, a.upper, _plain),
                span_text(a.kept_lower, a.kept_upper, _plain),
                a.origin,
            )
            for a in result.assumptions
        ),
        note=f"Times in {result.claim.question.unit}. Every range can be changed in the claim "
        "file, under assumptions.",
    )


SECTION = Section(title="Assumptions", chapter=AuditChapter.ASSUMPTIONS, blocks=_blocks)
