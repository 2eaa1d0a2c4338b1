"""Numbers outside the possible or the usual range of their item: PCI 45, 46 °C, a flow of 12."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.record_items import Item
from timezero.intake.tables import Column
from timezero.intake.wording import counted

NAME = "outside_usual_range"
# Rules of their own, which know about units, speak about these.
SPOKEN_FOR: Final = ("height", "dose", "perfusate_volume")


def _find(record: RecordColumns) -> Iterator[Finding]:
    for (key, _), column in record.columns.items():
        item = record.items[key]
        # Covariates are judged by the check covariate_out_of_range.
        if key in SPOKEN_FOR or column.name in record.data.covariates or item.units:
            continue
        numbers = record.numbers(column) if item.type in {"number", "whole"} else None
        if numbers is not None:
            impossible = _outside(numbers, item.hard)
            unusual = _outside(numbers, item.plausible) & ~impossible
            yield from _told(
                record, column, item, mask=impossible, limits=item.hard, kind="possible"
            )
            yield from _told(
                record, column, item, mask=unusual, limits=item.plausible, kind="usual"
            )


def _outside(numbers: Floats, limits: tuple[float, float] | None) -> Bools:
    if limits is None:
        return np.zeros(numbers.shape, dtype=np.bool_)
    return np.asarray((numbers < limits[0]) | (numbers > limits[1]))


def _told(
    record: RecordColumns,
    column: Column,
    item: Item,
    *,
    mask: Bools,
    limits: tuple[float, float] | None,
    kind: str,
) -> Iterator[Finding]:
    if limits is None or not mask.any():
        return
    unit = f" {item.unit}" if item.unit else ""
    yield record.finding(
        NAME,
        f"{counted(mask, 'value')} of {column.name} outside the {kind} range of "
        f"{item.name}, {limits[0]:g} to {limits[1]:g}{unit}",
        column,
        mask=mask,
        mend="compare the cells with the case notes",
    )


RULE = Rule(
    name=NAME,
    says="a number outside the possible or the usual range of its item, such as PCI 45 or 46 °C",
    items=("pci_total", "abdominal_temperature", "inflow_temperature", "flow", "hospital_days"),
    find=_find,
)
