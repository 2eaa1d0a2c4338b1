"""Write the output of `timezero study` and `timezero audit` into README.md, as printed today.

Run: python docs/make_readme.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
HEADINGS = {"study": "What it prints", "audit": "What the audit prints"}
COLUMNS = "96"


def block(command: str) -> re.Pattern[str]:
    """Return what finds the block of text that shows the output of a command."""
    return re.compile(rf"(## {HEADINGS[command]}\n.*?```text\n)(.*?)(\n?```)", re.DOTALL)


def printed_output(command: str = "study") -> str:
    """Return what a command prints for the bundled data, without colours."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", "from timezero.cli.app import main; main()", command],
            cwd=folder,
            env={**os.environ, "COLUMNS": COLUMNS, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())


def output_in(readme: str, command: str = "study") -> str:
    """Return the output that the README shows."""
    found = block(command).search(readme)
    return found.group(2) if found else ""


def main() -> int:
    """Write the output of both commands."""
    text = README.read_text(encoding="utf-8")
    for command in HEADINGS:
        printed = printed_output(command)
        text = block(command).sub(lambda m, printed=printed: f"{m.group(1)}{printed}\n```", text)
    README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
