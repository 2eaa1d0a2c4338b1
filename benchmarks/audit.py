"""How many small studies the audit simulates in a minute, and how long a whole audit takes.

    python benchmarks/audit.py [--repeats 5]

The peer is the same simulation written with numpy and lifelines, which have no such thing of their
own: one study after another, the same numbers read off it. Agreement comes first: the means of the
printed numbers of both have to lie within four Monte-Carlo errors, or there is no ratio.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measure import shown, timed, where_it_ran, write_table

from timezero.audit.frailty import frailty_tables
from timezero.audit.prior import PLACE, Worlds
from timezero.audit.simulate import Design, Query, Stream, simulate
from timezero.kernels.late_worlds import COLUMNS

N = 30
STUDIES = 200_000
PEER_STUDIES = 400
AGREEMENT = 4.0
WANTED = 3e6
MEAN_WAIT, FOLLOW_UP, ACCRUAL = 1.0, 4.0, 3.0


def design() -> Design:
    """Return what is read off each study: sizes, deaths, medians, hazard ratio, log-rank, waits."""
    groups = ("all", "late", "never")
    return Design(queries=tuple(Query(group=g, kind="quantile", value=0.5) for g in groups))


def ours(studies: int, workers: int) -> np.ndarray:
    """Simulate with the audit."""
    rows = np.zeros((studies, len(COLUMNS)))
    for name, value in {
        "n": N, "location": 1.0, "wait_scale": MEAN_WAIT, "wait_shape": 1.0, "hazard_ratio": 1.0,
        "harm_ratio": 1.0, "accrual": ACCRUAL, "accrual_shape": 1.0, "follow_up_end": FOLLOW_UP,
    }.items():  # fmt: skip
        rows[:, PLACE[name]] = value
    worlds = Worlds(rows=rows, knots=np.array([[[0.0, 1.0], [0.0, 1.0]]]))
    stream = Stream(seed=1, purpose=1)
    return simulate(worlds, design(), frailty_tables(()), stream=stream, workers=workers)


def peer(studies: int) -> np.ndarray:
    """Simulate with numpy, and read the numbers off with lifelines."""
    import pandas as pd
    from lifelines import CoxPHFitter, KaplanMeierFitter

    rng = np.random.default_rng(1)
    found = []
    for _ in range(studies):
        death, wait = rng.exponential(1.0, N), rng.exponential(MEAN_WAIT, N)
        leaves = FOLLOW_UP - ACCRUAL * rng.random(N)
        time_, died = np.minimum(death, leaves), death <= leaves
        late = wait < time_
        medians = [
            KaplanMeierFitter().fit(time_[who], died[who]).median_survival_time_
            for who in (np.ones(N, dtype=bool), late, ~late)
        ]
        frame = pd.DataFrame({"t": time_, "d": died, "late": late.astype(float)})
        try:
            log_ratio = float(CoxPHFitter().fit(frame, "t", "d").params_["late"])
        except Exception:  # noqa: BLE001  a study without two groups or without contrast
            log_ratio = math.nan
        found.append([late.sum(), (died & late).sum(), *medians, log_ratio])
    return np.array(found, dtype=float)


def agree(fast: np.ndarray, slow: np.ndarray) -> bool:
    """Say whether the mean numbers agree: late treated, their deaths, log hazard ratio."""
    names = design().names
    for ours_name, column in (("n_late", 0), ("deaths_late", 1), ("log_hazard_ratio", 5)):
        a, b = fast[:, names.index(ours_name)], slow[:, column]
        a, b = (v[np.isfinite(v) & (np.abs(v) < 5.9 if column == 5 else True)] for v in (a, b))
        if column == 5:
            b = b[np.abs(b) < 5.9]
            if abs(np.median(a) - np.median(b)) > AGREEMENT * 1.25 * b.std() / math.sqrt(b.size):
                return False
        elif abs(a.mean() - b.mean()) > AGREEMENT * b.std() / math.sqrt(b.size):
            return False
    return True


def whole_audit(repeats: int) -> list[float]:
    """Time ``timezero audit`` as a process, warm, report and page for patients written."""
    program = shutil.which("timezero", path=str(Path(sys.executable).parent))
    if program is None:
        return []
    walls: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats + 1):
            began = time.perf_counter()
            subprocess.run(
                [program, "audit", "--article", "patients.html"],
                cwd=folder,
                check=False,
                capture_output=True,
            )
            walls.append(time.perf_counter() - began)
    return walls[1:]


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    rows: list[dict[str, str]] = []
    slow_timing, slow = timed(lambda: peer(PEER_STUDIES), repeats=1)
    each = slow_timing.least / PEER_STUDIES
    for workers in (1, 2):
        timing, fast = timed(lambda workers=workers: ours(STUDIES, workers), repeats=given.repeats)
        rate = STUDIES / timing.least * 60.0
        ratio = each / (timing.least / STUDIES)
        rows.append(
            {
                "what": f"studies of {N} patients, {workers} thread{'s' if workers > 1 else ''}",
                "least": f"{rate / 1e6:.1f} million a minute",
                "median": f"{STUDIES / timing.median * 60.0 / 1e6:.1f} million a minute",
                "over numpy and lifelines": f"{ratio:,.0f}x" if agree(fast, slow) else "disagrees",
                "wanted": f"{WANTED / 1e6:.0f} million" if workers == 2 else "",
            }
        )
    walls = whole_audit(given.repeats)
    if walls:
        rows.append(
            {
                "what": "timezero audit, bundled claim, report and page for patients, warm",
                "least": shown(min(walls)),
                "median": shown(statistics.median(walls)),
                "over numpy and lifelines": "",
                "wanted": "< 15 s",
            }
        )
    words = (
        "Each study: patients drawn, two groups compared as published, sizes, deaths, medians, "
        "hazard ratio, log-rank test, waiting times and follow-up read off. The peer reads off "
        f"three medians and a hazard ratio. {where_it_ran('numpy', 'numba', 'lifelines')}"
    )
    write_table("audit", "Studies simulated, and a whole audit", words, rows)


if __name__ == "__main__":
    main()
