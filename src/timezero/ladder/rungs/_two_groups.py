"""A rung that compares two groups fixed on one alignment; the published errors share it."""

from __future__ import annotations

from timezero.ladder.climb import Climb, RungNumbers
from timezero.ladder.compare import compare_curves_if_any, log_rank_pair
from timezero.ladder.hazard import hazard_ratios
from timezero.model.person_time import PersonTime


def two_groups(climb: Climb, rows: PersonTime, *, name: str) -> RungNumbers:
    """Compare two groups by their curves, the log-rank test and a Cox model."""
    numbers = compare_curves_if_any(climb, rows, name=name)
    hazard = hazard_ratios(climb, rows)
    numbers.contrasts = [
        *hazard.contrasts,
        *log_rank_pair(climb, rows, variant="log_rank", test="log-rank"),
        *numbers.contrasts,
    ]
    numbers.cautions = [*hazard.cautions, *numbers.cautions]
    return numbers
