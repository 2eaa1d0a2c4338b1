"""Write the bundled SIMULATED registry with values that change; no real patient is in it.

    python simulations/make_simulated_histories.py

The world, in steps of 91 days (three months) between planned visits, each hazard constant between
two visits:

- covariates: age, PCI 0-39; five centres;
- a fitness score from 0 (bedridden) to 10 (as before the illness), seen at the first operation and
  at visits every 91 days; one planned visit in ten is missed. Between visits it is what was last
  seen, also for the hazards: nothing that drives both treatment and death is missing from the file.
  At a visit it falls by 1 with probability 0.20, after recurrence 0.45, and rises by 1 with
  probability 0.20, after recurrence 0.12;
- recurrence: 0.035 exp(0.03 (PCI - 19)) a month;
- a second operation, from 28 days after recurrence on: 0.055 exp(0.55 (score - 6)) a month, times
  1.8, 1.3, 1.0, 0.8 or 0.5 by centre;
- death from the disease: 0.004 a month before recurrence, after it 0.040 exp(0.30 (5 - score)),
  both times exp(0.02 (PCI - 19));
- death of another cause, the competing event: 0.003 exp(0.05 (age - 62) + 0.10 (5 - score)) a
  month;
- the second operation changes none of these: the true hazard ratio is 1.0, for both kinds of death.
  Nor does it change the score;
- first operations from June 2004 to March 2012, data closed on 30 June 2013, few lost before.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FOLDER = (
    Path(__file__).resolve().parents[1]
    / "src"
    / "timezero"
    / "data"
    / "simulated_repeat_histories_300"
)
REGISTRY, HISTORY = "registry_SIMULATED.csv", "history_SIMULATED.csv"
N, SEED = 300, 20131025
DAYS_PER_MONTH = 365.25 / 12.0
STEP, WAIT_AT_LEAST = 91, 28
FIRST_OPERATION, LAST_OPERATION = date(2004, 6, 1), date(2012, 3, 31)
DATA_CLOSED = date(2013, 6, 30)
CENTRES = ("Ashford", "Brook", "Carrow", "Dene", "Elm")
SHARE_OF_CENTRE = (0.30, 0.25, 0.20, 0.15, 0.10)
CENTRE_OPERATES = (1.8, 1.3, 1.0, 0.8, 0.5)
STEPS, PER_STEP, AT_START = 40, 7, 8


@dataclass(kw_only=True)
class Patient:
    """One simulated patient, times in whole days since the first operation; None = never."""

    start: int
    age: int
    pci: int
    centre: int
    followed: int
    scores: list[tuple[int, int]] = field(default_factory=list)
    recurrence: int | None = None
    second: int | None = None
    leave: int = 0
    status: str = "alive"

    @property
    def score(self) -> int:
        """The score that was last seen."""
        return self.scores[-1][1]


def normal(first: float, second: float) -> float:
    """Turn two uniforms into one standard normal (Box-Muller)."""
    return math.sqrt(-2.0 * math.log1p(-first)) * math.cos(2.0 * math.pi * second)


def days(uniform: float, monthly_hazard: float) -> float:
    """Turn a uniform into days until something with a constant hazard a month."""
    return -math.log1p(-uniform) / monthly_hazard * DAYS_PER_MONTH


def begin(u: Floats) -> Patient:
    """Draw what is known at the first operation."""
    pci = round(min(max(19.0 + 8.0 * normal(u[0], u[1]), 1.0), 39.0))
    score = round(min(max(6.5 - 0.05 * (pci - 19.0) + 1.5 * normal(u[2], u[3]), 1.0), 10.0))
    start = int(u[4] * ((LAST_OPERATION - FIRST_OPERATION).days + 1))
    closed = (DATA_CLOSED - FIRST_OPERATION).days - start
    return Patient(
        start=start,
        age=round(min(max(62.0 + 11.0 * normal(u[5], u[6]), 28.0), 84.0)),
        pci=pci,
        centre=int(np.searchsorted(np.cumsum(SHARE_OF_CENTRE), u[7], side="right")),
        followed=min(closed, math.ceil(days(float(u[8]), 0.0015))),
        scores=[(0, score)],
    )


def new_score(patient: Patient, day: int, missed: float, moved: float) -> None:
    """See the patient at a planned visit, unless it is missed."""
    if missed < 0.10:
        return
    recurred = patient.recurrence is not None
    falls, rises = (0.45, 0.12) if recurred else (0.20, 0.20)
    step = -1 if moved < falls else 1 if moved > 1.0 - rises else 0
    patient.scores.append((day, min(max(patient.score + step, 0), 10)))


def live_a_step(patient: Patient, day: int, u: Floats) -> bool:
    """Live from one planned visit to the next; say whether the patient is then still followed."""
    end = day + STEP
    heavy = patient.pci - 19.0
    if patient.recurrence is None:
        at = math.ceil(day + days(u[0], 0.035 * math.exp(0.03 * heavy)))
        patient.recurrence = at if at <= end else None
    recurred = end if patient.recurrence is None else max(patient.recurrence, day)
    burden = math.exp(0.02 * heavy)
    before = math.ceil(day + days(u[1], 0.004 * burden))
    after = math.ceil(recurred + days(u[2], 0.040 * burden * math.exp(0.30 * (5 - patient.score))))
    died = before if before <= recurred else after
    frail = 0.05 * (patient.age - 62) + 0.10 * (5 - patient.score)
    died_otherwise = math.ceil(day + days(u[3], 0.003 * math.exp(frail)))
    leave = min(died, died_otherwise, patient.followed)
    if patient.second is None and patient.recurrence is not None:
        could = max(patient.recurrence + WAIT_AT_LEAST, day)
        hazard = 0.055 * math.exp(0.55 * (patient.score - 6)) * CENTRE_OPERATES[patient.centre]
        operated = math.ceil(could + days(u[4], hazard))
        patient.second = operated if operated <= end and operated < leave else None
    if leave > end:
        return True
    patient.leave = leave
    if leave == died:
        patient.status = "dead of disease"
    elif leave == died_otherwise:
        patient.status = "dead of another cause"
    if patient.recurrence is not None and patient.recurrence >= leave:
        patient.recurrence = None
    return False


def draw(n: int = N, seed: int = SEED) -> list[Patient]:
    """Draw one registry from the world described at the top of this file, by first operation."""
    generator = np.random.Generator(np.random.PCG64(seed))
    starts = generator.random((n, AT_START + 1))
    steps = generator.random((n, STEPS, PER_STEP))
    patients: list[Patient] = []
    for i in range(n):
        patient = begin(starts[i])
        for k in range(STEPS):
            if k:
                new_score(patient, k * STEP, *steps[i, k, 5:7].tolist())
            if not live_a_step(patient, k * STEP, steps[i, k]):
                break
        patients.append(patient)
    return sorted(patients, key=lambda patient: patient.start)


def as_csv(patients: list[Patient]) -> tuple[str, str]:
    """Return the registry and its history as the texts of two CSV files."""
    registry, history = io.StringIO(), io.StringIO()
    out, more = (csv.writer(text, lineterminator="\n") for text in (registry, history))
    out.writerow(
        [
            "simulated_patient",
            "first_operation",
            "recurrence",
            "second_operation",
            "last_contact",
            "status",
            "age",
            "pci",
            "centre",
            "simulated",
        ]
    )
    more.writerow(["simulated_patient", "visit", "fitness_score", "simulated"])
    for number, patient in enumerate(patients, start=1):
        name = f"SIM-{number:03d}"
        day_one = FIRST_OPERATION + timedelta(days=patient.start)

        def on(day: int | None, *, since: date = day_one) -> str:
            return "" if day is None else (since + timedelta(days=day)).isoformat()

        out.writerow(
            [
                name,
                on(0),
                on(patient.recurrence),
                on(patient.second),
                on(patient.leave),
                patient.status,
                patient.age,
                patient.pci,
                CENTRES[patient.centre],
                "yes",
            ]
        )
        more.writerows([name, on(day), score, "yes"] for day, score in patient.scores)
    return registry.getvalue(), history.getvalue()


def main() -> None:
    """Write both tables of the bundled registry."""
    registry, history = as_csv(draw())
    (FOLDER / REGISTRY).write_bytes(registry.encode("ascii"))
    (FOLDER / HISTORY).write_bytes(history.encode("ascii"))


if __name__ == "__main__":
    main()
