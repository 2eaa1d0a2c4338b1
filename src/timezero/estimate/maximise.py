"""Newton's method with step-halving, polished until the digits stop moving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from timezero.arrays import Bools, Floats

Objective: TypeAlias = Callable[[Floats], tuple[float, Floats, Floats]]

# A log likelihood is a sum of many terms: below this relative size a change is round-off.
VALUE_ROUND_OFF = 1e-11
# Steps this small (on scaled columns) are polishing; they end when they stop shrinking.
POLISHING = 1e-7
# A curvature that is only roughly right (a penalty's is left out) still shrinks them steadily.
STALLED = 0.9
NO_STEP = 1e-15
HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """Where an objective is largest, as far as it could be followed.

    Parameters
    ----------
    point, gradient : (p,) float64
    value : float
    information : (p, p) float64
        At ``point``.
    n_iterations : int
    converged : bool
        False when the objective was still rising at the last iteration.
    """

    point: Floats
    value: float
    gradient: Floats
    information: Floats
    n_iterations: int
    converged: bool


def maximise(
    objective: Objective,
    start: Floats,
    *,
    free: Bools | None = None,
    iterations: int = 50,
    at_start: tuple[float, Floats, Floats] | None = None,
    close_enough: float = NO_STEP,
) -> Maximum:
    """Follow an objective uphill from a start.

    Parameters
    ----------
    objective : callable
        Returns value, gradient (p,) and information (p, p) at a point (p,).
    start : (p,) float64
    free : (p,) bool, optional
        Which coordinates may move; all when not given.
    iterations : int
    at_start : (float, (p,), (p, p)), optional
        The objective at ``start``, when it is known already.
    close_enough : float
        Step, relative to one plus the coordinate, at which to stop; the value is then within
        its square of the maximum.
    """
    moving = np.ones(start.size, dtype=np.bool_) if free is None else free
    point = start.copy()
    value, gradient, information = objective(point) if at_start is None else at_start
    before = np.inf
    done = not moving.any()
    n = 0
    while not done and n < iterations:
        n += 1
        step = np.zeros_like(point)
        step[moving] = newton_step(gradient[moving], information[np.ix_(moving, moving)])
        size = float(np.max(np.abs(step) / (1.0 + np.abs(point))))
        if size <= close_enough or (before < POLISHING and size >= STALLED * before):
            done = True
            break
        found = _uphill(objective, point, value, step)
        if found is None:
            break
        point, value, gradient, information = found
        before = size
    return Maximum(
        point=point,
        value=value,
        gradient=gradient,
        information=information,
        n_iterations=n,
        converged=done or before < POLISHING,
    )


def newton_step(gradient: Floats, information: Floats) -> Floats:
    """Solve for the Newton step on columns made equally informative first."""
    size = np.sqrt(np.maximum(np.diag(information), np.finfo(np.float64).tiny))
    scaled = information / np.outer(size, size)
    try:
        solution = np.linalg.solve(scaled, gradient / size)
    except np.linalg.LinAlgError:
        solution = np.linalg.lstsq(scaled, gradient / size, rcond=None)[0]
    return solution / size


def _uphill(
    objective: Objective, point: Floats, value: float, step: Floats
) -> tuple[Floats, float, Floats, Floats] | None:
    """Shorten the step until the objective is finite and does not fall."""
    allowed = VALUE_ROUND_OFF * (1.0 + abs(value))
    for _ in range(HALVINGS):
        there = point + step
        new, gradient, information = objective(there)
        finite = np.isfinite(new) and bool(np.all(np.isfinite(information)))
        if finite and (new >= value - allowed or not np.isfinite(value)):
            return there, new, gradient, information
        step = step / 2.0
    return None
