"""Values that change: what was known at a moment, and rows split where a value changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.conventions import NEAR_TIE
from timezero.model.cohort import Cohort, History
from timezero.model.person_time import PersonTime, chosen_rows


def history_at(
    history: History, patient: Ints, time: Floats, *, just_after: bool = False
) -> Floats:
    """Return the last value measured before each time, if it is not too old.

    What was measured at or before time zero is known at time zero.

    Parameters
    ----------
    history : History
    patient : (m,) int64
        Index of the patient in the cohort.
    time : (m,) float64
        In the cohort's unit from time zero.
    just_after : bool
        Count a measurement at ``time`` itself too, as for an interval ``(time, ...]`` that begins
        there; at the moment of an event it is not known yet (C4).

    Returns
    -------
    (m,) float64
        NaN where nothing was measured, or longer ago than ``maximum_age``.
    """
    first = np.searchsorted(history.patient, patient, side="left")
    after = np.searchsorted(history.patient, patient, side="right")
    found = _n_measured(history.time, (first, after), time, just_after=just_after) - 1
    known = np.flatnonzero(found >= first)
    source, asked = found[known], time[known]
    fresh = history.time[source] + history.maximum_age >= asked - NEAR_TIE * np.abs(asked)
    values = np.full(time.size, np.nan)
    values[known[fresh]] = history.values[source[fresh]]
    return values


def _n_measured(
    measured: Floats, rows: tuple[Ints, Ints], time: Floats, *, just_after: bool
) -> Ints:
    """Return, for each time, the number of the row after the last one that counts (bisection)."""
    low, high = rows[0].copy(), rows[1].copy()
    at_time_counts = just_after | (time <= 0.0)
    slack = NEAR_TIE * np.abs(time)
    while bool((low < high).any()):
        middle = (low + high) // 2
        at = measured[np.minimum(middle, measured.size - 1)]
        counts = np.where(at_time_counts, at <= time + slack, at < time - slack) & (low < high)
        low = np.where(counts, middle + 1, low)
        high = np.where(counts, high, middle)
    return low


def encoded(history: History, values: Floats) -> tuple[tuple[str, ...], Floats]:
    """Return values of a history as named columns: the number, or one column a level but the first.

    Parameters
    ----------
    history : History
    values : (m,) float64
        As :func:`history_at` returns them.

    Returns
    -------
    names : tuple of str
        ``crp``, or ``fitness = frail`` for a level.
    columns : (m, p) float64
        NaN where the value is unknown.
    """
    if history.kind == "numeric":
        return (history.name,), values[:, np.newaxis]
    names = tuple(f"{history.name} = {level}" for level in history.levels[1:])
    columns = np.equal(values[:, np.newaxis], np.arange(1, len(history.levels))).astype(np.float64)
    columns[np.isnan(values)] = np.nan
    return names, columns


def histories_at(
    cohort: Cohort, patient: Ints, time: Floats, *, just_after: bool = False
) -> tuple[tuple[str, ...], Floats]:
    """Return the columns of all histories at given times, as :func:`history_at`.

    Parameters
    ----------
    cohort : Cohort
    patient : (m,) int64
    time : (m,) float64
        From time zero.
    just_after : bool
        As in :func:`history_at`.
    """
    names: tuple[str, ...] = ()
    parts = [np.empty((time.size, 0))]
    for history in cohort.histories:
        values = history_at(history, patient, time, just_after=just_after)
        more, columns = encoded(history, values)
        names += more
        parts.append(columns)
    return names, np.hstack(parts)


def split_at_measurements(
    rows: PersonTime, cohort: Cohort, *, origin: Floats | None = None
) -> tuple[PersonTime, Floats, tuple[str, ...]]:
    """Split rows where a value is measured or grows too old, with the values of each piece.

    A value counts from just after its time (C4). Who has no new value keeps the row as it is.

    Parameters
    ----------
    rows : PersonTime
    cohort : Cohort
    origin : (n_patients,) float64, optional
        Where the rows' clock begins, in the cohort's time; time zero if not given.

    Returns
    -------
    rows : PersonTime
        The pieces of each row follow each other; only the last one can end in the event.
    columns : (n_pieces, p) float64
        Values throughout the piece; NaN where unknown.
    names : tuple of str
    """
    begin = np.zeros(rows.n_rows) if origin is None else origin[rows.patient]
    cut_of, cut_at = _cuts(cohort)
    low, high = _cuts_inside(rows, begin, cut_of, cut_at)
    pieces = high - low + 1
    source = np.repeat(np.arange(rows.n_rows), pieces)
    last = np.cumsum(pieces) - 1
    number = np.arange(source.size) - np.repeat(last - pieces + 1, pieces)
    inner = np.ones(source.size, dtype=np.bool_)
    inner[last] = False
    split = chosen_rows(rows, source)
    leave = split.exit.copy()
    leave[inner] = cut_at[(low[source] + number)[inner]] - begin[source[inner]]
    entry = split.entry.copy()
    entry[number > 0] = leave[np.flatnonzero(number > 0) - 1]
    split = replace(split, entry=entry, exit=leave, event=split.event & ~inner)
    names, columns = histories_at(cohort, split.patient, leave + begin[source])
    return split, columns, names


def _cuts(cohort: Cohort) -> tuple[Ints, Floats]:
    """Return patients and times, sorted, at which some value begins or grows too old."""
    patients = [np.empty(0, dtype=np.int64)]
    times = [np.empty(0)]
    for history in cohort.histories:
        patients.append(history.patient)
        times.append(history.time)
        if np.isfinite(history.maximum_age):
            patients.append(history.patient)
            times.append(history.time + history.maximum_age)
    patient, time = np.concatenate(patients), np.concatenate(times)
    order = np.lexsort((time, patient))
    patient, time = patient[order], time[order]
    tied = np.zeros(time.size, dtype=np.bool_)
    tied[1:] = (np.diff(patient) == 0) & (np.diff(time) <= NEAR_TIE * np.abs(time[1:]))
    return patient[~tied], time[~tied]


def _cuts_inside(
    rows: PersonTime, begin: Floats, cut_of: Ints, cut_at: Floats
) -> tuple[Ints, Ints]:
    """Return the first cut within each row, and the one after the last."""
    bounds = (
        np.searchsorted(cut_of, rows.patient, side="left"),
        np.searchsorted(cut_of, rows.patient, side="right"),
    )
    start = begin + np.maximum(rows.entry, rows.starts_at)
    low = _n_measured(cut_at, bounds, start, just_after=True)
    high = _n_measured(cut_at, bounds, begin + rows.exit, just_after=False)
    return low, np.maximum(low, high)


ALIGNMENT = split_at_measurements
