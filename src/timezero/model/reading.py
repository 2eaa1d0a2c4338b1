"""Which number of a rung is read first, which rung is the fair one, how a ratio is printed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from timezero.model.estimate import Contrast
from timezero.model.result import Rung

EVENTS_PER_VARIABLE_FOR_ORDINARY_COX: Final = 10.0
INFINITE: Final = "infinity"
NOT_ESTIMATED: Final = "not estimated"


def ratio_text(value: float) -> str:
    """Print a ratio: two decimals, three significant figures where it is large or small."""
    if math.isnan(value):
        return NOT_ESTIMATED
    if math.isinf(value):
        return INFINITE
    if value >= 1_000.0:
        return f"{value:,.0f}"
    decimals = 0 if value >= 100.0 else 1 if value >= 10.0 else 2
    if 0.0 < value < 0.1:
        decimals = 3
    if 0.0 < value < 0.0005:
        return "<0.001"
    return f"{value:.{decimals}f}"


def primary_ratio(rung: Rung, stem: str = "unadjusted") -> Contrast | None:
    """Return the hazard ratio to read first: Firth's where events are few, else the ordinary.

    Parameters
    ----------
    rung : Rung
    stem : str
        ``unadjusted`` or ``adjusted``.

    Returns
    -------
    Contrast or None
        None where the rung has no such hazard ratio.
    """
    ordinary = rung.contrast("hazard_ratio", stem)
    firth = rung.contrast("hazard_ratio", "firth" if stem == "unadjusted" else f"firth_{stem}")
    if ordinary is None or firth is None:
        return ordinary or firth
    per_variable = ordinary.details.get("n_events", 0.0) / ordinary.details.get("n_variables", 1.0)
    return firth if per_variable < EVENTS_PER_VARIABLE_FOR_ORDINARY_COX else ordinary


def fair_rung(rungs: Mapping[str, Rung]) -> Rung:
    """Return the highest rung that removes waiting: from the trigger when it could be done.

    Parameters
    ----------
    rungs : mapping of str to Rung
        By name.
    """
    from_trigger = rungs["from_trigger"]
    return from_trigger if from_trigger.status == "ok" else rungs["time_varying"]
