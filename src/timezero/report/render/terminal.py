"""What all texts for the terminal share: console, hanging lines, verdict, what was written."""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from timezero.model.result import Verdict
from timezero.report.numbers import as_ascii

if TYPE_CHECKING:
    from rich.box import Box
    from rich.console import Console

WIDTH: Final = 80
WIDEST: Final = 140
NEVER_BROKEN: Final = 10_000


def terminal_text(
    write: Callable[[Console], None], *, plain: bool, colour: bool | None, width: int | None
) -> str:
    """Return what a function prints on a console, as text for a terminal.

    Parameters
    ----------
    write : callable
        Prints on the console it is given.
    plain : bool
        ASCII only: no colour, no box drawing.
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
    write(console)
    text = "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + "\n"
    return as_ascii(text).encode("ascii", "replace").decode() if plain else text


def _terminal_width() -> int:
    import shutil

    return min(max(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH), WIDEST)


def hanging(lead: str, text: str, width: int) -> str:
    """Return text filled to a width, with further lines set in below the first."""
    return textwrap.fill(
        text, width, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )


def table_box(*, plain: bool) -> Box:
    """Return the lines of a table."""
    from rich import box

    return box.ASCII2 if plain else box.SIMPLE_HEAD


def print_verdict(console: Console, verdict: Verdict, *, simulated: bool) -> None:
    """Print the verdict, the one number, and why."""
    if simulated:
        console.print("SIMULATED DATA: these patients are not real.", style="bold")
    console.print(verdict.headline, style="bold")
    if verdict.number:
        console.print(hanging("  ", verdict.number, console.width), style="bold blue")
    for reason in verdict.reasons:
        console.print(hanging("  why: ", reason, console.width))
    console.print()


def print_written(console: Console, written: Mapping[str, str], *, otherwise: str) -> None:
    """Print what was written where, and the next command.

    Parameters
    ----------
    console : Console
    written : mapping of str to str
    otherwise : str
        What to do next when no report was written.
    """
    for what, where in written.items():
        console.print(hanging("wrote: ", f"{what} to {where}", NEVER_BROKEN), soft_wrap=True)
    following = f"open {written['report']}" if "report" in written else otherwise
    console.print(hanging("next: ", following, NEVER_BROKEN), soft_wrap=True)
