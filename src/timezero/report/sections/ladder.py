"""The ladder: the signature picture and its numbers."""

from __future__ import annotations

from timezero.model.result import StudyResult
from timezero.report.document import Chapter, Section, drawn
from timezero.report.figures.ladder_forest import FIGURE

SECTION: Section[StudyResult] = Section(
    title="The ladder, from naive to corrected",
    chapter=Chapter.LADDER,
    blocks=lambda result: drawn(FIGURE, result),
)
