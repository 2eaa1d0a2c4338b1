"""Plant one wrong at a time in a copy of the source, and see whether a test notices.

    python mutation/run_mutants.py [--only TEXT] [--workers 2]

Writes ``mutation/results.md``. Ends with 1 when a mutant lives, or no longer fits the source.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("src", "tests", "reference", "pyproject.toml")
RESULTS = Path(__file__).parent / "results.md"
SECONDS = 600
PASSED, FAILED = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a mutant: the first test that failed, or why nothing can be said."""

    mutant: Mutant
    killed_by: str
    trouble: str
    seconds: float


def copy_tree(folder: Path) -> Path:
    """Copy what the tests need."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return folder


def run_tests(tree: Path, tests: tuple[str, ...], cache: Path) -> tuple[int, str]:
    """Run tests in a tree; return pytest's exit code and its output."""
    environment = os.environ | {
        "PYTHONPATH": str(tree / "src"),
        "NUMBA_CACHE_DIR": str(cache),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, *tests],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def first_failure(output: str) -> str:
    """Return the name of the test that failed."""
    for line in output.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            return line.split(" ", maxsplit=2)[1].split(" - ")[0]
    return ""


def try_mutant(mutant: Mutant, tree: Path, warm: Path) -> Outcome:
    """Plant a mutant, ask its tests, and take it out again."""
    began = time.monotonic()
    path = tree / "src" / "timezero" / mutant.file
    source = path.read_text("utf-8")
    found = source.count(mutant.right)
    if found != 1:
        trouble = f"its text stands in the source {found} times"
        return Outcome(mutant=mutant, killed_by="", trouble=trouble, seconds=0.0)
    before = path.stat()
    path.write_text(source.replace(mutant.right, mutant.wrong), "utf-8")
    # Compiled kernels call one another: after a change in one all are compiled afresh.
    compiled = mutant.file.startswith("kernels/")
    cache = Path(tempfile.mkdtemp()) if compiled else warm
    try:
        code, output = run_tests(tree, mutant.tests, cache)
        killer = first_failure(output)
        trouble = ""
        if code not in {PASSED, FAILED} or (code == FAILED and not killer):
            trouble = f"pytest ended with {code}"
    except subprocess.TimeoutExpired:
        killer, trouble = f"no end after {SECONDS} s", ""
    finally:
        path.write_text(source, "utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        if compiled:
            shutil.rmtree(cache, ignore_errors=True)
    seconds = time.monotonic() - began
    return Outcome(mutant=mutant, killed_by=killer, trouble=trouble, seconds=seconds)


def start_of_line(mutant: Mutant) -> str:
    """Return what tells the mutant's line of the table from all others."""
    return f"| `{mutant.file}` | {mutant.what} | "


def write_results(outcomes: list[Outcome]) -> None:
    """Write the table; mutants that were not tried this time keep the line they had."""
    before = RESULTS.read_text("utf-8").splitlines() if RESULTS.exists() else []
    fates = {
        start_of_line(m): line.removeprefix(start_of_line(m)).removesuffix(" |")
        for m in MUTANTS
        for line in before
        if line.startswith(start_of_line(m))
    }
    for outcome in outcomes:
        killer = outcome.killed_by.rsplit("/", maxsplit=1)[-1]
        fate = outcome.trouble or (f"killed by `{killer}`" if killer else "**lives**")
        fates[start_of_line(outcome.mutant)] = fate
    starts = [start_of_line(m) for m in MUTANTS]
    killed = sum(fates.get(start, "").startswith("killed by") for start in starts)
    lines = [
        "# Mutants",
        "",
        "Made by `python mutation/run_mutants.py`; the wrongs are in `mutation/mutants.py`. Each",
        "is planted alone in a copy of the source, and one of the tests named with it must fail.",
        "",
        f"**{killed} of {len(starts)} mutants were killed.**",
        "",
        "| file | wrong | became of it |",
        "|---|---|---|",
        *(f"{start}{fates.get(start, 'not tried')} |" for start in starts),
    ]
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> int:
    """Try every mutant, after seeing that the tests pass without one."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="", help="only mutants with this text in file or wrong")
    asked.add_argument("--workers", type=int, default=2)
    options = asked.parse_args()
    mutants = [m for m in MUTANTS if options.only in f"{m.file}: {m.what}"]
    if not mutants:
        print(f"no mutant is planted in a file with {options.only!r} in its name or wrong")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        trees: Queue[tuple[Path, Path]] = Queue()
        tests = tuple(sorted({test for m in mutants for test in m.tests}))
        for k in range(options.workers):
            tree = copy_tree(Path(folder) / f"tree{k}")
            warm = Path(folder) / f"cache{k}"
            code, output = run_tests(tree, tests, warm)
            if code != PASSED:
                print(f"the tests fail without a mutant:\n{output[-3000:]}")
                return 1
            trees.put((tree, warm))

        def work(mutant: Mutant) -> Outcome:
            tree, warm = trees.get()
            try:
                outcome = try_mutant(mutant, tree, warm)
            finally:
                trees.put((tree, warm))
            state = outcome.trouble or outcome.killed_by or "LIVES"
            print(f"{outcome.seconds:5.0f} s  {mutant.file}: {mutant.what}: {state}", flush=True)
            return outcome

        with ThreadPoolExecutor(options.workers) as pool:
            outcomes = list(pool.map(work, mutants))
    write_results(outcomes)
    return int(any(o.trouble or not o.killed_by for o in outcomes))


if __name__ == "__main__":
    sys.exit(main())
