"""Days in hospital that the dates of operation and discharge do not allow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "stay_against_dates"
# Counted with or without the first and the last day.
MAY_DIFFER = 1.0


def _find(record: RecordColumns) -> Iterator[Finding]:
    for procedure, (stay, discharge) in record.procedures("hospital_days", "discharge_date"):
        operated = record.operated(procedure)
        if operated is None:
            continue
        by_dates = record.days(discharge) - record.days(operated)
        # Days before the operation may be counted in; days after it cannot be missing.
        mask = np.asarray((by_dates >= 0.0) & (record.numbers(stay) < by_dates - MAY_DIFFER))
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'stay')} shorter than the time from operation to discharge",
                stay,
                discharge,
                operated,
                mask=mask,
                mend="look up the dates and how the stay was counted",
            )


RULE = Rule(
    name=NAME,
    says="days in hospital that are fewer than from the operation to the discharge",
    items=("hospital_days", "discharge_date", "procedure_date"),
    find=_find,
)
