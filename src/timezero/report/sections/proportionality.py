"""The test of proportional hazards with its picture."""

from __future__ import annotations

from timezero.model.result import StudyResult
from timezero.report.document import Chapter, Section, drawn
from timezero.report.figures.proportional_hazards import FIGURE

SECTION: Section[StudyResult] = Section(
    title="Does the hazard ratio change over time?",
    chapter=Chapter.PROPORTIONALITY,
    blocks=lambda result: drawn(FIGURE, result),
)
