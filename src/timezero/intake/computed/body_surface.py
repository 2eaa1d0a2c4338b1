"""Body surface area from height and weight, by a named formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np

from timezero.arrays import Floats

Formula = Literal["mosteller", "dubois", "haycock"]


def _mosteller(height: Floats, weight: Floats) -> Floats:
    return np.sqrt(height * weight / 3600.0)


def _dubois(height: Floats, weight: Floats) -> Floats:
    return 0.007184 * height**0.725 * weight**0.425


def _haycock(height: Floats, weight: Floats) -> Floats:
    return 0.024265 * height**0.3964 * weight**0.5378


FORMULAS: Final[dict[Formula, Callable[[Floats, Floats], Floats]]] = {
    "mosteller": _mosteller,
    "dubois": _dubois,
    "haycock": _haycock,
}


def body_surface(height_cm: Floats, weight_kg: Floats, *, formula: Formula = "mosteller") -> Floats:
    """Return the body surface area in m2.

    With height H in cm and weight W in kg: ``mosteller`` is sqrt(H W / 3600) [mosteller1987]_,
    ``dubois`` is 0.007184 H^0.725 W^0.425 [dubois1916]_, ``haycock`` is
    0.024265 H^0.3964 W^0.5378 [haycock1978]_. They differ by some percent in heavy patients, so
    the formula is said wherever the area is printed; Mosteller's is taken when none is named.

    Parameters
    ----------
    height_cm, weight_kg : (n,) float64
        > 0; NaN = not recorded.
    formula : {"mosteller", "dubois", "haycock"}

    Returns
    -------
    (n,) float64
        NaN where height or weight is missing or not positive.
    """
    known = (height_cm > 0.0) & (weight_kg > 0.0)
    height, weight = (np.where(known, given, np.nan) for given in (height_cm, weight_kg))
    return FORMULAS[formula](height, weight)
