"""How observation ended: values are declared, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools
from timezero.intake.tables import Column
from timezero.model.protocol import DataPart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventCells:
    """The cells of the event column, read under the declared values.

    Parameters
    ----------
    event, competing : (n,) bool
        Cells that mean the event, and those that mean a competing event.
    missing, undeclared : (n,) bool
        Cells that say nothing; cells whose value has no declared meaning.
    seen : tuple of (str, int)
        Values seen, with how many rows each has, the most frequent first.
    complement : str
        The one value that was read as censored because it is the only other one; or empty.
    is_declared : bool
        True when a value for the event is declared.
    """

    column: Column
    event: Bools
    competing: Bools
    missing: Bools
    undeclared: Bools
    seen: tuple[tuple[str, int], ...]
    complement: str
    is_declared: bool


def same_value(text: str) -> str:
    """Return the form under which two spellings of one value are equal: 1 and 1.0, True and true.

    Parameters
    ----------
    text : str
        A cell or a declared value.
    """
    text = text.strip()
    if re.fullmatch(r"[+-]?\d+\.0+", text):
        return text.split(".")[0]
    return text.lower() if text.lower() in {"true", "false"} else text


def declared_meanings(data: DataPart) -> dict[str, str]:
    """Return the declared values of the event column, each with the key that declares it.

    Parameters
    ----------
    data : DataPart
    """
    return {
        same_value(value): key
        for key in ("event_value", "competing_value", "censored_value")
        for value in getattr(data, key)
    }


def read_event(column: Column, data: DataPart) -> EventCells:
    """Read which rows end in the event.

    Parameters
    ----------
    column : Column
    data : DataPart
        Declares ``event_value``, ``competing_value`` if there are competing events and, when
        several other values exist, ``censored_value``.
    """
    missing = column.missing(data.missing)
    spellings: list[tuple[str, int]] = column.text.filter(~missing).value_counts().rows()
    counted: dict[str, int] = {}
    for text, n in spellings:
        counted[same_value(text)] = counted.get(same_value(text), 0) + n
    seen = tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    happened = {same_value(value) for value in data.event_value}
    censored = {same_value(value) for value in data.censored_value} if happened else set[str]()
    is_declared = bool(data.event_value)
    instead = {same_value(value) for value in data.competing_value}
    others = [value for value, _ in seen if value not in happened | censored | instead]
    complement = ""
    if is_declared and not censored and len(others) == 1:
        complement = others[0]
        censored = {complement}

    def cells_that_say(values: set[str]) -> Bools:
        meant = [text for text, _ in spellings if same_value(text) in values]
        return np.asarray(column.text.is_in(meant).fill_null(value=False), dtype=np.bool_)

    event = cells_that_say(happened) & ~missing
    competing = cells_that_say(instead) & ~missing
    known = event | competing | cells_that_say(censored)
    return EventCells(
        column=column,
        event=event,
        competing=competing,
        missing=missing,
        undeclared=~known & ~missing,
        seen=seen,
        complement=complement,
        is_declared=is_declared,
    )
