"""Sequential trials without rows, against packages that write them out: time, memory, agreement.

    uv venv PEERS && uv pip install --python PEERS/bin/python pySEQTarget==0.14.3 \
        trial-emulation==0.0.4.0
    python benchmarks/sequential_trials.py --peers PEERS/bin/python [--n 1000 10000 100000]

Every measurement is a process of its own, with caps on time and memory. Writes
``benchmarks/results/sequential_trials.md``.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve()
N_PERIODS = 36
ANALYSES = ("intention_to_treat", "per_protocol")
GIB = 2**30


def simulated(n: int, seed: int = 1) -> dict[str, Any]:
    """Draw person-periods: a drifting covariate prompts a late treatment and the event."""
    rng = np.random.default_rng(seed)
    fixed = rng.normal(size=n).round(3)
    drift = 0.5 * fixed + 0.8 * rng.normal(size=n)
    alive, on = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    last = rng.integers(25, N_PERIODS + 1, n)
    parts = []
    for k in range(N_PERIODS):
        drift = 0.8 * drift + 0.1 * fixed + 0.5 * rng.normal(size=n)
        before = on.copy()
        on = on | (rng.random(n) < 1.0 / (1.0 + np.exp(3.6 + 0.6 * drift)))
        hit = rng.random(n) < 1.0 / (1.0 + np.exp(5.2 - 0.6 * drift - 0.3 * fixed + 0.4 * on))
        who = np.flatnonzero(alive)
        period = np.full(who.size, k)
        parts.append(
            (who, period, on[who], ~before[who], hit[who], fixed[who], drift[who].round(4))
        )
        alive &= ~hit & (last > k + 1)
    columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    names = ("id", "time", "treated", "eligible", "event", "fixed", "drift")
    return {name: column[order] for name, column in zip(names, columns, strict=True)}


def of_timezero(data: dict[str, Any], analysis: str, workers: int) -> dict[str, Any]:
    """Fit as pySEQTarget does: quadratic times; per protocol the assignment weighted too."""
    from timezero.estimate.sequential_trials import fit_trials
    from timezero.estimate.treatment_weights import fit_switching, switch_rows, weight_steps
    from timezero.estimate.trial_rows import counts_of, make_trials, per_protocol

    changes = np.flatnonzero(np.diff(data["id"])) + 1
    first = np.concatenate([[0], changes, [data["id"].size]])
    time_of = data["time"].astype(float)
    k = np.arange(float(N_PERIODS))
    basis = np.stack([np.column_stack([k, k**2])] * 2)
    covariates = ("fixed", "drift") if analysis == "intention_to_treat" else ("fixed",)
    trials = make_trials(
        first=first,
        starts=data["eligible"],
        treated=data["treated"],
        event=data["event"],
        columns=(
            np.column_stack([time_of, time_of**2, *(data[c] for c in covariates)]),
            ("trial", "trial squared", *covariates),
        ),
        follow_up=(basis, ("follow-up", "follow-up squared")),
    )
    if analysis == "per_protocol":
        usual = np.column_stack([data["fixed"], time_of, time_of**2])
        switch = switch_rows(
            first,
            data["treated"],
            time_of > 0.0,
            came_from=False,
            numerator=(usual, ("fixed", "time", "time squared")),
            denominator=(
                np.column_stack([usual, data["drift"]]),
                ("fixed", "time", "time squared", "drift"),
            ),
        )
        models = fit_switching(switch, first.size - 1)
        step = np.ones(time_of.size)
        weight_steps(switch, (models.numerator.coefficients, models.denominator.coefficients), step)
        trials = per_protocol(trials).weighted(step, assignment=True)
    fit = fit_trials(trials, workers=workers)
    return {
        "estimate": fit.log_odds_ratio,
        "robust_error": fit.robust_error,
        "rows": counts_of(trials).n_rows,
    }


def of_pyseqtarget(data: dict[str, Any], analysis: str) -> dict[str, Any]:
    """Fit with its statsmodels backend, from expansion to coefficients."""
    import polars as pl
    from pySEQTarget import SEQopts, SEQuential

    frame = pl.DataFrame({k: v.astype(int) if v.dtype != float else v for k, v in data.items()})
    pre = {"weighted": True, "weight_preexpansion": True}
    asked = SEQuential(
        frame,
        id_col="id",
        time_col="time",
        eligible_col="eligible",
        treatment_col="treated",
        outcome_col="event",
        time_varying_cols=["drift"],
        fixed_cols=["fixed"],
        method="ITT" if analysis == "intention_to_treat" else "censoring",
        parameters=SEQopts() if analysis == "intention_to_treat" else SEQopts(**pre),
    )
    asked.expand()
    asked.fit()
    model = asked.outcome_model[0]
    model = model if hasattr(model, "params") else model["outcome"]
    return {"estimate": float(model.params["treated_bas[T.1]"]), "rows": int(model.nobs)}


def of_trial_emulation(data: dict[str, Any], analysis: str) -> dict[str, Any]:
    """Fit with the Python package of that name."""
    import pandas as pd
    from trial_emulation import data_preparation, trial_msm

    frame = pd.DataFrame({k: v.astype(int) if v.dtype != float else v for k, v in data.items()})
    itt = analysis == "intention_to_treat"
    prepared = data_preparation(
        frame,
        id="id",
        period="time",
        treatment="treated",
        outcome="event",
        eligible="eligible",
        estimand_type="ITT" if itt else "PP",
        outcome_cov=["fixed", "drift"] if itt else ["fixed"],
        switch_n_cov="~ fixed",
        switch_d_cov="~ fixed + drift",
        quiet=True,
    )
    fitted = trial_msm(
        prepared,
        outcome_cov=["fixed", "drift"] if itt else ["fixed"],
        estimand_type="ITT" if itt else "PP",
        quiet=True,
    )
    return {
        "estimate": float(fitted.model.params["assigned_treatment"]),
        "rows": len(prepared.data),
    }


def measure(program: str, analysis: str, path: Path, workers: int) -> None:
    """Run one analysis here and print what it took; called in a process of its own."""
    with np.load(path) as stored:
        data = dict(stored)
    doers = {"pySEQTarget": of_pyseqtarget, "trial-emulation": of_trial_emulation}
    if program == "timezero":
        of_timezero(simulated(200), analysis, workers)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    started, busy = time.perf_counter(), time.process_time()
    found = (
        of_timezero(data, analysis, workers)
        if program == "timezero"
        else doers[program](data, analysis)
    )
    found["wall"] = time.perf_counter() - started
    found["processor"] = time.process_time() - busy
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found["before"] = before
    print("FOUND " + json.dumps(found))


def run(command: list[str], *, seconds: float, memory: int) -> dict[str, Any]:
    """Run one measurement with caps; say why when it does not finish."""

    def cap() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, check=False, preexec_fn=cap
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not finished in {seconds:g} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    if lines:
        return dict(json.loads(lines[-1].removeprefix("FOUND ")))
    told = done.stderr.strip().splitlines()[-1:] or [f"ended with {done.returncode}"]
    if done.returncode < 0 or "Memory" in done.stderr or "memory" in done.stderr:
        return {"failed": f"not enough with {memory / GIB:g} GiB"}
    return {"failed": told[0][:90]}


def line_of(n: int, analysis: str, name: str, found: dict[str, Any], ours: dict[str, Any]) -> str:
    """Return one row of the table."""
    words = analysis.replace("_", " ")
    if "failed" in found:
        return f"| {words} | {n:,} | {name} | could not finish: {found['failed']} | | | | | |"
    ratio = ("", "")
    if found is not ours and "wall" in ours:
        ratio = (f"{found['wall'] / ours['wall']:.0f}", f"{found['peak'] / ours['peak']:.1f}")
    return (
        f"| {words} | {n:,} | {name} | {found['wall']:.3g} s | {found['processor']:.3g} s | "
        f"{found['peak'] / GIB:.2f} GiB | {found['rows']:,} | {found['estimate']:.8f} | "
        f"{ratio[0]} / {ratio[1]} |"
    )


HEADER = """# Sequential trials, against packages that write the rows out

Simulated patients, up to 36 monthly periods, a late treatment that is never taken back, one fixed
and one drifting covariate; quadratic in follow-up and in the time of the trial. Per protocol:
weights by pooled logistic models before expansion, stabilised by the fixed covariate and time.
Every measurement is a process of its own: wall and processor seconds of the analysis, without
imports and reading, once; peak memory of the whole process, imports and data included. timezero's
include the standard error clustered on patients, which pySEQTarget does not give; its loops were
compiled before. Rows are those of the trials. The last column: wall time and peak memory over
timezero's with one worker. A peer whose estimate differs answers another question or answers it
wrongly; its ratio is of costs only. Peers' caps: {seconds:g} s and {memory:g} GiB of addresses.

{where}

| analysis | patients | program | wall | processor | peak memory | rows | assigned | over timezero |
|---|---|---|---|---|---|---|---|---|
"""


def main() -> int:
    """Measure everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default="", help="interpreter that has the peers")
    parser.add_argument("--n", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--memory", type=float, default=12.0)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        program, analysis, path, workers = given.one
        measure(program, analysis, Path(path), int(workers))
        return 0
    from measure import RESULTS, where_it_ran

    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for n in given.n:
            path = Path(folder) / f"{n}.npz"
            np.savez(path, **simulated(n))
            for analysis in ANALYSES:
                asked = [("timezero, 1 worker", sys.executable, "timezero", 1)]
                asked.append(("timezero, 2 workers", sys.executable, "timezero", 2))
                if given.peers:
                    asked.append(("pySEQTarget", given.peers, "pySEQTarget", 1))
                    asked.append(("trial-emulation", given.peers, "trial-emulation", 1))
                ours: dict[str, Any] = {}
                for name, python, program, workers in asked:
                    one = ["--one", program, analysis, str(path), str(workers)]
                    found = run(
                        [python, str(HERE), *one],
                        seconds=given.seconds,
                        memory=int(given.memory * GIB),
                    )
                    ours = ours or found
                    lines.append(line_of(n, analysis, name, found, ours))
                    print(lines[-1], flush=True)
    header = HEADER.format(
        where=where_it_ran("numpy", "numba"), seconds=given.seconds, memory=given.memory
    )
    text = header + "\n".join(lines) + "\n"
    (RESULTS / "sequential_trials.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
