"""A study result for the terminal: the verdict, the one number, why, and what to do next."""

from __future__ import annotations

import io
import math
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from timezero.model.result import StudyResult
from timezero.report.ladder_rows import LadderRow, common_horizon, ladder_rows
from timezero.report.numbers import (
    as_ascii,
    contrast_interval,
    contrast_value,
    p_value,
    percent,
    tick,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 80
WIDEST = 140
WIDE_ENOUGH_FOR_CLOCKS = 115


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
    from rich.console import Console

    if colour is None:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    target = io.StringIO()
    console = Console(
        file=target,
        width=width or _terminal_width(),
        force_terminal=colour and not plain,
        color_system="standard" if colour and not plain else None,
        no_color=plain or not colour,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
        _environ={},
    )
    _answer(console, result)
    console.print(_ladder(result, plain=plain, clocks=console.width >= WIDE_ENOUGH_FOR_CLOCKS))
    for line in _refused(result):
        console.print(line, style="dim")
    _rest(console, result, written or {})
    text = "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + "\n"
    return as_ascii(text).encode("ascii", "replace").decode() if plain else text


def _terminal_width() -> int:
    import shutil

    return min(max(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH), WIDEST)


def _answer(console: Console, result: StudyResult) -> None:
    verdict = result.verdict
    if result.cohort.simulated:
        console.print("SIMULATED DATA: these patients are not real.", style="bold")
    console.print(verdict.headline, style="bold")
    if verdict.number:
        console.print(_hanging("  ", verdict.number, console.width), style="bold blue")
    for reason in verdict.reasons:
        console.print(_hanging("  why: ", reason, console.width))
    console.print()


def _hanging(lead: str, text: str, width: int) -> str:
    import textwrap

    return textwrap.fill(
        text, width, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )


def _ladder(result: StudyResult, *, plain: bool, clocks: bool) -> Table:
    from rich import box
    from rich.table import Table

    rows = ladder_rows(result)
    level = next((r.hazard_ratio.level for r in rows if r.hazard_ratio is not None), 0.95)
    table = Table(box=box.ASCII2 if plain else box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("Comparison", ratio=3)
    table.add_column(f"Hazard ratio\n({percent(level)} CI)", no_wrap=True)
    table.add_column("P", no_wrap=True)
    horizon = common_horizon(result)
    if not math.isnan(horizon):
        unit = result.cohort.time_unit
        table.add_column(f"Mean {unit} lived,\ndifference by {tick(horizon)}", no_wrap=True)
    if clocks:
        table.add_column("Who is counted from when", ratio=3)
    role = ""
    for row in rows:
        if row.rung.role != role:
            role = row.rung.role
            heading = "Published errors" if role == "published_error" else "Corrections"
            table.add_row(heading, style="bold")
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
        "" if ratio is None else _with_interval(contrast_value(ratio), contrast_interval(ratio)),
        "" if ratio is None else p_value(ratio.p_value).removeprefix("P ").removeprefix("= "),
        "" if lived is None else _with_interval(contrast_value(lived), contrast_interval(lived)),
    )


def _with_interval(value: str, limits: str) -> str:
    return f"{value} ({limits})" if limits else value


def _refused(result: StudyResult) -> Iterator[str]:
    for row in ladder_rows(result):
        if row.refused:
            yield _hanging("  refused: ", f"{row.label}: {row.rung.refusal}", WIDTH)
            if row.rung.needed:
                yield _hanging("           ", f"needed: {row.rung.needed}", WIDTH)


def _rest(console: Console, result: StudyResult, written: Mapping[str, str]) -> None:
    console.print()
    for words in result.verdict.not_answered:
        console.print(_hanging("not answered: ", words, console.width))
    n_cautions = sum(len(rung.cautions) for rung in result.rungs)
    by_severity = Counter(str(finding.severity) for finding in result.findings)
    findings = ", ".join(_counted(n, kind) for kind, n in sorted(by_severity.items()))
    console.print(
        f"cautions: {n_cautions} on the estimates; about the data: {findings or 'no findings'}"
    )
    for what, where in written.items():
        console.print(_hanging("wrote: ", f"{what} to {where}", 10_000), soft_wrap=True)
    console.print(_hanging("next: ", _next_command(written), 10_000), soft_wrap=True)


def _counted(n: int, kind: str) -> str:
    return f"{n} {kind}" if n == 1 else f"{n} {kind}s"


def _next_command(written: Mapping[str, str]) -> str:
    if "report" in written:
        return f"open {written['report']}"
    return "add --html report.html to the same command for the report with pictures and methods"
