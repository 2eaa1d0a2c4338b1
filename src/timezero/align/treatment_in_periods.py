"""Treatment as it happened, cut at the periods in which covariates and weights change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align._rows import exit_where_treatment_moves
from timezero.arrays import Bools, Floats, Ints
from timezero.model.cohort import Cohort
from timezero.model.person_periods import PersonPeriods
from timezero.model.person_time import PersonTime

LABELS = ("not yet treated", "treated")
# A time this share of a period past its end still belongs to it.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TreatmentInPeriods:
    """Rows of person-time from the origin, each within one period and one treatment state.

    Parameters
    ----------
    rows : PersonTime
        Arm 0 until the treatment, arm 1 from just after its exact time (C4).
    person_period : (n_rows,) int64
        In which row of the periods each row lies.
    could_begin : (n_person_periods,) bool
        Not treated before the period.
    began : (n_person_periods,) bool
        The treatment began in the period, while observed.
    """

    rows: PersonTime
    person_period: Ints
    could_begin: Bools
    began: Bools


def treatment_in_periods(
    cohort: Cohort,
    periods: PersonPeriods,
    origin: Floats,
    *,
    stratum: Ints | None = None,
) -> TreatmentInPeriods:
    """Split time from the origin at the exact treatment (C4) and at the ends of periods.

    Parameters
    ----------
    cohort : Cohort
    periods : PersonPeriods
        Of this cohort, from this origin.
    origin : (n_patients,) float64
        When each patient of the cohort became a candidate; NaN = left out.
    stratum : (n_patients,) int64, optional
        Stratum of each patient of the cohort.
    """
    owner = np.repeat(periods.patient, np.diff(periods.first))
    leaves = (exit_where_treatment_moves(cohort) - origin)[owner]
    when = (cohort.initiation - origin)[owner]
    # C4: a treatment at the time of the exit would count after it.
    when = np.where(when < leaves, when, np.nan)
    begun_in = np.maximum(np.ceil(when / periods.width - ROUNDING) - 1.0, 0.0)
    could_begin = ~(periods.period > begun_in)
    start = _starts(cohort, periods, origin)
    until = _ends(periods, leaves)
    turns = when < until
    untreated = np.flatnonzero(np.fmin(when, until) > start)
    treated = np.flatnonzero(turns)
    place = np.concatenate([untreated, treated])
    rows = PersonTime(
        entry=np.concatenate([start[untreated], np.fmax(when, start)[treated]]),
        exit=np.concatenate([np.fmin(when, until)[untreated], until[treated]]),
        event=np.concatenate([(periods.event & ~turns)[untreated], periods.event[treated]]),
        arm=np.repeat(np.array([0, 1], dtype=np.int64), [untreated.size, treated.size]),
        patient=owner[place],
        stratum=np.zeros(place.size, dtype=np.int64) if stratum is None else stratum[owner[place]],
        weight=np.ones(place.size),
        labels=LABELS,
        counted_from=f"candidates, from {periods.origin}",
    )
    return TreatmentInPeriods(
        rows=rows,
        person_period=place,
        could_begin=could_begin,
        began=could_begin & (periods.period == begun_in),
    )


def _starts(cohort: Cohort, periods: PersonPeriods, origin: Floats) -> Floats:
    """Return the start of each row; ``-inf`` where the patient is observed from the beginning."""
    start = np.asarray(periods.period * periods.width, dtype=np.float64)
    first = periods.first[:-1][np.diff(periods.first) > 0]
    patient = periods.patient[np.diff(periods.first) > 0]
    beginning = (periods.period[first] == 0) & np.isneginf(cohort.entry[patient])
    start[first[beginning & (origin[patient] == 0.0)]] = -np.inf
    return start


def _ends(periods: PersonPeriods, leaves: Floats) -> Floats:
    """Return the end of each row: of its period, or the exit, exactly, in the last row."""
    until = np.asarray((periods.period + 1) * periods.width, dtype=np.float64)
    last = np.zeros(periods.n_rows, dtype=np.bool_)
    last[periods.first[1:][np.diff(periods.first) > 0] - 1] = True
    ended = periods.event | periods.competing | periods.lost
    return np.asarray(np.where(last & (ended | (leaves < until)), leaves, until), dtype=np.float64)


ALIGNMENT = treatment_in_periods
