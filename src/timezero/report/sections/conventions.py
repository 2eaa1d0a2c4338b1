"""The nine conventions that every number obeys."""

from __future__ import annotations

from timezero.conventions import CONVENTIONS
from timezero.model.result import StudyResult
from timezero.report.document import Chapter, Prose, Section

SECTION: Section[StudyResult] = Section(
    title="Nine conventions",
    chapter=Chapter.CONVENTIONS,
    blocks=lambda _: (
        Prose(
            paragraphs=tuple(f"{number}. {words}" for number, words in CONVENTIONS.items()),
            kind="list",
        ),
    ),
)
