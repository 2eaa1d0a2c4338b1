"""The report is drawn by a second process that gets ready while the answer is computed."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from timezero.model.audit_result import AuditResult
from timezero.model.result import StudyResult

Result: TypeAlias = StudyResult | AuditResult


@contextmanager
def report_writer(kind: Literal["study", "audit"]) -> Generator[Callable[[Result, Path], None]]:
    """Yield what writes a report; the page is the same as the result's own ``report`` writes.

    Where no second process can be had, or it fails, the report is drawn in this one. It runs with
    ``-P``: a program in the working folder that is called like a package must not be run.
    """
    try:
        drawing = subprocess.Popen(  # noqa: S603  our own program, and one of two words
            [sys.executable, "-P", "-m", "timezero.cli._draw_report", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        drawing = None

    def write(result: Result, path: Path) -> None:
        page = b""
        if drawing is not None:
            page, _ = drawing.communicate(pickle.dumps(result))
        if drawing is None or drawing.returncode != 0:
            result.report(str(path))
            return
        from timezero.report.render.json import write_text

        write_text(path, page.decode())

    try:
        yield write
    finally:
        if drawing is not None and drawing.poll() is None:
            drawing.kill()
            drawing.communicate()
