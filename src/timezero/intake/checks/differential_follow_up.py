"""Deaths known later than the last contact of the living: the dead are followed for longer."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

CODE = "differential_follow_up"
FEWEST: Final = 5
FEWEST_LATE: Final = 3
# What passes for one date of the last contacts of the living, and which share of deaths may lie
# after it; the false alarms on sound registries were simulated (docs/methods/dates.md).
QUANTILE: Final = 0.9
SHARE: Final = 0.2


def differential_follow_up(draft: Draft) -> list[Finding]:
    """Compare the dates of deaths with the last contacts of those who live."""
    if draft.zero is None:
        return []
    ends = draft.zero.days + draft.time("exit") * draft.days_per_unit
    died = draft.event.event | draft.event.competing
    deaths, living = ends[died & ~np.isnan(ends)], ends[~died & ~np.isnan(ends)]
    if deaths.size < FEWEST or living.size < FEWEST:
        return []
    late = deaths_after(deaths, living)
    if late.size < FEWEST_LATE or late.size < SHARE * deaths.size:
        return []
    border = str(np.datetime64(int(np.quantile(living, QUANTILE)), "D"))
    return [
        Finding(
            code=CODE,
            severity=Severity.WARNING,
            what=f"{counted(late.size, 'event')} of {deaths.size} lie after {border}, by which "
            f"nine in ten of the {living.size} others had their last contact: where deaths are "
            "known for longer than lives, survival looks shorter than it is, and most in the group "
            "with the older contacts",
            where=f"{draft.table.name}, column {draft.moments['exit'].column.name}",
            mend="end observation of everybody at one date up to which all were looked up, or "
            "bring the last contacts up to date",
            n_rows=int(late.size),
        )
    ]


def deaths_after(deaths: Floats, living: Floats) -> Floats:
    """Return the dates of death after nine in ten of the living had their last contact.

    Parameters
    ----------
    deaths, living : (n,) float64
        Dates of death, and of last contact, in days since 1970-01-01; both with n >= 1.
    """
    return deaths[deaths > np.quantile(living, QUANTILE)]


CHECK = differential_follow_up
