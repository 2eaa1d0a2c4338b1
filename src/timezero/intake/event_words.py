"""How the ways of coding an event are described before somebody chooses one."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Option
from timezero.intake.draft import Draft
from timezero.intake.events import same_value
from timezero.intake.tables import shown
from timezero.intake.wording import counted

LISTED = 12


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


def event_options(draft: Draft) -> tuple[Option, ...]:
    """Return each value as the one that means the event, with what that would make of the data.

    Parameters
    ----------
    draft : Draft
    """
    return tuple(
        Option(value=(value,), words=_consequence(draft, value))
        for value, _ in draft.event.seen[:LISTED]
    )


def _consequence(draft: Draft, value: str) -> str:
    happened = cells_of(draft, value)
    others = ~happened & ~draft.event.missing
    times, unit = draft.time("exit"), draft.protocol.data.unit
    medians = [
        f"{np.median(known):.1f} {unit} {which}"
        for rows, which in ((happened, "with it"), (others, "without"))
        if (known := _known(times[rows])).size
    ]
    told = f"; median time {' and '.join(medians)}" if medians else ""
    return (
        f"{shown(value)} is the event: {int(happened.sum())} of {counted(draft.n, 'patient')}{told}"
    )


def _known(times: Floats) -> Floats:
    return times[np.isfinite(times)]
