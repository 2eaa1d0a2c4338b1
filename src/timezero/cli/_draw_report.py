"""Draws a report in a process of its own: a result comes in, a page goes out.

Run by ``_report_process``, which starts it early, so that the drawing library is ready when the
result is.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from typing import Any


def main() -> None:
    """Read one pickled result from standard input, and write its page to standard output."""
    if sys.argv[1:] == ["audit"]:
        from timezero.report.render.audit_html import get_ready_for_audit, render_audit_html

        get_ready_for_audit()
        draw: Callable[[Any], str] = render_audit_html
    else:
        from timezero.report.render.html import get_ready, render_html

        get_ready()
        draw = render_html
    result = pickle.load(sys.stdin.buffer)  # noqa: S301  from our own parent process only
    sys.stdout.buffer.write(draw(result).encode())


if __name__ == "__main__":
    main()
