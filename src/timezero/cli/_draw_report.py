"""Draws a report in a process of its own: a result comes in, a page goes out.

Run by ``_report_process``, which starts it early, so that the drawing library is ready when the
result is.
"""

from __future__ import annotations

import pickle
import sys


def main() -> None:
    """Read one pickled result from standard input, and write its page to standard output."""
    from timezero.report.render.html import get_ready, render_html

    get_ready()
    result = pickle.load(sys.stdin.buffer)  # noqa: S301  from our own parent process only
    sys.stdout.buffer.write(render_html(result).encode())


if __name__ == "__main__":
    main()
