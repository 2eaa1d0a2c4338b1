"""A printed survival curve read off a grid of pixels, from patients whose data are known."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.audit.risk_numbers import RiskNumbers
from timezero.conventions import DAYS_PER
from timezero.estimate.product_limit import survival_curve
from timezero.model.person_time import PersonTime

ROOT = Path(__file__).resolve().parents[1]
HALF_A_DAY = {unit: 0.5 / days for unit, days in DAYS_PER.items()}


def patients(exits: Floats, event: Bools, arm: Floats | None = None) -> PersonTime:
    """Return one row each, at risk from the beginning."""
    n = exits.size
    return PersonTime(
        entry=np.full(n, -np.inf),
        exit=exits.astype(np.float64),
        event=event.astype(np.bool_),
        arm=np.zeros(n, dtype=np.int64) if arm is None else arm.astype(np.int64),
        patient=np.arange(n),
        stratum=np.zeros(n, dtype=np.int64),
        weight=np.ones(n),
        labels=("reference", "intervention"),
        counted_from="the beginning",
    )


def digitise(
    exits: Floats, event: Bools, *, width: int = 600, height: int = 400
) -> tuple[Floats, Floats]:
    """Return the curve read in every column of pixels in which it steps, and at its end.

    Both coordinates are the middle of a pixel: nothing finer is seen in a picture.
    """
    curve = survival_curve(patients(exits, event))
    last = float(curve.times[-1])
    steps = curve.n_events > 0
    columns = np.round(curve.times / last * width)
    lowest = dict(zip(columns[steps], curve.survival[steps], strict=True))
    lowest[float(width)] = float(curve.survival[-1])
    t = np.array([0.0, *lowest]) / width * last
    s = np.round(np.array([1.0, *lowest.values()]) * height) / height
    return t, s


def printed_beside(exits: Floats, event: Bools, n_times: int = 7) -> RiskNumbers:
    """Return what is printed beside the curve: numbers at risk at round times, and events."""
    every = float(exits.max()) / n_times
    digits = -int(np.floor(np.log10(every))) + 1
    step = round(every, digits)
    times = tuple(k * step for k in range(n_times + 1) if k * step < exits.max())
    return RiskNumbers(
        n=int(exits.size),
        n_events=int(event.sum()),
        times=times,
        at_risk=tuple(int(np.sum(exits >= t)) for t in times),
    )


def two_arms(name: str) -> tuple[Floats, Bools, Floats]:
    """Return exits, events and arm of a table in ``reference/data`` or a bundled example."""
    if name.startswith("example:"):
        return _example(name.removeprefix("example:"))
    with (ROOT / "reference" / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = {key: np.array([float(r[key]) for r in rows]) for key in ("exit", "event", "arm")}
    return columns["exit"], columns["event"] == 1.0, columns["arm"]


def _example(name: str) -> tuple[Floats, Bools, Floats]:
    """Ever against never treated of a bundled registry, exits at zero moved to half a day."""
    from timezero.intake.cohort import read_cohort
    from timezero.intake.examples import example_study_file
    from timezero.intake.protocol_file import read_protocol

    study = example_study_file(name)
    protocol = read_protocol(study)
    assert protocol.data.file is not None
    cohort = read_cohort(study.parent / protocol.data.file, protocol)
    ever = ~np.isnan(cohort.initiation)
    exits = np.where(cohort.exit > 0.0, cohort.exit, HALF_A_DAY[cohort.time_unit])
    return exits, cohort.event, ever.astype(np.float64)
