"""Worlds with a known truth: patients drawn one data set at a time, each from its own seed.

In every world but ``recurrent`` the treatment is given at random times, whatever the patient's
prospects, so the rungs that need no trigger must be right. In ``recurrent`` a recurrence raises the
hazard of death and opens the way to the treatment, as in repeat surgery: there, only what respects
the trigger can be right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from timezero.model.cohort import Cohort

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One way in which patients are treated, leave and die; times in months.

    Parameters
    ----------
    name, words : str
    death_shape, death_scale : float
        Weibull hazard of death in the untreated: shape 1 is a constant hazard.
    waiting_shape, waiting_scale, never : float
        Weibull waiting time of those who can be treated; share who never can.
    censoring_rate, closes : float
        Loss at random, and the end of the study (accrual is uniform over its first half).
    hazard_ratio : float
        From just after the treatment on.
    recurrence_rate : float
        0: no trigger. Otherwise the rate of recurrence, after which the hazard of death is
        multiplied by ``after_recurrence`` and the waiting for the treatment begins.
    """

    name: str
    words: str
    death_shape: float = 1.0
    death_scale: float = 30.0
    waiting_shape: float = 1.0
    waiting_scale: float = 18.0
    never: float = 0.0
    censoring_rate: float = 0.004
    closes: float = 96.0
    hazard_ratio: float = 1.0
    recurrence_rate: float = 0.0
    after_recurrence: float = 1.0


CONSTANT = World(name="constant", words="constant hazards of death, treatment and loss")
FALLING = World(
    name="falling",
    words="Weibull hazard of death that falls (shape 0.6), Weibull waiting (shape 1.4), 20 % of "
    "the patients can never be treated",
    death_shape=0.6,
    death_scale=24.0,
    waiting_shape=1.4,
    waiting_scale=10.0,
    never=0.2,
)
RECURRENT = World(
    name="recurrent",
    words="death is rare before a recurrence and four times as frequent after it; the treatment "
    "is open to patients with a recurrence only",
    death_scale=80.0,
    waiting_scale=12.0,
    recurrence_rate=1.0 / 15.0,
    after_recurrence=4.0,
)


def generator(seed: int, *place: int) -> np.random.Generator:
    """Return the random numbers of one data set, the same in whatever order they are drawn."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *place])))


def _exponentials(rng: np.random.Generator, n: int) -> Floats:
    return -np.log1p(-rng.random(n))


def _cohort(
    *, leave: Floats, event: NDArray[np.bool_], initiation: Floats, trigger: Floats | None
) -> Cohort:
    return Cohort(
        patient=tuple(f"SIM-{k}" for k in range(leave.size)),
        entry=np.full(leave.size, -np.inf),
        exit=leave,
        event=event,
        initiation=initiation,
        trigger=trigger,
        covariates=(),
        time_unit="months",
        zero_exit=float("nan"),
        name="simulated world",
        simulated=True,
        sources=(),
        attrition=(),
        findings=(),
        digest="",
    )


def _death(world: World, target: Floats, *, recurrence: Floats, treated: Floats) -> Floats:
    """Return when the cumulative hazard reaches its target, by its two possible steps."""
    death = np.zeros(target.size)
    spent = np.zeros(target.size)
    since = np.zeros(target.size)
    factor = np.ones(target.size)
    first, second = np.minimum(recurrence, treated), np.maximum(recurrence, treated)
    for step in (first, second, np.full(target.size, np.inf)):
        base = (since / world.death_scale) ** world.death_shape
        here = (step / world.death_scale) ** world.death_shape
        # Two steps may both be never: inf - inf belongs to patients who are dead by then.
        with np.errstate(invalid="ignore"):
            more = np.where(np.isinf(step), np.inf, factor * (here - base))
            cumulative = base + (target - spent) / factor
            dies = world.death_scale * cumulative ** (1.0 / world.death_shape)
        ends = (death == 0.0) & (spent + more >= target)
        death = np.where(ends, dies, death)
        spent, since = spent + more, step
        factor = np.where(step >= recurrence, world.after_recurrence, 1.0) * np.where(
            step >= treated, world.hazard_ratio, 1.0
        )
    return death


def draw(world: World, n: int, rng: np.random.Generator) -> Cohort:
    """Draw one cohort of ``n`` patients from a world."""
    has_trigger = world.recurrence_rate > 0.0
    recurrence = _exponentials(rng, n) / world.recurrence_rate if has_trigger else np.zeros(n)
    waiting = world.waiting_scale * _exponentials(rng, n) ** (1.0 / world.waiting_shape)
    treated = np.where(rng.random(n) < world.never, np.inf, recurrence + waiting)
    target = _exponentials(rng, n)
    death = _death(
        world, target, recurrence=recurrence if has_trigger else np.full(n, np.inf), treated=treated
    )
    lost = _exponentials(rng, n) / world.censoring_rate
    followed = np.minimum(lost, world.closes * (1.0 - 0.5 * rng.random(n)))
    leave = np.minimum(death, followed)
    return _cohort(
        leave=leave,
        event=death <= followed,
        initiation=np.where(treated < leave, treated, np.nan),
        trigger=np.where(recurrence < leave, recurrence, np.nan) if has_trigger else None,
    )


def draw_assigned_at_zero(world: World, n: int, rng: np.random.Generator) -> Cohort:
    """Draw a cohort in which a coin decides at time zero who is treated, all of them at once."""
    treated = np.where(rng.random(n) < 0.5, 0.0, np.inf)
    target = _exponentials(rng, n)
    death = _death(world, target, recurrence=np.full(n, np.inf), treated=treated)
    lost = _exponentials(rng, n) / world.censoring_rate
    followed = np.minimum(lost, world.closes * (1.0 - 0.5 * rng.random(n)))
    return _cohort(
        leave=np.minimum(death, followed),
        event=death <= followed,
        initiation=np.where(np.isinf(treated), np.nan, 0.0),
        trigger=None,
    )


def survival(world: World, time: Floats, *, treated_from_zero: bool) -> Floats:
    """Return the true survival of the never treated, or of those treated at time zero."""
    factor = world.hazard_ratio if treated_from_zero else 1.0
    return np.exp(-factor * (np.asarray(time) / world.death_scale) ** world.death_shape)


def restricted_mean(world: World, horizon: float, *, treated_from_zero: bool) -> float:
    """Return the true mean time lived up to the horizon, by quadrature."""
    from scipy.integrate import quad

    area, _ = quad(
        lambda t: float(survival(world, np.float64(t), treated_from_zero=treated_from_zero)),
        0.0,
        horizon,
        epsabs=1e-10,
    )
    return area
