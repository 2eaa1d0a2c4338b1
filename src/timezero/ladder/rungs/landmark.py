"""Groups fixed at a landmark, at every declared landmark and over a whole grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.align.landmark import landmark
from timezero.arrays import Floats
from timezero.errors import AnalysisRefused
from timezero.estimate.landmark import landmark_curve
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.compare import compare_curves_if_any, log_rank_pair, tested_without_effect
from timezero.ladder.hazard import hazard_ratios
from timezero.model.cohort import Cohort
from timezero.model.estimate import Contrast

GRID_POINTS = 20
GRID_QUANTILES = (0.05, 0.95)
LOST_PATIENTS_CAUTION = 0.25
LOST_EVENTS_CAUTION = 0.50


def landmark_grid(cohort: Cohort) -> Floats:
    """Return the grid of the landmark curve: equal steps over the middle 90 % of initiations."""
    waits = cohort.initiation[cohort.initiated]
    first, last = np.quantile(waits, GRID_QUANTILES, method="inverted_cdf")
    return np.unique(np.linspace(float(first), float(last), GRID_POINTS))


def _lost(cohort: Cohort, at: float) -> list[str]:
    gone = cohort.exit <= at
    cautions: list[str] = []
    patients = float(gone.mean())
    events = float((gone & cohort.event).sum()) / max(int(cohort.event.sum()), 1)
    if patients > LOST_PATIENTS_CAUTION or events > LOST_EVENTS_CAUTION:
        cautions.append(
            f"landmark {at:g} leaves out {patients:.0%} of the patients and {events:.0%} of the "
            "events: it speaks only of those who got that far"
        )
    return cautions


def _at_landmark(climb: Climb, at: float) -> RungNumbers:
    rows = landmark(climb.cohort, at)
    variant = f"landmark={at:g}"
    later = tuple(h for h in climb.horizons if h > at)
    numbers = compare_curves_if_any(
        climb, rows, name="", variant=variant, from_time=at, horizons=later
    )
    hazard = hazard_ratios(climb, rows, variant=variant)
    tests = log_rank_pair(climb, rows, variant=f"log_rank_{variant}", test="log-rank")
    found = [*hazard.contrasts, *tests]
    numbers.contrasts = [replace(c, at=at) for c in found] + [
        tested_without_effect(c, rows) for c in numbers.contrasts
    ]
    numbers.cautions = [
        f"landmark {at:g}: {caution}" for caution in (*hazard.cautions, *numbers.cautions)
    ]
    numbers.arms = tuple(replace(a, label=f"{a.label} ({at:g})") for a in numbers.arms)
    numbers.curves = tuple(replace(c, label=f"{c.label} ({at:g})") for c in numbers.curves)
    return numbers


def _estimate(climb: Climb) -> RungNumbers:
    found = RungNumbers()
    found.cautions.append(f"landmarks {climb.landmark_rule}")
    contrasts: list[Contrast] = []
    for at in climb.landmarks:
        try:
            numbers = _at_landmark(climb, at)
        except AnalysisRefused as refusal:
            found.cautions.append(f"landmark {at:g} is refused: {refusal.what}")
            continue
        contrasts += numbers.contrasts
        found.arms += numbers.arms
        found.curves += numbers.curves
        found.cautions += _lost(climb.cohort, at) + numbers.cautions
    if not contrasts:
        reasons = "; ".join(found.cautions[1:]) or "there is no landmark"
        raise AnalysisRefused(
            what=f"no landmark can be analysed: {reasons}",
            where="analysis.landmarks",
            mend="declare a landmark at which both groups have patients and later events",
            code="TZ-LAD-04",
        )
    found.contrasts = contrasts
    try:
        found.tables.append(
            landmark_curve(
                climb.cohort,
                landmark_grid(climb.cohort),
                level=climb.level,
                seed=climb.protocol.analysis.seed,
            )
        )
    except AnalysisRefused as refusal:
        found.cautions.append(f"no landmark curve: {refusal.what}")
    return found


RUNG = RungMethod(
    name="landmark",
    order=4,
    role="correction",
    title="Landmark: groups fixed at a day everybody in them has reached",
    estimand=(
        "Among patients alive at the landmark, the difference from then on between those treated "
        "by it and those not yet treated, who may be treated later; who comes under observation "
        "after the landmark is at risk from then."
    ),
    symbols="hazard(t | T > s, W <= s) against hazard(t | T > s, W > s), t > s",
    counted_from="those alive at the landmark, from the landmark",
    difference=(
        "Nobody is grouped by the future. Events before the landmark are left out, and later "
        "treatment of the untreated dilutes the contrast."
    ),
    references=("anderson1983", "vanhouwelingen2007"),
    needed="treated and untreated patients alive at a landmark, and events after it",
    estimate=_estimate,
)
