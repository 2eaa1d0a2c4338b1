"""Times, processors and versions: how every benchmark measures and says where it was run."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

from timezero.provenance import __version__

T = TypeVar("T")

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Wall and processor seconds of repeated runs."""

    least: float
    median: float
    processor: float


def timed(work: Callable[[], T], *, repeats: int) -> tuple[Timing, T]:
    """Run once unmeasured, then time the repeats."""
    result = work()
    wall: list[float] = []
    processor: list[float] = []
    for _ in range(repeats):
        started, busy = time.perf_counter(), time.process_time()
        result = work()
        wall.append(time.perf_counter() - started)
        processor.append(time.process_time() - busy)
    timing = Timing(least=min(wall), median=statistics.median(wall), processor=min(processor))
    return timing, result


def shown(seconds: float) -> str:
    """Return a time as text, to three figures."""
    return f"{seconds * 1e3:.3g} ms" if seconds < 1.0 else f"{seconds:.3g} s"


def where_it_ran(*packages: str) -> str:
    """Describe the computer without naming it: processors, memory, load, versions."""
    load = ", ".join(f"{x:.2f}" for x in os.getloadavg())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    said = [f"timezero {__version__}", f"Python {platform.python_version()}"]
    for package in packages:
        try:
            said.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            said.append(f"{package} not installed")
    processors = os.cpu_count() or 1
    shared = (
        " More was running than there are processors: wall times are longer than on a computer "
        "left alone; processor times tell more."
        if os.getloadavg()[1] > 1.5 * processors
        else ""
    )
    return (
        f"{processors} processors ({platform.machine()}), {memory:.0f} GiB, load average "
        f"{load} when the table was written. {', '.join(said)}{r_version()}."
        f"{shared}"
    )


def r_version() -> str:
    """Return the versions of R and of its package survival, or nothing."""
    try:
        ran = subprocess.run(
            [
                "Rscript",
                "-e",
                'cat(as.character(getRversion()), as.character(packageVersion("survival")))',
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    r, survival = ran.stdout.split()
    return f", R {r} with survival {survival}"


def write_table(name: str, title: str, words: str, rows: list[dict[str, str]]) -> None:
    """Write a table into ``benchmarks/results/name.md``."""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row.get(c, "") for c in columns) + " |" for row in rows]
    RESULTS.mkdir(exist_ok=True)
    text = f"# {title}\n\n{words}\n\n" + "\n".join(lines) + "\n"
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)
