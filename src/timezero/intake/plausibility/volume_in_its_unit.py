"""Volumes of perfusate in L and in L/m2 in one column, or in the wrong one of the two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.plausibility._units import volume_units
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.wording import counted

NAME = "volume_in_its_unit"
# 2 and 2.5 L/m2 are in print, 3 L flat too; our limits are wide around them.
LIMITS: Final = {"l": (1.0, 12.0), "l_per_m2": (0.5, 4.0)}
PRINTED: Final = {"l": "L", "l_per_m2": "L/m2"}


def _find(record: RecordColumns) -> Iterator[Finding]:
    for procedure, (volume,) in record.procedures("perfusate_volume"):
        unit = record.columns.get(("volume_unit", procedure))
        numbers, units = record.numbers(volume), volume_units(record, volume, unit)
        for name, (low, high) in LIMITS.items():
            mask = np.asarray(units[name] & ((numbers < low) | (numbers > high)))
            if mask.any():
                yield record.finding(
                    NAME,
                    f"{counted(mask, 'volume')} of perfusate outside {low:g} to {high:g} "
                    f"{PRINTED[name]}",
                    volume,
                    mask=mask,
                    mend="look up whether it is in L or in L/m2; nothing is converted",
                )
        both = {name: here & ~np.isnan(numbers) for name, here in units.items()}
        if all(here.any() for here in both.values()):
            yield record.finding(
                NAME,
                f"{volume.name} is in L in {counted(both['l'], 'row')} and in L/m2 in "
                f"{counted(both['l_per_m2'], 'row')}",
                volume,
                mask=both["l_per_m2"],
                mend="compare volumes within one unit only; nothing is converted",
                severity=Severity.NOTE,
            )


RULE = Rule(
    name=NAME,
    says="volumes of perfusate in L and L/m2 side by side, or implausible in their unit",
    items=("perfusate_volume", "volume_unit"),
    find=_find,
)
