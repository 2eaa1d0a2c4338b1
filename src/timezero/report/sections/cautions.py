"""What was noticed about the data, and every caution on the estimates."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.document import Block, Chapter, Findings, Prose, Section
from timezero.report.ladder_rows import short_title
from timezero.report.small_cells import is_own, smallest_shown

PASSING_ON = (
    "Counts below {smallest} are hidden in tables, pictures and sentences, and so are others from "
    "which they would follow. Curves are read off at whole months, in steps of at least {smallest} "
    "events, and no single patient is shown. Medians, quartiles and estimates are those of all "
    "patients: with very few patients they, too, say something about single ones."
)


def _blocks(result: StudyResult) -> Iterator[Block]:
    listed = tuple(
        f"{short_title(rung)}: {caution}" for rung in result.rungs for caution in rung.cautions
    )
    none = ("No caution was raised.",)
    yield Prose(heading="On the estimates", paragraphs=listed or none, kind="list")
    if result.findings:
        yield Findings(findings=result.findings, with_evidence=is_own(result))
    else:
        yield Prose(heading="About the data", paragraphs=("Nothing was found.",))
    if not is_own(result):
        yield Prose(
            heading="About passing this report on",
            paragraphs=(PASSING_ON.format(smallest=smallest_shown(result)),),
        )


SECTION = Section(title="Cautions", chapter=Chapter.CAUTIONS, blocks=_blocks)
