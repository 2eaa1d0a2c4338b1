"""A walk up the ladder prepared for one rung, for tests of rungs."""

from __future__ import annotations

from typing import Any

from timezero.align.time_varying import time_varying
from timezero.ladder.climb import Climb
from timezero.ladder.defaults import horizons_for, landmarks_for
from timezero.ladder.design import baseline_design
from timezero.ladder.fitness_plan import fitness_plan
from timezero.model.cohort import Cohort
from timezero.model.protocol import AnalysisPart, FitnessPart, Protocol


def climb_of(
    cohort: Cohort, *, horizons: tuple[float, ...] = (), workers: int = 1, **fitness: Any
) -> Climb:
    """Return a climb with few replicates and periods of one unit."""
    protocol = Protocol(
        analysis=AnalysisPart(horizons=horizons, workers=workers),
        fitness=FitnessPart(**{"replicates": 40, "period": 1.0, **fitness}),
    )
    found, rule = horizons_for(protocol, time_varying(cohort))
    landmarks, landmark_rule = landmarks_for(protocol, cohort)
    design = baseline_design(cohort)
    return Climb(
        cohort=cohort,
        protocol=protocol,
        design=design,
        plan=fitness_plan(cohort, protocol, design, found),
        horizons=found,
        landmarks=landmarks,
        horizon_rule=rule,
        landmark_rule=landmark_rule,
        progress=lambda *_: None,
    )
