"""How long a large registry takes to import, checks included, and how much memory.

    python benchmarks/import_registry.py [--patients 1000000] [--repeats 3]

A simulated registry of thirteen columns (dates, numbers, words, gaps) is written as CSV. Each run
is a new process, from its start to its end: reading it into a checked cohort, and, to have
something to compare with, reading the same file with pandas and with polars, which do not check.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from measure import shown, where_it_ran, write_table

ROOT = Path(__file__).resolve().parents[1]
SEED = 1
KILOBYTES_PER_MB = 1024
COHORT = """
from timezero.intake.cohort import read_cohort
from timezero.intake.protocol_file import validated
data = {
    "id": "patient_id", "time_zero": "first_crs", "initiation": "second_crs",
    "trigger": "recurrence", "exit": "last_contact", "event": "status", "event_value": ["dead"],
    "censored_value": ["alive"], "covariates": ["age", "pci", "cc", "albumin"], "unit": "months",
    "simulated": True,
}
assert read_cohort(path, validated({"data": data})).n == patients
"""
READERS = {
    "read_cohort": COHORT,
    "pandas.read_csv": "import pandas; assert len(pandas.read_csv(path)) == patients",
    "pandas.read_csv, dates parsed": "import pandas; assert len(pandas.read_csv(path, parse_dates=["
    "'first_crs', 'recurrence', 'second_crs', 'last_contact'])) == patients",
    "polars.read_csv": "import polars; assert polars.read_csv(path).height == patients",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process, from start to end."""

    wall: float
    processor: float
    megabytes: float


def write_registry(path: Path, patients: int) -> None:
    """Write a simulated registry."""
    import polars as pl

    draw = np.random.default_rng(SEED)
    first = np.datetime64("2000-01-01") + draw.integers(0, 6_000, patients)
    recurrence = first + draw.integers(30, 900, patients)
    second = recurrence + draw.integers(5, 300, patients)
    recurred = draw.random(patients) < 0.7
    again = recurred & (draw.random(patients) < 0.5)
    columns = {
        "patient_id": [f"P{k:07d}" for k in range(patients)],
        "sex": draw.choice(["female", "male"], patients),
        "birth_date": first - draw.integers(10_000, 25_000, patients),
        "first_crs": first,
        "recurrence": np.where(recurred, recurrence, np.datetime64("NaT")),
        "second_crs": np.where(again, second, np.datetime64("NaT")),
        "last_contact": second + draw.integers(1, 2_000, patients),
        "status": draw.choice(["dead", "alive"], patients),
        "age": draw.integers(20, 80, patients),
        "pci": draw.integers(0, 40, patients),
        "cc": draw.choice(["0", "1", "2", "3"], patients),
        "albumin": np.round(draw.normal(38.0, 4.0, patients), 1),
        "centre": draw.choice(["North", "South", "East"], patients),
    }
    pl.DataFrame(columns).write_csv(path)


def run(program: str, path: Path, patients: int) -> Run:
    """Run a program in a new process."""
    kept = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    head = f"path = {str(path)!r}; patients = {patients}\n"
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", head + program], env=kept)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the program ended with {process.returncode}")
    return Run(
        wall=wall,
        processor=used.ru_utime + used.ru_stime,
        megabytes=used.ru_maxrss / KILOBYTES_PER_MB,
    )


def rows_of(path: Path, patients: int, repeats: int) -> list[dict[str, str]]:
    """Run every reader and return the rows of the table, times beside those of the peers."""
    runs = {name: [run(p, path, patients) for _ in range(repeats)] for name, p in READERS.items()}
    own = min(r.processor for r in runs["read_cohort"])
    return [
        {
            "reader": name,
            "runs": str(len(of_one)),
            "wall, least": shown(min(r.wall for r in of_one)),
            "wall, median": shown(statistics.median(r.wall for r in of_one)),
            "processor, least": shown(min(r.processor for r in of_one)),
            "memory, most": f"{max(r.megabytes for r in of_one):.0f} MB",
            "read_cohort takes": f"{own / min(r.processor for r in of_one):.1f} times as long",
            "wanted": "< 10 s, < 1,000 MB" if name == "read_cohort" else "",
        }
        for name, of_one in runs.items()
    ]


def main() -> None:
    """Write the registry, run every reader and write the table."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--patients", type=int, default=1_000_000)
    asked.add_argument("--repeats", type=int, default=3)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registry.csv"
        # In a process of its own: memory at its most is inherited by the processes started next.
        write = (
            f"from import_registry import *; write_registry(Path({str(path)!r}), {given.patients})"
        )
        subprocess.run([sys.executable, "-c", write], check=True, cwd=Path(__file__).parent)
        rows = rows_of(path, given.patients, given.repeats)
        size = path.stat().st_size / 1e6
    words = (
        f"A simulated registry of {given.patients:,} patients, 13 columns, {size:.0f} MB of CSV. "
        "Each run is a new process, from its start to its end, imports included. read_cohort also "
        "finds dates and numbers, looks for everything that may be wrong, and counts times from "
        "time zero; the others only read the cells. The last column compares processor times.\n\n"
        f"{where_it_ran('numpy', 'polars', 'pandas')}"
    )
    write_table("import_registry", "Importing a large registry", words, rows)


if __name__ == "__main__":
    main()
