"""Minutes of perfusion or a dose in a procedure that is said to be without HIPEC."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "perfused_without_hipec"
WITHOUT = ("crs_only", "exploration")


def _find(record: RecordColumns) -> Iterator[Finding]:
    for procedure, (kind,) in record.procedures("procedure_kind"):
        without = np.asarray(
            record.words(kind).is_in(list(WITHOUT)).fill_null(value=False), dtype=np.bool_
        )
        for key in ("minutes_done", "dose"):
            given = record.columns.get((key, procedure))
            if given is None:
                continue
            mask = np.asarray(without & (record.numbers(given) > 0.0))
            if mask.any():
                yield record.finding(
                    NAME,
                    f"{counted(mask, 'procedure')} said to be without HIPEC, with a value in "
                    f"{given.name}",
                    kind,
                    given,
                    mask=mask,
                    mend="look up whether it was a HIPEC, perhaps an aborted one",
                )


RULE = Rule(
    name=NAME,
    says="minutes of perfusion or a dose in a procedure recorded as one without HIPEC",
    items=("procedure_kind", "minutes_done", "dose"),
    find=_find,
)
