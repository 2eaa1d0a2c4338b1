"""Imports point downward: the contracts of pyproject.toml hold, and would notice a breach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BREACHES = {
    "model/breach.py": "from timezero.report.render import html\n",
    "estimate/breach.py": "from timezero.ladder import run\n",
    "ladder/breach.py": "from timezero.kernels import _jit\n",
    "report/breach.py": "from timezero.estimate import cox\n",
    "align/breach.py": "import numba\n",
    "kernels/breach.py": "from timezero.model import cohort\n",
    "intake/breach.py": "def late():\n    from timezero.cli import app\n",
    "newcomer.py": "from timezero.model import cohort\n",
    "align/upward.py": "from timezero.estimate import cox\n",
}


def check_layers(source: Path, *, config: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts on the package in a source folder."""
    program = "import sys; from importlinter.cli import lint_imports_command as main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "--config", str(config), "--no-cache"],
        env={**os.environ, "PYTHONPATH": str(source), "PYTHONWARNINGS": "ignore"},
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_layers_hold(root: Path) -> None:
    done = check_layers(root / "src", config=root / "pyproject.toml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("place", BREACHES)
def test_contracts_notice_a_breach(place: str, root: Path, tmp_path: Path) -> None:
    keep_code = shutil.ignore_patterns("__pycache__", "*.csv", "*.json", "*.toml")
    shutil.copytree(root / "src", tmp_path / "src", ignore=keep_code)
    (tmp_path / "src" / "timezero" / place).write_text(BREACHES[place])
    done = check_layers(tmp_path / "src", config=root / "pyproject.toml")
    assert done.returncode == 1, done.stdout + done.stderr
    module = place.removesuffix(".py").replace("/", ".")
    assert module in done.stdout
