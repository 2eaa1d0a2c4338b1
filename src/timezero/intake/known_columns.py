"""Columns that tell patients apart: the named ones, else those the dictionary is sure about."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools
from timezero.intake.bench import Bench
from timezero.intake.known_items import known_item
from timezero.intake.tables import Column


def column_of_role(bench: Bench, role: str) -> Column | None:
    """Return the column that plays a role, or the only one whose header certainly means it.

    Parameters
    ----------
    bench : Bench
    role : str
        ``sex``, ``birth``, ``death`` or ``time_zero``.
    """
    name = getattr(bench.data, role)
    if name is not None:
        return next((c for c in bench.table.columns if c.name == name), None)
    alike = [
        column
        for column in bench.table.columns
        if (known := known_item(column.name)) is not None
        and known.item.role == role
        and known.procedure in {None, 1}
    ]
    return alike[0] if len(alike) == 1 else None


def is_of_a_person(bench: Bench, column: Column) -> bool:
    """Return whether a column is a birth or a death, of which a person has one.

    Parameters
    ----------
    bench : Bench
    column : Column
    """
    if column.name in {bench.data.birth, bench.data.death}:
        return True
    known = known_item(column.name)
    return known is not None and known.item.role in {"birth", "death"}


def repeated_in_a_centre(bench: Bench, ids: Column) -> Bools:
    """Return the rows whose identifier stands in another row, of the same centre if it is named.

    Parameters
    ----------
    bench : Bench
    ids : Column
    """
    import polars as pl

    keys = {"id": ids.text}
    centre = next((c for c in bench.table.columns if c.name == bench.data.centre), None)
    if centre is not None:
        keys["centre"] = centre.text
    found = pl.DataFrame(keys).is_duplicated() & ids.text.is_not_null()
    return np.asarray(found.to_numpy(), dtype=np.bool_)
