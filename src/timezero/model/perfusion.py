"""The course of one perfusion, as it was read from its pump, with its thermal dose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from timezero.arrays import Floats

Phase: TypeAlias = tuple[float, float, Literal["fill", "circulate", "drain"]]
Sensor: TypeAlias = Literal["inflow", "outflow", "abdomen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorHeat:
    """What one sensor says about the heat of a perfusion.

    Parameters
    ----------
    sensor : {"inflow", "outflow", "abdomen"}
    minutes_warm : float
        Minutes at or above 41 °C, over all readings; NaN when not computed.
    dose : float
        CEM43 in equivalent minutes, over all readings; NaN when not computed.
    mean : float
        Mean over time while the perfusate circulates, in °C; NaN without recorded phases.
    highest : float
        Highest reading, in °C.
    why_not : str
        Why dose and minutes were not computed; empty when they were.
    """

    sensor: Sensor
    minutes_warm: float
    dose: float
    mean: float
    highest: float
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Perfusion:
    """The readings of one perfusion, with what was computed from them.

    Parameters
    ----------
    patient : int
        Index of the patient in the cohort.
    procedure : int
        Which procedure of the patient, from 1.
    minutes : (n,) float64
        Since the pump was started, ascending.
    inflow, outflow, abdomen : (n,) float64
        Temperatures in °C; NaN = no reading.
    flow : (n,) float64
        In L/min; NaN = no reading.
    phases : tuple of (start, end, name)
        In minutes; ``fill``, ``circulate`` or ``drain``. Empty when none are recorded.
    planned, recorded : float
        Minutes of perfusion as they were planned, and as the record states them; NaN = neither.
    circulated : float
        Minutes of circulation by the phases; NaN without them.
    heat : tuple of SensorHeat
        For each sensor with readings.
    """

    patient: int
    procedure: int
    minutes: Floats
    inflow: Floats
    outflow: Floats
    abdomen: Floats
    flow: Floats
    phases: tuple[Phase, ...] = ()
    planned: float = float("nan")
    recorded: float = float("nan")
    circulated: float = float("nan")
    heat: tuple[SensorHeat, ...] = field(default=())

    def temperature(self, sensor: Sensor) -> Floats:
        """Return the readings of one sensor, in °C.

        Parameters
        ----------
        sensor : {"inflow", "outflow", "abdomen"}
        """
        return {"inflow": self.inflow, "outflow": self.outflow, "abdomen": self.abdomen}[sensor]
