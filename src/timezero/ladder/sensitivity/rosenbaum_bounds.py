"""Rosenbaum bounds: how strongly something unmeasured would have to choose the treated."""

from __future__ import annotations

from dataclasses import replace

from timezero.ladder.climb import Climb
from timezero.model.result import DataTable, Rung


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return the bounds that the matching rung found, or None where it found none.

    Parameters
    ----------
    climb : Climb
        Nothing is estimated again.
    rungs : tuple of Rung
    """
    del climb
    for rung in rungs:
        bounds = rung.table("bounds") if rung.name == "risk_set_matching" else None
        if bounds is not None:
            return replace(
                bounds,
                name="rosenbaum_bounds",
                title=f"{bounds.title}. A gamma at which the upper bound passes the level says "
                "how much hidden choice the finding would bear, not that there is any",
            )
    return None


SENSITIVITY = sensitivity
