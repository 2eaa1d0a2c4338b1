"""Whether a value can stand for an item of the record: refused, asked about, or fine."""

from __future__ import annotations

import math
from typing import Literal

from timezero.intake.record_items import Item

Judgement = Literal["fine", "ask", "refuse"]


def judge_number(item: Item, value: float) -> tuple[Judgement, str]:
    """Judge a number by the ranges of an item.

    Parameters
    ----------
    item : Item
        Of type ``number`` or ``whole``.
    value : float
        In the item's unit; of an item whose unit is kept, in any of its units.

    Returns
    -------
    tuple
        ``refuse`` outside the possible range, for a fraction of a whole number and for what is no
        multiple of the item's step; ``ask`` outside the plausible range; else ``fine``. And the
        reason, empty when fine.
    """
    if not math.isfinite(value):
        return "refuse", "it is no finite number"
    if item.hard is not None and not item.hard[0] <= value <= item.hard[1]:
        return "refuse", f"{value:g} lies outside {item.hard[0]:g} to {item.hard[1]:g}"
    if item.type == "whole" and value != round(value):
        return "refuse", f"{value:g} is no whole number"
    if item.multiple_of is not None and math.remainder(value, item.multiple_of) != 0:
        return "refuse", f"{value:g} is no multiple of {item.multiple_of:g}"
    if item.plausible is not None and not item.plausible[0] <= value <= item.plausible[1]:
        usual = f"{item.plausible[0]:g} to {item.plausible[1]:g}"
        return "ask", f"{value:g} lies outside the usual {usual}"
    return "fine", ""


def judge_code(item: Item, code: str) -> tuple[Judgement, str]:
    """Judge a code by the choices of an item; nothing near is taken for it.

    Parameters
    ----------
    item : Item
        Of type ``choice`` or ``yes_no``.
    code : str
    """
    codes = ("yes", "no") if item.type == "yes_no" else tuple(c.code for c in item.choices)
    if code in codes:
        return "fine", ""
    return "refuse", f"{code[:80]!r} is none of {', '.join(codes)}"
