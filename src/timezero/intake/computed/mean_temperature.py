"""The mean temperature over time."""

from __future__ import annotations

import numpy as np

from timezero.intake.computed.readings import Readings


def mean_temperature(readings: Readings, spans: tuple[tuple[float, float], ...]) -> float:
    """Return the mean over time within given spans, such as those of circulation.

    The integral of T(t) over the spans by their length, with a straight line from one reading to
    the next; it is not the mean of the readings, which may be closer together when it is warm.

    Parameters
    ----------
    readings : Readings
    spans : tuple of (start, end)
        In minutes. What lies before the first and after the last reading is left out.

    Returns
    -------
    float
        In °C; NaN when no reading lies there.
    """
    degrees = length = 0.0
    for start, end in spans:
        part = readings.between(start, end)
        if part is not None:
            middle = (part.temperature[:-1] + part.temperature[1:]) / 2.0
            degrees += float((np.diff(part.minutes) * middle).sum())
            length += float(part.minutes[-1] - part.minutes[0])
    return degrees / length if length > 0.0 else float("nan")
