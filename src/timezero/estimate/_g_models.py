"""The models behind the g-formula: of the event, of beginning treatment, of what changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate._person_rows import PersonRows
from timezero.kernels.g_formula import BINARY, NUMERIC
from timezero.model.person_periods import PersonPeriods

# A polynomial of time needs about so many outcomes for each degree after the first.
OUTCOMES_FOR_DEGREE = (0, 20, 50)
EVENTS_FOR_EARLY = 10
OUTCOMES_FOR_ORDINARY = 5.0
ON_TREATMENT, EARLY_ON_TREATMENT = "on treatment", "on treatment for a short time"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GModel:
    """One model of a person-period, and its columns of time for every period.

    Parameters
    ----------
    rows : PersonRows
        Columns of time first (the intercept among them), then those that change.
    clock : (n_periods, q) float64
    numeric : bool
        True when ``target`` is modelled by a linear regression instead.
    target : (n_rows,) float64
    """

    rows: PersonRows
    clock: Floats
    numeric: bool
    target: Floats

    @property
    def n_outcomes(self) -> int:
        """Number of person-periods with the outcome; of a number, all that are used."""
        used = self.rows.used
        return int(used.sum() if self.numeric else self.rows.outcome[used].sum())

    @property
    def per_column(self) -> float:
        """Outcomes, or their absence if that is rarer, for each column but the intercept."""
        rarer = min(self.n_outcomes, int(self.rows.used.sum()) - self.n_outcomes)
        n_columns = max(len(self.rows.names) - 1, 1)
        return (self.n_outcomes if self.numeric else rarer) / n_columns

    @property
    def few(self) -> bool:
        """Whether so few outcomes call for Firth's penalty (guard G1)."""
        return not self.numeric and self.per_column < OUTCOMES_FOR_ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GData:
    """Patients and models, arranged once and fitted as often as needed.

    Parameters
    ----------
    patient : (n,) int64
        Index of each patient in the cohort.
    start : (n, n_histories) float64
        Histories in the first period, standardised.
    rules : (n_histories, 6) float64
        As the kernel takes them; spread and coefficient of treatment are filled by a fit.
    event, begins : GModel
    competing : GModel or None
    histories : tuple of GModel
    early : int
        Periods for which treatment counts as recent; 0 when it makes no difference.
    first_period : int
        In which somebody can first be on treatment.
    n_left_out : int
        Patients left out because something was not known at the beginning.
    left_out_columns : tuple of str
        Columns with one value only.
    """

    patient: Ints
    start: Floats
    rules: Floats
    event: GModel
    begins: GModel
    competing: GModel | None
    histories: tuple[GModel, ...]
    early: int
    first_period: int
    width: float
    n_left_out: int
    left_out_columns: tuple[str, ...]

    @property
    def n_periods(self) -> int:
        """Number of periods to the horizon."""
        return int(self.event.clock.shape[0])

    @property
    def models(self) -> tuple[GModel, ...]:
        """Every model, in the order of the kernel; the competing event's may be missing."""
        others = () if self.competing is None else (self.competing,)
        return (self.event, *others, self.begins, *self.histories)


def arrange(periods: PersonPeriods, *, n_periods: int, early: int) -> GData:
    """Arrange the columns of every model.

    Parameters
    ----------
    periods : PersonPeriods
    n_periods : int
        To the horizon.
    early : int
        Length of the time just after treatment began, in periods, with an effect of its own where
        at least ten events fall into it and ten after it; 0 = none.

    Raises
    ------
    AnalysisRefused
        Nobody is on treatment, or everybody always is, in the periods that can be used.
    """
    counts = np.diff(periods.first)
    known = np.isfinite(periods.columns[periods.first[:-1]]).all(axis=1)
    on_row = np.repeat(known, counts)
    kept = np.flatnonzero(known)
    bounds = np.concatenate([[0], np.cumsum(counts[known])]).astype(np.int64)
    columns = periods.columns[on_row]
    varying = np.array(periods.varying, dtype=np.bool_)
    own, own_names, flat_own = _standardised(columns[bounds[:-1]], ~varying, periods.names)
    moving, moving_names, flat_moving = _standardised(columns, varying, periods.names)
    part = _Part(
        periods=periods,
        on_row=on_row,
        first=bounds,
        own=own,
        own_names=own_names,
        moving=np.where(np.isfinite(moving), moving, 0.0),
        moving_names=moving_names,
        usable=np.isfinite(columns).all(axis=1) & (periods.period[on_row] < n_periods),
        n_periods=n_periods,
    )
    recent = part.recent(early)
    data = GData(
        patient=periods.patient[kept],
        start=np.ascontiguousarray(part.moving[bounds[:-1]]),
        rules=_rules(part),
        event=part.outcome("the model of the event", periods.event[on_row], part.usable, recent),
        competing=part.outcome(
            "the model of the competing event",
            periods.competing[on_row],
            part.usable & ~periods.event[on_row],
            recent,
        )
        if periods.competing[on_row].any()
        else None,
        begins=part.begins(),
        histories=tuple(part.history(j) for j in range(part.moving.shape[1])),
        early=early if recent.any() else 0,
        first_period=part.first_period,
        width=periods.width,
        n_left_out=int((~known).sum()),
        left_out_columns=(*flat_own, *flat_moving),
    )
    _refuse_one_arm(part)
    return data


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """Rows of the patients kept, with their columns standardised."""

    periods: PersonPeriods
    on_row: Bools
    first: Ints
    own: Floats
    own_names: tuple[str, ...]
    moving: Floats
    moving_names: tuple[str, ...]
    usable: Bools
    n_periods: int

    @property
    def treated(self) -> Bools:
        return self.periods.treated[self.on_row]

    @property
    def period(self) -> Ints:
        return self.periods.period[self.on_row]

    @property
    def first_period(self) -> int:
        return 1 if self.periods.event_order == "event_first" else 0

    def recent(self, early: int) -> Floats:
        """Return 1 where treatment began less than ``early`` periods ago, if that can be told."""
        treated = self.treated
        counts = np.diff(self.first)
        so_far = np.cumsum(treated)
        before = np.concatenate([[0], so_far])[self.first[:-1]]
        since = so_far - np.repeat(before, counts)
        recent = treated & (since <= early)
        event = self.periods.event[self.on_row] & self.usable & treated
        if min(int((event & recent).sum()), int((event & ~recent).sum())) < EVENTS_FOR_EARLY:
            return np.zeros(treated.size)
        return recent.astype(np.float64)

    def model(
        self,
        where: str,
        used: Bools,
        target: Floats,
        *,
        others: Floats,
        names: tuple[str, ...],
    ) -> GModel:
        """Return a model with columns of time put first."""
        numeric = bool(((target[used] != 0.0) & (target[used] != 1.0)).any())
        n_outcomes = int(used.sum() if numeric else target[used].sum())
        clock = _clock(self.n_periods, n_outcomes, n_used=np.unique(self.period[used]).size)
        rows = np.column_stack([clock[np.minimum(self.period, self.n_periods - 1)], others])
        powers = tuple(f"time to the power {k}" for k in range(1, clock.shape[1]))
        model = PersonRows(
            first=self.first,
            persons=self.own,
            rows=np.ascontiguousarray(rows),
            used=used,
            outcome=target == 1.0,
            names=(*self.own_names, "(intercept)", *powers, *names),
            where=where,
        )
        return GModel(rows=model, clock=clock, numeric=numeric, target=target)

    def outcome(self, where: str, outcome: Bools, used: Bools, recent: Floats) -> GModel:
        columns, names = [self.treated.astype(np.float64)], [ON_TREATMENT]
        if recent.any():
            columns.append(recent)
            names.append(EARLY_ON_TREATMENT)
        return self.model(
            where,
            used,
            outcome.astype(np.float64),
            others=np.column_stack([*columns, self.moving]),
            names=(*names, *self.moving_names),
        )

    def begins(self) -> GModel:
        used = self.usable & self.periods.eligible[self.on_row] & (self.period >= self.first_period)
        return self.model(
            "the model of beginning treatment",
            used,
            self.treated.astype(np.float64),
            others=self.moving,
            names=self.moving_names,
        )

    def history(self, j: int) -> GModel:
        before = np.roll(self.moving, 1, axis=0)
        was_treated = np.roll(self.treated, 1).astype(np.float64)
        was_usable = np.roll(self.usable, 1)
        later = self.period > 0
        # Of one categorical characteristic earlier levels are ruled out, not columns.
        others = _group_first(self.moving_names, j)
        taken = (self.moving[:, others:j] > 0.0).any(axis=1)
        return self.model(
            f"the model of {self.moving_names[j]}",
            self.usable & was_usable & later & ~taken,
            self.moving[:, j],
            others=np.column_stack([was_treated, before, self.moving[:, :others]]),
            names=(
                "on treatment a period before",
                *(f"{name} a period before" for name in self.moving_names),
                *self.moving_names[:others],
            ),
        )


def _clock(n_periods: int, n_outcomes: int, *, n_used: int) -> Floats:
    """Return Legendre polynomials of time, as many as outcomes and periods used can carry."""
    degree = sum(n_outcomes >= needed for needed in OUTCOMES_FOR_DEGREE)
    middle = (np.arange(n_periods) + 0.5) / n_periods * 2.0 - 1.0
    powers = np.polynomial.legendre.legvander(middle, min(degree, max(n_used - 1, 0)))
    return np.asarray(powers, dtype=np.float64)


def _standardised(
    columns: Floats, which: Bools, names: tuple[str, ...]
) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """Return the chosen columns on unit spread (yes or no as it is), and those left out."""
    kept: list[Floats] = []
    kept_names: list[str] = []
    flat: list[str] = []
    for j in np.flatnonzero(which):
        column = columns[:, j]
        there = column[np.isfinite(column)]
        spread = float(there.std()) if there.size else 0.0
        if spread <= 1e-12 * (1.0 + float(np.abs(there).max(initial=0.0))):
            flat.append(names[j])
            continue
        binary = bool(((there == 0.0) | (there == 1.0)).all())
        kept.append(column if binary else (column - there.mean()) / spread)
        kept_names.append(names[j])
    stacked = np.column_stack(kept) if kept else np.empty((columns.shape[0], 0))
    return np.ascontiguousarray(stacked), tuple(kept_names), tuple(flat)


def _group_first(names: tuple[str, ...], j: int) -> int:
    """Return the first level of the characteristic that column j is a level of."""
    stem = names[j].partition(" = ")[0]
    same = [m for m in range(j) if " = " in names[j] and names[m].partition(" = ")[0] == stem]
    return same[0] if same else j


def _rules(part: _Part) -> Floats:
    rules = np.zeros((part.moving.shape[1], 6))
    for j in range(part.moving.shape[1]):
        there = part.moving[part.usable, j]
        binary = bool(((there == 0.0) | (there == 1.0)).all())
        rules[j] = (
            BINARY if binary else NUMERIC,
            _group_first(part.moving_names, j),
            np.nan,
            there.min(),
            there.max(),
            np.nan,
        )
    return rules


def _refuse_one_arm(part: _Part) -> None:
    treated = part.treated[part.usable]
    if treated.any() and not treated.all():
        return
    raise AnalysisRefused(
        what="nobody is on treatment in a period that can be used"
        if not treated.any()
        else "everybody is on treatment in every period that can be used",
        where=part.periods.origin,
        mend="both treated and untreated person-periods are needed",
        code="TZ-EST-one-arm",
    )
