"""What the sensors of one perfusion say about its heat."""

from __future__ import annotations

import numpy as np

from timezero.errors import InputRefused
from timezero.intake.computed.mean_temperature import mean_temperature
from timezero.intake.computed.readings import readings_of
from timezero.intake.computed.thermal_dose import thermal_dose
from timezero.intake.computed.warm_minutes import minutes_at_or_above
from timezero.intake.perfusion_columns import SENSORS
from timezero.model.perfusion import Perfusion, Sensor, SensorHeat


def heat_of(perfusion: Perfusion) -> tuple[SensorHeat, ...]:
    """Compute dose, warm minutes and mean for each sensor with readings.

    Parameters
    ----------
    perfusion : Perfusion
        Its readings and phases.
    """
    return tuple(
        _of_sensor(perfusion, sensor)
        for sensor in SENSORS
        if np.isfinite(perfusion.temperature(sensor)).any()
    )


def _of_sensor(perfusion: Perfusion, sensor: Sensor) -> SensorHeat:
    temperature = perfusion.temperature(sensor)
    highest, nothing = float(np.nanmax(temperature)), float("nan")
    try:
        readings = readings_of(perfusion.minutes, temperature)
    except InputRefused as refusal:
        return SensorHeat(
            sensor=sensor,
            minutes_warm=nothing,
            dose=nothing,
            mean=nothing,
            highest=highest,
            why_not=refusal.what,
        )
    circulating = tuple((a, b) for a, b, name in perfusion.phases if name == "circulate")
    return SensorHeat(
        sensor=sensor,
        minutes_warm=minutes_at_or_above(readings),
        dose=thermal_dose(readings),
        mean=mean_temperature(readings, circulating),
        highest=highest,
    )
