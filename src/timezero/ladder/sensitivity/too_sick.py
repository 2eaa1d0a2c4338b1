"""Bounds for patients who were too sick to be treated and are counted as untreated all the same."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Ints
from timezero.estimate.normal import critical_value
from timezero.ladder.climb import Climb
from timezero.ladder.sensitivity._fair_count import fair_rows, fair_stands, log_ratio
from timezero.model.person_time import PersonTime, chosen_rows
from timezero.model.result import DataTable, Rung

SHARES = (0.0, 0.05, 0.10, 0.20, 0.30)
AT_LEAST_LEFT = 2


def _without(rows: PersonTime, patients: Ints) -> PersonTime:
    return chosen_rows(rows, ~np.isin(rows.patient, patients))


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return the hazard ratio without those never treated who had the event first."""
    if not fair_stands(rungs):
        return None
    rows = fair_rows(climb.cohort, rungs)
    ever = np.unique(rows.patient[rows.arm == 1])
    never = np.flatnonzero(~np.isin(rows.patient, ever))
    by_exit = never[np.argsort(rows.exit[never], kind="stable")]
    soonest = rows.patient[by_exit[rows.event[by_exit]]]
    longest = rows.patient[by_exit[::-1]]
    n_never = by_exit.size
    columns: dict[str, list[float]] = {
        "share_too_sick": [],
        "patients": [],
        "first_left_out": [],
        "first_lower": [],
        "first_upper": [],
        "longest_left_out": [],
    }
    for share in SHARES:
        n = round(share * n_never)
        if n > soonest.size or n_never - n < AT_LEAST_LEFT:
            break
        first = log_ratio(climb, _without(rows, soonest[:n]))
        longest_out = log_ratio(climb, _without(rows, longest[:n]))
        half = critical_value(climb.level) * first.standard_error
        for name, value in (
            ("first_left_out", first.value),
            ("first_lower", first.value - half),
            ("first_upper", first.value + half),
            ("longest_left_out", longest_out.value),
        ):
            columns[name].append(float(np.exp(value)))
        columns["share_too_sick"].append(share)
        columns["patients"].append(float(n))
    return DataTable(
        name="too_sick",
        title="Too sick to be treated: the fair hazard ratio, had so many of those never treated "
        "been no candidates at all. Left out are those who had the event first, which is the "
        "worst case for the treated, and, at the other end, those observed longest.",
        columns={name: tuple(values) for name, values in columns.items()},
        notes={"never_treated": float(n_never)},
    )


SENSITIVITY = sensitivity
