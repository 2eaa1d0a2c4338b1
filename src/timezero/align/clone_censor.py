"""Every patient twice, once under each strategy, until what was done departs from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align._rows import exit_where_treatment_moves, one_row_each
from timezero.arrays import Bools, Floats, Ints
from timezero.model.cohort import Cohort
from timezero.model.person_periods import PersonPeriods
from timezero.model.person_time import PersonTime
from timezero.near_ties import merge_near_ties

LABELS = ("not treated within the grace period", "treated within the grace period")
# A time this share of a period past its end still belongs to it.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clones:
    """Both clones of each patient; arm 0 is "not treated within g", arm 1 "treated within g".

    Parameters
    ----------
    patient : (n,) int64
        Index of each patient in the cohort, ascending.
    exit, initiation : (n,) float64
        From the origin; initiation NaN = not treated while under observation.
    grace : float
        The grace period ``g``.
    follow_up : (2, n) float64
        Until when each clone is followed, from the origin, by arm.
    event : (2, n) bool
        The clone ends in the event.
    censored : (2, n) bool
        The clone ends because what was done departed from its strategy.
    competing : bool
        Some patient's observation ended in a competing event, which counts as censoring here.
    """

    patient: Ints
    exit: Floats
    initiation: Floats
    grace: float
    follow_up: Floats
    event: Bools
    censored: Bools
    competing: bool

    @property
    def n(self) -> int:
        """Number of patients."""
        return int(self.patient.size)

    @property
    def treated(self) -> Bools:
        """Who was treated within the grace period; (n,) bool."""
        return self.initiation <= self.grace

    def rows(self) -> PersonTime:
        """Return one row for each clone, without weights."""
        return one_row_each(
            entry=np.full(2 * self.n, -np.inf),
            exit=self.follow_up.ravel(),
            event=self.event.ravel(),
            arm=np.repeat([False, True], self.n),
            patient=np.tile(self.patient, 2),
            words=(LABELS, "both strategies from the same origin, every patient in both"),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GracePeriods:
    """The periods of the grace period in which treatment could begin, patient by patient.

    Parameters
    ----------
    first : (n + 1,) int64
        Rows of the i-th patient of the clones are ``first[i]`` up to, not including,
        ``first[i + 1]``.
    period : (n_rows,) int64
    began : (n_rows,) bool
        Treatment began in the period, and within the grace period.
    columns : (n_rows, p) float64
        As known at the beginning of the period.
    names : tuple of str
    varying : tuple of bool
        For each column, whether it changes after the origin.
    width : float
        Length of a period.
    """

    first: Ints
    period: Ints
    began: Bools
    columns: Floats
    names: tuple[str, ...]
    varying: tuple[bool, ...]
    width: float


def clone_censor(cohort: Cohort, *, origin: Floats, grace: float) -> Clones:
    """Follow each patient under "treated within g" and under "not treated within g".

    ============================================  ======================  ======================
    what happened                                 clone "within g"        clone "not within g"
    ============================================  ======================  ======================
    treated at ``a <= g``                         to the own end          censored at ``a``
    untreated at ``g``, followed beyond ``g``     censored at ``g``       to the own end
    untreated, followed no longer than ``g``      to the own end          to the own end
    ============================================  ======================  ======================

    Parameters
    ----------
    cohort : Cohort
    origin : (n_cohort,) float64
        When the strategies of each patient begin; NaN = left out.
    grace : float
        In the cohort's unit.

    Notes
    -----
    A treatment at the very time of the exit counts after it (C4), so that the exit is untreated.

    References
    ----------
    .. [maringe2020], Figure 2
    """
    patient = np.flatnonzero(~np.isnan(origin))
    start = origin[patient]
    end = exit_where_treatment_moves(cohort)[patient] - start
    (end, when, limit), _ = merge_near_ties(
        end, cohort.initiation[patient] - start, np.array([grace])
    )
    g = float(limit[0])
    when = np.where(when < end, when, np.nan)
    event = cohort.event[patient]
    treated = when <= g
    too_late = ~treated & (end > g)
    return Clones(
        patient=patient,
        exit=end,
        initiation=when,
        grace=g,
        follow_up=np.stack([np.where(treated, when, end), np.where(too_late, g, end)]),
        event=np.stack([event & ~treated, event & ~too_late]),
        censored=np.stack([treated, too_late]),
        competing=cohort.competing is not None and bool(cohort.competing[patient].any()),
    )


def grace_periods(clones: Clones, periods: PersonPeriods) -> GracePeriods:
    """Return the person-periods in which the patients of the clones could begin treatment.

    Parameters
    ----------
    clones : Clones
    periods : PersonPeriods
        From the same origin; patients who have no clone are left out.
    """
    place = np.full(int(max(clones.patient.max(), periods.patient.max(initial=0))) + 1, -1)
    place[clones.patient] = np.arange(clones.n)
    owner = place[np.repeat(periods.patient, np.diff(periods.first))]
    when = np.where(clones.treated, clones.initiation, np.nan)[owner]
    begun_in = np.maximum(np.ceil(when / periods.width - ROUNDING) - 1.0, 0.0)
    starts = periods.period * periods.width
    open_then = starts < clones.grace * (1.0 - ROUNDING)
    kept = np.flatnonzero((owner >= 0) & open_then & ~(periods.period > begun_in))
    kept = kept[np.argsort(owner[kept], kind="stable")]
    sizes = np.bincount(owner[kept], minlength=clones.n)
    return GracePeriods(
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        period=periods.period[kept],
        began=periods.period[kept] == begun_in[kept],
        columns=periods.columns[kept],
        names=periods.names,
        varying=periods.varying,
        width=periods.width,
    )


ALIGNMENT = clone_censor
