"""What waiting alone can do: the picture of do-nothing worlds, and the split of what is printed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from timezero.model.audit_result import AuditResult, Split
from timezero.report.audit_figures.do_nothing import FIGURE
from timezero.report.audit_numbers import contrast_words, is_randomised, ratio_or_not_reached
from timezero.report.document import AuditChapter, Block, Prose, Section, Table, drawn
from timezero.report.numbers import NOT_REACHED, interval, percent


def _rows(split: Split, unit: str) -> Iterator[tuple[str, ...]]:
    yield (
        contrast_words(split.contrast, unit).label.capitalize(),
        ratio_or_not_reached(split.printed),
        ratio_or_not_reached(split.waiting.q50),
        interval(*_ends(split.waiting.q05, split.waiting.q95)),
    )
    yield (
        "Share of the printed one, on the log scale",
        "100%",
        _share(split.share.q50),
        interval(_share(split.share.q05), _share(split.share.q95)),
    )
    difference = contrast_words("median_difference", unit)
    if not math.isnan(split.unit_printed):
        yield (
            f"Difference of medians, {unit}",
            difference.printed(split.unit_printed),
            difference.printed(split.unit_waiting),
            interval(difference.printed(split.unit_lower), difference.printed(split.unit_upper)),
        )


def _split(result: AuditResult) -> Iterator[Block]:
    split = result.split
    if split is None:
        return
    cause = "chance" if is_randomised(result) else "waiting"
    yield Prose(paragraphs=(f"{split.words[:1].upper()}{split.words[1:]}.",))
    yield Table(
        caption=f"How much of what is printed {cause} alone makes",
        header=(
            "",
            "As printed",
            f"{cause.capitalize()} alone, middle",
            "90% of simulated studies",
        ),
        rows=tuple(_rows(split, result.claim.question.unit)),
        note=f"More than 100%: {cause} alone makes more than is printed. Below 0%: it makes a "
        "contrast in the other direction.",
    )


def _share(value: float) -> str:
    """Print a share of the printed contrast; infinite where a median is not reached."""
    return NOT_REACHED if math.isinf(value) else percent(value)


def _ends(first: float, second: float) -> tuple[str, str]:
    """Print both ends of an interval of ratios, the smaller first."""
    low, high = sorted((first, second))
    return ratio_or_not_reached(low), ratio_or_not_reached(high)


def _blocks(result: AuditResult) -> Iterator[Block]:
    yield from drawn(FIGURE, result)
    yield from _split(result)


SECTION = Section(title="What waiting alone can do", chapter=AuditChapter.WAITING, blocks=_blocks)
