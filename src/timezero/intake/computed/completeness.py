"""Whether a completeness score fits the size of what was left."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.intake.computed.lesion_size import authorities, edges_of

SCALE = "completeness"


def completeness_fits(score: Floats, residual_mm: Floats) -> Bools:
    """Return where a CC score fits the largest residual nodule by at least one authority.

    CC-0: nothing is seen. CC-1: below 2.5 mm. CC-2: from 2.5 mm to 25 mm. CC-3: larger. A size on
    an edge fits the classes on both sides, because authorities differ there and which one was
    followed is seldom recorded. No score is computed from a size, and none of an R class.

    Parameters
    ----------
    score : (n,) float64
        0, 1, 2 or 3; NaN = not recorded.
    residual_mm : (n,) float64
        Largest residual nodule in mm, >= 0; NaN = not recorded.

    Returns
    -------
    (n,) bool
        False only where both are recorded and no authority lets them stand together.
    """
    edges = sorted({r.edge for name in authorities(SCALE) for r in edges_of(SCALE, name)})
    lowest = (residual_mm > 0.0) + np.sum([residual_mm > edge for edge in edges], axis=0)
    highest = (residual_mm > 0.0) + np.sum([residual_mm >= edge for edge in edges], axis=0)
    unknown = np.isnan(score) | np.isnan(residual_mm)
    return np.asarray(unknown | ((score >= lowest) & (score <= highest)))
