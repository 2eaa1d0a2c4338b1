"""A perfusion much shorter or longer than planned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.arrays import Floats
from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "minutes_planned_and_done"
SHORTEST, LONGEST = 0.75, 1.25


def _find(record: RecordColumns) -> Iterator[Finding]:
    for _, (planned, done) in record.procedures("minutes_planned", "minutes_done"):
        share = record.numbers(done) / _positive(record.numbers(planned))
        mask = np.asarray((share < SHORTEST) | (share > LONGEST))
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'perfusion')} with minutes done that are less than "
                f"{SHORTEST:.0%} or more than {LONGEST:.0%} of the minutes planned",
                done,
                planned,
                mask=mask,
                mend="look up whether it was stopped early: its kind may be an aborted HIPEC",
            )


def _positive(numbers: Floats) -> Floats:
    return np.where(numbers > 0.0, numbers, np.nan)


RULE = Rule(
    name=NAME,
    says="minutes of perfusion far from the minutes planned, such as 35 of 120",
    items=("minutes_planned", "minutes_done"),
    find=_find,
)
