"""Write the bundled SIMULATED courses of perfusions; no real patient is in them.

    python simulations/make_simulated_perfusions.py

The world: the abdomen is filled in 10 minutes, circulated and drained in another 10, with a
reading every 5 minutes. The abdomen approaches a temperature a little below that of the inflow; the
outflow is a little cooler still. Readings have small errors. All are done as planned.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[1] / "src" / "timezero" / "data"
TARGET = DATA / "simulated_repeat_hipec_29" / "perfusions_SIMULATED.csv"
SEED = 20261125
STEP, FILL, DRAIN = 5, 10, 10
# Patient, procedure, minutes circulated, temperature of the inflow in °C.
COURSES = (
    ("SIM-01", 1, 90, 42.6),
    ("SIM-04", 1, 90, 42.2),
    ("SIM-04", 2, 90, 43.4),
    ("SIM-05", 1, 90, 42.8),
    ("SIM-05", 2, 90, 41.9),
    ("SIM-07", 1, 60, 42.5),
)
HEADER = (
    "simulated_patient",
    "procedure number",
    "minute",
    "phase",
    "inflow temperature",
    "outflow temperature",
    "abdominal temperature",
    "flow",
    "minutes planned",
    "simulated",
)


def rows_of(
    course: tuple[str, int, int, float], rng: np.random.Generator
) -> list[tuple[str | int | float, ...]]:
    """Return the rows of one perfusion."""
    patient, procedure, minutes, warm = course
    end = FILL + minutes
    rows: list[tuple[str | int | float, ...]] = []
    for minute in range(0, end + DRAIN + 1, STEP):
        phase = "fill" if minute < FILL else "circulate" if minute < end else "drain"
        since = max(minute - FILL / 2, 0.0)
        abdomen = 36.6 + (warm - 0.6 - 36.6) * (1.0 - np.exp(-since / 9.0))
        inflow = warm - 1.5 * np.exp(-minute / 6.0)
        outflow = min(abdomen - 0.2, inflow - 0.4)
        flow = {"fill": 1.0, "circulate": 1.5, "drain": 0.8}[phase]
        drift = rng.normal(0.0, 0.08, 4)
        drained = phase == "drain" and minute > end
        temperatures = [
            f"{v + e:.1f}" for v, e in zip((inflow, outflow, abdomen), drift, strict=False)
        ]
        rows.append(
            (
                patient,
                procedure,
                minute,
                phase,
                *(["", "", temperatures[2]] if drained else temperatures),
                f"{max(flow + drift[3] / 2, 0.0):.2f}",
                minutes,
                "yes",
            )
        )
    return rows


def as_csv() -> str:
    """Return all courses as the text of a CSV file."""
    rng = np.random.default_rng(SEED)
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(HEADER)
    for course in COURSES:
        out.writerows(rows_of(course, rng))
    return text.getvalue()


if __name__ == "__main__":
    TARGET.write_bytes(as_csv().encode("ascii"))
