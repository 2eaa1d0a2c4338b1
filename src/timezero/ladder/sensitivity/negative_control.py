"""Negative-control outcome: the same comparison on something the treatment cannot change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.estimate.normal import critical_value
from timezero.ladder.climb import Climb
from timezero.ladder.sensitivity._fair_count import fair_rows, fair_stands, log_ratio
from timezero.model.result import DataTable, Rung


def sensitivity(climb: Climb, rungs: tuple[Rung, ...]) -> DataTable | None:
    """Return the fair comparison with the negative-control outcome in place of the event."""
    cohort = climb.cohort
    if cohort.negative_control is None or not fair_stands(rungs):
        return None
    happened = cohort.negative_control <= cohort.exit
    control = replace(
        cohort,
        exit=np.where(happened, cohort.negative_control, cohort.exit),
        event=happened,
        initiation=np.where(
            happened & (cohort.initiation >= cohort.negative_control), np.nan, cohort.initiation
        ),
    )
    half = critical_value(climb.level)
    rows = fair_rows(control, rungs)
    found = log_ratio(climb, rows)
    error = half * found.standard_error
    value, lower, upper = np.exp((found.value, found.value - error, found.value + error))
    return DataTable(
        name="negative_control",
        title="Negative control: the fair comparison, made on an outcome that the treatment cannot "
        "change. A hazard ratio away from 1 here is bias, not treatment, and the same bias may be "
        "in the comparison of the event.",
        columns={
            "events": (float(rows.event.sum()),),
            "hazard_ratio": (float(value),),
            "lower": (float(lower),),
            "upper": (float(upper),),
        },
    )


SENSITIVITY = sensitivity
