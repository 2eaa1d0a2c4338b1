"""Choice of fitter patients: three settings in a clinician's words, and how much would do it."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.audit_figures.tipping_map import FIGURE
from timezero.report.audit_numbers import SETTING_NAMES
from timezero.report.document import AuditChapter, Block, Prose, Section, Table, drawn
from timezero.report.numbers import ratio

QUESTION = (
    "Which of these is likely is for those to judge who know how patients are chosen. The numbers "
    "here cannot say it."
)


def _blocks(result: AuditResult) -> Iterator[Block]:
    if result.selection:
        words = tuple(
            f"{SETTING_NAMES[s.setting].capitalize()}: {s.words}" for s in result.selection
        )
        yield Prose(
            heading="How would the chosen have fared without the treatment?",
            paragraphs=words,
            kind="list",
        )
        yield Prose(paragraphs=(QUESTION,))
        yield Table(
            caption="The three settings in numbers",
            header=(
                "Setting",
                "Death rate of the chosen anyway, against others then",
                "Remaining life of the chosen anyway, times that of others",
                "Frailty variance",
                "Selection strength",
            ),
            rows=tuple(
                (
                    SETTING_NAMES[s.setting],
                    ratio(s.hazard_ratio_anyway),
                    ratio(s.longer_anyway),
                    ratio(s.frailty_variance),
                    ratio(s.selection),
                )
                for s in result.selection
            ),
        )
    yield from drawn(FIGURE, result)


SECTION = Section(
    title="How much selection would do it?", chapter=AuditChapter.SELECTION, blocks=_blocks
)
