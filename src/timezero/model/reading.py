"""Which number of a rung is read first, and which rung is the fair one: said once for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from timezero.model.estimate import Contrast
from timezero.model.result import Rung

EVENTS_PER_VARIABLE_FOR_ORDINARY_COX: Final = 10.0


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
