"""Sensitivity to what was not measured, was misdated, or hangs on few patients."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.data_tables import found_tables, printed_table
from timezero.report.document import Block, Chapter, Section, drawn
from timezero.report.figures.tipping_map import FIGURE as TIPPING_MAP
from timezero.report.ladder_rows import short_title
from timezero.report.small_cells import smallest_shown

DRAWN = ("tipping_map", "tipping_benchmarks")


def _blocks(result: StudyResult) -> Iterator[Block]:
    names = {rung.name: short_title(rung) for rung in result.rungs}
    smallest = smallest_shown(result)
    yield from drawn(TIPPING_MAP, result)
    for table in result.sensitivity:
        if table.name not in DRAWN and any(table.columns.values()):
            yield printed_table(table, smallest=smallest, names=names)
    for rung, table in found_tables(result, "bounds"):
        yield printed_table(table, smallest=smallest, before=short_title(rung))


SECTION = Section(
    title="How strong would something unmeasured have to be?",
    chapter=Chapter.SENSITIVITY,
    blocks=_blocks,
)
