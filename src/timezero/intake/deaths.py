"""Death and last contact in two columns: where observation ends, and whether in the event."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.intake.events import EventCells
from timezero.intake.times import Moments
from timezero.model.protocol import RulesPart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deaths:
    """What a column of dates of death says beside last contact and status.

    Parameters
    ----------
    time, contact : (n,) float64
        Of death and of last contact, in the declared unit from time zero; NaN where not known.
    contact_after : (n,) bool
        The last contact is later than the death.
    alive_with_date, dead_without_date : (n,) bool
        Where status and date of death contradict each other.
    ends : (n,) bool
        Observation ends at the date of death.
    """

    time: Floats
    contact: Floats
    contact_after: Bools
    alive_with_date: Bools
    dead_without_date: Bools
    ends: Bools

    @property
    def exit(self) -> Floats:
        """Where observation ends: at death, else at the last contact."""
        return np.where(self.ends, self.time, self.contact)


def event_of_deaths(moments: Moments) -> EventCells:
    """Return the event that a recorded date of death is, when no status is given.

    Parameters
    ----------
    moments : Moments
        Of the column of death.
    """
    died = ~moments.missing
    nobody = np.zeros_like(died)
    n = int(died.sum())
    return EventCells(
        column=moments.column,
        event=died,
        competing=nobody,
        missing=nobody,
        undeclared=nobody,
        seen=(("a date of death", n), ("no date of death", died.size - n)),
        complement="",
        is_declared=True,
    )


def read_deaths(
    time: Floats, contact: Floats, *, moments: Moments, event: EventCells, rules: RulesPart
) -> tuple[Deaths, EventCells]:
    """Return where observation ends, and the event, under the named rules.

    Parameters
    ----------
    time, contact : (n,) float64
        Of death and of last contact.
    moments : Moments
        Of the column of death.
    event : EventCells
        As the status says, or as :func:`event_of_deaths`.
    rules : RulesPart
        Until a contradiction is settled, the date of death counts.
    """
    after = contact > time
    ends = ~np.isnan(time)
    if rules.contact_after_death == "contact":
        ends &= ~after
    known = ~(event.missing | event.undeclared)
    dead = event.event | event.competing
    from_dates = event.column is moments.column
    alive_with_date = ends & known & ~dead
    dead_without_date = ~ends & (moments.missing | after) & dead & known
    if from_dates:
        event = replace(event, event=event.event & ~(after & ~ends))
        alive_with_date = dead_without_date = np.zeros_like(ends)
    elif rules.status_against_date == "status":
        ends &= ~alive_with_date
    else:
        event = replace(
            event,
            event=(event.event | alive_with_date) & ~dead_without_date,
            competing=event.competing & ~dead_without_date,
        )
    deaths = Deaths(
        time=time,
        contact=contact,
        contact_after=after,
        alive_with_date=alive_with_date,
        dead_without_date=dead_without_date,
        ends=ends,
    )
    return deaths, event
