"""What was noticed about the data, and every caution on the estimates."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Findings, Prose, Section
from timezero.report.ladder_rows import short_title
from timezero.report.small_cells import is_private, smallest_shown

PASSING_ON = (
    "Counts below {smallest} in tables are hidden and there is no picture of single patients. "
    "Sentences and pictures are not changed: a survival curve still shows when events happened, "
    "and with few patients that can point to one of them."
)


def _blocks(result: StudyResult) -> Iterator[Block]:
    listed = tuple(
        f"{short_title(rung)}: {caution}" for rung in result.rungs for caution in rung.cautions
    )
    none = ("No caution was raised.",)
    yield Prose(heading="On the estimates", paragraphs=listed or none, kind="list")
    if result.findings:
        yield Findings(findings=result.findings, with_evidence=is_private(result))
    else:
        yield Prose(heading="About the data", paragraphs=("Nothing was found.",))
    if not is_private(result):
        yield Prose(
            heading="About passing this report on",
            paragraphs=(PASSING_ON.format(smallest=smallest_shown(result)),),
        )


SECTION = Section(title="Cautions", chapter=Chapter.CAUTIONS, blocks=_blocks)
