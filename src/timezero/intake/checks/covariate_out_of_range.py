"""Values that cannot be, or can hardly be, by the dictionary."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding, Severity
from timezero.intake.covariates import CovariateCells
from timezero.intake.draft import Draft
from timezero.intake.known_items import known_item
from timezero.intake.record_items import Item
from timezero.intake.wording import counted

CODE: Final = "covariate_out_of_range"
FEWEST: Final = 3
E, W = Severity.ERROR, Severity.WARNING


def covariate_out_of_range(draft: Draft) -> list[Finding]:
    """Find values outside the possible and the plausible range of an item of the record."""
    found: list[Finding] = []
    known_here = {c.column.name: known_item(c.column.name) for c in draft.covariates}
    is_record = _is_record(draft)
    for cells in draft.covariates:
        known = known_here[cells.column.name]
        if known is None or not cells.is_number.any():
            continue
        # Age, weight and the like stand in registries of any field, also centred or scaled.
        if known.item.chapter == "patient" and not is_record:
            continue
        values = np.where(cells.is_number, _numbers(cells), np.nan)
        impossible = _impossible(known.item, values)
        # How old patients usually are depends on the disease; how old they can be does not.
        usual = None if known.item.role == "age" else known.item.plausible
        doubtful = _outside(values, usual) & ~impossible
        if impossible.any():
            found.append(_finding(draft, cells, known.item, mask=impossible, severity=E))
        if doubtful.any():
            found.append(_finding(draft, cells, known.item, mask=doubtful, severity=W))
    return found


def _is_record(draft: Draft) -> bool:
    """Say whether the table is a record of procedures: items of its own kind are in it."""
    items = (known_item(name) for name in draft.table.names)
    return sum(known is not None and known.item.chapter != "patient" for known in items) >= FEWEST


def _numbers(cells: CovariateCells) -> Floats:
    if cells.covariate.kind == "numeric":
        return cells.covariate.values
    return cells.column.numbers


def _outside(values: Floats, limits: tuple[float, float] | None) -> Bools:
    if limits is None:
        return np.zeros(values.shape, dtype=np.bool_)
    return np.asarray((values < limits[0]) | (values > limits[1]))


def _impossible(item: Item, values: Floats) -> Bools:
    wrong = _outside(values, item.hard)
    if item.multiple_of is not None:
        steps = values / item.multiple_of
        wrong |= np.isfinite(steps) & (steps != np.round(steps))
    codes = [float(choice.code) for choice in item.choices if choice.code.isdigit()]
    if item.type == "choice" and codes and len(codes) == len(item.choices):
        wrong |= np.isfinite(values) & ~np.isin(values, codes)
    if item.type == "whole":
        wrong |= np.isfinite(values) & (values != np.round(values))
    return np.asarray(wrong)


def _finding(
    draft: Draft, cells: CovariateCells, item: Item, *, mask: Bools, severity: Severity
) -> Finding:
    refused = severity is Severity.ERROR
    return draft.finding(
        CODE,
        severity,
        f"{counted(mask, 'value')} of {cells.covariate.name} that {item.name} "
        f"{'cannot have' if refused else 'hardly has'}; {_limits(item, refused=refused)} "
        f"{'is possible' if refused else 'is usual'}",
        column=cells.column,
        mask=mask,
        mend="put the cells right in the file, or say that they mean 'not recorded' with "
        f"columns.{cells.column.name}.missing in the recipe"
        if refused
        else "compare the cells with the case notes",
    )


def _limits(item: Item, *, refused: bool) -> str:
    """Return the possible or the usual values in words: ``from 0 to 39``."""
    limits = item.hard if refused else item.plausible
    if limits is None:
        return ", ".join(choice.code for choice in item.choices) or "a whole number"
    step = f", in steps of {item.multiple_of:g}" if item.multiple_of is not None else ""
    unit = f" {item.unit}" if item.unit else ""
    whole = " (whole numbers)" if item.type == "whole" and not step else ""
    return f"from {limits[0]:g} to {limits[1]:g}{unit}{step if refused else ''}{whole}"


CHECK = covariate_out_of_range
