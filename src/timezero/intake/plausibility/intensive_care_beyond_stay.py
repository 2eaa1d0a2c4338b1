"""More days in intensive care than in hospital."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "intensive_care_beyond_stay"


def _find(record: RecordColumns) -> Iterator[Finding]:
    for _, (care, stay) in record.procedures("icu_days", "hospital_days"):
        mask = np.asarray(record.numbers(care) > record.numbers(stay))
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'stay')} with more days in intensive care than in hospital",
                care,
                stay,
                mask=mask,
                mend="look up both numbers, and whether one of them is in hours",
            )


RULE = Rule(
    name=NAME,
    says="more days in intensive care than days in hospital",
    items=("icu_days", "hospital_days"),
    find=_find,
)
