"""Tipping map: what an unmeasured fitness would have to be like to undo the fair estimate."""

from __future__ import annotations

import numpy as np

from timezero.estimate.unmeasured_fitness import bias_of_unmeasured_fitness
from timezero.ladder.climb import Climb
from timezero.ladder.sensitivity._fair_count import fair_rows, fair_stands
from timezero.model.estimate import Contrast
from timezero.model.reading import fair_rung, primary_ratio
from timezero.model.result import DataTable, Rung

STRENGTHS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
SELECTION = (0.2, 0.25, 1 / 3, 0.5, 2 / 3, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0)
WEIGHTED = "marginal_structural_cox"


def estimate_to_tip(rungs: tuple[Rung, ...]) -> tuple[str, Contrast] | None:
    """Return the estimate that the map corrects, with its rung: weighted where there is one."""
    by_name = {rung.name: rung for rung in rungs}
    weighted = (
        by_name[WEIGHTED].contrast("hazard_ratio", "weighted") if WEIGHTED in by_name else None
    )
    if weighted is not None:
        return WEIGHTED, weighted
    fair = fair_rung(by_name)
    contrast = primary_ratio(fair)
    return None if contrast is None else (fair.name, contrast)


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return the estimate, corrected for a fitness of each strength and each selection."""
    found = estimate_to_tip(rungs)
    if found is None or not fair_stands(rungs):
        return None
    name, contrast = found
    strength, selection = (a.ravel() for a in np.meshgrid(STRENGTHS, SELECTION, indexing="ij"))
    bias = bias_of_unmeasured_fitness(
        fair_rows(climb.cohort, rungs), hazard=1.0 / strength, treatment=selection
    )
    value, lower, upper = np.log((contrast.value, contrast.lower, contrast.upper))
    return DataTable(
        name="tipping_map",
        title="Tipping map: the estimate, had one half of the patients been fitter in a way that "
        "nobody measured. Across: how many times as fast the fitter were treated. Up: how many "
        "times the event rate of the others was theirs.",
        columns={
            "rung": (name,) * strength.size,
            "hazard_ratio_of_unmeasured": tuple(strength.tolist()),
            "time_to_treatment_ratio": tuple(selection.tolist()),
            "corrected_log_hazard_ratio": tuple((value - bias).tolist()),
            "lower": tuple((lower - bias).tolist()),
            "upper": tuple((upper - bias).tolist()),
        },
        notes={"log_hazard_ratio": float(value), "lower": float(lower), "upper": float(upper)},
    )


SENSITIVITY = sensitivity
