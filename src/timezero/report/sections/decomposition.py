"""The published difference, taken apart."""

from __future__ import annotations

from timezero.model.result import StudyResult
from timezero.report.document import Chapter, Section, drawn
from timezero.report.figures.decomposition import FIGURE

SECTION: Section[StudyResult] = Section(
    title="What made the published difference",
    chapter=Chapter.PARTS,
    blocks=lambda result: drawn(FIGURE, result),
)
