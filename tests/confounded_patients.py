"""Simulated patients whose severity changes, prompts treatment and kills; shared by tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align.treatment_in_periods import TreatmentInPeriods, treatment_in_periods
from timezero.arrays import Bools, Floats, Ints
from timezero.estimate.marginal_structural_cox import WeightedRows, weighted_rows
from timezero.model.cohort import Cohort
from timezero.model.person_periods import PersonPeriods

NAMES = ("age", "severity")


@dataclass(frozen=True, kw_only=True)
class Confounded:
    """A cohort, its periods, and the columns they were drawn from."""

    cohort: Cohort
    periods: PersonPeriods
    origin: Floats
    age: Floats
    severity: Floats

    @property
    def treatment(self) -> TreatmentInPeriods:
        """The person-time in periods."""
        return treatment_in_periods(self.cohort, self.periods, self.origin)

    def data(self, ties: str = "efron") -> WeightedRows:
        """Return the rows of a marginal structural model."""
        assert ties in {"efron", "breslow"}
        return weighted_rows(
            self.periods,
            self.treatment,
            n_cohort=self.cohort.n,
            ties="efron" if ties == "efron" else "breslow",
        )


def cohort_of(exit_time: Floats, event: Bools, initiation: Floats) -> Cohort:
    """Return a cohort observed from time zero, without covariates of its own."""
    n = exit_time.size
    return Cohort(
        patient=tuple(str(j) for j in range(n)),
        entry=np.full(n, -np.inf),
        exit=exit_time,
        event=event,
        initiation=initiation,
        trigger=None,
        covariates=(),
        time_unit="months",
        zero_exit=float("nan"),
        name="simulated patients",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
    )


def periods_of(
    cohort: Cohort, age: Floats, severity: Floats, *, width: float, event_order: str
) -> PersonPeriods:
    """Cut each patient's time into periods, straight from the definition."""
    rows: dict[str, list[float]] = {
        k: [] for k in ("period", "treated", "eligible", "event", "lost", "age", "severity")
    }
    first = [0]
    n_periods = severity.shape[1]
    for j in range(cohort.n):
        for k in range(n_periods):
            start, end = k * width, (k + 1) * width
            if cohort.exit[j] <= start:
                break
            begun = cohort.initiation[j] if cohort.initiation[j] < cohort.exit[j] else np.inf
            leaves = cohort.exit[j] <= end
            rows["period"].append(k)
            rows["treated"].append(begun <= end)
            rows["eligible"].append(not begun <= start)
            rows["event"].append(leaves and cohort.event[j])
            rows["lost"].append(leaves and not cohort.event[j])
            rows["age"].append(age[j])
            rows["severity"].append(severity[j, k])
        first.append(len(rows["period"]))
    assert event_order in {"treatment_first", "event_first"}
    flag = {k: np.array(rows[k], dtype=np.bool_) for k in ("treated", "eligible", "event", "lost")}
    return PersonPeriods(
        first=np.array(first, dtype=np.int64),
        patient=np.arange(cohort.n, dtype=np.int64),
        period=np.array(rows["period"], dtype=np.int64),
        competing=np.zeros(len(rows["period"]), dtype=np.bool_),
        columns=np.column_stack([rows["age"], rows["severity"]]).astype(np.float64),
        names=NAMES,
        varying=(False, True),
        width=width,
        origin="time zero",
        event_order=event_order,
        **flag,
    )


def confounded(
    n: int,
    *,
    seed: int,
    n_periods: int = 24,
    prompts: float = 0.8,
    kills: float = 0.8,
    effect: float = 0.0,
    rate: float = 0.04,
    width: float = 1.0,
    event_order: str = "treatment_first",
) -> Confounded:
    """Draw patients whose severity changes at random from period to period.

    Severity raises the hazard of treatment by ``prompts`` and of death by ``kills`` (log hazard
    ratio of one unit); treatment multiplies the hazard of death by ``exp(effect)`` and leaves
    severity alone. Without an effect the marginal hazard ratio is 1 exactly.
    """
    draw = np.random.default_rng(seed)
    age = draw.normal(size=n)
    severity = np.empty((n, n_periods))
    severity[:, 0] = draw.normal(size=n)
    for k in range(1, n_periods):
        severity[:, k] = 0.8 * severity[:, k - 1] + 0.6 * draw.normal(size=n)
    end = n_periods * width
    leaves = np.where(draw.random(n) < 0.3, draw.uniform(0.3 * end, end, n), end)
    exit_time, event, initiation = leaves.copy(), np.zeros(n, dtype=np.bool_), np.full(n, np.nan)
    for j in range(n):
        _live(
            draw,
            j,
            (exit_time, event, initiation),
            severity[j] + 0.3 * age[j],
            (prompts, kills, effect, rate, width),
        )
    cohort = cohort_of(exit_time, event, initiation)
    return Confounded(
        cohort=cohort,
        periods=periods_of(cohort, age, severity, width=width, event_order=event_order),
        origin=np.zeros(n),
        age=age,
        severity=severity,
    )


def _live(
    draw: np.random.Generator,
    j: int,
    fate: tuple[Floats, Bools, Floats],
    driver: Floats,
    law: tuple[float, float, float, float, float],
) -> None:
    """Draw one patient's treatment and death, period by period."""
    exit_time, event, initiation = fate
    prompts, kills, effect, rate, width = law
    for k in range(driver.size):
        start = k * width
        if start >= exit_time[j]:
            return
        wait = draw.exponential(1.0 / (rate * np.exp(prompts * driver[k])))
        if np.isnan(initiation[j]) and wait < width and start + wait < exit_time[j]:
            initiation[j] = start + wait
        at = start
        for until, ratio in _pieces(initiation[j], start, width, effect):
            life = draw.exponential(1.0 / (0.7 * rate * np.exp(kills * driver[k]) * ratio))
            if at + life < min(until, exit_time[j]):
                exit_time[j], event[j] = at + life, True
                if initiation[j] >= exit_time[j]:
                    initiation[j] = np.nan
                return
            at = until


def _pieces(begun: float, start: float, width: float, effect: float) -> list[tuple[float, float]]:
    end = start + width
    if np.isnan(begun) or begun <= start:
        return [(end, 1.0 if np.isnan(begun) else float(np.exp(effect)))]
    return [(begun, 1.0), (end, float(np.exp(effect)))]


def all_once(n: int) -> Ints:
    """Return copies of 1 for every patient."""
    return np.ones(n, dtype=np.int64)
