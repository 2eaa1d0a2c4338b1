"""Which number of a rung is read first, which rung is the fair one, how a ratio is printed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from timezero.model.estimate import Contrast
from timezero.model.result import Rung

EVENTS_PER_VARIABLE_FOR_ORDINARY_COX: Final = 10.0
FITNESS_RUNGS: Final = (
    "clone_censor_weight",
    "sequential_trials",
    "marginal_structural_cox",
    "risk_set_matching",
    "g_formula",
    "illness_death",
    "structural_failure_time",
    "bayesian",
)
# Of the rungs above, which version of a number is read first; the first that a rung has.
READ_FIRST: Final = (
    "weighted",
    "per_protocol",
    "matched",
    "standardised",
    "g_estimate",
    "posterior_neutral",
    "clock_forward",
)
# Without a hazard ratio, which measure is read first.
MEASURES_WITHOUT_RATIO: Final = (
    "time_ratio",
    "rmst_difference",
    "survival_difference",
    "cumulative_incidence_difference",
)
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

    Rungs that make the treated comparable have versions with names of their own; of these the
    first of ``READ_FIRST`` is returned.

    Parameters
    ----------
    rung : Rung
    stem : str
        ``unadjusted``, ``adjusted``, or a version such as ``landmark=30``.

    Returns
    -------
    Contrast or None
        None where the rung has no such hazard ratio.
    """
    if rung.name in FITNESS_RUNGS and stem == "unadjusted":
        return first_version(rung, "hazard_ratio")
    firth = rung.contrast("hazard_ratio", "firth" if stem == "unadjusted" else f"firth_{stem}")
    return _of_the_two(rung.contrast("hazard_ratio", stem), firth)


def _of_the_two(ordinary: Contrast | None, firth: Contrast | None) -> Contrast | None:
    """Return Firth's estimate where there are few events a variable, else the ordinary one."""
    if ordinary is None or firth is None:
        return ordinary or firth
    per_variable = ordinary.details.get("n_events", 0.0) / ordinary.details.get("n_variables", 1.0)
    return firth if per_variable < EVENTS_PER_VARIABLE_FOR_ORDINARY_COX else ordinary


def first_version(rung: Rung, measure: str) -> Contrast | None:
    """Return the version of a measure that is read first, at the last time it is given for.

    Parameters
    ----------
    rung : Rung
    measure : str
        Such as ``rmst_difference``.
    """
    for variant in READ_FIRST:
        ordinary = _at_last_time(rung, measure, variant)
        found = _of_the_two(ordinary, _at_last_time(rung, measure, f"firth_{variant}"))
        if found is not None:
            return found
    others = [c for c in rung.contrasts if c.measure == measure]
    return _at_last_time(rung, measure, others[0].variant) if others else None


def _at_last_time(rung: Rung, measure: str, variant: str) -> Contrast | None:
    found = [c for c in rung.contrasts if c.measure == measure and c.variant == variant]
    return max(found, key=lambda c: -math.inf if math.isnan(c.at) else c.at, default=None)


def primary_contrast(rung: Rung) -> Contrast | None:
    """Return the number to read first of any rung: a hazard ratio if it has one.

    Without one it is a ratio of times, a difference in mean time lived, or a difference in
    survival, at the last horizon; None where the rung has none of these.
    """
    ratio = primary_ratio(rung)
    if ratio is not None:
        return ratio
    found = (first_version(rung, measure) for measure in MEASURES_WITHOUT_RATIO)
    return next((contrast for contrast in found if contrast is not None), None)


def fair_rung(rungs: Mapping[str, Rung]) -> Rung:
    """Return the highest rung that removes waiting: from the trigger when it could be done.

    Parameters
    ----------
    rungs : mapping of str to Rung
        By name.
    """
    from_trigger = rungs["from_trigger"]
    return from_trigger if from_trigger.status == "ok" else rungs["time_varying"]
