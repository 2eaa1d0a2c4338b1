"""Where a profile of a log likelihood has fallen by a given amount on either side of its top."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from timezero.arrays import Floats
from timezero.estimate.maximise import Objective, maximise
from timezero.estimate.normal import critical_value

FURTHEST_STEPS = 60
ROOT_TOLERANCE = 1e-13
# A log likelihood is known to about this much, so a root cannot be told more closely.
HEIGHT_TOLERANCE = 1e-12
# A maximum whose coordinates are this close has the right height to more digits than that.
CLOSE_ENOUGH = 1e-8
MOST_HALVINGS = 200
# On columns scaled to a spread near one, a coefficient beyond this is infinite for all purposes.
INFINITE = 60.0


def profile_limits(
    objective: Objective, top: Floats, *, column: int, level: float, step: float
) -> tuple[float, float]:
    """Return the limits of one coefficient by its profile likelihood; infinite when none.

    Parameters
    ----------
    objective : callable
        Value, gradient and information of the log likelihood.
    top : (p,) float64
        Where it is largest.
    column : int
        Whose limits.
    level : float
    step : float
        Standard error of the coefficient: the first distance tried, > 0.
    """
    drop = critical_value(level) ** 2 / 2.0
    target = objective(top)[0] - drop
    below, above = (
        _limit(_profile(objective, top, column), float(top[column]), side * step, target)
        for side in (-1.0, 1.0)
    )
    return below, above


def _profile(objective: Objective, top: Floats, column: int) -> Callable[[float], float]:
    """Return the profile log likelihood, each maximisation starting where the last one ended."""
    free = np.ones(top.size, dtype=np.bool_)
    free[column] = False
    latest = top.copy()

    def profile(value: float) -> float:
        nonlocal latest
        start = latest.copy()
        start[column] = value
        best = maximise(objective, start, free=free, close_enough=CLOSE_ENOUGH)
        latest = best.point
        return best.value

    return profile


def _limit(profile: Callable[[float], float], top: float, step: float, target: float) -> float:
    inside, outside = top, top + step
    for _ in range(FURTHEST_STEPS):
        if profile(outside) < target:
            return _crossing(lambda b: profile(b) - target, inside, outside)
        if abs(outside) > INFINITE:
            break
        inside, outside = outside, outside + (outside - top)
    return float(np.sign(step) * np.inf)


def _crossing(height: Callable[[float], float], inside: float, outside: float) -> float:
    """Return where a function falls through zero, by false position with Illinois' halving.

    A root finder of our own, because importing SciPy's takes longer than a whole small study.
    """
    above, below = height(inside), height(outside)
    side = 0
    for _ in range(MOST_HALVINGS):
        here = (inside * below - outside * above) / (below - above)
        value = height(here)
        if abs(outside - inside) <= ROOT_TOLERANCE * (1.0 + abs(here)) or value == 0.0:
            return here
        if abs(value) <= HEIGHT_TOLERANCE:
            return here
        if value > 0.0:
            inside, above = here, value
            below, side = (below / 2.0 if side > 0 else below), 1
        else:
            outside, below = here, value
            above, side = (above / 2.0 if side < 0 else above), -1
    return (inside + outside) / 2.0
