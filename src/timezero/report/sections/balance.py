"""Balance and overlap: whether the treated can be compared with anybody."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.result import DataTable, Rung, StudyResult
from timezero.report.data_tables import found_tables, numbers_of, words_of
from timezero.report.document import Block, Chapter, Section, Table, drawn
from timezero.report.figures.love_plot import FIGURE as LOVE_PLOT
from timezero.report.figures.preference import FIGURE as PREFERENCE
from timezero.report.ladder_rows import titled
from timezero.report.numbers import tick
from timezero.report.small_cells import WITHHELD, printed_counts, smallest_shown


def _positivity(rung: Rung, table: DataTable, *, unit: str, smallest: int) -> Table:
    columns = (
        words_of(table, "cell"),
        numbers_of(table, "interval_start"),
        numbers_of(table, "n"),
        numbers_of(table, "n_treated"),
        words_of(table, "problem"),
    )
    rows: list[tuple[str, ...]] = []
    for cell, start, n, treated, problem in zip(*columns, strict=True):
        rest = WITHHELD if min(treated, n) < 0 else n - treated
        counts = printed_counts([treated, rest], smallest)
        rows.append((cell, tick(start), *counts, problem))
    return Table(
        caption=f"{titled(rung)}: kinds of patients without a counterpart",
        header=("Who", f"From, {unit}", "Treated", "Not treated", "Problem"),
        rows=tuple(rows),
        note="Where all, or none, of a kind were treated, nothing in these data says what would "
        "have happened otherwise; a model fills the gap.",
    )


def _blocks(result: StudyResult) -> Iterator[Block]:
    yield from drawn(LOVE_PLOT, result)
    yield from drawn(PREFERENCE, result)
    unit, smallest = result.cohort.time_unit, smallest_shown(result)
    for rung, table in found_tables(result, "positivity"):
        yield _positivity(rung, table, unit=unit, smallest=smallest)


SECTION = Section(title="Balance and overlap", chapter=Chapter.BALANCE, blocks=_blocks)
