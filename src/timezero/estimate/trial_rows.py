"""The trials of a sequence, held so that their rows need never be written out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.kernels.sequential_trials import cumulative_products
from timezero.kernels.trial_counts import count_trials, weight_of_rank

ASSIGNED = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trials:
    """Who starts which trial, assigned to what, and what happens after it.

    Parameters
    ----------
    first : (n_patients + 1,) int64
        Person-periods of the j-th patient are ``first[j]`` up to ``first[j + 1]``.
    trial_first : (n_patients + 1,) int64
        Trials of the j-th patient, likewise.
    start : (n_trials,) int64
        The person-period in which a trial begins.
    treated, event : (n_rows,) bool
        In each person-period. The treatment in the first period of a trial is the assigned one.
    cumulative : (n_rows,) float64
        Products of the weights of a patient.
    unit : (n_trials,) float64
        What makes of them the weights in a trial: 1 / the product where it starts from 1.
    columns : (n_trials, p) float64
        1, assigned treatment, then what else the model has of a trial, centred and scaled.
    basis : (2, K, q) float64
        What the model has of the follow-up, by assigned treatment, centred and scaled.
    until_switch : bool
        Whether a trial ends when treatment first differs from the assigned one (per protocol).
    cap : float
        Weights above it are set to it.
    names : tuple of str
        Of the p + q coefficients.
    shift, scale : (p + q,) float64
        A column as given is ``shift + scale * column``.
    """

    first: Ints
    trial_first: Ints
    start: Ints
    treated: Bools
    event: Bools
    cumulative: Floats
    unit: Floats
    columns: Floats
    basis: Floats
    until_switch: bool
    cap: float
    names: tuple[str, ...]
    shift: Floats
    scale: Floats

    @property
    def n_patients(self) -> int:
        """Number of patients, with or without a trial."""
        return int(self.first.size - 1)

    @property
    def n_coefficients(self) -> int:
        """Number of coefficients of the model."""
        return int(self.columns.shape[1] + self.basis.shape[2])

    @property
    def arrays(
        self,
    ) -> tuple[Ints, Ints, Ints, Bools, Bools, Floats, Floats, Floats, Floats, bool, float]:
        """The first eleven arguments of every kernel."""
        return (
            self.first,
            self.trial_first,
            self.start,
            self.treated,
            self.event,
            self.cumulative,
            self.unit,
            self.columns,
            self.basis,
            self.until_switch,
            self.cap,
        )

    def weighted(self, step: Floats, *, cap: float = np.inf, assignment: bool = False) -> Trials:
        """Return the same trials with weights.

        Parameters
        ----------
        step : (n_rows,) float64
            What each person-period multiplies the weight by.
        cap : float
            Weights above it are set to it.
        assignment : bool
            Whether the first period of a trial counts, except in a patient's first trial: then the
            assignment is weighted too. Otherwise every trial starts from 1.

        Raises
        ------
        AnalysisRefused
            A weight is zero or infinite.
        """
        cumulative = np.empty(self.treated.size)
        cumulative_products(self.first, step, cumulative)
        if not np.all(np.isfinite(cumulative) & (cumulative > 0.0)):
            raise AnalysisRefused(
                what="a patient did what the weight model holds for impossible, so that a weight "
                "is zero or infinite",
                where="the models of beginning treatment",
                mend="fewer covariates, or more patients who are treated",
                code="TZ-EST-no-weight",
            )
        unit = 1.0 / cumulative[self.start]
        if assignment:
            later = np.ones(self.start.size, dtype=np.bool_)
            later[self.trial_first[:-1][np.diff(self.trial_first) > 0]] = False
            unit[later] *= step[self.start[later]]
        return replace(self, cumulative=cumulative, unit=unit, cap=cap)

    def weights_at(self, follow_up: int) -> tuple[Floats, Ints, Ints]:
        """Return weight, arm and patient of the trials still followed in a period.

        Parameters
        ----------
        follow_up : int
            Periods since the start of the trial.
        """
        patient = np.repeat(np.arange(self.n_patients), np.diff(self.trial_first))
        row = self.start + follow_up
        there = np.flatnonzero(row < self.first[patient + 1])
        begin, row = self.start[there], row[there]
        if self.until_switch:
            switches = np.cumsum(np.diff(self.treated, prepend=False))
            kept = switches[begin] == switches[row]
            there, begin, row = there[kept], begin[kept], row[kept]
        weight = np.minimum(self.cumulative[row] * self.unit[there], self.cap)
        return weight, self.treated[begin].astype(np.int64), patient[there]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialCounts:
    """How many virtual rows there are, of which weight, and with how many events.

    Parameters
    ----------
    rows, events, weights : (2, K) float64
        By assigned treatment and follow-up; ``weights`` are sums.
    smallest, largest : float
        Weights.
    n_trials : (2,) int64
    longest_of : (n_patients, 2) int64
        Periods in the longest trial of each patient in an arm; 0 without one.
    ended : (n_patients, 2) bool
        Whether that trial ends with the event.
    """

    rows: Floats
    events: Floats
    weights: Floats
    smallest: float
    largest: float
    n_trials: Ints
    longest_of: Ints
    ended: Bools

    @property
    def n_patients(self) -> Ints:
        """Different patients in each arm, (2,)."""
        return np.count_nonzero(self.longest_of, axis=0)

    @property
    def patients_with_event(self) -> Ints:
        """Different patients in each arm whose longest trial ends with the event, (2,)."""
        return np.count_nonzero(self.ended, axis=0)

    def patients_at_risk(self, arm: int) -> Floats:
        """Return how many patients of an arm are followed in each period, (K,)."""
        followed = np.bincount(self.longest_of[:, arm], minlength=self.rows.shape[1] + 1)
        return followed[::-1].cumsum()[::-1][1:].astype(np.float64)

    def patients_hit(self, arm: int) -> Floats:
        """Return in which period the longest trials of an arm end with the event, (K,)."""
        periods = self.longest_of[self.ended[:, arm], arm]
        return np.bincount(periods, minlength=self.rows.shape[1] + 1)[1:].astype(np.float64)

    @property
    def n_rows(self) -> int:
        """Number of virtual rows."""
        return int(self.rows.sum())

    @property
    def mean_weight(self) -> float:
        """Mean weight of the virtual rows."""
        return float(self.weights.sum() / self.rows.sum())


def make_trials(
    *,
    first: Ints,
    starts: Bools,
    treated: Bools,
    event: Bools,
    columns: tuple[Floats, tuple[str, ...]],
    follow_up: tuple[Floats, tuple[str, ...]],
) -> Trials:
    """Arrange person-periods as a sequence of trials by intention to treat, without weights.

    Parameters
    ----------
    first : (n_patients + 1,) int64
    starts : (n_rows,) bool
        Whether a trial begins in the period: eligible, with everything known that the model needs.
    treated, event : (n_rows,) bool
    columns : ((n_rows, c) float64, tuple of str)
        What the model has of the trial, as known at its start, and its names.
    follow_up : ((2, K, q) float64, tuple of str)
        What the model has of the follow-up, by assigned treatment, and its names; longer follow-up
        is cut at K.

    Raises
    ------
    AnalysisRefused
        No trial begins, all are assigned to one treatment, or a column never varies.
    """
    (given, names), (basis, basis_names) = columns, follow_up
    start = np.flatnonzero(starts)
    assigned = treated[start]
    if start.size == 0 or assigned.all() or not assigned.any():
        missing = "" if start.size == 0 else " without treatment" if assigned.all() else " with it"
        raise AnalysisRefused(
            what=f"no trial of beginning treatment begins{missing}",
            where="the sequence of trials",
            mend="patients who begin treatment in a period, and patients who do not, both eligible",
            code="TZ-EST-no-trials",
        )
    chosen = given[start]
    shift, scale = _centre(chosen, names)
    middle, width = _centre(np.concatenate(basis), basis_names)
    design = np.empty((start.size, 2 + len(names)))
    design[:, 0], design[:, ASSIGNED] = 1.0, assigned
    design[:, 2:] = (chosen - shift) / scale
    return Trials(
        first=first,
        trial_first=np.searchsorted(start, first),
        start=start,
        treated=treated,
        event=event,
        cumulative=np.ones(treated.size),
        unit=np.ones(start.size),
        columns=design,
        basis=np.ascontiguousarray((basis - middle) / width),
        until_switch=False,
        cap=np.inf,
        names=("(intercept)", "assigned treatment", *names, *basis_names),
        shift=np.concatenate([[0.0, 0.0], shift, middle]),
        scale=np.concatenate([[1.0, 1.0], scale, width]),
    )


def _centre(columns: Floats, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    if not names:
        return np.empty(0), np.empty(0)
    shift, scale = columns.mean(axis=0), columns.std(axis=0)
    flat = [n for n, m, s in zip(names, shift, scale, strict=True) if s <= 1e-12 * (1.0 + abs(m))]
    if flat:
        raise AnalysisRefused(
            what=f"the same value at the start of every trial: {', '.join(flat)}",
            where="the model of the trials",
            mend="leave these columns out",
            code="TZ-EST-constant",
        )
    return shift, scale


def per_protocol(trials: Trials) -> Trials:
    """Return the trials followed only until treatment differs from the assigned one."""
    return replace(trials, until_switch=True)


def counts_of(trials: Trials, copies: Floats | None = None) -> TrialCounts:
    """Count the virtual rows.

    Parameters
    ----------
    copies : (n_patients,) float64, optional
        How often each patient counts.
    """
    shape = trials.basis.shape[:2]
    times = np.ones(trials.n_patients) if copies is None else copies
    rows, events, weights = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    extremes = np.array([np.inf, -np.inf])
    longest_of = np.zeros((trials.n_patients, 2), dtype=np.int64)
    ended = np.zeros((trials.n_patients, 2), dtype=np.bool_)
    count_trials(*trials.arrays, times, rows, events, weights, extremes, longest_of, ended)
    assigned = trials.treated[trials.start].astype(np.int64)
    return TrialCounts(
        rows=rows,
        events=events,
        weights=weights,
        smallest=float(extremes[0]),
        largest=float(extremes[1]),
        n_trials=np.bincount(assigned, minlength=2),
        longest_of=longest_of,
        ended=ended,
    )


def truncated(trials: Trials, quantile: float, *, copies: Floats | None = None) -> Trials:
    """Set weights above a quantile of the weights of all virtual rows to that quantile.

    Parameters
    ----------
    quantile : float
        In (0, 1]; 1 leaves the weights as they are.
    copies : (n_patients,) float64, optional
        How often each patient counts.

    Estimates
    ---------
    Nothing: it trades bias for variance, and so changes what is estimated.

    Assumes
    -------
    Nothing. The quantile is the usual one, linear between two order statistics.

    References
    ----------
    .. [cole2008]
    """
    if quantile >= 1.0:
        return trials
    times = np.ones(trials.n_patients) if copies is None else copies
    counts = counts_of(trials, times)
    place = quantile * (counts.n_rows - 1.0)
    low, high = (
        weight_of_rank(*trials.arrays, times, rank + 1.0, counts.smallest, counts.largest)
        for rank in (np.floor(place), np.ceil(place))
    )
    return replace(trials, cap=float(low + (place - np.floor(place)) * (high - low)))
