"""Death within 30 or 90 days of a procedure, from dates."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats


def died_within(
    days: float, *, procedure: Floats, death: Floats, last_contact: Floats | None = None
) -> Floats:
    """Return whether a patient died within so many days of a procedure, in or out of hospital.

    1 where 0 <= death - procedure <= days; the day of the procedure is day 0. 0 where the patient
    died later, or was seen alive on a later day than that. Who was lost before is not known.

    Parameters
    ----------
    days : float
        30 or 90.
    procedure, death : (n,) float64
        Days since any one date; NaN = no such date.
    last_contact : (n,) float64, optional
        When the patient was last seen alive.

    Returns
    -------
    (n,) float64
        1, 0, or NaN where it is not known or the death lies before the procedure.
    """
    after = death - procedure
    seen = np.full(after.shape, np.nan) if last_contact is None else last_contact - procedure
    alive_later = np.isnan(death) & (seen >= days)
    early, late = (after >= 0.0) & (after <= days), after > days
    return np.select([early, late | alive_later], [1.0, 0.0], default=np.nan)
