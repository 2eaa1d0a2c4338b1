"""Worlds in which fitter patients are treated: the truth is known, and so is who was chosen.

Each patient has a fitness that changes every three months and that treatment does not change. It
lowers the hazard of death. Whether it also speeds the treatment, and whether the registry holds it,
makes the three kinds of confounding: none, measured, unmeasured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from worlds import Floats

from timezero.model.cohort import Cohort, Covariate, History
from timezero.model.protocol import Protocol

Confounding: TypeAlias = Literal["none", "measured", "unmeasured"]
Strategy: TypeAlias = Literal["as_happened", "treat", "never"]

STEP = 3.0
N_STEPS = 16
GRACE = 12.0
HORIZON = 24.0
EFFECTS = {"no effect": 1.0, "longer survival": 0.5, "shorter survival": 2.0}
SIZES = (30, 100, 1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class FitnessWorld:
    """One way in which patients are chosen; rates a month.

    Parameters
    ----------
    hazard_ratio : float
        Of death, from just after the treatment on, at equal fitness.
    confounding : {"none", "measured", "unmeasured"}
    death, treatment : float
        Rates at average fitness.
    strength, choice : float
        Log ratio of the rate of death (lower) and of treatment (higher) for one unit of fitness;
        ``choice`` counts for nothing without confounding.
    persistence : float
        How much of the fitness is left after three months.
    """

    hazard_ratio: float
    confounding: Confounding
    death: float = 0.03
    treatment: float = 0.05
    strength: float = 0.6
    choice: float = 0.8
    persistence: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """What happens to simulated patients when nobody is lost; inf = never."""

    death: Floats
    treated: Floats
    fitness: Floats


def live(
    world: FitnessWorld, n: int, rng: np.random.Generator, *, strategy: Strategy = "as_happened"
) -> Lives:
    """Let ``n`` patients live step by step.

    Parameters
    ----------
    strategy : {"as_happened", "treat", "never"}
        ``treat``: whoever is untreated at the end of the grace period is treated then.
    """
    fitness = np.empty((n, N_STEPS))
    fitness[:, 0] = rng.standard_normal(n)
    spread = np.sqrt(1.0 - world.persistence**2)
    for k in range(1, N_STEPS):
        fitness[:, k] = world.persistence * fitness[:, k - 1] + spread * rng.standard_normal(n)
    choice = 0.0 if world.confounding == "none" else world.choice
    death, treated = np.full(n, np.inf), np.full(n, np.inf)
    waits = rng.standard_exponential((n, N_STEPS))
    dies = rng.standard_exponential(n)
    spent = np.zeros(n)
    for k in range(N_STEPS):
        begins, ends = k * STEP, (k + 1) * STEP
        if strategy != "never":
            rate = world.treatment * np.exp(choice * fitness[:, k])
            when = begins + waits[:, k] / rate
            starts = np.isinf(treated) & (when < ends)
            treated = np.where(starts, when, treated)
        if strategy == "treat" and ends >= GRACE:
            treated = np.where(treated > GRACE, GRACE, treated)
        base = world.death * np.exp(-world.strength * fitness[:, k])
        change = np.clip(treated, begins, ends)
        before, after = base * (change - begins), base * world.hazard_ratio * (ends - change)
        here = np.isinf(death) & (spent + before + after >= dies)
        early = spent + before >= dies
        at = np.where(
            early,
            begins + (dies - spent) / base,
            change + (dies - spent - before) / (base * world.hazard_ratio),
        )
        death = np.where(here, at, death)
        spent = spent + before + after
    return Lives(death=death, treated=treated, fitness=fitness)


def draw_registry(world: FitnessWorld, n: int, rng: np.random.Generator) -> Cohort:
    """Draw one registry: a loss of 1 % a month, and an end between 24 and 48 months."""
    lives = live(world, n, rng)
    closes = np.minimum(rng.uniform(24.0, STEP * N_STEPS, n), rng.exponential(100.0, n))
    leave = np.minimum(lives.death, closes)
    known = (
        lives.fitness if world.confounding != "unmeasured" else rng.standard_normal((n, N_STEPS))
    )
    at = np.arange(N_STEPS) * STEP
    seen = at[np.newaxis, :] < leave[:, np.newaxis]
    seen[:, 0] = False
    patient, step = np.nonzero(seen)
    return Cohort(
        patient=tuple(f"SIM-{k}" for k in range(n)),
        entry=np.full(n, -np.inf),
        exit=leave,
        event=lives.death <= closes,
        initiation=np.where(lives.treated < leave, lives.treated, np.nan),
        trigger=None,
        covariates=(Covariate(name="fitness", kind="numeric", values=known[:, 0]),),
        time_unit="months",
        zero_exit=float("nan"),
        name="simulated fitness",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
        histories=(_history(known, patient, step, at),),
    )


def _history(
    known: Floats, patient: NDArray[np.intp], step: NDArray[np.intp], at: Floats
) -> History:
    n = known.shape[0]
    who = np.concatenate([np.arange(n), patient]).astype(np.int64)
    when = np.concatenate([np.zeros(n), at[step]])
    value = np.concatenate([known[:, 0], known[patient, step]])
    order = np.lexsort((when, who))
    return History(
        name="fitness later",
        kind="numeric",
        patient=who[order],
        time=when[order],
        values=value[order],
    )


def protocol(*, replicates: int, seed: int) -> Protocol:
    """Return the question that is asked of every registry."""
    return Protocol.model_validate(
        {
            "data": {"covariates": ["fitness"], "history": ["fitness later"], "unit": "months"},
            "analysis": {
                "horizons": [HORIZON],
                "landmarks": [6.0],
                "bootstrap": 0,
                "redeals": 0,
                "seed": seed,
                "workers": 1,
            },
            "fitness": {
                "grace_period": GRACE,
                "replicates": replicates,
                "simulated_patients": 2_000,
            },
        }
    )
