"""A body mass index or a body surface area that height and weight do not give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from timezero.arrays import Floats
from timezero.findings import Finding
from timezero.intake.computed.body_mass import body_mass_index
from timezero.intake.computed.body_surface import FORMULAS, body_surface
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.tables import Column
from timezero.intake.wording import counted

NAME = "body_measures"
# Of the value: rounding of height and weight, and another formula, give less.
MAY_DIFFER = 0.05
SHORTEST = 100.0


def _find(record: RecordColumns) -> Iterator[Finding]:
    for _, (bmi, height, weight) in record.procedures("bmi", "height", "weight"):
        made = [body_mass_index(_in_cm(record.numbers(height)), record.numbers(weight))]
        yield from _told(record, made, (bmi, height, weight), "body mass index")
    for _, (area, height, weight) in record.procedures("body_surface_area", "height", "weight"):
        measures = _in_cm(record.numbers(height)), record.numbers(weight)
        made = [body_surface(*measures, formula=formula) for formula in FORMULAS]
        yield from _told(record, made, (area, height, weight), "body surface area")


def _in_cm(height: Floats) -> Floats:
    """Leave out heights that cannot be in cm; the rule height_in_its_unit speaks about them."""
    return np.where(height >= SHORTEST, height, np.nan)


def _told(
    record: RecordColumns, made: list[Floats], columns: tuple[Column, ...], words: str
) -> Iterator[Finding]:
    stated = record.numbers(columns[0])
    off = np.min([np.abs(stated / value - 1.0) for value in made], axis=0)
    mask = np.asarray(off > MAY_DIFFER)
    if mask.any():
        by = "" if len(made) == 1 else f" by any of {len(made)} formulas"
        yield record.finding(
            NAME,
            f"{counted(mask, 'patient')} with a {words} more than {MAY_DIFFER:.0%} from what "
            f"height and weight give{by}",
            *columns,
            mask=mask,
            mend="look up height and weight and their units",
        )


RULE = Rule(
    name=NAME,
    says="a body mass index or body surface area more than 5 % from that of height and weight",
    items=("bmi", "body_surface_area", "height", "weight"),
    find=_find,
)
