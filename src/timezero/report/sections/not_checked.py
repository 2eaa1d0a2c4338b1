"""What was not checked: the limits of every such report, and of this one."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Prose, Section

ALWAYS = (
    "Whether the dates and events in the file are right: only their order and form were checked.",
    "Whether fitter patients were chosen for the treatment, beyond the covariates given.",
    "Whether patients were lost to follow-up for reasons that have to do with the event.",
    "Whether the registry holds every patient who should be in it.",
    "Whether the result would be the same elsewhere, or for another way of giving the treatment.",
)


def _blocks(result: StudyResult) -> Iterator[Block]:
    cohort = result.cohort
    extra: list[str] = []
    if not cohort.covariates:
        extra.append("Any characteristic of the patients: the study names no covariates.")
    if cohort.trigger is None:
        extra.append("Who was a candidate for the treatment, and from when: no trigger was given.")
    refused = [rung.title for rung in result.rungs if rung.status == "refused"]
    if refused:
        extra.append(f"What the refused rungs would have shown: {'; '.join(refused)}.")
    yield Prose(paragraphs=(*ALWAYS, *extra), kind="list")


SECTION = Section(title="What was not checked", chapter=Chapter.OPEN, blocks=_blocks)
