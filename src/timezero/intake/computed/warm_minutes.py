"""How long the temperature was at or above a limit."""

from __future__ import annotations

import numpy as np

from timezero.intake.computed.readings import Readings

WARM = 41.0


def minutes_at_or_above(readings: Readings, limit: float = WARM) -> float:
    """Return the minutes with T(t) >= limit, in a straight line from one reading to the next.

    A piece of d minutes from T0 to T1 adds d (max(T0, T1) - limit) / |T1 - T0|, at least 0 and at
    most d; a level piece adds d when it lies at or above the limit.

    Parameters
    ----------
    readings : Readings
    limit : float
        In °C.

    Returns
    -------
    float
        In minutes.
    """
    spans, from_, to = (
        np.diff(readings.minutes),
        readings.temperature[:-1],
        readings.temperature[1:],
    )
    low, high = np.minimum(from_, to), np.maximum(from_, to)
    flat = low == high
    above = (high - np.maximum(low, limit)) / np.where(flat, 1.0, high - low)
    share = np.where(flat, low >= limit, np.clip(above, 0.0, 1.0))
    return float((spans * share).sum())
