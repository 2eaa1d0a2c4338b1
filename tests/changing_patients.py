"""Patients in whole days, with values that change, for tests of periods and histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from timezero.model.cohort import Cohort, History

NEVER = None
CENSORED, EVENT, COMPETING = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePatient:
    """Whole days from time zero; ``measured`` holds (day, value), the days ascending."""

    exit: int
    end: int = CENSORED
    entry: int | None = None
    origin: int | None = 0
    initiation: int | None = NEVER
    measured: tuple[tuple[int, float], ...] = ()


def cohort_of(
    patients: list[OnePatient], *, day: float = 1.0, maximum_age: float = np.inf, **more: Any
) -> Cohort:
    """Return the patients with every time in a unit of which one day is ``day``."""

    def days(values: list[int | None], never: float) -> Any:
        return np.array([never if v is None else v * day for v in values])

    measured = [(k, d, v) for k, p in enumerate(patients) for d, v in p.measured]
    history = History(
        name="crp",
        kind="numeric",
        patient=np.array([k for k, _, _ in measured], dtype=np.int64),
        time=np.array([d * day for _, d, _ in measured], dtype=float),
        values=np.array([v for _, _, v in measured], dtype=float),
        maximum_age=maximum_age * day,
    )
    plain: dict[str, Any] = {
        "patient": tuple(f"P{k}" for k in range(len(patients))),
        "entry": days([p.entry for p in patients], -np.inf),
        "exit": days([p.exit for p in patients], np.nan),
        "event": np.array([p.end == EVENT for p in patients]),
        "competing": np.array([p.end == COMPETING for p in patients]),
        "initiation": days([p.initiation for p in patients], np.nan),
        "trigger": None,
        "covariates": (),
        "time_unit": "days",
        "zero_exit": float("nan"),
        "name": "made for a test",
        "simulated": True,
        "sources": (),
        "attrition": (),
        "findings": (),
        "digest": "",
        "histories": (history,),
    }
    return Cohort(**(plain | more))


def origins_of(patients: list[OnePatient], day: float = 1.0) -> Any:
    """Return when each patient's periods begin; NaN = left out."""
    return np.array([np.nan if p.origin is None else p.origin * day for p in patients])


@st.composite
def drawn_patients(draw: st.DrawFn) -> list[OnePatient]:
    """Draw patients whose times often fall on bounds of periods and on each other."""
    patients = []
    for _ in range(draw(st.integers(1, 8))):
        leave = draw(st.integers(1, 60))
        days = draw(st.lists(st.integers(-5, 60), max_size=5, unique=True).map(sorted))
        patients.append(
            OnePatient(
                exit=leave,
                end=draw(st.sampled_from([CENSORED, EVENT, COMPETING])),
                entry=draw(st.none() | st.integers(1, leave - 1)) if leave > 1 else None,
                origin=draw(st.just(0) | st.none() | st.integers(0, 40)),
                initiation=draw(st.none() | st.integers(0, 60)),
                measured=tuple((d, float(k)) for k, d in enumerate(days)),
            )
        )
    return patients
