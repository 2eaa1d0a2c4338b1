"""Which item of the CRS/HIPEC record a column certainly holds."""

from __future__ import annotations

from dataclasses import dataclass

from timezero.intake.recognise import recognise
from timezero.intake.record_items import Item, item


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """An item of the record, and the procedure that the header names beside it.

    Parameters
    ----------
    item : Item
    procedure : int or None
        2 in ``PCI 2nd surgery``.
    """

    item: Item
    procedure: int | None


def known_item(header: str) -> KnownItem | None:
    """Return the item whose alias the header is; None when it is like several, or like none.

    Parameters
    ----------
    header : str
    """
    exact = [found for found in recognise(header) if found.reason == "exact alias"]
    best = [found for found in exact if found.score == exact[0].score]
    if len({found.item_key for found in best}) != 1:
        return None
    found = item(best[0].item_key)
    if best[0].procedure is not None and found.per == "patient" and not found.role:
        return None
    # The square of the age, age2, is no age at a second procedure.
    if best[0].procedure not in {None, 1} and found.role == "age":
        return None
    return KnownItem(item=found, procedure=best[0].procedure)
