"""An operation that took less time than its perfusion."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "operation_shorter_than_perfusion"
MINUTES_PER_HOUR = 60.0


def _find(record: RecordColumns) -> Iterator[Finding]:
    for procedure, (time, done) in record.procedures("operation_time", "minutes_done"):
        unit = record.columns.get(("operation_time_unit", procedure))
        if unit is None:
            continue
        words = record.words(unit)
        hours, minutes = (
            np.asarray(words.is_in(list(known)).fill_null(value=False), dtype=np.bool_)
            for known in (("h", "hours", "hour", "std"), ("min", "minutes", "minute", "mins"))
        )
        took = record.numbers(time) * np.select([hours, minutes], [MINUTES_PER_HOUR, 1.0], np.nan)
        mask = np.asarray(took < record.numbers(done))
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'operation')} shorter than the perfusion in it",
                time,
                unit,
                done,
                mask=mask,
                mend="look up the duration and whether it is in hours or minutes",
            )


RULE = Rule(
    name=NAME,
    says="an operation that took less time than its perfusion",
    items=("operation_time", "operation_time_unit", "minutes_done"),
    find=_find,
)
