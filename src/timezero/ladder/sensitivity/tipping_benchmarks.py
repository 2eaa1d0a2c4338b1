"""Measured characteristics placed on the tipping map, for a sense of size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.arrays import Floats
from timezero.errors import AnalysisRefused, InputRefused
from timezero.estimate.cox import fit_cox
from timezero.estimate.unmeasured_fitness import crossings
from timezero.ladder.climb import Climb
from timezero.ladder.sensitivity._fair_count import fair_rows, fair_stands
from timezero.model.person_time import PersonTime, chosen_rows
from timezero.model.result import DataTable, Rung


def _split(column: Floats) -> Floats:
    """Return two halves of the patients: above the median or not; two levels stay as they are."""
    if np.unique(column).size == 2:
        return (column == column.max()).astype(np.float64)
    return (column > np.median(column)).astype(np.float64)


def _log_ratio(rows: PersonTime, *columns: Floats) -> float:
    """Return the last column's coefficient; NaN where it cannot be estimated."""
    try:
        fit = fit_cox(rows, np.column_stack(columns), cluster=False)
    except (AnalysisRefused, InputRefused):
        return float("nan")
    return float(fit.coefficients[-1])


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return, for each measured characteristic split at its median, its place on the map."""
    design = climb.design
    if not design.names or not fair_stands(rungs):
        return None
    rows = fair_rows(climb.cohort, rungs)
    rows = chosen_rows(rows, design.complete[rows.patient])
    waiting = np.flatnonzero(rows.arm == 0)
    treated = np.zeros(rows.n_rows, dtype=np.bool_)
    treated[crossings(rows)] = True
    to_treatment = replace(chosen_rows(rows, waiting), event=treated[waiting])
    names: list[str] = []
    strengths: list[float] = []
    selections: list[float] = []
    for name, column in zip(design.names, design.columns.T, strict=True):
        halves = _split(column[rows.patient])
        of_event = _log_ratio(rows, rows.arm.astype(np.float64), halves)
        of_treatment = _log_ratio(to_treatment, halves[waiting])
        if np.isnan(of_event) or np.isnan(of_treatment):
            continue
        # The fitter half is the one with the lower rate.
        fitter = -np.sign(of_event)
        names.append(name)
        strengths.append(float(np.exp(abs(of_event))))
        selections.append(float(np.exp(fitter * of_treatment)))
    if not names:
        return None
    return DataTable(
        name="tipping_benchmarks",
        title="Measured characteristics on the tipping map, each split at its median: how many "
        "times the event rate of its fitter half the other half had, and how many times as fast "
        "the fitter half was treated.",
        columns={
            "covariate": tuple(names),
            "hazard_ratio_of_unmeasured": tuple(strengths),
            "time_to_treatment_ratio": tuple(selections),
        },
    )


SENSITIVITY = sensitivity
