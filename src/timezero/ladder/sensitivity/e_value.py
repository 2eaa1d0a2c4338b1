"""E-values of the corrected rungs: how strong something unmeasured would have to be."""

from __future__ import annotations

from timezero.estimate.e_value import e_value
from timezero.ladder.climb import Climb
from timezero.model.reading import primary_ratio
from timezero.model.result import DataTable, Rung

COMMON_OUTCOME = 0.15
CORRECTED_FOR_WAITING = (
    "time_varying",
    "from_trigger",
    "clone_censor_weight",
    "sequential_trials",
    "marginal_structural_cox",
    "risk_set_matching",
)


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return the E-values of the corrected hazard ratios and of their limits nearest 1.

    Published errors get none: their ratio is made by time, not by an unmeasured characteristic.
    Neither does a ratio whose interval is not known, or does not hold it (few resamples).
    """
    common = float(climb.cohort.event.mean()) > COMMON_OUTCOME
    names: list[str] = []
    variants: list[str] = []
    points: list[float] = []
    limits: list[float] = []
    for rung in rungs:
        contrast = primary_ratio(rung) if rung.name in CORRECTED_FOR_WAITING else None
        if contrast is None or not contrast.lower <= contrast.value <= contrast.upper:
            continue
        value = e_value(contrast.value, contrast.lower, contrast.upper, common=common)
        names.append(rung.name)
        variants.append(contrast.variant)
        points.append(value.point)
        limits.append(value.limit)
    if not names:
        return None
    return DataTable(
        name="e_value",
        title="E-value: on the risk-ratio scale, the least strength of association that an "
        "unmeasured characteristic would need with both treatment and outcome to explain the "
        "estimate. It does not cover errors in dates, lost patients, or several such "
        "characteristics together, and it says nothing about whether one exists.",
        columns={
            "rung": tuple(names),
            "variant": tuple(variants),
            "e_value": tuple(points),
            "e_value_of_limit_nearest_1": tuple(limits),
        },
        notes={"common_outcome": float(common)},
    )


SENSITIVITY = sensitivity
