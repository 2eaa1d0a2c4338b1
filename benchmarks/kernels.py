"""How quick the estimators are, against lifelines and R's survival on the same numbers.

    python benchmarks/kernels.py [--sizes 1000 100000] [--repeats 5]

Agreement is checked first, in the same run; a peer that disagrees, or is not installed, gets no
ratio. Times are of calls on data in memory: reading files and starting programs are left out.
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measure import Timing, shown, timed, where_it_ran, write_table

from timezero.estimate.bootstrap import bootstrap_arms, copies_of_patients
from timezero.estimate.cox import fit_cox
from timezero.estimate.log_rank import log_rank
from timezero.estimate.product_limit import survival_at, survival_curve
from timezero.model.person_time import PersonTime

PROGRAM = Path(__file__).resolve().parent / "peers.R"
COVARIATES = 10
REPLICATES = 1000
SMALL = (30, 300)
LIFELINES_TIME_VARYING_AT_MOST = 1000
PEERS_ONCE_ABOVE = 10_000
AGREEMENT = 1e-6
SAME_CURVE = 1e-10

Numbers = dict[str, float]


class Data:
    """One simulated data set: rows of person-time, and a design of ten columns."""

    def __init__(self, n: int, *, late: bool, seed: int = 5) -> None:
        rng = np.random.Generator(np.random.PCG64([seed, n]))
        x = rng.standard_normal((n, COVARIATES - 1))
        death = 8.0 * rng.exponential(size=n) * np.exp(-0.2 * x[:, 0])
        followed = 12.0 * rng.random(n)
        leave = np.ceil(np.minimum(death, followed) * 365.25) / 365.25
        event = death <= followed
        wait = np.ceil(4.0 * rng.exponential(size=n) * 365.25) / 365.25
        arm = wait < leave
        patient = np.arange(n)
        entry = np.full(n, 0.0)
        if late:
            again = np.flatnonzero(arm)
            entry = np.concatenate([entry, wait[again]])
            leave = np.concatenate([np.where(arm, wait, leave), leave[again]])
            event = np.concatenate([event & ~arm, event[again]])
            patient = np.concatenate([patient, again])
            arm = np.concatenate([np.zeros(n, bool), np.ones(again.size, bool)])
        else:
            arm = rng.random(n) < 0.5
        self.design = np.column_stack([arm, x[patient]]).astype(np.float64)
        self.rows = PersonTime(
            entry=entry,
            exit=leave,
            event=event,
            arm=arm.astype(np.int64),
            patient=patient.astype(np.int64),
            stratum=np.zeros(leave.size, dtype=np.int64),
            weight=np.ones(leave.size),
            labels=("reference", "intervention"),
            counted_from="time zero",
        )

    def write(self, folder: Path, **more: np.ndarray) -> None:
        """Write the columns as doubles, for R to read the very same numbers."""
        columns = {
            name: getattr(self.rows, name) for name in ("entry", "exit", "event", "arm", "patient")
        }
        for name, values in {**columns, "design": self.design, **more}.items():
            np.ascontiguousarray(values, dtype=np.float64).tofile(folder / name)


def ask_r(task: str, data: Data, *, repeats: int, **more: np.ndarray) -> tuple[Timing, Numbers]:
    """Time a task in R and return its numbers."""
    with tempfile.TemporaryDirectory() as folder:
        data.write(Path(folder), **more)
        ran = subprocess.run(
            ["Rscript", str(PROGRAM), task, folder, str(data.rows.n_rows), str(repeats)],
            capture_output=True,
            text=True,
            check=True,
        )
    numbers: Numbers = {}
    timing = Timing(least=math.nan, median=math.nan, processor=math.nan)
    for line in ran.stdout.splitlines():
        kind, *words = line.split()
        if kind == "time":
            least, median, processor = map(float, words)
            timing = Timing(least=least, median=median, processor=processor)
        elif kind == "value":
            numbers[words[0]] = float("nan") if words[1] in {"NA", "NaN"} else float(words[1])
    return timing, numbers


def ours_km(data: Data) -> Numbers:
    """Estimate both curves and the log-rank test."""
    found: Numbers = {}
    k = 0
    for arm in (0, 1):
        curve = survival_curve(data.rows, arm)
        for time in range(1, 6):
            k += 1
            found[f"survival_{k}"] = survival_at(curve, float(time)).value
    found["chi2"] = log_rank(data.rows).chi2
    return found


def ours_cox(data: Data, *, robust: bool) -> Numbers:
    """Fit the Cox model of ten columns."""
    fit = fit_cox(data.rows, data.design, cluster=robust)
    covariance = fit.robust_covariance if robust else fit.covariance
    found = {f"coefficient_{k + 1}": float(b) for k, b in enumerate(fit.coefficients)}
    errors = np.sqrt(np.diag(covariance))
    return found | {f"standard_error_{k + 1}": float(e) for k, e in enumerate(errors)}


def lifelines_km(data: Data) -> Numbers:
    """Estimate the curves and the log-rank test with lifelines."""
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    rows, found, k = data.rows, {}, 0
    for arm in (0, 1):
        of_arm = rows.arm == arm
        curve = KaplanMeierFitter().fit(rows.exit[of_arm], rows.event[of_arm])
        for value in curve.predict([1.0, 2.0, 3.0, 4.0, 5.0]):
            k += 1
            found[f"survival_{k}"] = float(value)
    first, second = rows.arm == 0, rows.arm == 1
    test = logrank_test(rows.exit[first], rows.exit[second], rows.event[first], rows.event[second])
    return found | {"chi2": float(test.test_statistic)}


def _frame(data: Data) -> Any:
    import pandas as pd

    frame = pd.DataFrame(data.design, columns=[f"x{k}" for k in range(COVARIATES)])
    return frame.assign(
        entry=data.rows.entry,
        exit=data.rows.exit,
        event=data.rows.event,
        patient=data.rows.patient,
    )


def _of_lifelines(fit: Any) -> Numbers:
    found = {f"coefficient_{k + 1}": float(b) for k, b in enumerate(fit.params_)}
    errors = enumerate(fit.standard_errors_)
    return found | {f"standard_error_{k + 1}": float(e) for k, e in errors}


def lifelines_cox(data: Data) -> Numbers:
    """Fit the Cox model with lifelines."""
    from lifelines import CoxPHFitter

    frame = _frame(data).drop(columns=["entry", "patient"])
    return _of_lifelines(CoxPHFitter().fit(frame, "exit", "event"))


def lifelines_time_varying(data: Data) -> Numbers:
    """Fit the Cox model on (entry, exit] with lifelines."""
    from lifelines import CoxTimeVaryingFitter

    fitter = CoxTimeVaryingFitter()
    fitter.fit(
        _frame(data), id_col="patient", event_col="event", start_col="entry", stop_col="exit"
    )
    return _of_lifelines(fitter)


def furthest(ours: Numbers, theirs: Numbers) -> float:
    """Return the largest difference, relative to 1 or to the number."""
    return max(abs(ours[k] - theirs[k]) / max(1.0, abs(ours[k])) for k in ours)


def compare(
    task: str,
    n: int,
    ours: Callable[[], Numbers],
    peers: dict[str, Callable[[], tuple[Timing, Numbers]]],
    *,
    repeats: int,
) -> list[dict[str, str]]:
    """Time timezero and its peers, agreement first."""
    mine, numbers = timed(ours, repeats=repeats)
    rows = [_row(task, n, "timezero", mine)]
    for name, peer in peers.items():
        try:
            timing, theirs = peer()
        except (OSError, ImportError, subprocess.CalledProcessError) as problem:
            rows.append({"task": task, "n": f"{n:,}", "program": f"{name}: {problem}"})
            continue
        distance = furthest(numbers, theirs)
        agrees = distance <= (SAME_CURVE if task == "km_lr" else AGREEMENT)
        row = _row(task, n, name, timing)
        row["largest difference"] = f"{distance:.1e}"
        row["processor, over timezero"] = (
            f"{timing.processor / mine.processor:.1f}" if agrees else "disagrees"
        )
        rows.append(row)
    return rows


def _row(task: str, n: int, program: str, timing: Timing) -> dict[str, str]:
    return {
        "task": task,
        "n": f"{n:,}",
        "program": program,
        "wall, least": shown(timing.least),
        "wall, median": shown(timing.median),
        "processor": shown(timing.processor),
        "largest difference": "",
        "processor, over timezero": "",
    }


def at_size(n: int, repeats: int) -> list[dict[str, str]]:
    """Run the tasks that grow with the number of patients."""
    fixed, late = Data(n, late=False), Data(n, late=True)
    has_r = shutil.which("Rscript") is not None
    often = min(repeats, 3) if n <= PEERS_ONCE_ABOVE else 1
    rows: list[dict[str, str]] = []
    tasks = (
        ("km_lr", fixed, lambda: ours_km(fixed), lambda: lifelines_km(fixed)),
        ("cox", fixed, lambda: ours_cox(fixed, robust=False), lambda: lifelines_cox(fixed)),
        ("tdcox", late, lambda: ours_cox(late, robust=False), lambda: lifelines_time_varying(late)),
        ("tdcox_robust", late, lambda: ours_cox(late, robust=True), None),
    )
    for task, data, ours, lifelines in tasks:
        peers: dict[str, Callable[[], tuple[Timing, Numbers]]] = {}
        slow = task == "tdcox" and n > LIFELINES_TIME_VARYING_AT_MOST
        if lifelines is not None and not slow:
            peers["lifelines"] = lambda work=lifelines: timed(work, repeats=often)
        if has_r:
            peers["R survival"] = lambda t=task, d=data: ask_r(t, d, repeats=often)
        rows += compare(task, n, ours, peers, repeats=repeats)
        print(task, n, "done", flush=True)
    return rows


def boot_small(n: int, repeats: int) -> list[dict[str, str]]:
    """Time 1,000 resamples of the patients; R is given the very same resamples."""
    data = Data(n, late=True)

    def ours() -> Numbers:
        found = bootstrap_arms(
            data.rows, n_patients=n, horizons=(2.0,), replicates=REPLICATES, seed=3, workers=2
        )
        ratios = enumerate(found.log_hazard_ratio)
        return {f"log_hazard_ratio_{k + 1}": float(b) for k, b in ratios}

    mine, numbers = timed(ours, repeats=repeats)
    failed = sum(math.isnan(b) for b in numbers.values())
    rows = [_row("boot_small", n, f"timezero ({failed} of {REPLICATES} not finite)", mine)]
    if shutil.which("Rscript") is None:
        return rows
    copies = np.array([copies_of_patients(n, seed=3, replicate=k) for k in range(REPLICATES)])
    timing, theirs = ask_r("boot_small", data, repeats=1, copies=copies)
    both = [k for k in numbers if math.isfinite(numbers[k]) and abs(numbers[k]) < 10]
    distance = max(abs(numbers[k] - theirs[k]) for k in both)
    row = _row("boot_small", n, "R survival (agreg.fit, survfit)", timing)
    row["largest difference"] = f"{distance:.1e}"
    agrees = distance <= AGREEMENT
    row["processor, over timezero"] = (
        f"{timing.processor / mine.processor:.0f}" if agrees else "disagrees"
    )
    return [*rows, row]


def main() -> None:
    """Run everything and write the table."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    asked.add_argument("--repeats", type=int, default=5)
    given = asked.parse_args()
    warnings.simplefilter("ignore")
    rows: list[dict[str, str]] = []
    for n in given.sizes:
        rows += at_size(n, given.repeats)
    for n in SMALL:
        rows += boot_small(n, given.repeats)
    words = (
        f"{COVARIATES} covariates, times in whole days (tied), Efron ties. `tdcox`: on "
        "(entry, exit] with a treatment that comes late; `tdcox_robust`: with the standard error "
        f"that is robust by patient; `boot_small`: {REPLICATES} resamples of patients, each with "
        "the log hazard ratio, medians and, here only, survival and time lived; two threads. A "
        "difference is relative to 1 or to the number, whichever is larger; a ratio of processor "
        f"times is given only where it is below {AGREEMENT:g} ({SAME_CURVE:g} for curves).\n\n"
        f"{where_it_ran('numpy', 'numba', 'lifelines')}"
    )
    write_table("kernels", "Estimators, against their peers", words, rows)


if __name__ == "__main__":
    main()
