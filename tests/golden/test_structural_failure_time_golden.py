"""G-estimation of late treatment agrees with survival's Cox model, weights and uniroot."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from timezero.align._rows import one_row_each
from timezero.estimate.structural_failure_time import (
    GRID,
    LateStart,
    censoring_weights,
    g_estimate,
)

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
HORIZON = 48.0
MERGED = 1e-7


@pytest.fixture(scope="module")
def late() -> LateStart:
    with (REFERENCE / "data" / "late_treatment.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    found = {name: np.array([float(row[name] or "nan") for row in table]) for name in table[0]}
    waited = found["waited"]
    rows = one_row_each(
        entry=np.full(waited.size, -np.inf),
        exit=np.where(np.isnan(waited), found["followed"], waited),
        event=~np.isnan(waited),
        arm=np.zeros(waited.size, dtype=np.bool_),
        patient=np.arange(waited.size),
        words=(("not yet treated", "treated"), "the beginning of the file"),
    )
    return LateStart(
        rows=rows,
        design=np.column_stack([found["x"], found["z"]]),
        names=("x", "z"),
        followed=found["followed"],
        event=found["event"] == 1.0,
        waited=waited,
    )


def test_censoring_weights_as_by_survfit(
    late: LateStart, read_output: Callable[[str], Any], agrees: Callable[..., None]
) -> None:
    stored = read_output("structural_failure_time")["chosen"]["weight"]
    agrees("g-estimation: weights", censoring_weights(late, HORIZON), stored, scale=1.0)


def test_statistic_estimate_and_interval_as_by_coxph_and_uniroot(
    late: LateStart, read_output: Callable[[str], Any], agrees: Callable[..., None]
) -> None:
    stored = read_output("structural_failure_time")["chosen"]
    found = g_estimate(late, horizon=HORIZON)
    at = [int(np.argmin(np.abs(GRID - psi))) for psi in stored["psi"]]
    agrees("g-estimation: z", found.inverted.statistic[at], stored["z"])
    agrees("g-estimation: z at no effect", found.z_no_effect, stored["at_zero"])
    agrees("g-estimation: psi", found.psi, stored["estimate"], within=MERGED)
    agrees("g-estimation: lower", found.lower, stored["lower"], within=MERGED)
    agrees("g-estimation: upper", found.upper, stored["upper"], within=MERGED)
