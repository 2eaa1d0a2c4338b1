"""Heights in metres or inches in a column of centimetres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.record_items import item
from timezero.intake.wording import counted

NAME = "height_in_its_unit"
AS_IN: Final = {"metres": (1.2, 2.3), "inches": (48.0, 84.0)}


def _find(record: RecordColumns) -> Iterator[Finding]:
    column = record.column("height")
    limits = item("height").plausible
    if column is None or limits is None or column.name in record.data.covariates:
        return
    numbers = record.numbers(column)
    rest = np.asarray((numbers < limits[0]) | (numbers > limits[1]))
    for unit, (low, high) in AS_IN.items():
        mask = np.asarray(rest & (numbers >= low) & (numbers <= high))
        rest &= ~mask
        if mask.any():
            yield record.finding(
                NAME,
                f"{counted(mask, 'height')} that would be usual in {unit}, and not in cm",
                column,
                mask=mask,
                mend="give all heights in cm; nothing is converted",
            )
    if rest.any():
        yield record.finding(
            NAME,
            f"{counted(rest, 'height')} outside {limits[0]:g} to {limits[1]:g} cm",
            column,
            mask=rest,
            mend="compare the cells with the case notes",
        )


RULE = Rule(
    name=NAME,
    says="a height that is usual in metres or inches, in a column of centimetres",
    items=("height",),
    find=_find,
)
