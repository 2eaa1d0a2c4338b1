"""The landmark curve with its simultaneous band."""

from __future__ import annotations

from timezero.model.result import StudyResult
from timezero.report.document import Chapter, Section, drawn
from timezero.report.figures.landmark_curve import FIGURE

SECTION: Section[StudyResult] = Section(
    title="Every landmark, not a chosen one",
    chapter=Chapter.LANDMARKS,
    blocks=lambda result: drawn(FIGURE, result),
)
