"""Choices that were made, changed: the grace period, the models, the prior."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.data_tables import found_tables, printed_table
from timezero.report.document import Block, Chapter, Section, drawn
from timezero.report.figures.grace_sweep import FIGURE as GRACE_SWEEP
from timezero.report.figures.natural_course import FIGURE as NATURAL_COURSE
from timezero.report.ladder_rows import short_title
from timezero.report.small_cells import smallest_shown


def _blocks(result: StudyResult) -> Iterator[Block]:
    yield from drawn(GRACE_SWEEP, result)
    yield from drawn(NATURAL_COURSE, result)
    for rung, table in found_tables(result, "priors"):
        yield printed_table(table, smallest=smallest_shown(result), before=short_title(rung))


SECTION = Section(title="Choices that were made, changed", chapter=Chapter.CHOICES, blocks=_blocks)
