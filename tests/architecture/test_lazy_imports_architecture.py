"""What is slow to import is imported when it is used, so that the first answer comes quickly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "numba", "polars", "scipy", "matplotlib", "jinja2", "pandas", "pyarrow", "narwhals",
    "sqlalchemy", "alembic", "psycopg", "duckdb", "openpyxl", "pyreadstat", "redcap",
)  # fmt: skip
STARTS = {
    "the package": "import timezero",
    "the help": "from timezero.cli.app import run; run(['--help'])",
    "the nouns": "import timezero; timezero.Cohort; timezero.Protocol; timezero.StudyResult",
}


def heavy_imports_of(program: str, *, source: Path) -> list[str]:
    """Return the heavy modules that a program imports, in a fresh interpreter."""
    lines = [
        f"import sys; sys.path.insert(0, {str(source)!r})",
        program,
        f"print('|'.join(m for m in {HEAVY!r} if m in sys.modules))",
    ]
    said = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [name for name in said.stdout.splitlines()[-1].split("|") if name]


@pytest.mark.parametrize("start", STARTS)
def test_starting_imports_nothing_heavy(start: str, root: Path) -> None:
    assert heavy_imports_of(STARTS[start], source=root / "src") == []


def test_checker_sees_a_heavy_import(root: Path) -> None:
    assert heavy_imports_of("import jinja2", source=root / "src") == ["jinja2"]
