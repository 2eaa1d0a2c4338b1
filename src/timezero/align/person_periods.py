"""Discrete periods of one width: who is observed, treated and hit in each."""

from __future__ import annotations

import numpy as np

from timezero.align._rows import exit_where_treatment_moves
from timezero.align.history import histories_at
from timezero.arrays import Bools, Floats, Ints
from timezero.conventions import NEAR_TIE
from timezero.errors import AnalysisRefused
from timezero.model.cohort import Cohort
from timezero.model.person_periods import PersonPeriods


def person_periods(
    cohort: Cohort,
    *,
    origin: Floats,
    width: float,
    horizon: float,
    columns: Floats,
    names: tuple[str, ...],
    event_order: str = "treatment_first",
    words_of_origin: str = "the origin",
) -> PersonPeriods:
    """Cut each patient's time from the origin into periods ``(k width, (k + 1) width]``.

    Rows run from the first period that begins under observation to the period of the exit or of
    the horizon. Who is lost within a period is at risk for the whole of it, with ``lost`` in it.
    Treatment that begins at or after the exit never counts (C4); who was treated before the origin
    is never eligible. Times within a relative 1e-9 of a bound stand at it (C5).

    Parameters
    ----------
    cohort : Cohort
    origin : (n,) float64
        From when each patient's periods are counted, in the cohort's time; NaN = left out.
    width : float
        Length of a period, > 0.
    horizon : float
        Administrative end, measured from the origin, > 0; who reaches it is not lost.
    columns : (n, p) float64
        Covariates known at the origin; they come first, then the cohort's histories as known at
        the beginning of each period.
    names : tuple of str
        Of the p columns.
    event_order : {"treatment_first", "event_first"}
        Treatment counts from the period in which it begins, or from the first one that begins
        after it.
    words_of_origin : str
        From when periods are counted, in words.

    Raises
    ------
    AnalysisRefused
        The width or the horizon is not positive.
    """
    _refuse_impossible(width, horizon)
    leave = exit_where_treatment_moves(cohort)
    start, end = _first_and_last(cohort.entry, leave, origin, width=width, horizon=horizon)
    patient = np.flatnonzero(end >= start)
    start, end = start[patient], end[patient]
    n_periods = end - start + 1
    first = np.concatenate([[0], np.cumsum(n_periods)]).astype(np.int64)
    whose = np.repeat(np.arange(patient.size), n_periods)
    period = np.arange(whose.size, dtype=np.int64) - (first[:-1] - start)[whose]
    treated_from = _treated_from(
        cohort.initiation, leave, origin, width=width, horizon=horizon, event_order=event_order
    )[patient]
    share_of_horizon = _in_periods(leave[patient], origin[patient], horizon)
    event, competing, lost = _endings(cohort, share_of_horizon, patient, first)
    in_cohort = patient[whose]
    beginning = origin[in_cohort] + period * width
    more, varying = histories_at(cohort, in_cohort, beginning, just_after=True)
    return PersonPeriods(
        first=first,
        patient=patient.astype(np.int64),
        period=period,
        treated=period >= treated_from[whose],
        eligible=period <= treated_from[whose],
        event=event,
        competing=competing,
        lost=lost,
        columns=np.hstack([columns[in_cohort], varying]),
        names=(*names, *more),
        varying=(False,) * len(names) + (True,) * len(more),
        width=width,
        origin=words_of_origin,
        event_order=event_order,
    )


def _refuse_impossible(width: float, horizon: float) -> None:
    if width > 0.0 and horizon > 0.0 and np.isfinite(width) and np.isfinite(horizon):
        return
    raise AnalysisRefused(
        what=f"periods of {width:g} up to {horizon:g} are no periods",
        where="fitness.period and analysis.horizons",
        mend="give a positive period and a positive horizon",
        code="TZ-ALI-02",
    )


def _in_periods(time: Floats, origin: Floats, width: float) -> Floats:
    """Return times in periods since the origin; whole where they are so but for round-off (C5)."""
    passed = (time - origin) / width
    whole = np.rint(passed)
    bound = origin + whole * width
    near = np.abs(time - bound) <= NEAR_TIE * np.maximum(np.abs(time), np.abs(bound))
    return np.where(near, whole, passed)


def _first_and_last(
    entry: Floats, leave: Floats, origin: Floats, *, width: float, horizon: float
) -> tuple[Ints, Ints]:
    """Return each patient's first and last period; the last before the first when there is none."""
    here = ~np.isnan(origin) & ((leave > origin) | ((leave == 0.0) & (origin == 0.0)))
    zero = np.where(here, origin, 0.0)
    seen = np.isfinite(entry) & here
    begins = np.where(seen, entry, zero)
    start = np.maximum(np.ceil(_in_periods(begins, zero, width)), 0.0).astype(np.int64)
    until = np.where(here, np.minimum(leave, zero + horizon), zero)
    # An exit at a bound belongs to the period before it; at the origin itself, to the first.
    end = np.maximum(np.ceil(_in_periods(until, zero, width)) - 1.0, 0.0).astype(np.int64)
    return start, np.where(here, end, start - 1)


def _treated_from(
    initiation: Floats,
    leave: Floats,
    origin: Floats,
    *,
    width: float,
    horizon: float,
    event_order: str,
) -> Ints:
    """Return the first treated period: -1 when treated before the origin, huge when never."""
    counts = (initiation < leave) & ~np.isnan(origin)
    passed = _in_periods(np.where(counts, initiation, 0.0), np.where(counts, origin, 0.0), width)
    counts &= ~(_in_periods(initiation, origin, horizon) > 1.0)
    back = 1.0 if event_order == "treatment_first" else 0.0
    number = np.where(passed < 0.0, -1.0, np.maximum(np.ceil(passed) - back, 0.0))
    never = np.iinfo(np.int64).max
    return np.where(counts, number, 0.0).astype(np.int64) + np.where(counts, 0, never)


def _endings(
    cohort: Cohort, share_of_horizon: Floats, patient: Ints, first: Ints
) -> tuple[Bools, Bools, Bools]:
    """Return in which rows there is the event, a competing event, or loss of sight."""
    last = first[1:] - 1
    beyond = share_of_horizon > 1.0
    competing = np.zeros(cohort.n, dtype=np.bool_) if cohort.competing is None else cohort.competing
    event_of, competing_of = cohort.event[patient] & ~beyond, competing[patient] & ~beyond
    found: list[Bools] = []
    for hit in (event_of, competing_of, ~(event_of | competing_of | (share_of_horizon >= 1.0))):
        rows = np.zeros(int(first[-1]), dtype=np.bool_)
        rows[last] = hit
        found.append(rows)
    return found[0], found[1], found[2]


ALIGNMENT = person_periods
