"""Studies with a late treatment, drawn patient by patient without the audit's own simulation.

Used to see what the audit says of studies whose truth is known, among them studies from mechanisms
that the audit does not fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Floats
from timezero.model.audit_result import Setting
from timezero.model.claim import Asked, Claim, Numbers, PrintedNumber, Source

N = 120
ACCRUAL, AFTER = 60.0, 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """How a study comes about.

    Parameters
    ----------
    name : str
    words : str
        For the table.
    setting : {"none", "moderate", "strong"}
        The setting of the audit that corresponds to the truth.
    fitted : bool
        Whether the audit's own worlds include it.
    """

    name: str
    words: str
    setting: Setting = "none"
    fitted: bool = True


MECHANISMS = (
    Mechanism(name="constant", words="constant hazards, constant rate of treatment"),
    Mechanism(name="falling", words="falling hazard (Weibull 0.6), treatment after a lag"),
    Mechanism(
        name="changing",
        words="hazard high for 6 months, then low, then rising",
        fitted=False,
    ),
    Mechanism(
        name="recurrence",
        words="treatment needs a recurrence (gamma times), which multiplies the hazard by 2.5",
        fitted=False,
    ),
    Mechanism(name="delayed", words="the effect begins 3 months after treatment", fitted=False),
    Mechanism(
        name="two_kinds",
        words="two kinds of patients, hazards 1 to 3; the fit are treated three times as fast",
        setting="moderate",
        fitted=False,
    ),
    Mechanism(
        name="log_normal",
        words="log-normal frailty, variance 1; rate of treatment falls as 1 / frailty",
        setting="strong",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """One study: exit, death, initiation and trigger of each patient; infinite for never."""

    exit: Floats
    died: Floats
    initiation: Floats
    trigger: Floats


def draw_study(mechanism: Mechanism, ratio: float, rng: np.random.Generator) -> Study:
    """Draw one study of ``N`` patients whose true hazard ratio after initiation is known."""
    frailty, rate = np.ones(N), np.ones(N)
    if mechanism.name == "two_kinds":
        frail = rng.random(N) < 0.5
        frailty = np.where(frail, 1.5, 0.5)
        rate = np.where(frail, 1.0, 3.0)
    elif mechanism.name == "log_normal":
        deviation = math.sqrt(math.log(2.0))
        frailty = np.exp(deviation * rng.standard_normal(N) - deviation**2 / 2.0)
        rate = 1.0 / frailty
    trigger = np.full(N, np.inf)
    clock = np.zeros(N)
    if mechanism.name == "recurrence":
        trigger = rng.gamma(2.0, 8.0, N)
        clock = trigger
    wait = rng.exponential(24.0, N) / rate
    if mechanism.name == "falling":
        wait = 3.0 + rng.exponential(12.0, N)
    initiation = clock + wait
    initiation[rng.random(N) < 0.25] = np.inf
    budget = rng.exponential(1.0, N) / frailty
    death = np.array(
        [_death(mechanism, ratio, budget[i], trigger[i], initiation[i]) for i in range(N)]
    )
    leaves = ACCRUAL + AFTER - ACCRUAL * rng.random(N)
    return Study(
        exit=np.minimum(death, leaves),
        died=(death <= leaves).astype(float),
        initiation=initiation,
        trigger=trigger,
    )


def _death(
    mechanism: Mechanism, ratio: float, budget: float, trigger: float, initiation: float
) -> float:
    """Walk in small steps until the cumulative hazard spends the budget."""
    starts = initiation + (3.0 if mechanism.name == "delayed" else 0.0)
    cuts = sorted({0.0, *(t for t in (trigger, starts, 6.0, 30.0) if math.isfinite(t))})
    for k, low in enumerate(cuts):
        high = cuts[k + 1] if k + 1 < len(cuts) else math.inf
        factor = (ratio if low >= starts else 1.0) * (2.5 if low >= trigger else 1.0)
        if mechanism.name == "falling":
            at = lambda t: (t / 30.0) ** 0.6 * math.log(2.0)  # noqa: E731
            left = budget / factor + at(low)
            time = 30.0 * (left / math.log(2.0)) ** (1.0 / 0.6)
            spent = factor * (at(high) - at(low)) if math.isfinite(high) else math.inf
        else:
            hazard = factor * _rate(mechanism, low)
            time = low + budget / hazard
            spent = hazard * (high - low)
        if budget <= spent:
            return time
        budget -= spent
    return math.inf


def _rate(mechanism: Mechanism, t: float) -> float:
    if mechanism.name == "changing":
        return 0.05 if t < 6.0 else 0.012 if t < 30.0 else 0.04
    return 0.015 if mechanism.name == "recurrence" else 0.024


def statistics_of(study: Study) -> dict[str, float]:
    """Return the numbers that a paper would print of a study."""
    from timezero.audit.simulate import Design, Query
    from timezero.kernels.simulate_studies import summarise_study

    design = Design(
        queries=tuple(Query(group=g, kind="quantile", value=0.5) for g in ("all", "late", "never"))
    )
    patients = np.column_stack([study.exit, study.died, study.initiation, study.trigger])
    out = np.empty(len(design.names))
    work = np.empty((N, 10))
    summarise_study(patients, 0, 0.0, design.as_array()[1:], work, out)
    return dict(zip(design.names, out.tolist(), strict=True))


def as_claim(study: Study, mechanism: Mechanism) -> Claim | None:
    """Return the study as a paper prints it; None when it has no two groups to compare."""
    found = statistics_of(study)
    if (
        min(found["n_late"], found["n_never"]) < 5
        or min(found["deaths_late"], found["deaths_never"]) < 3
    ):
        return None
    error = found["hazard_ratio_error"]
    limits = [math.exp(found["log_hazard_ratio"] + s * 1.959964 * error) for s in (-1, 0, 1)]
    if not all(0.01 < limit < 99.0 for limit in limits):
        return None
    counts = {
        k: f"{found[k]:.0f}" for k in ("n", "n_late", "n_never", "deaths_late", "deaths_never")
    }
    times = {
        "median_late": found["quantile late 0.5"],
        "median_never": found["quantile never 0.5"],
        "wait": found["wait"],
        "wait_lower_quartile": found["wait_lower_quartile"],
        "wait_upper_quartile": found["wait_upper_quartile"],
        "follow_up": found["follow_up"],
    }
    if mechanism.name == "recurrence":
        counts["n_triggered"] = f"{found['n_triggered']:.0f}"
        times["trigger_time"] = found["trigger_time"]
    printed = {k: "not reached" if math.isinf(v) else f"{v:.1f}" for k, v in times.items()}
    numbers = {k: PrintedNumber(printed=v) for k, v in (counts | printed).items()}
    numbers["hazard_ratio"] = PrintedNumber(
        printed=f"{limits[1]:.2f}", lower=f"{limits[0]:.2f}", upper=f"{limits[2]:.2f}"
    )
    numbers["accrual"] = PrintedNumber(printed=f"{ACCRUAL:.0f}")
    return Claim(
        title=f"simulated: {mechanism.words}",
        source=Source(kind="simulated", simulated=True),
        question=Asked(time_zero="entry", comparison="ever_treated"),
        numbers=Numbers(**numbers),
    )
