"""The body mass index."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats


def body_mass_index(height_cm: Floats, weight_kg: Floats) -> Floats:
    """Return weight over the square of the height, in kg/m2.

    BMI = W / (H / 100)^2, with H in cm and W in kg.

    Parameters
    ----------
    height_cm, weight_kg : (n,) float64
        > 0; NaN = not recorded.

    Returns
    -------
    (n,) float64
        NaN where height or weight is missing or not positive.
    """
    known = (height_cm > 0.0) & (weight_kg > 0.0)
    height = np.where(known, height_cm, np.nan)
    return np.where(known, weight_kg, np.nan) / (height / 100.0) ** 2
