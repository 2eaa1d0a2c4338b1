"""A study result for the terminal: the verdict, the one number, why, and what to do next."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from timezero.model.result import StudyResult
from timezero.report.ladder_rows import (
    LadderRow,
    common_horizon,
    group_heading,
    instead_words,
    ladder_rows,
    with_interval,
)
from timezero.report.moved_most import moved_most
from timezero.report.numbers import p_value, percent, tick
from timezero.report.render.data_lines import data_lines
from timezero.report.render.terminal import (
    WIDTH,
    hanging,
    print_verdict,
    print_written,
    table_box,
    terminal_text,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDE_ENOUGH_FOR_CLOCKS = 115
NEXT_COMMAND = "add --html report.html to the same command for the report with pictures and methods"


def render_text(
    result: StudyResult,
    *,
    plain: bool = False,
    written: Mapping[str, str] | None = None,
    colour: bool | None = None,
    width: int | None = None,
) -> str:
    """Return the result as text for a terminal.

    Parameters
    ----------
    plain : bool
        ASCII only: no colour, no box drawing.
    written : mapping of str to str
        What was written, and where: ``{"report": "timezero-report.html"}``.
    colour : bool, optional
        By default: when standard output is a terminal and ``NO_COLOR`` is not set.
    width : int, optional
        Columns; that of the terminal, between 80 and 140, if not said.
    """

    def write(console: Console) -> None:
        print_verdict(console, result.verdict, simulated=result.cohort.simulated)
        leads = ("  moved most: ", "  by chance: ")
        for lead, words in zip(leads, moved_most(result), strict=False):
            console.print(hanging(lead, words, console.width))
        clocks = console.width >= WIDE_ENOUGH_FOR_CLOCKS
        console.print(_ladder(result, plain=plain, clocks=clocks))
        for line in (*_without_ratio(result), *_refused(result)):
            console.print(line, style="dim")
        _rest(console, result, written or {})

    return terminal_text(write, plain=plain, colour=colour, width=width)


def _ladder(result: StudyResult, *, plain: bool, clocks: bool) -> Table:
    from rich.table import Table

    rows = ladder_rows(result)
    level = next((r.hazard_ratio.level for r in rows if r.hazard_ratio is not None), 0.95)
    table = Table(box=table_box(plain=plain), pad_edge=False, padding=(0, 1))
    table.add_column("Comparison", ratio=3)
    table.add_column(f"Hazard ratio\n({percent(level)} CI)", no_wrap=True)
    table.add_column("P", no_wrap=True)
    horizon = common_horizon(result)
    if not math.isnan(horizon):
        unit = result.cohort.time_unit
        table.add_column(f"Mean {unit} lived,\ndifference by {tick(horizon)}", no_wrap=True)
    if clocks:
        table.add_column("Who is counted from when", ratio=3)
    group = ""
    for row in rows:
        if heading := group_heading(row, group):
            table.add_row(heading, style="bold")
        group = row.group
        cells = _cells(row)[: 3 if math.isnan(horizon) else 4]
        counted = (row.rung.counted_from if row.leads else "",) if clocks else ()
        table.add_row(*cells, *counted, style="dim" if row.refused else "")
    return table


def _cells(row: LadderRow) -> tuple[str, str, str, str]:
    ratio, lived = row.hazard_ratio, row.time_lived
    if row.refused:
        return row.label, "refused", "", ""
    return (
        row.label,
        _no_ratio(row) if ratio is None else with_interval(ratio),
        "" if ratio is None else p_value(ratio.p_value).removeprefix("P ").removeprefix("= "),
        "" if lived is None else with_interval(lived),
    )


def _no_ratio(row: LadderRow) -> str:
    return "" if _is_shown_as_time_lived(row) else "see below"


def _is_shown_as_time_lived(row: LadderRow) -> bool:
    return row.instead is None or row.instead is row.time_lived


def _without_ratio(result: StudyResult) -> Iterator[str]:
    """Yield the numbers that are neither hazard ratios nor in the column of time lived."""
    unit = result.cohort.time_unit
    for row in ladder_rows(result):
        if row.instead is not None and not _is_shown_as_time_lived(row):
            what = f"{row.label}: {instead_words(row.instead, unit)}: {with_interval(row.instead)}"
            yield hanging("  ", what, WIDTH)


def _refused(result: StudyResult) -> Iterator[str]:
    for row in ladder_rows(result):
        if row.refused:
            yield hanging("  refused: ", f"{row.label}: {row.rung.refusal}", WIDTH)
            if row.rung.needed:
                yield hanging("           ", f"needed: {row.rung.needed}", WIDTH)


def _rest(console: Console, result: StudyResult, written: Mapping[str, str]) -> None:
    console.print()
    for words in result.verdict.not_answered:
        console.print(hanging("not answered: ", words, console.width))
    n_cautions = sum(len(rung.cautions) for rung in result.rungs)
    by_severity = Counter(str(finding.severity) for finding in result.findings)
    findings = ", ".join(_counted(n, kind) for kind, n in sorted(by_severity.items()))
    console.print(
        f"cautions: {n_cautions} on the estimates; about the data: {findings or 'no findings'}"
    )
    for line in data_lines(result.findings, console.width):
        console.print(line, style="dim", markup=False, highlight=False)
    print_written(console, written, otherwise=NEXT_COMMAND)


def _counted(n: int, kind: str) -> str:
    return f"{n} {kind}" if n == 1 else f"{n} {kind}s"
