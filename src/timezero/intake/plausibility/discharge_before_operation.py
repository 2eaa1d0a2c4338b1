"""A discharge before the operation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "discharge_before_operation"


def _find(record: RecordColumns) -> Iterator[Finding]:
    for procedure, (discharge,) in record.procedures("discharge_date"):
        operated = record.operated(procedure)
        if operated is None:
            continue
        mask = np.asarray(record.days(discharge) < record.days(operated))
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'patient')} discharged before the operation",
                discharge,
                operated,
                mask=mask,
                mend="look up both dates",
            )


RULE = Rule(
    name=NAME,
    says="a date of discharge before the date of the operation",
    items=("discharge_date", "procedure_date", "first_procedure_date"),
    find=_find,
)
