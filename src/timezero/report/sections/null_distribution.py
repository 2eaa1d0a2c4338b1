"""The re-randomisation of the treatment among those who could have had it."""

from __future__ import annotations

from timezero.model.result import StudyResult
from timezero.report.document import Chapter, Section, drawn
from timezero.report.figures.null_distribution import FIGURE

SECTION: Section[StudyResult] = Section(
    title="What the naive comparison shows when nothing is there",
    chapter=Chapter.CHANCE,
    blocks=lambda result: drawn(FIGURE, result),
)
