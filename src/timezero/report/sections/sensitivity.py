"""Sensitivity analyses, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Section, Table
from timezero.report.ladder_rows import short_title
from timezero.report.numbers import ratio


def _blocks(result: StudyResult) -> Iterator[Block]:
    names = {rung.name: short_title(rung) for rung in result.rungs}
    for table in result.sensitivity:
        caption, _, note = table.title.partition(". ")
        rows = zip(*table.columns.values(), strict=True)
        yield Table(
            caption=caption,
            header=tuple(name.replace("_", " ") for name in table.columns),
            rows=tuple(
                tuple(names.get(v, v) if isinstance(v, str) else ratio(v) for v in row)
                for row in rows
            ),
            note=note,
        )


SECTION = Section(
    title="How strong would something unmeasured have to be?",
    chapter=Chapter.SENSITIVITY,
    blocks=_blocks,
)
