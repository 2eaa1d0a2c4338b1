"""Doses from one unit to another, where the numbers that it takes are recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from timezero.arrays import Floats
from timezero.errors import UnknownName

DoseUnit = Literal["mg_per_m2", "mg", "mg_per_l"]
VolumeUnit = Literal["l", "l_per_m2"]
DOSE_UNITS: Final = ("mg_per_m2", "mg", "mg_per_l")
VOLUME_UNITS: Final = ("l", "l_per_m2")
NO_VALUE: Final = "no value is recorded"
NO_SURFACE: Final = "no body surface area is recorded"
NO_VOLUME: Final = "no volume of perfusate is recorded"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Converted:
    """Converted values, and why some are missing.

    Parameters
    ----------
    values : (n,) float64
        In the new unit; NaN where they could not be made.
    reasons : tuple of str
        For each value; empty where there is one.
    """

    values: Floats
    reasons: tuple[str, ...]


def convert_dose(
    dose: Floats,
    unit: DoseUnit,
    to: DoseUnit,
    *,
    surface_m2: Floats | None = None,
    litres: Floats | None = None,
) -> Converted:
    """Convert doses between mg/m2 of body surface, mg, and mg/L of perfusate.

    mg = (mg/m2) A = (mg/L) V, with body surface A in m2 and volume V in L. The dose itself and its
    unit stay recorded as they are; a conversion stands beside them.

    Parameters
    ----------
    dose : (n,) float64
    unit, to : {"mg_per_m2", "mg", "mg_per_l"}
    surface_m2 : (n,) float64, optional
        Needed from and to mg/m2; NaN or not positive = not recorded.
    litres : (n,) float64, optional
        Needed from and to mg/L.

    Raises
    ------
    UnknownName
        There is no such unit.
    """
    _refuse_unknown((unit, to), DOSE_UNITS)
    per = {
        "mg": np.ones(dose.shape),
        "mg_per_m2": _known(surface_m2, dose),
        "mg_per_l": _known(litres, dose),
    }
    needed = [] if unit == to else [name for name in (unit, to) if name != "mg"]
    lacking = {"mg_per_m2": NO_SURFACE, "mg_per_l": NO_VOLUME}
    factor = np.ones(dose.shape) if unit == to else per[unit] / per[to]
    return _converted(dose, factor, [(lacking[name], per[name]) for name in needed])


def convert_volume(
    volume: Floats, unit: VolumeUnit, to: VolumeUnit, *, surface_m2: Floats | None = None
) -> Converted:
    """Convert volumes of perfusate between L and L/m2 of body surface.

    L = (L/m2) A, with body surface A in m2.

    Parameters
    ----------
    volume : (n,) float64
    unit, to : {"l", "l_per_m2"}
    surface_m2 : (n,) float64, optional
        Needed when the units differ; NaN or not positive = not recorded.

    Raises
    ------
    UnknownName
        There is no such unit.
    """
    _refuse_unknown((unit, to), VOLUME_UNITS)
    if unit == to:
        return _converted(volume, np.ones(volume.shape), [])
    surface = _known(surface_m2, volume)
    factor = surface if unit == "l_per_m2" else 1.0 / surface
    return _converted(volume, factor, [(NO_SURFACE, surface)])


def _known(given: Floats | None, like: Floats) -> Floats:
    if given is None:
        return np.full(like.shape, np.nan)
    return np.where(given > 0.0, given, np.nan)


def _converted(given: Floats, factor: Floats, needed: list[tuple[str, Floats]]) -> Converted:
    causes = [(NO_VALUE, given), *needed]
    lacking = sum(np.isnan(numbers).astype(np.int64) << k for k, (_, numbers) in enumerate(causes))
    words = [
        "; ".join(why for k, (why, _) in enumerate(causes) if code >> k & 1)
        for code in range(1 << len(causes))
    ]
    reasons = np.array(words, dtype=object)[lacking].tolist()
    return Converted(values=given * factor, reasons=tuple(reasons))


def _refuse_unknown(named: tuple[str, ...], known: tuple[str, ...]) -> None:
    for unit in named:
        if unit not in known:
            raise UnknownName(
                what=f"there is no unit {unit[:80]!r}",
                where="a conversion",
                mend=f"name one of: {', '.join(known)}",
                code="TZ-CMP-03",
            )
