"""An audit for the terminal: the verdict, the one number, why, what was found, what to do next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from timezero.model.audit_result import SETTINGS, AuditResult, DoNothing, Setting
from timezero.report.audit_numbers import (
    contrast_words,
    has_found,
    middle_90,
    observed_text,
    ratio_95,
    share_as_large,
)
from timezero.report.numbers import percent, ratio
from timezero.report.render.terminal import (
    hanging,
    print_verdict,
    print_written,
    table_box,
    terminal_text,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NULL_COLUMN = 22
CHOSEN: Final[dict[Setting, str]] = {"none": "none", "moderate": "moderate", "strong": "strong"}
NEXT_COMMAND = (
    "add --html audit.html to the same command for the pictures, a reviewer comment and the list "
    "for the authors"
)


def render_audit_text(
    result: AuditResult,
    *,
    plain: bool = False,
    written: Mapping[str, str] | None = None,
    colour: bool | None = None,
    width: int | None = None,
) -> str:
    """Return the audit as text for a terminal.

    Parameters
    ----------
    result : AuditResult
    plain : bool
        ASCII only: no colour, no box drawing.
    written : mapping of str to str
        What was written, and where: ``{"report": "audit.html"}``.
    colour : bool, optional
        By default: when standard output is a terminal and ``NO_COLOR`` is not set.
    width : int, optional
        Columns; that of the terminal, between 80 and 140, if not said.
    """

    def write(console: Console) -> None:
        print_verdict(console, result.verdict, simulated=result.claim.source.simulated)
        if result.do_nothing or result.compatible:
            console.print(_worlds(result, plain=plain))
        for lead, words in _lines(result):
            console.print(hanging(lead, words, console.width))
        print_written(console, written or {}, otherwise=NEXT_COMMAND)

    return terminal_text(write, plain=plain, colour=colour, width=width)


def _worlds(result: AuditResult, *, plain: bool) -> Table:
    """Return do-nothing worlds and effects that fit, a line for each strength of choice."""
    from rich.table import Table

    table = Table(box=table_box(plain=plain), pad_edge=False, padding=(0, 1))
    none = next(iter(result.do_nothing.values()), None)
    table.add_column("Choice of\nfitter\npatients", no_wrap=True)
    if none is not None:
        words = contrast_words(none.compared_on, result.claim.question.unit)
        label = textwrap.fill(words.label, NULL_COLUMN)
        table.add_column(f"If it did nothing:\n{label}\n(90% of studies)")
        table.add_column("As large\nas print\nor more", no_wrap=True)
    if result.compatible:
        header = "True hazard ratio\nthat fits the print\n(95% interval)"
        table.add_column(header, no_wrap=True)
        table.add_column("Below 1", no_wrap=True)
    for setting in SETTINGS:
        if setting in result.do_nothing or setting in result.compatible:
            name = CHOSEN[setting]
            table.add_row(name, *_null_cells(result, setting), *_fit_cells(result, setting))
    observed = "" if none is None else _printed_contrast(result, none)
    if observed:
        table.add_row("printed", observed, "", *([""] * (2 if result.compatible else 0)))
    return table


def _printed_contrast(result: AuditResult, worlds: DoNothing) -> str:
    return observed_text(result, contrast_words(worlds.compared_on, result.claim.question.unit))


def _null_cells(result: AuditResult, setting: Setting) -> tuple[str, ...]:
    if not result.do_nothing:
        return ()
    worlds = result.do_nothing.get(setting)
    if worlds is None or not has_found(worlds):
        return "not done", ""
    words = contrast_words(worlds.compared_on, result.claim.question.unit)
    found = worlds.contrasts[worlds.compared_on]
    said = f"{words.printed(found.q50)} ({middle_90(found, words)})"
    return said, share_as_large(worlds)


def _fit_cells(result: AuditResult, setting: Setting) -> tuple[str, ...]:
    if not result.compatible:
        return ()
    effect = result.compatible.get(setting)
    if effect is None:
        return "not done", ""
    found = effect.hazard_ratio
    return f"{ratio(found.q50)} ({ratio_95(found)})", percent(effect.p_benefit)


def _lines(result: AuditResult) -> Iterator[tuple[str, str]]:
    """Yield what stands under the table: checks that found something, what is missing."""
    for check in result.checks:
        for finding in check.findings:
            if check.status == "found":
                yield f"{finding.severity}: ", finding.what
    for words in result.not_possible:
        yield "not possible: ", words
    for missing in result.missing:
        narrower = f"would narrow the answer by about {percent(missing.narrowing)}"
        yield "missing: ", f"{missing.label} ({narrower})"
    for words in result.verdict.not_answered:
        yield "not answered: ", words
