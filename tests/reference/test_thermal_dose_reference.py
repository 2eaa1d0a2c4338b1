"""The closed form of the thermal dose against a slow quadrature that knows nothing of it."""

from __future__ import annotations

import numpy as np
import pytest

from timezero.arrays import Floats
from timezero.intake.computed.mean_temperature import mean_temperature
from timezero.intake.computed.readings import Readings, readings_of
from timezero.intake.computed.thermal_dose import thermal_dose
from timezero.intake.computed.warm_minutes import minutes_at_or_above

FINE = 20_000


def middles(readings: Readings) -> tuple[Floats, Floats]:
    """Return temperatures in the middle of many small steps, and the lengths of the steps."""
    temperatures, lengths = [], []
    for k in range(readings.minutes.size - 1):
        share = (np.arange(FINE) + 0.5) / FINE
        rise = readings.temperature[k + 1] - readings.temperature[k]
        temperatures.append(readings.temperature[k] + share * rise)
        lengths.append(np.full(FINE, (readings.minutes[k + 1] - readings.minutes[k]) / FINE))
    return np.concatenate(temperatures), np.concatenate(lengths)


def slow_dose(readings: Readings, *, cool_counts: bool) -> float:
    total = 0.0
    temperatures, lengths = middles(readings)
    base = np.array([0.5 if t >= 43.0 else 0.25 for t in temperatures])
    rate = base ** (43.0 - temperatures)
    if not cool_counts:
        rate[temperatures < 39.0] = 0.0
    for piece in np.array_split(rate * lengths, 100):
        total += float(piece.sum())
    return total


@pytest.mark.parametrize("seed", range(6))
def test_closed_form_agrees_with_quadrature(seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes = np.cumsum(rng.uniform(0.5, 12.0, 9))
    readings = readings_of(minutes, np.round(rng.uniform(36.0, 45.5, 9), 1))
    # A step of the quadrature that straddles 39 °C is wrong by its own share, at most.
    straddled = 12.0 / FINE * 9 * 4.0**-4
    assert thermal_dose(readings) == pytest.approx(slow_dose(readings, cool_counts=True), rel=1e-7)
    assert thermal_dose(readings, below_39="zero") == pytest.approx(
        slow_dose(readings, cool_counts=False), rel=1e-7, abs=straddled
    )
    temperatures, lengths = middles(readings)
    straddled = 12.0 / FINE * 9
    assert minutes_at_or_above(readings) == pytest.approx(
        float(lengths[temperatures >= 41.0].sum()), abs=straddled
    )
    ends = (float(minutes[0]), float(minutes[-1]))
    mean = float((temperatures * lengths).sum() / lengths.sum())
    assert mean_temperature(readings, (ends,)) == pytest.approx(mean, rel=1e-9)
