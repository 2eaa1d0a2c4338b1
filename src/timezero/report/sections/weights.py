"""Weights: how large they are, what truncating them does, and which conventions made them."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import StudyResult
from timezero.report.data_tables import found_tables, printed_table
from timezero.report.document import Block, Chapter, Section, drawn
from timezero.report.figures.weights import FIGURE
from timezero.report.ladder_rows import titled
from timezero.report.small_cells import smallest_shown

SHOWN_OPEN = ("truncation_sweep",)
SHOWN_FOLDED = ("switchboard", "influence")


def _blocks(result: StudyResult) -> Iterator[Block]:
    yield from drawn(FIGURE, result)
    smallest = smallest_shown(result)
    for name in (*SHOWN_OPEN, *SHOWN_FOLDED):
        for rung, table in found_tables(result, name):
            if rung.table("weight_summary") is None:
                continue
            yield printed_table(
                table,
                smallest=smallest,
                before=titled(rung),
                folded=name in SHOWN_FOLDED,
            )


SECTION = Section(title="Weights", chapter=Chapter.WEIGHTS, blocks=_blocks)
