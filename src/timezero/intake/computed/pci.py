"""The peritoneal cancer index from its 13 regions."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.errors import InputRefused

REGIONS: Final = 13


def pci_total(regions: Floats, *, missing_is_zero: bool = False) -> Floats:
    """Return the sum of 13 lesion sizes, each 0 to 3 [jacquet1996]_.

    PCI = LS_0 + LS_1 + ... + LS_12: nine regions of abdomen and pelvis, four of the small bowel.
    The simplified index of seven regions is another scale and is not made into this one.

    Parameters
    ----------
    regions : (n, 13) float64
        0, 1, 2 or 3; NaN where not recorded.
    missing_is_zero : bool
        Only where a centre says that it leaves regions without tumour empty. A row without any
        region has no index even then.

    Returns
    -------
    (n,) float64
        0 to 39; NaN where a region is missing, or is none of 0, 1, 2, 3.

    Raises
    ------
    InputRefused
        There are not 13 columns.
    """
    if regions.ndim != 2 or regions.shape[1] != REGIONS:
        raise InputRefused(
            what="the peritoneal cancer index needs 13 regions",
            where=f"an array of shape {regions.shape}",
            mend="give one column for each region from 0 to 12; a simplified index is not mapped",
            code="TZ-CMP-01",
        )
    absent = np.isnan(regions)
    wrong = ~absent & ~np.isin(regions, (0.0, 1.0, 2.0, 3.0))
    given = np.where(absent, 0.0, regions) if missing_is_zero else regions
    unusable = wrong.any(axis=1) | absent.all(axis=1)
    return np.where(unusable, np.nan, given.sum(axis=1))
