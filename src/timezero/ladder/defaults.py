"""Horizons and landmarks when the protocol names none: chosen by rule, never by result."""

from __future__ import annotations

import numpy as np

from timezero.conventions import DAYS_PER
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.model.protocol import Protocol

YEARS_TRIED = (1.0, 2.0, 3.0, 5.0, 10.0)
AT_RISK_AT_HORIZON = 5
LANDMARK_QUANTILES = (0.25, 0.5, 0.75)


def _last_time_with(rows: PersonTime, arm: int, at_least: int) -> float:
    """Return the last time at which so many of an arm are at risk; NaN when there is none."""
    entry, leave = np.sort(rows.entry[rows.arm == arm]), np.sort(rows.exit[rows.arm == arm])
    entered = np.searchsorted(entry, leave, side="left")
    n_at_risk = entered - np.arange(leave.size)
    enough = np.flatnonzero(n_at_risk >= at_least)
    return float(leave[enough[-1]]) if enough.size else float("nan")


def horizons_for(protocol: Protocol, rows: PersonTime) -> tuple[tuple[float, ...], str]:
    """Return the horizons and the rule that gave them.

    Parameters
    ----------
    rows : PersonTime
        Treatment as it happened: both states must still have patients at a default horizon.
    """
    declared = protocol.analysis.horizons
    if declared:
        return tuple(sorted(set(declared))), "declared in the protocol"
    year = DAYS_PER["years"] / DAYS_PER[protocol.data.unit]
    last = min(_last_time_with(rows, arm, AT_RISK_AT_HORIZON) for arm in (0, 1))
    reached = tuple(years * year for years in YEARS_TRIED if years * year <= last)
    if reached:
        return reached[-3:], (
            f"not declared: the last of 1, 2, 3, 5 and 10 years with at least "
            f"{AT_RISK_AT_HORIZON} patients at risk in either state"
        )
    if np.isnan(last) or last <= 0:
        return (), f"none: never {AT_RISK_AT_HORIZON} patients at risk in both states"
    step = 10.0 ** np.floor(np.log10(last))
    return (float(np.floor(last / step) * step),), (
        f"not declared: the last round time with at least {AT_RISK_AT_HORIZON} patients at risk "
        f"in either state"
    )


def landmarks_for(protocol: Protocol, cohort: Cohort) -> tuple[tuple[float, ...], str]:
    """Return the landmarks and the rule that gave them."""
    declared = protocol.analysis.landmarks
    if declared:
        return tuple(sorted(set(declared))), "declared in the protocol"
    waits = cohort.initiation[cohort.initiated]
    if waits.size == 0:
        return (), "none: nobody was treated"
    quantiles = np.quantile(waits, LANDMARK_QUANTILES, method="inverted_cdf")
    return tuple(float(q) for q in np.unique(quantiles)), (
        "not declared: the quartiles of the observed time to treatment"
    )
