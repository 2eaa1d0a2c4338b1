"""E-value: how strong something unmeasured would have to be to explain a ratio."""

from __future__ import annotations

import math
from dataclasses import dataclass

from timezero.errors import InputRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class EValue:
    """E-values of an estimate and of its limit nearest 1, both at least 1.

    Parameters
    ----------
    point : float
        Least strength of association, on the risk-ratio scale, that an unmeasured characteristic
        would need with both treatment and outcome to move the estimate to 1.
    limit : float
        The same for the limit nearest 1; 1 when the interval includes 1.
    risk_ratio : float
        The estimate as a risk ratio.
    """

    point: float
    limit: float
    risk_ratio: float


def e_value(hazard_ratio: float, lower: float, upper: float, *, common: bool) -> EValue:
    """Return how strong an unmeasured characteristic would have to be.

    Parameters
    ----------
    hazard_ratio, lower, upper : float
        Estimate and interval, above zero; the upper limit may be infinite.
    common : bool
        Whether more than 15 % have the event by the end; then the hazard ratio is first turned
        into a risk ratio.

    Estimates
    ---------
    ``R + sqrt(R (R - 1))`` with R the risk ratio or its inverse, whichever is at least 1; for a
    common outcome ``R = (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR))``.

    Assumes
    -------
    One binary unmeasured characteristic, as strongly associated with treatment as with outcome.

    References
    ----------
    .. [vanderweele2017]

    Raises
    ------
    InputRefused
        The estimate is not above zero, or lies outside its interval.
    """
    if not (0.0 < hazard_ratio < math.inf and lower <= hazard_ratio <= upper and lower >= 0.0):
        raise InputRefused(
            what=f"a hazard ratio of {hazard_ratio:g} ({lower:g} to {upper:g}) has no E-value",
            where="hazard_ratio",
            mend="give a ratio above zero that lies within its interval",
            code="TZ-EST-e-value",
        )
    nearest = upper if hazard_ratio < 1.0 else lower
    crosses = lower <= 1.0 <= upper
    ratio = _risk_ratio(hazard_ratio, common=common)
    limit = 1.0 if crosses else _from_ratio(_risk_ratio(nearest, common=common))
    return EValue(point=_from_ratio(ratio), limit=limit, risk_ratio=ratio)


def _risk_ratio(hazard_ratio: float, *, common: bool) -> float:
    if not common:
        return hazard_ratio
    return (1.0 - 0.5 ** math.sqrt(hazard_ratio)) / (1.0 - 0.5 ** math.sqrt(1.0 / hazard_ratio))


def _from_ratio(ratio: float) -> float:
    away = max(ratio, 1.0 / ratio)
    return away + math.sqrt(away * (away - 1.0))
