"""Where patients were over time: the states, the ways between them, and the share in each."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Section, drawn
from timezero.report.figures.occupancy import FIGURE as OCCUPANCY
from timezero.report.figures.state_diagram import FIGURE as DIAGRAM


def _blocks(result: StudyResult) -> Iterator[Block]:
    yield from drawn(DIAGRAM, result)
    yield from drawn(OCCUPANCY, result)


SECTION = Section(title="Where the patients were", chapter=Chapter.STATES, blocks=_blocks)
