"""Cox model with the treatment as it happened."""

from __future__ import annotations

import numpy as np

from timezero.align.time_since_treatment import time_since_treatment
from timezero.align.time_varying import time_varying
from timezero.conventions import DAYS_PER
from timezero.errors import AnalysisRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.profile_likelihood import profile_interval
from timezero.estimate.proportional_hazards import PhTest, proportional_hazards_test
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.compare import compare_curves_if_any, tested_without_effect
from timezero.ladder.hazard import (
    HazardEstimates,
    adjusted_hazard_ratios,
    hazard_ratios,
    likelihood_interval_pair,
    wald_pair,
)
from timezero.model.person_time import PersonTime
from timezero.model.result import DataTable

EVENTS_IN_EACH_WINDOW = 5
EARLY_WINDOW_YEARS = 0.25
PROFILE_AFFORDABLE_ROWS = 20_000


def _by_time_since_treatment(climb: Climb) -> HazardEstimates:
    """Estimate an early window after treatment and the time after it, when events allow."""
    found = HazardEstimates()
    year = DAYS_PER["years"] / DAYS_PER[climb.cohort.time_unit]
    window = climb.protocol.analysis.early_window or EARLY_WINDOW_YEARS * year
    rows, early = time_since_treatment(climb.cohort, window)
    treated = rows.arm == 1
    later = treated & ~early
    events = [int(rows.event[part].sum()) for part in (early, later)]
    if min(events) < EVENTS_IN_EACH_WINDOW:
        found.cautions.append(
            f"no early and late effect: {events[0]} events within {window:g} of treatment and "
            f"{events[1]} after it, {EVENTS_IN_EACH_WINDOW} are needed in each"
        )
        return found
    design = np.column_stack([early, later]).astype(np.float64)
    try:
        fit = fit_cox(
            rows,
            design,
            ties=climb.protocol.analysis.ties,
            cluster=True,
            names=("the time soon after treatment", "the time later after treatment"),
        )
    except AnalysisRefused as refusal:
        found.cautions.append(f"no early and late effect: {refusal.what}")
        return found
    for column, variant in enumerate((f"within={window:g}", f"after={window:g}")):
        found.contrasts += wald_pair(
            float(fit.coefficients[column]),
            float(np.sqrt(fit.covariance[column, column])),
            variant=variant,
            level=climb.level,
            method="Cox with separate effects early and late after treatment",
        )
    return found


def _ph_table(test: PhTest) -> DataTable:
    times, residuals = test.times, test.residuals[:, 0]
    return DataTable(
        name="schoenfeld",
        title="Scaled Schoenfeld residuals of the treatment over time",
        columns={
            "time": tuple(float(t) for t in times),
            "residual": tuple(float(r) for r in residuals),
        },
        notes={
            "chisq": float(test.chi2[0]),
            "p_value": float(test.p_values[0]),
            "global_chisq": test.global_chi2,
            "global_p_value": test.global_p_value,
        },
    )


def _proportional_hazards(
    climb: Climb, rows: PersonTime, hazard: HazardEstimates, found: RungNumbers
) -> None:
    if hazard.fit is None:
        return
    design = rows.arm.astype(np.float64)[:, np.newaxis]
    try:
        test = proportional_hazards_test(rows, hazard.fit, design, ("treatment",))
    except AnalysisRefused as refusal:
        found.cautions.append(f"no test of proportional hazards: {refusal.what}")
        return
    found.tables.append(_ph_table(test))
    if test.p_values[0] < 1.0 - climb.level:
        found.cautions.append(
            f"the hazard ratio changes over time (score test of proportional hazards, "
            f"p = {test.p_values[0]:.2g}): read the survival and time-lived differences first"
        )


def _estimate(climb: Climb) -> RungNumbers:
    rows = time_varying(climb.cohort)
    numbers = compare_curves_if_any(climb, rows, name="time_varying", variant="by_state")
    hazard = hazard_ratios(climb, rows, robust=True, firth_always=True)
    contrasts = list(hazard.contrasts)
    if hazard.fit is not None and rows.n_rows <= PROFILE_AFFORDABLE_ROWS:
        design = rows.arm.astype(np.float64)[:, np.newaxis]
        interval = profile_interval(
            rows, design, 0, level=climb.level, ties=climb.protocol.analysis.ties
        )
        contrasts += likelihood_interval_pair(hazard.fit, interval, level=climb.level)
    elif hazard.fit is not None:
        hazard.cautions.append(
            f"the profile-likelihood interval is left out: {rows.n_rows:,} rows, it is added up to "
            f"{PROFILE_AFFORDABLE_ROWS:,}"
        )
    adjusted = adjusted_hazard_ratios(climb, rows, firth_always=True)
    since = _by_time_since_treatment(climb)
    numbers.contrasts = [
        *contrasts,
        *adjusted.contrasts,
        *since.contrasts,
        *(tested_without_effect(c, rows) for c in numbers.contrasts),
    ]
    numbers.cautions = [
        *hazard.cautions,
        *adjusted.cautions,
        *since.cautions,
        "curves by state start at time zero and can rest on very few treated patients early on",
        *numbers.cautions,
    ]
    _proportional_hazards(climb, rows, hazard, numbers)
    return numbers


RUNG = RungMethod(
    name="time_varying",
    order=8,
    role="correction",
    title="Cox model with the treatment as it happened",
    estimand=(
        "The instantaneous rate of the event among those already treated, relative to those alive "
        "at the same time and not yet treated."
    ),
    symbols="h(t | Z(t)) = h_0(t) exp{beta Z(t)}, Z(t) = 1 for t > W",
    counted_from="everybody from time zero, untreated until treatment, treated from just after",
    difference=(
        "The Mantel-Byar comparison as a model: it can be adjusted for what was known at time "
        "zero. It does not adjust for why some were chosen, nor for what prompted the treatment."
    ),
    references=("cox1972", "crowley1977", "firth1993", "heinze2001", "lin1989", "grambsch1994"),
    needed="events while both treated and untreated patients are at risk",
    estimate=_estimate,
)
