"""Each patient's way through the states: candidate or not, treated or not, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.align._rows import exit_where_treatment_moves
from timezero.arrays import Bools, Floats, Ints
from timezero.model.cohort import Cohort
from timezero.model.person_time import PersonTime
from timezero.near_ties import merge_near_ties

UNTRIGGERED, TRIGGERED, UNTREATED, TREATED = (
    "not yet triggered",
    "triggered, not treated",
    "not yet treated",
    "treated",
)
EVENT, COMPETING = "event", "competing event"
STAYS = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateRows:
    """Rows of person-time on ``(entry, exit]`` (C2), each spent in one state.

    Parameters
    ----------
    entry, exit : (n_rows,) float64
        On the clock named by ``counted_from``; ``entry`` is ``-inf`` where observed from the
        beginning.
    source : (n_rows,) int64
        State in which the row is spent.
    target : (n_rows,) int64
        State entered at the exit; -1 where the row only ends.
    since : (n_rows,) float64
        When the state was entered, on the same clock; 0 for the first state.
    patient : (n_rows,) int64
        Index of the patient in the cohort.
    states : tuple of str
        Names, in the order in which they can be entered.
    n_transient : int
        The first so many states can be left.
    counted_from : str
    """

    entry: Floats
    exit: Floats
    source: Ints
    target: Ints
    since: Floats
    patient: Ints
    states: tuple[str, ...]
    n_transient: int
    counted_from: str

    @property
    def moves(self) -> tuple[tuple[int, int], ...]:
        """The transitions that can happen: forward from any state that can be left."""
        return tuple(
            (h, j) for h in range(self.n_transient) for j in range(h + 1, len(self.states))
        )

    def named(self, state: str) -> int:
        """Return the number of a state; -1 where these rows do not have it."""
        return self.states.index(state) if state in self.states else -1

    def chosen(self, which: Bools | Ints) -> StateRows:
        """Return some of the rows: a mask, or their numbers."""
        return replace(
            self,
            entry=self.entry[which],
            exit=self.exit[which],
            source=self.source[which],
            target=self.target[which],
            since=self.since[which],
            patient=self.patient[which],
        )

    def by_time_in_state(self) -> StateRows:
        """Return the rows on the clock that starts again with each state (clock-reset)."""
        entered = self.entry - self.since
        return replace(
            self,
            entry=np.where(entered > 0.0, entered, -np.inf),
            exit=self.exit - self.since,
            since=np.zeros_like(self.since),
            counted_from="the beginning of each state",
        )


def transitions(cohort: Cohort) -> StateRows:
    """Follow everybody from time zero through the trigger and the treatment to the end.

    A treatment without a trigger, or an end without either, skips the states between. A trigger
    after the treatment changes nothing, a trigger on the day of the treatment is skipped too, and
    a trigger or treatment at the exit or later never counts (C4).
    """
    milestones = [cohort.initiation]
    names = [UNTREATED, TREATED]
    if cohort.trigger is not None:
        milestones.insert(0, cohort.trigger)
        names = [UNTRIGGERED, TRIGGERED, TREATED]
    return _state_rows(
        cohort,
        origin=np.zeros(cohort.n),
        milestones=milestones,
        names=names,
        counted_from="time zero",
    )


def transitions_from(cohort: Cohort, origin: Floats, words_of_origin: str) -> StateRows:
    """Follow candidates from the day they became candidates: untreated, treated, ended.

    Parameters
    ----------
    cohort : Cohort
    origin : (n,) float64
        In the cohort's time; NaN = left out.
    words_of_origin : str
    """
    return _state_rows(
        cohort,
        origin=origin,
        milestones=[cohort.initiation],
        names=[UNTREATED, TREATED],
        counted_from=words_of_origin,
    )


def treated_against_untreated(rows: StateRows) -> PersonTime:
    """Return the rows of two states as two arms, every end but the event as a censoring.

    Parameters
    ----------
    rows : StateRows
        As :func:`transitions_from` returns them.
    """
    n_rows = rows.exit.size
    return PersonTime(
        entry=rows.entry,
        exit=rows.exit,
        event=rows.target == rows.named(EVENT),
        arm=rows.source,
        patient=rows.patient,
        stratum=np.zeros(n_rows, dtype=np.int64),
        weight=np.ones(n_rows),
        labels=(UNTREATED, TREATED),
        counted_from=rows.counted_from,
    )


def _state_rows(
    cohort: Cohort,
    *,
    origin: Floats,
    milestones: list[Floats],
    names: list[str],
    counted_from: str,
) -> StateRows:
    leave = exit_where_treatment_moves(cohort)
    here = np.flatnonzero(~np.isnan(origin) & ((leave > origin) | (origin == 0.0)))
    (entry, last, *whens), _ = merge_near_ties(
        (cohort.entry - origin)[here],
        (leave - origin)[here],
        *[(when - origin)[here] for when in milestones],
    )
    ends = [EVENT] if cohort.n_competing == 0 else [EVENT, COMPETING]
    competing = cohort.competing
    how = np.where(cohort.event[here], len(names), STAYS)
    if cohort.n_competing and competing is not None:
        how = np.where(competing[here], len(names) + 1, how)
    begins, follows = _stays(last, whens)
    parts = [
        _Part.of(k, entry=entry, begin=begins[k], follow=follows[k], last=last, how=how)
        for k in range(len(names))
    ]
    return StateRows(
        entry=np.concatenate([part.entry for part in parts]),
        exit=np.concatenate([part.exit for part in parts]),
        source=np.concatenate([part.source for part in parts]),
        target=np.concatenate([part.target for part in parts]),
        since=np.concatenate([part.since for part in parts]),
        patient=np.concatenate([here[part.place] for part in parts]),
        states=(*names, *ends),
        n_transient=len(names),
        counted_from=counted_from,
    )


def _stays(last: Floats, whens: list[Floats]) -> tuple[list[Floats], list[tuple[Floats, Ints]]]:
    """Return when each state is entered (NaN = never), and when it is left for which state.

    Leaving for the end is given as infinity; the end's own time and state are the patient's.
    """
    n = last.size
    begins = [np.full(n, -np.inf), *(np.where(when < last, when, np.nan) for when in whens)]
    for k in range(1, len(begins)):
        for later in range(k + 1, len(begins)):
            begins[k] = np.where(begins[later] <= begins[k], np.nan, begins[k])
    follows: list[tuple[Floats, Ints]] = []
    for k in range(len(begins)):
        until, into = np.full(n, np.inf), np.full(n, STAYS, dtype=np.int64)
        for later in range(k + 1, len(begins)):
            sooner = begins[later] < until
            until = np.where(sooner, begins[later], until)
            into = np.where(sooner, later, into)
        follows.append((until, into))
    return begins, follows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """The rows spent in one state; ``place`` says whose."""

    entry: Floats
    exit: Floats
    source: Ints
    target: Ints
    since: Floats
    place: Ints

    @staticmethod
    def of(
        state: int,
        *,
        entry: Floats,
        begin: Floats,
        follow: tuple[Floats, Ints],
        last: Floats,
        how: Ints,
    ) -> _Part:
        until, into = follow
        start, stop = np.fmax(entry, begin), np.minimum(until, last)
        place = np.flatnonzero(~np.isnan(begin) & (stop > start)).astype(np.int64)
        return _Part(
            entry=start[place],
            exit=stop[place],
            source=np.full(place.size, state, dtype=np.int64),
            target=np.where(until < last, into, how)[place].astype(np.int64),
            since=np.maximum(begin[place], 0.0),
            place=place,
        )


ALIGNMENT = transitions
