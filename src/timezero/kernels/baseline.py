"""Cumulative hazards of the baseline families and their inverses, for simulated patients.

Times are in units of the world's location. ``family`` is 0 Weibull, 1 log-logistic, 2 log-normal,
3 a table of knots. ``level`` fixes where the curve passes: see ``timezero.audit.worlds``.
"""

from __future__ import annotations

import math

from timezero.arrays import Floats
from timezero.kernels._jit import kernel

WEIBULL, LOG_LOGISTIC, LOG_NORMAL, KNOTS = 0, 1, 2, 3
SQRT_HALF = math.sqrt(0.5)
NEVER = math.inf

# Wichura's rational approximations (1988, AS 241) to the normal quantile, highest power first.
_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457),
    (13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867),
    (5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)
_NEAR = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177),
    (1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055),
    (4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966),
    (0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494),
    (2.05319162663775882187, 1.0),
)
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386),
    (0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358),
    (5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5),
    (7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531),
    (0.59983220655588793769, 1.0),
)
_CENTRE_TOP = _CENTRE[0] + _CENTRE[1]
_CENTRE_BOTTOM = _CENTRE[2] + _CENTRE[3]
_NEAR_TOP, _NEAR_BOTTOM = _NEAR[0] + _NEAR[1] + _NEAR[2], _NEAR[3] + _NEAR[4] + _NEAR[5]
_FAR_TOP, _FAR_BOTTOM = _FAR[0] + _FAR[1] + _FAR[2], _FAR[3] + _FAR[4] + _FAR[5]


@kernel
def _ratio_of_polynomials(
    x: float, top: tuple[float, ...], bottom: tuple[float, ...]
) -> float:
    above, below = 0.0, 0.0
    for coefficient in top:
        above = above * x + coefficient
    for coefficient in bottom:
        below = below * x + coefficient
    return above / below


@kernel
def normal_quantile(p: float) -> float:
    """Return the standard normal quantile of ``p`` in (0, 1), to about sixteen digits."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _ratio_of_polynomials(r, _CENTRE_TOP, _CENTRE_BOTTOM)
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        size = _ratio_of_polynomials(r - 1.6, _NEAR_TOP, _NEAR_BOTTOM)
    else:
        size = _ratio_of_polynomials(r - 5.0, _FAR_TOP, _FAR_BOTTOM)
    return -size if q < 0.0 else size


@kernel
def interpolated(x: float, xs: Floats, ys: Floats) -> float:
    """Read a rising broken line at ``x``; beyond its last knot it goes on with its last slope."""
    low, high = 0, xs.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if xs[middle] <= x:
            low = middle
        else:
            high = middle
    return ys[low] + (x - xs[low]) * (ys[high] - ys[low]) / (xs[high] - xs[low])


@kernel
def cumulative_hazard(
    t: float, family: int, level: float, shape: float, cure: float, knots: Floats
) -> float:
    """Return the cumulative hazard at ``t``, in units of the world's location.

    Parameters
    ----------
    knots : (2, n_knots) float64
        Times and cumulative hazards, both rising strictly from 0; read for family 3 only.
    """
    if family == KNOTS:
        return level * interpolated(t, knots[0], knots[1])
    if t <= 0.0:
        return 0.0
    if family == WEIBULL:
        hazard = level * t**shape
    elif family == LOG_LOGISTIC:
        hazard = math.log1p(level * t**shape)
    else:
        z = (math.log(t) - level) / shape
        hazard = -math.log(max(0.5 * math.erfc(z * SQRT_HALF), 1e-300))
    if cure > 0.0:
        return -math.log(cure + (1.0 - cure) * math.exp(-hazard))
    return hazard


@kernel
def time_of_hazard(
    hazard: float, family: int, level: float, shape: float, cure: float, knots: Floats
) -> float:
    """Return when the cumulative hazard reaches a value; infinite for those who are cured."""
    if family == KNOTS:
        return interpolated(hazard / level, knots[1], knots[0])
    if cure > 0.0:
        survival = math.exp(-hazard)
        if survival <= cure:
            return NEVER
        hazard = -math.log((survival - cure) / (1.0 - cure))
    if hazard <= 0.0:
        return 0.0
    if family == WEIBULL:
        return (hazard / level) ** (1.0 / shape)
    if family == LOG_LOGISTIC:
        return (math.expm1(min(hazard, 700.0)) / level) ** (1.0 / shape)
    return math.exp(level - shape * normal_quantile(math.exp(-min(hazard, 690.0))))
