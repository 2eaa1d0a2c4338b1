"""The thermal dose in equivalent minutes at 43 °C."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from timezero.arrays import Floats
from timezero.intake.computed.readings import Readings

Integration = Literal["line", "step"]
Below39 = Literal["counted", "zero"]
REFERENCE: Final = 43.0
COOL: Final = 39.0
RATE_ABOVE: Final = float(np.log(2.0))
RATE_BELOW: Final = float(np.log(4.0))


def thermal_dose(
    readings: Readings, *, integration: Integration = "line", below_39: Below39 = "counted"
) -> float:
    """Return CEM43, the minutes at 43 °C of equal effect [sapareto1984]_.

    CEM43 is the integral of R^(43 - T(t)) over the time t in minutes, with R = 0.5 where
    T >= 43 °C and R = 0.25 below. Under ``line`` the temperature goes in a straight line from one
    reading to the next, and the integral is exact: over a piece of d minutes from T0 to T1 on one
    side of 43 °C, with k = -ln R, it is d e^(k(T0 - 43)) (e^(k(T1 - T0)) - 1) / (k (T1 - T0)).

    Parameters
    ----------
    readings : Readings
        Nothing is added before the first and after the last.
    integration : {"line", "step"}
        ``step`` holds each reading until the next; the last then adds nothing.
    below_39 : {"counted", "zero"}
        Whether temperatures below 39 °C add by the same formula, or nothing, as in some uses.

    Returns
    -------
    float
        In equivalent minutes, >= 0.
    """
    spans, from_, to = (
        np.diff(readings.minutes),
        readings.temperature[:-1],
        readings.temperature[1:],
    )
    if integration == "step":
        to = from_
    low, high = np.minimum(from_, to), np.maximum(from_, to)
    dose = _of_band(spans, low, high, rate=RATE_ABOVE, band=(REFERENCE, np.inf))
    dose += _of_band(spans, low, high, rate=RATE_BELOW, band=(COOL, REFERENCE))
    if below_39 == "counted":
        dose += _of_band(spans, low, high, rate=RATE_BELOW, band=(-np.inf, COOL))
    return float(dose.sum())


def _of_band(
    spans: Floats, low: Floats, high: Floats, *, rate: float, band: tuple[float, float]
) -> Floats:
    """Integrate over the part of each straight piece that lies in a band of temperature."""
    bottom, top = np.clip(low, *band), np.clip(high, *band)
    rise, flat = high - low, high == low
    inside = (low >= band[0]) & (low < band[1])
    share = np.where(flat, inside, (top - bottom) / np.where(flat, 1.0, rise))
    steepness = rate * (top - bottom)
    level = steepness == 0.0
    mean = np.where(level, 1.0, np.expm1(steepness) / np.where(level, 1.0, steepness))
    return spans * share * np.exp(rate * (bottom - REFERENCE)) * mean
