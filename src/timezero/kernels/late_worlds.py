"""Patients of simulated studies in which a treatment comes late.

A row of ``worlds`` holds what one study is drawn from, in the columns named here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from timezero.arrays import Floats
from timezero.kernels._jit import kernel
from timezero.kernels.broken_line import interpolated
from timezero.kernels.streams import exponential, uniform

COLUMNS = (
    "n",
    "location",
    "knots",
    "wait_scale",
    "wait_shape",
    "wait_tail",
    "never_eligible",
    "selection",
    "frailty",
    "hazard_ratio",
    "harm_window",
    "harm_ratio",
    "accrual",
    "accrual_shape",
    "follow_up_end",
    "loss_rate",
    "trigger_scale",
    "trigger_shape",
    "trigger_ratio",
)
(
    N,
    LOCATION,
    KNOTS,
    WAIT_SCALE,
    WAIT_SHAPE,
    WAIT_TAIL,
    NEVER_ELIGIBLE,
    SELECTION,
    FRAILTY,
    HAZARD_RATIO,
    HARM_WINDOW,
    HARM_RATIO,
    ACCRUAL,
    ACCRUAL_SHAPE,
    FOLLOW_UP_END,
    LOSS_RATE,
    TRIGGER_SCALE,
    TRIGGER_SHAPE,
    TRIGGER_RATIO,
) = range(19)
EXIT, DEATH, INITIATION, TRIGGER = range(4)


@kernel
def _own_hazard(t: float, world: Floats, knots: Floats, frailty: Floats) -> float:
    """Return the cumulative hazard, at frailty 1, that makes the population's curve."""
    marginal = interpolated(t / world[LOCATION], knots[0], knots[1])
    return marginal if frailty.shape[1] == 0 else interpolated(marginal, frailty[1], frailty[0])


@kernel
def _time_of_own_hazard(hazard: float, world: Floats, knots: Floats, frailty: Floats) -> float:
    """Return when the cumulative hazard at frailty 1 reaches a value."""
    if frailty.shape[1] > 0:
        hazard = interpolated(hazard, frailty[0], frailty[1])
    return world[LOCATION] * interpolated(hazard, knots[1], knots[0])


@kernel
def _draw_death(
    budget: float,
    trigger: float,
    initiation: float,
    world: Floats,
    knots: Floats,
    frailty: Floats,
) -> float:
    """Spend a budget of cumulative hazard before and after the trigger and the treatment.

    Times are infinite for never; the trigger does not come after the initiation.
    """
    after_trigger = 1.0 if trigger == math.inf else world[TRIGGER_RATIO]
    window_ends = initiation + world[HARM_WINDOW]
    before, ratio = 0.0, 1.0
    for segment in range(4):
        if segment == 0:
            ends, ratio = trigger, 1.0
        elif segment == 1:
            ends, ratio = initiation, after_trigger
        elif segment == 2:
            ends, ratio = window_ends, after_trigger * world[HARM_RATIO]
        else:
            ends, ratio = math.inf, after_trigger * world[HAZARD_RATIO]
        if segment == 0 and trigger == math.inf:
            continue
        if segment == 2 and world[HARM_WINDOW] <= 0.0:
            continue
        if ends < math.inf:
            reached = _own_hazard(ends, world, knots, frailty)
            spent = ratio * (reached - before)
            if budget > spent:
                budget -= spent
                before = reached
                continue
        break
    return _time_of_own_hazard(before + budget / ratio, world, knots, frailty)


@kernel
def draw_patient(
    state: NDArray[np.uint64],
    world: Floats,
    knots: Floats,
    frailty: Floats,
    atoms: Floats,
    patient: Floats,
) -> None:
    """Draw one patient of a world.

    Parameters
    ----------
    state : (1,) uint64
        Stream of the replicate.
    world : (19,) float64
        Row of the table of worlds.
    knots : (2, n_knots) float64
        Times in units of the location, and the population's cumulative hazards; both rise.
    frailty : (2, n_grid) float64
        Cumulative hazard at frailty 1, and that of the population; no columns: nobody is frail.
    atoms : (n_atoms,) float64
        Equally likely values of frailty, mean 1; empty: nobody is frail.
    patient : (4,) float64
        Filled with the exit, whether it is a death, the initiation (infinite if never offered;
        it may lie after the exit), and the trigger.
    """
    z = 1.0
    if atoms.size > 0:
        z = atoms[int(uniform(state) * atoms.size)]
    trigger, clock = math.inf, 0.0
    if world[TRIGGER_RATIO] > 0.0:
        trigger = world[TRIGGER_SCALE] * exponential(state) ** (1.0 / world[TRIGGER_SHAPE])
        clock = trigger
    initiation = math.inf
    if uniform(state) >= world[NEVER_ELIGIBLE]:
        reluctance = exponential(state)
        if world[SELECTION] != 0.0:
            reluctance *= z ** world[SELECTION]
        if world[WAIT_TAIL] > 0.0:
            reluctance = math.expm1(min(world[WAIT_TAIL] * reluctance, 600.0)) / world[WAIT_TAIL]
        initiation = clock + world[WAIT_SCALE] * reluctance ** (1.0 / world[WAIT_SHAPE])
    death = _draw_death(exponential(state) / z, trigger, initiation, world, knots, frailty)
    entered = uniform(state) ** world[ACCRUAL_SHAPE]
    leaves = world[FOLLOW_UP_END] - world[ACCRUAL] * entered
    if world[LOSS_RATE] > 0.0:
        leaves = min(leaves, exponential(state) / world[LOSS_RATE])
    patient[EXIT] = min(death, leaves)
    patient[DEATH] = 1.0 if death <= leaves else 0.0
    patient[INITIATION] = initiation
    patient[TRIGGER] = trigger
