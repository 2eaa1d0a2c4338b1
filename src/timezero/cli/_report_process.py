"""The report is drawn by a second process that gets ready while the ladder is climbed."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from timezero.model.result import StudyResult


@contextmanager
def report_writer() -> Generator[Callable[[StudyResult, Path], None]]:
    """Yield what writes a report; the page is the same as ``StudyResult.report`` writes.

    Where no second process can be had, or it fails, the report is drawn in this one.
    """
    try:
        drawing = subprocess.Popen(
            [sys.executable, "-m", "timezero.cli._draw_report"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        drawing = None

    def write(result: StudyResult, path: Path) -> None:
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
