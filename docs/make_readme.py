"""Write the output of `timezero study` into README.md, as it is printed today.

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
BLOCK = re.compile(r"(## What it prints\n.*?```text\n)(.*?)(\n```)", re.DOTALL)
COLUMNS = "96"


def printed_output() -> str:
    """Return what `timezero study` prints for the bundled data, without colours."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", "from timezero.cli.app import main; main()", "study"],
            cwd=folder,
            env={**os.environ, "COLUMNS": COLUMNS, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
    return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())


def output_in(readme: str) -> str:
    """Return the output that the README shows."""
    found = BLOCK.search(readme)
    return found.group(2) if found else ""


def main() -> int:
    """Write the output."""
    printed = printed_output()
    text = README.read_text(encoding="utf-8")
    made = BLOCK.sub(lambda m: m.group(1) + printed + m.group(3), text)
    README.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
