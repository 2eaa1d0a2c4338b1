"""Fuzz every reader and step: python tests/fuzz/run.py --executions 100000 --seed 1.

Each damaged file is run in another process, whose memory is limited, under an alarm of ten
seconds, with warnings as errors. Only a refusal by name may come of it. Files that end otherwise
are kept in a folder, and counted in tests/fuzz/results.md.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.targets import Target, all_targets
from fuzz.worker import SECONDS, damaged, execute

RESULTS = Path(__file__).parent / "results.md"
FEWEST = 300
# All steps and checks stand behind these: they get many times the share of a reader alone.
STEPS = ("delimited text: cohort", "look")
STEPS_TIMES = 10


@dataclass(kw_only=True)
class Tally:
    """How the damaged files of one target ended."""

    ends: Counter[str] = field(default_factory=Counter[str])
    defects: dict[str, int] = field(default_factory=dict[str, int])
    seconds: float = 0.0

    def add(self, result: dict[str, object]) -> None:
        """Count one result; of each defect the first number is kept."""
        self.ends[str(result["end"])] += 1
        if result["end"] in {"uncaught", "too long", "crash"}:
            self.defects.setdefault(
                f"{result['end']}: {result['place']}", int(str(result["number"]))
            )


def shares(targets: dict[str, Target], executions: int) -> dict[str, int]:
    """Divide the executions so that targets take the same time, each a few hundred at least."""
    cost = {name: _cost(t) / (STEPS_TIMES if name in STEPS else 1) for name, t in targets.items()}
    fewest = min(FEWEST, executions // len(targets) // 10)
    left = executions - fewest * len(targets)
    weight = sum(1.0 / seconds for seconds in cost.values())
    given = {name: fewest + int(left / seconds / weight) for name, seconds in cost.items()}
    given[min(cost, key=lambda name: cost[name])] += executions - sum(given.values())
    return given


def _cost(target: Target) -> float:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "seed.csv"
        path.write_bytes(target.seeds[0])
        execute(target, path)
        started = time.perf_counter()
        for raw in (target.seeds * 3)[:3]:
            path.write_bytes(raw)
            execute(target, path)
        return max((time.perf_counter() - started) / 3.0, 0.01)


def fuzz(target: Target, executions: int, seed: int) -> Tally:
    """Run the damaged files of one target, in a new process whenever one has died."""
    tally, number = Tally(), 0
    started = time.perf_counter()
    while number < executions:
        number = _run_until_death(target, tally, seed=seed, first=number, last=executions)
    tally.seconds = time.perf_counter() - started
    return tally


def _run_until_death(target: Target, tally: Tally, *, seed: int, first: int, last: int) -> int:
    """Return the number of the file after the last one that was run."""
    with tempfile.TemporaryDirectory() as folder:
        asked = [target.name, str(seed), str(first), str(last), folder]
        worker = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("worker.py")), *asked],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        assert worker.stdout is not None
        number = first
        while number < last:
            wait = SECONDS + 20 if number > first else 120
            ready, _, _ = select.select([worker.stdout], [], [], wait)
            line = worker.stdout.readline() if ready else ""
            if not line:
                place = f"exit {worker.poll()}" if ready else "no answer; killed"
                tally.add({"end": "crash", "place": place, "number": number})
                number += 1
                break
            tally.add(json.loads(line))
            number += 1
        worker.kill()
        worker.wait()
        return number


def write_results(tallies: dict[str, Tally], seed: int) -> None:
    """Write the counts of all targets, and every defect with the number of its file."""
    ends = ("read", "refused", "uncaught", "too long", "crash")
    executions = sum(tally.ends.total() for tally in tallies.values())
    defects = sum(len(tally.defects) for tally in tallies.values())
    lines = [
        "# Damaged files",
        "",
        f"`python tests/fuzz/run.py --executions {executions} --seed {seed}`: {defects} defects.",
        "",
        "| what was fuzzed | executions | " + " | ".join(ends) + " | seconds |",
        "|" + "---|" * (len(ends) + 3),
    ]
    for name, tally in tallies.items():
        counts = " | ".join(f"{tally.ends[end]:,}" for end in ends)
        lines.append(f"| {name} | {tally.ends.total():,} | {counts} | {tally.seconds:.0f} |")
    for name, tally in tallies.items():
        lines += [f"- {name}, file {n}: {defect}" for defect, n in tally.defects.items()]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _finished(place: Path | None, targets: dict[str, Target]) -> dict[str, Tally]:
    """Return the targets that an interrupted run has finished."""
    if place is None or not place.exists():
        return {}
    kept = json.loads(place.read_text("utf-8"))
    return {
        name: Tally(ends=Counter(one["ends"]), defects=one["defects"], seconds=one["seconds"])
        for name, one in kept.items()
        if name in targets
    }


def _keep_finished(place: Path | None, tallies: dict[str, Tally]) -> None:
    if place is None:
        return
    kept = {
        name: {"ends": dict(t.ends), "defects": t.defects, "seconds": t.seconds}
        for name, t in tallies.items()
    }
    place.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Fuzz what was asked for and write the results."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--executions", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", default="", help="targets whose name contains this")
    asked.add_argument("--keep", type=Path, help="folder for the files that ended badly")
    asked.add_argument("--resume", type=Path, help="file of finished targets, to go on from")
    given = asked.parse_args()
    targets = {name: t for name, t in all_targets().items() if given.only in name}
    tallies = _finished(given.resume, targets)
    done = sum(tally.ends.total() for tally in tallies.values())
    open_ = {name: target for name, target in targets.items() if name not in tallies}
    for name, executions in shares(open_, given.executions - done).items() if open_ else ():
        tallies[name] = fuzz(targets[name], executions, given.seed)
        _keep_finished(given.resume, tallies)
        _say(f"{name} {dict(tallies[name].ends)} {tallies[name].seconds:.0f} s")
        for defect, number in tallies[name].defects.items():
            _say(f"    {number} {defect}")
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                kept = given.keep / f"{name} {number}".replace(":", "").replace(" ", "_")
                kept.write_bytes(damaged(targets[name], given.seed, number))
    if not given.only:
        write_results(tallies, given.seed)
    sys.exit(any(tally.defects for tally in tallies.values()))


if __name__ == "__main__":
    main()
