"""Values declared to mean death that look like those of the living."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding, Option, Question
from timezero.intake.draft import Draft
from timezero.intake.known_items import known_item
from timezero.intake.tables import EMPTY, Column, shown

CODE: Final = "event_coding_doubtful"
FEWEST: Final = 3
# In simulated ordinary registries these limits are passed by fewer than 1 in 100.
LATER_SHARE: Final = 0.9
LATER_Z: Final = 2.5
AT_THE_END: Final = 0.5
END_DAYS: Final = 31.0


def event_coding_doubtful(draft: Draft) -> list[Finding]:
    """Ask for a confirmation where the declared event looks like being alive."""
    if draft.protocol.rules.event_coding_confirmed or draft.rows is not None:
        return []
    event = draft.event.event
    others = ~event & ~draft.event.missing & ~draft.event.competing
    if min(int(event.sum()), int(others.sum())) < FEWEST:
        return []
    reasons = [
        reason
        for reason in (
            _against_deaths(draft, event, others),
            _at_the_end(draft, event, others),
            _later(draft, event, others),
        )
        if reason
    ]
    return [_question(draft, reasons)] if reasons else []


def _against_deaths(draft: Draft, event: Bools, others: Bools) -> str:
    """Say so when most of those with the event have no date of death, and most others have one."""
    column = _death_column(draft)
    if column is None:
        return ""
    died = np.asarray(column.kinds != EMPTY)
    with_event, without = float(died[event].mean()), float(died[others].mean())
    if with_event >= 1.0 - AT_THE_END or without <= AT_THE_END:
        return ""
    return (
        f"a date of death stands with {with_event:.0%} of those who had it and {without:.0%} of "
        "those who had not"
    )


def _death_column(draft: Draft) -> Column | None:
    name = draft.protocol.data.death
    if name is not None:
        return draft.table.column(name)
    alike = [
        column
        for column in draft.table.columns
        if (known := known_item(column.name)) is not None and known.item.role == "death"
    ]
    return alike[0] if len(alike) == 1 else None


def _at_the_end(draft: Draft, event: Bools, others: Bools) -> str:
    """Say so when those with the event are seen to the last month of the registry, others not."""
    if draft.zero is None:
        return ""
    with_event, without = shares_at_the_end(draft.moments["exit"].days, event, others)
    if not (with_event > AT_THE_END and without <= with_event / 5.0):
        return ""
    return (
        f"{with_event:.0%} of those who had it, and {without:.0%} of the others, are followed to "
        "the last month of the registry"
    )


def _later(draft: Draft, event: Bools, others: Bools) -> str:
    """Say so when nearly all who had the event are followed for longer than nearly all others."""
    times = draft.time("exit")
    one, other = times[event], times[others]
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    if not is_far_later(one, other):
        return ""
    unit = draft.protocol.data.unit
    return (
        f"median time {np.median(one):.1f} {unit} with it and {np.median(other):.1f} {unit} without"
    )


def shares_at_the_end(days: Floats, event: Bools, others: Bools) -> tuple[float, float]:
    """Return which shares, with and without the event, are followed to the last month.

    Parameters
    ----------
    days : (n,) float64
        The last day of each patient.
    event, others : (n,) bool
        Neither is empty.
    """
    if not np.isfinite(days).any():
        return 0.0, 0.0
    late = days > float(np.nanmax(days)) - END_DAYS
    return float(late[event].mean()), float(late[others].mean())


def is_far_later(one: Floats, other: Floats) -> bool:
    """Return whether nearly all of one group come after nearly all of the other, beyond chance.

    In nine of ten pairs the first has to be later, and by 2.5 standard errors of that share more
    often than in half.

    Parameters
    ----------
    one, other : (n,), (m,) float64
    """
    if min(one.size, other.size) < FEWEST:
        return False
    share = later_share(one, other)
    spread = float(np.sqrt((one.size + other.size + 1) / (12.0 * one.size * other.size)))
    return share >= LATER_SHARE and (share - 0.5) / spread >= LATER_Z


def later_share(one: Floats, other: Floats) -> float:
    """Return in which share of pairs the first is the later one; a tie counts half.

    Parameters
    ----------
    one, other : (n,), (m,) float64
    """
    ordered = np.sort(other)
    below = np.searchsorted(ordered, one, side="left")
    upto = np.searchsorted(ordered, one, side="right")
    return float((below + upto).sum() / (2.0 * one.size * other.size))


def _question(draft: Draft, reasons: list[str]) -> Question:
    n = int(draft.event.event.sum())
    values = ", ".join(map(shown, draft.protocol.data.event_value))
    return Question(
        code=CODE,
        what=f"{values} is declared to mean the event ({n} of {draft.n} patients), but those who "
        f"had it look like the living: {'; '.join(reasons)}",
        where=f"{draft.table.name}, column {draft.event.column.name}",
        mend="if the values are the wrong way round, change data.event_value; if they are right, "
        "write rules.event_coding_confirmed = true in the study file",
        n_rows=n,
        key=("rules", "event_coding_confirmed"),
        options=(Option(value=True, words=f"{values} does mean the event: {n} patients had it"),),
    )


CHECK = event_coding_doubtful
