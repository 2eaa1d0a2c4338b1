"""Kill the command ``timezero study --record`` again and again: it ends at the same bits."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from timezero.cli._record import numbers_digest
from timezero.errors import TimezeroError
from timezero.intake.examples import example_study_file
from timezero.store import open_store

MAIN = "from timezero.cli.app import main; main()"
ROOT = Path(__file__).resolve().parents[1]
LONGEST_WAIT = 600.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A study of the Stanford data that is run as a command.

    Parameters
    ----------
    folder : Path
        Of the study file, of its record, and of what is written.
    replicates, bootstrap, redeals : int
    """

    folder: Path
    replicates: int
    bootstrap: int
    redeals: int

    @property
    def file(self) -> Path:
        return self.folder / "study.toml"

    @property
    def record(self) -> Path:
        return self.folder / "timezero.db"

    def command(
        self, *, workers: int = 2, to: str = "out.json", more: tuple[str, ...] = ()
    ) -> list[str]:
        """Return the words of the command line."""
        numbers = {
            "--replicates": self.replicates,
            "--bootstrap": self.bootstrap,
            "--redeals": self.redeals,
            "--workers": workers,
        }
        flags = [str(word) for pair in numbers.items() for word in pair]
        out = ["--json", str(self.folder / to), "--no-html", "--plain"]
        return ["study", str(self.file), *flags, *out, *more]

    def digest(self, to: str = "out.json") -> str:
        return numbers_digest((self.folder / to).read_text())


def made(folder: Path, *, replicates: int, bootstrap: int, redeals: int) -> Asked:
    """Copy the study of the Stanford data into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    source = example_study_file("stanford_heart")
    for name in ("study.toml", "registry.csv"):
        shutil.copy(source.parent / name, folder / name)
    return Asked(folder=folder, replicates=replicates, bootstrap=bootstrap, redeals=redeals)


def begun(arguments: list[str]) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a command; return its exit code and what it printed."""
    out, err = process.communicate(timeout=LONGEST_WAIT)
    return process.returncode, out, err


def whole(arguments: list[str]) -> str:
    """Run a command that must come to its end; return what it printed."""
    code, out, err = ended(begun(arguments))
    assert code == 0, err
    return out


def n_parts(record: Path) -> int:
    """Count the finished parts of all jobs; 0 while the record cannot be looked at."""
    try:
        with open_store(record, read_only=True) as store:
            return sum(len(store.jobs.chunks(job.key)) for job in store.jobs.list())
    except TimezeroError:
        return 0


def wait_for_parts(process: subprocess.Popen[str], record: Path, n: int) -> bool:
    """Wait until there are n finished parts; return whether the command still runs."""
    until = time.monotonic() + LONGEST_WAIT
    while process.poll() is None and n_parts(record) < n:
        assert time.monotonic() < until
        time.sleep(0.05)
    return process.poll() is None


def killed(arguments: list[str], record: Path, *, more_parts: int, wait: float) -> bool:
    """Start a command, and kill it after so many new parts and seconds.

    Returns
    -------
    bool
        False when it came to its end before.
    """
    goal = n_parts(record) + more_parts if more_parts else 0
    process = begun(arguments)
    wait_for_parts(process, record, goal)
    time.sleep(wait)
    process.kill()
    code, _, err = ended(process)
    assert code in {0, -9}, err
    return code != 0


def killed_often(
    asked: Asked, kills: int, *, seed: int, most_parts: int, longest_wait: float
) -> int:
    """Kill a study so often, at random, then let it end; return how often it was killed.

    The number of workers changes from one time to the next: results do not depend on it.
    """
    draw = random.Random(seed)  # noqa: S311
    with open_store(asked.record, create=True):
        pass
    n = 0
    for k in range(kills):
        command = asked.command(workers=1 + k % 2)
        parts, wait = draw.randint(0, most_parts), draw.uniform(0.0, longest_wait)
        n += killed(command, asked.record, more_parts=parts, wait=wait)
    whole(asked.command(workers=1 + kills % 2))
    return n


def audit_digest(path: Path) -> str:
    """Return the content of an audit without the time at which it was made."""
    content = json.loads(path.read_text())
    content["provenance"].pop("made_at")
    return json.dumps(content, sort_keys=True)
