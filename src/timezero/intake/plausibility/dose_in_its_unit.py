"""A dose that is not plausible in the unit it is recorded in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Finding
from timezero.intake.plausibility._drugs import named_drugs
from timezero.intake.plausibility._units import dose_units
from timezero.intake.record_columns import RecordColumns, Rule
from timezero.intake.record_items import item
from timezero.intake.tables import Column
from timezero.intake.wording import counted

NAME = "dose_in_its_unit"
# mg/m2, wide around what is in print: docs/methods/thermal-dose-and-doses.md.
PER_M2: Final = {
    "cisplatin": (20.0, 300.0),
    "mitomycin": (5.0, 60.0),
    "oxaliplatin": (80.0, 500.0),
    "doxorubicin": (2.0, 60.0),
}
PRINTED: Final = {"mg_per_m2": "mg/m2", "mg": "mg", "mg_per_l": "mg/L"}


def limits_of(drug: str, unit: str) -> tuple[float, float]:
    """Return the lowest and the highest plausible dose of a drug in a unit.

    Parameters
    ----------
    drug : str
        One of `PER_M2`.
    unit : str
        ``mg_per_m2``, ``mg`` or ``mg_per_l``; the last two follow from the first with the usual
        ranges of body surface and volume in the dictionary.
    """
    low, high = PER_M2[drug]
    if unit == "mg_per_m2":
        return low, high
    surface = item("body_surface_area").plausible or (1.0, 1.0)
    low, high = low * surface[0], high * surface[1]
    if unit == "mg":
        return low, high
    litres = item("perfusate_volume").plausible or (1.0, 1.0)
    return low / litres[1], high / litres[0]


def _find(record: RecordColumns) -> Iterator[Finding]:
    for procedure, (dose, drug) in record.procedures("dose", "drug"):
        units = dose_units(record, dose, record.columns.get(("dose_unit", procedure)))
        drugs = named_drugs(record.words(drug))
        single = np.sum(list(drugs.values()), axis=0) == 1
        for name in PER_M2:
            for unit, here in units.items():
                yield from _outside(
                    record, dose, drug, name=name, unit=unit, rows=drugs[name] & single & here
                )


def _outside(
    record: RecordColumns, dose: Column, drug: Column, *, name: str, unit: str, rows: Bools
) -> Iterator[Finding]:
    low, high = limits_of(name, unit)
    numbers = record.numbers(dose)
    mask = np.asarray(rows & ((numbers < low) | (numbers > high)))
    if mask.any():
        yield record.finding(
            NAME,
            f"{counted(mask, 'dose')} of {name} outside {low:.3g} to {high:.3g} {PRINTED[unit]}",
            dose,
            drug,
            mask=mask,
            mend="look up the dose and its unit; nothing is converted",
        )


RULE = Rule(
    name=NAME,
    says="a dose far from what is in print for its drug in its own unit",
    items=("dose", "drug", "dose_unit"),
    find=_find,
)
