"""Fragility: the smallest number of changed outcomes that moves the fair test across its limit."""

from __future__ import annotations

from timezero.errors import AnalysisRefused
from timezero.estimate.fragility import CHANGES_AT_MOST, fragility
from timezero.ladder.climb import Climb
from timezero.ladder.sensitivity._fair_count import fair_rows, fair_stands
from timezero.model.result import DataTable, Rung


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return how many outcomes would have to change for the fair test to say otherwise."""
    if not fair_stands(rungs):
        return None
    try:
        found = fragility(fair_rows(climb.cohort, rungs), level=climb.level)
    except AnalysisRefused:
        return None
    return DataTable(
        name="fragility",
        title="Fragility: with so few changed outcomes the Mantel-Byar test of the fair count "
        "would cross its limit; a small number means that the conclusion hangs on single patients.",
        columns={
            "before": ("beyond the limit" if found.was_beyond else "within the limit",),
            "changed_outcomes": (float(found.n_changes),),
            "events_added": (float(found.events_added),),
            "events_removed": (float(found.events_removed),),
            "z_before": (found.z_before,),
            "z_after": (found.z_after,),
        },
        notes={"tried_at_most": float(CHANGES_AT_MOST)},
    )


SENSITIVITY = sensitivity
