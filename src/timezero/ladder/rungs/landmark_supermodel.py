"""All landmarks in one model: van Houwelingen's supermodel."""

from __future__ import annotations

from dataclasses import replace

from timezero.errors import AnalysisRefused
from timezero.estimate.landmark_supermodel import SupermodelFit, landmark_supermodel
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.hazard import ROBUST_ERROR_NONE, wald_pair
from timezero.ladder.rungs.landmark import landmark_grid
from timezero.model.estimate import Contrast

LANDMARKS_AT_LEAST = 3
GRID_STEP = 3


def _landmarks(climb: Climb) -> tuple[float, ...]:
    if len(climb.landmarks) >= LANDMARKS_AT_LEAST:
        return climb.landmarks
    return tuple(float(s) for s in landmark_grid(climb.cohort)[::GRID_STEP])


def _window(climb: Climb) -> float:
    declared = climb.protocol.analysis.landmark_window
    if declared is not None:
        return declared
    if climb.horizons:
        return climb.horizons[-1]
    raise AnalysisRefused(
        what="the supermodel needs a window of follow-up after each landmark",
        where="analysis.landmark_window",
        mend="declare analysis.landmark_window or analysis.horizons",
        code="TZ-LAD-05",
    )


def _at_landmark_zero(climb: Climb, fit: SupermodelFit) -> list[Contrast]:
    """Return the coefficient of treatment: the effect at every landmark, or at landmark 0."""
    robust_error = float(fit.robust_standard_errors[0])
    if not robust_error > ROBUST_ERROR_NONE * float(fit.standard_errors[0]):
        raise AnalysisRefused(
            what="the supermodel has no robust standard error: no patient's contribution differs "
            "from another's",
            where="analysis.landmarks",
            mend="more events, on different days, while both groups are at risk",
            code="TZ-LAD-13",
        )
    pair = wald_pair(
        float(fit.coefficients[0]),
        robust_error,
        variant=fit.name,
        level=climb.level,
        method=fit.method,
    )
    details = {"log_likelihood": fit.log_likelihood, "n_rows": float(sum(fit.n_rows))}
    for k, column in enumerate(fit.columns):
        details[f"coefficient {column}"] = float(fit.coefficients[k])
        details[f"standard error {column}"] = float(fit.standard_errors[k])
        details[f"robust standard error {column}"] = float(fit.robust_standard_errors[k])
    changes = len(fit.columns) > 1
    return [replace(c, at=0.0 if changes else c.at, details=details) for c in pair]


def _estimate(climb: Climb) -> RungNumbers:
    found = RungNumbers()
    window = _window(climb)
    landmarks = _landmarks(climb)
    for fit in landmark_supermodel(climb.cohort, landmarks, window=window, level=climb.level):
        found.contrasts += _at_landmark_zero(climb, fit)
        found.tables.append(fit.table)
    found.cautions.append(
        f"landmarks {', '.join(f'{s:g}' for s in landmarks)}; follow-up of {window:g} after each"
    )
    return found


RUNG = RungMethod(
    name="landmark_supermodel",
    order=5,
    role="correction",
    title="Landmark supermodel: all landmarks in one model",
    estimand=(
        "The average over landmarks of the hazard ratio of patients treated by the landmark "
        "against those not yet treated, each over the same window of follow-up."
    ),
    symbols=(
        "h(t | Z, s) = h_0(t | s) exp{beta(s) Z}, s <= t <= s + w; "
        "ipl by strata, ipl* with h_0(t) exp{theta(s)}"
    ),
    counted_from="those alive at each landmark, from the landmark, for one window",
    difference=(
        "Uses every landmark at once, so no single one can be picked; patients count several "
        "times, hence the standard error that is robust to it."
    ),
    references=("vanhouwelingen2007",),
    needed="at least two landmarks with treated and untreated patients and later events",
    estimate=_estimate,
)
