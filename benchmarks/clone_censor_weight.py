"""How quick clone-censor-weight is without rows, against programs that write them out.

    python benchmarks/clone_censor_weight.py [--sizes 1000 10000] [--peer PYTHON]

Every program runs in a process of its own, so that its peak memory is its own; agreement is checked
first, and a peer that disagrees gets no ratio. PYTHON is an interpreter in which the package
clone-censor-weight of PyPI is installed; without it that peer is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from measure import shown, where_it_ran, write_table

HERE = Path(__file__).resolve().parent
GRACE, HORIZON, LAST = 180.0, 360.0, 400.0
MONTH = 30.0
NAMES = ("age", "stage", "frail", "score")
AGREEMENT = 1e-8
REPEATS = 5
REPLICATES = 20
ROWS_AT_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one process did: wall and processor seconds, peak memory in MiB, its numbers."""

    wall: float
    processor: float
    memory: float
    numbers: dict[str, float]


def patients(n: int) -> dict[str, np.ndarray]:
    """Draw simulated patients in whole days, the fitter treated sooner."""
    rng = np.random.Generator(np.random.PCG64([11, n]))
    columns = np.round(rng.standard_normal((n, len(NAMES))), 4)
    unfit = columns @ np.array([0.3, 0.2, 0.4, 0.1])
    wait = np.ceil(rng.exponential(220.0, n) * np.exp(unfit))
    life = np.ceil(rng.exponential(900.0, n) * np.exp(-unfit))
    lost = np.ceil(rng.uniform(250.0, 1200.0, n))
    leave = np.minimum(np.minimum(life, lost), LAST)
    return {
        "exit": leave,
        "event": (life <= np.minimum(lost, LAST)).astype(float),
        "initiation": np.where(wait < leave, wait, np.nan),
        **{name: columns[:, k] for k, name in enumerate(NAMES)},
    }


def write(table: dict[str, np.ndarray], path: Path) -> None:
    """Write a table, missing cells empty."""
    rows = [
        ",".join("" if np.isnan(cell) else repr(float(cell)) for cell in row)
        for row in zip(*table.values(), strict=True)
    ]
    path.write_text("\n".join([",".join(table), *rows]) + "\n", encoding="utf-8")


def ours(n: int, model: str) -> None:
    """Print, as JSON, the time and the numbers of this process; called in a process of its own."""
    from timezero.align.clone_censor import clone_censor, grace_periods
    from timezero.align.person_periods import person_periods
    from timezero.estimate.bootstrap import copies_of_patients
    from timezero.estimate.censoring_weights import WeightChoice, fit_weights, weight_models
    from timezero.estimate.clone_censor_weight import (
        ccw_replicate,
        clone_study,
        compare_strategies,
    )
    from timezero.estimate.clone_influence import influences
    from timezero.model.cohort import Cohort

    table = patients(n)
    cohort = Cohort(
        patient=tuple(map(str, range(n))),
        entry=np.full(n, -np.inf),
        exit=table["exit"],
        event=table["event"] == 1.0,
        initiation=table["initiation"],
        trigger=None,
        covariates=(),
        time_unit="days",
        zero_exit=float("nan"),
        name="simulated patients",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="0" * 64,
    )
    columns = np.column_stack([table[name] for name in NAMES])
    origin = np.zeros(n)

    def whole():  # noqa: ANN202
        clones = clone_censor(cohort, origin=origin, grace=GRACE)
        periods = None
        if model == "pooled_logistic":
            by_month = person_periods(
                cohort,
                origin=origin,
                width=MONTH,
                horizon=GRACE,
                columns=columns,
                names=NAMES,
                event_order="treatment_first",
                words_of_origin="time zero",
            )
            periods = grace_periods(clones, by_month)
        choice = WeightChoice(model=model)
        models = weight_models(clones, columns, names=NAMES, choice=choice, periods=periods)
        study = clone_study(clones, models, horizons=(HORIZON,))
        fitted = fit_weights(models)
        found = compare_strategies(study, fitted.arms)
        moved = influences(study, found, fitted.arms, weights_known=True)
        return study, fitted, found, moved

    study, fitted, found, moved = whole()
    wall, processor = [], []
    for _ in range(REPEATS):
        begun, busy = time.perf_counter(), time.process_time()
        whole()
        wall.append(time.perf_counter() - begun)
        processor.append(time.process_time() - busy)
    busy = time.process_time()
    for k in range(REPLICATES):
        ccw_replicate(study, fitted, copies_of_patients(n, seed=1, replicate=k))
    each = (time.process_time() - busy) / REPLICATES
    last = [arm.at(study.clones.follow_up[k]).max() for k, arm in enumerate(fitted.arms)]
    numbers = {
        "log_hazard_ratio": found.log_hazard_ratio,
        "robust_error": float(np.sqrt(np.sum(moved[:, 0] ** 2))),
        "survival_none": float(found.at_horizons[0, 0, 0]),
        "survival_one": float(found.at_horizons[1, 0, 0]),
        "largest_weight_none": float(last[0]),
        "largest_weight_one": float(last[1]),
        "replicate": each,
    }
    print(json.dumps({"wall": min(wall), "processor": min(processor), "numbers": numbers}))


def peak(command: list[str], folder: Path) -> tuple[str, float]:
    """Run a command and return what it printed and the most memory it held, in MiB."""
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        out.seek(0)
        text = out.read()
    if status != 0:
        raise subprocess.CalledProcessError(status, command)
    return text, used.ru_maxrss / 1024.0


def run_ours(n: int, model: str) -> Ran:
    """Run timezero in a process of its own."""
    text, memory = peak([sys.executable, __file__, "--ours", str(n), "--model", model], HERE)
    told = json.loads(text)
    return Ran(
        wall=told["wall"], processor=told["processor"], memory=memory, numbers=told["numbers"]
    )


def run_r(n: int) -> Ran:
    """Run R with every row written out."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "patients.csv"
        write(patients(n), table)
        command = ["Rscript", "clone_rows.R", str(table), str(GRACE), str(HORIZON)]
        text, memory = peak(command, HERE)
    wall = processor = 0.0
    numbers: dict[str, float] = {}
    for line in text.splitlines():
        kind, *words = line.split()
        if kind == "time":
            wall, processor = map(float, words)
        elif kind in {"value", "rows"}:
            numbers[words[0] if kind == "value" else "rows"] = float(words[-1])
    return Ran(wall=wall, processor=processor, memory=memory, numbers=numbers)


def run_peer(n: int, interpreter: str) -> Ran:
    """Run the package clone-censor-weight, whose estimator is another, on the same patients."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "patients.csv"
        write(patients(n), table)
        command = [interpreter, "clone_peer.py", str(table), str(GRACE), str(HORIZON), str(MONTH)]
        text, memory = peak(command, HERE)
    told = json.loads(text.splitlines()[-1])
    return Ran(
        wall=told["wall"], processor=told["processor"], memory=memory, numbers=told["numbers"]
    )


def furthest(mine: dict[str, float], theirs: dict[str, float]) -> float:
    """Return the largest difference, relative to 1 or to the number."""
    both = mine.keys() & theirs.keys()
    return max(abs(mine[k] - theirs[k]) / max(1.0, abs(mine[k])) for k in both)


def row_of(n: int, task: str, program: str, ran: Ran) -> dict[str, str]:
    """Return the cells that every program has."""
    return {
        "n": f"{n:,}",
        "task": task,
        "program": program,
        "rows": f"{ran.numbers['rows']:,.0f}" if "rows" in ran.numbers else "none",
        "wall": shown(ran.wall),
        "processor": shown(ran.processor),
        "peak memory": f"{ran.memory:,.0f} MiB",
        "a resample": shown(ran.numbers["replicate"]) if "replicate" in ran.numbers else "",
        "largest difference": "",
        "processor, over timezero": "",
        "memory, over timezero": "",
    }


def at_size(n: int, peer: str | None) -> list[dict[str, str]]:
    """Run all programs at one size."""
    mine = run_ours(n, "cox")
    rows = [row_of(n, "Cox weights", "timezero", mine)]
    if shutil.which("Rscript") is not None and n <= ROWS_AT_MOST:
        theirs = run_r(n)
        distance = furthest(mine.numbers, theirs.numbers)
        row = row_of(n, "Cox weights", "R survival, rows written out", theirs)
        row["largest difference"] = f"{distance:.1e}"
        agrees = distance <= AGREEMENT
        row["processor, over timezero"] = (
            f"{theirs.processor / mine.processor:,.0f}" if agrees else "disagrees"
        )
        row["memory, over timezero"] = f"{theirs.memory / mine.memory:.1f}" if agrees else ""
        rows.append(row)
    monthly = run_ours(n, "pooled_logistic")
    rows.append(row_of(n, "logistic weights by month", "timezero", monthly))
    if peer is not None and n <= ROWS_AT_MOST:
        theirs = run_peer(n, peer)
        row = row_of(n, "logistic weights by month", "clone-censor-weight (PyPI)", theirs)
        row["largest difference"] = f"{furthest(monthly.numbers, theirs.numbers):.3f}"
        row["processor, over timezero"] = "another estimator"
        rows.append(row)
    print(n, "done", flush=True)
    return rows


def main() -> None:
    """Run everything and write the table."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    asked.add_argument("--peer")
    asked.add_argument("--ours", type=int, help=argparse.SUPPRESS)
    asked.add_argument("--model", default="cox", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.ours:
        ours(given.ours, given.model)
        return
    rows = [row for n in given.sizes for row in at_size(n, given.peer)]
    words = (
        f"{len(NAMES)} covariates, times in whole days (tied), grace period {GRACE:g} days, "
        f"followed for {LAST:g}. Each run: clones, weight models, both weighted curves, the "
        "weighted Cox model and its standard error by patient. R: clones cut at every time with "
        "`survSplit`, `coxph` with weights and `cluster`. Compared: log hazard ratio, robust "
        f"standard error, survival at {HORIZON:g} days of both arms, largest weights; a difference "
        f"is relative to 1 or to the number, a ratio is given only below {AGREEMENT:g}. "
        "`clone-censor-weight` works in whole months (treatment and death moved to the end of "
        f"theirs) and gives risks at {HORIZON:g} days without standard errors here: its time "
        "stands without a ratio. `a resample`: all models fitted again and compared, processor "
        "time. Peak memory is that of the whole process, interpreter and compiled code included."
        f"\n\n{where_it_ran('numpy', 'numba')}"
    )
    write_table("clone_censor_weight", "Clone, censor, weight: without rows", words, rows)


if __name__ == "__main__":
    main()
