"""How long a user waits: the command from its start to the written report.

    python benchmarks/end_to_end.py [--repeats 5] [--patients 100000]

Every run is a new process. Cold: no compiled kernels yet (an empty cache folder); Python's own
bytecode is there, as after an installation by pip. Warm: compiled by an earlier run. The large
registry is simulated as the bundled ones are, with the same study file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measure import shown, where_it_ran, write_table

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "timezero" / "data"
START = "import sys; from timezero.cli.app import main; sys.exit(main())"
LARGE_SEED = 1
KILOBYTES_PER_GIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process, from start to end."""

    wall: float
    processor: float
    gib: float


def run(command: list[str], *, cache: Path, folder: Path) -> Run:
    """Run the command in a folder, with compiled code kept in ``cache``."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {
        "NUMBA_CACHE_DIR": str(cache),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "NO_COLOR": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
    }
    report = folder / "report.html"
    report.unlink(missing_ok=True)
    started = time.perf_counter()
    with (folder / "printed.txt").open("w") as printed:
        process = subprocess.Popen(
            [sys.executable, "-c", START, *command],
            cwd=folder,
            env=environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in {0, 1} or report.exists() != ("--html" in command):
        raise RuntimeError(f"{command} ended with {code}:\n{(folder / 'printed.txt').read_text()}")
    gib = used.ru_maxrss / KILOBYTES_PER_GIB
    return Run(wall=wall, processor=used.ru_utime + used.ru_stime, gib=gib)


def row(what: str, runs: list[Run], wanted: str, folder: Path) -> dict[str, str]:
    """Return a row of the table; the size of the report is that of the last run."""
    report = folder / "report.html"
    return {
        "command": what,
        "runs": str(len(runs)),
        "wall, least": shown(min(r.wall for r in runs)),
        "wall, median": shown(statistics.median(r.wall for r in runs)),
        "processor, least": shown(min(r.processor for r in runs)),
        "memory, most": f"{max(r.gib for r in runs):.2f} GiB",
        "report": f"{report.stat().st_size / 1e6:.2f} MB" if report.exists() else "",
        "wanted": wanted,
    }


def write_large_registry(patients: int, folder: Path) -> Path:
    """Write a simulated registry and its study file; return the study file."""
    sys.path.insert(0, str(ROOT / "simulations"))
    from make_simulated_registry import FILE_NAME, as_csv, draw

    (folder / FILE_NAME).write_text(as_csv(draw(patients, LARGE_SEED, 1.0)), encoding="ascii")
    return Path(
        shutil.copy(DATA / "simulated_repeat_hipec_500" / "study.toml", folder / "study.toml")
    )


def main() -> None:
    """Run every command and write the table."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--repeats", type=int, default=5)
    asked.add_argument("--patients", type=int, default=100_000)
    given = asked.parse_args()
    rows: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = folder / "compiled"
        report = ["--html", "report.html"]
        heart = ["study", *report]
        small = ["study", "--example", "simulated_repeat_hipec_29", *report]
        run(heart, cache=folder / "thrown away", folder=folder)
        rows.append(
            row(
                "study (Stanford heart), cold",
                [run(heart, cache=cache, folder=folder)],
                "< 20 s",
                folder,
            )
        )
        for what, command, wanted in (
            ("study (Stanford heart), warm", heart, "< 3 s"),
            ("study --example simulated_repeat_hipec_29, warm", small, "< 3 s"),
            ("--help", ["--help"], "< 0.5 s"),
        ):
            run(command, cache=cache, folder=folder)
            runs = [run(command, cache=cache, folder=folder) for _ in range(given.repeats)]
            rows.append(row(what, runs, wanted, folder))
        study_file = write_large_registry(given.patients, folder)
        large = ["study", str(study_file), "--redeals", "200", "--bootstrap", "100", *report]
        rows.append(
            row(
                f"study, {given.patients:,} patients, 200 deals, 100 resamples, warm",
                [run(large, cache=cache, folder=folder) for _ in range(2)],
                "< 60 s",
                folder,
            )
        )
    words = (
        "Each run is a new process, from its start to its end, the report written. Cold: no "
        "compiled kernels yet, but Python's bytecode; the table shows one such run. Two "
        "threads.\n\n"
        f"{where_it_ran('numpy', 'numba', 'scipy', 'polars', 'matplotlib')}"
    )
    write_table("end_to_end", "From the command to the report", words, rows)


if __name__ == "__main__":
    main()
