"""The TARGET 2025 checklist, filled from what this study states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from timezero.model.result import StudyResult
from timezero.report.checklist import as_table, filled
from timezero.report.document import Block, Chapter, Prose, Section


def _blocks(result: StudyResult) -> Iterator[Block]:
    lines = filled(result.protocol, result)
    counts = Counter(line.status for line in lines)
    words = (
        f"Of {len(lines)} points of the statement this study states {counts['stated']}, "
        f"{counts['in part']} in part, and {counts['not stated']} not."
    )
    yield Prose(paragraphs=(words,))
    yield replace(as_table(lines), folded=True)


SECTION = Section(
    title="Reporting checklist (TARGET 2025)", chapter=Chapter.CHECKLIST, blocks=_blocks
)
