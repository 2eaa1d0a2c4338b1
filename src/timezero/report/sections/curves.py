"""Survival curves: as published beside counted fairly, then by state with crossings."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Section, drawn
from timezero.report.figures.simon_makuch import FIGURE as BY_STATE
from timezero.report.figures.two_panels import FIGURE as TWO_PANELS


def _blocks(result: StudyResult) -> Iterator[Block]:
    yield from drawn(TWO_PANELS, result)
    yield from drawn(BY_STATE, result)


SECTION = Section(title="Survival curves", chapter=Chapter.CURVES, blocks=_blocks)
