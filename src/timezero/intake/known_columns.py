"""Columns that tell patients apart: the named ones, else those the dictionary is sure about."""

from __future__ import annotations

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
