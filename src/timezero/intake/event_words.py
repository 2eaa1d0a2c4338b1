"""How the ways of coding an event are described before somebody chooses one."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Option
from timezero.intake.draft import Draft
from timezero.intake.events import same_value
from timezero.intake.tables import shown
from timezero.intake.wording import counted

LISTED: Final = 12
MOST_OPTIONS: Final = 6


def seen_values(draft: Draft) -> str:
    """Return the values of the event column with their numbers of patients.

    Parameters
    ----------
    draft : Draft
    """
    seen = draft.event.seen
    listed = ", ".join(f"{shown(value)} ({counted(n, 'patient')})" for value, n in seen[:LISTED])
    return listed if len(seen) <= LISTED else f"{listed} and {len(seen) - LISTED} more"


def cells_of(draft: Draft, value: str) -> Bools:
    """Return which cells say a value, however it is spelt.

    Parameters
    ----------
    draft : Draft
    value : str
    """
    column = draft.event.column
    spelt = [text for text in column.text.drop_nulls().unique() if same_value(text) == value]
    return np.asarray(column.text.is_in(spelt).fill_null(value=False), dtype=np.bool_)


def event_options(draft: Draft, values: tuple[str, ...]) -> tuple[Option, ...]:
    """Return values as those that mean the event, with what that would make of the data.

    Parameters
    ----------
    draft : Draft
    values : tuple of str
        Which ones, the most frequent first.
    """
    groups = value_groups(values)
    together = tuple(group for group in groups if len(group) > 1)
    offered = groups if len(values) > MOST_OPTIONS else (*together, *((v,) for v in values))
    limit = MOST_OPTIONS + (len(together) if len(values) <= MOST_OPTIONS else 0)
    return tuple(Option(value=g, words=_consequence(draft, g)) for g in offered[:limit])


def value_groups(values: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return values in groups: those together that differ only in a number or date at their end.

    ``dead 2014`` and ``dead 2016`` are one group, ``dead of disease`` and ``dead of other cause``
    are two; where all values would be one group, each stays alone.

    Parameters
    ----------
    values : tuple of str
    """
    groups: dict[str, list[str]] = {}
    for value in values:
        word, _, rest = value.partition(" ")
        has_number = any(c.isdigit() for c in rest) or not rest
        alike = word[:1].isalpha() and has_number and not any(c.isalpha() for c in rest)
        groups.setdefault(word.casefold() if alike else f" {value}", []).append(value)
    if len(groups) == 1:
        return tuple((value,) for value in values)
    return tuple(tuple(group) for group in groups.values())


def named(groups: tuple[tuple[str, ...], ...]) -> str:
    """Return the names of groups of values for an option, the first ones when they are many.

    Parameters
    ----------
    groups : tuple of tuple of str
        As :func:`value_groups` returns them.
    """
    listed = ", ".join(map(group_name, groups[:MOST_OPTIONS]))
    more = len(groups) - MOST_OPTIONS
    return f"{listed} and {more} more" if more > 0 else listed


def group_name(group: tuple[str, ...]) -> str:
    """Return the name of a group: the value itself, or its first word and how many values.

    Parameters
    ----------
    group : tuple of str
    """
    if len(group) == 1:
        return shown(group[0])
    return f"{shown(group[0].partition(' ')[0])} ... ({len(group)} values)"


def _consequence(draft: Draft, group: tuple[str, ...]) -> str:
    happened = np.logical_or.reduce([cells_of(draft, value) for value in group])
    others = ~happened & ~draft.event.missing
    times, unit = draft.time("exit"), draft.protocol.data.unit
    medians = [
        f"{np.median(known):.1f} {unit} {which}"
        for rows, which in ((happened, "with it"), (others, "without"))
        if (known := _known(times[rows])).size
    ]
    told = f"; median time {' and '.join(medians)}" if medians else ""
    n = int(happened.sum())
    return f"{group_name(group)} is the event: {n} of {counted(draft.n, 'patient')}{told}"


def _known(times: Floats) -> Floats:
    return times[np.isfinite(times)]
