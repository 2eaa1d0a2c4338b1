"""A progress bar on standard error for long steps, silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

from timezero.ladder.climb import Progress


def _silent(step: str, done: int, total: int) -> None:
    """Show nothing."""


@contextmanager
def showing_progress(*, plain: bool) -> Generator[Progress]:
    """Yield a callback that shows one bar a step; silent when plain or not in a terminal."""
    if plain or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=1)

        def show(step: str, done: int, total: int) -> None:
            bar.update(task, description=step, completed=done, total=total)

        yield show
