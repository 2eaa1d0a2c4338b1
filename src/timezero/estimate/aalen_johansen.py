"""Which share of the patients is in each state over time, by the Aalen-Johansen product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from timezero.align.transitions import StateRows
from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.estimate.transition_hazards import Moves, moves_of, spans_of
from timezero.kernels.state_occupancy import count_moves, occupancy_covariance, occupancy_path

NOBODY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Occupancy:
    """Shares in each state, right-continuous steps.

    Parameters
    ----------
    starts_at : float
    start : (n_states,) float64
        Shares at the start.
    times : (n_times,) float64
        At which somebody moves.
    share : (n_times, n_states) float64
        Just after each time.
    covariance : (n_times, n_states, n_states) float64
        Greenwood-type, the start given (IL3).
    ends_at : float
        After this nothing is claimed (C8): a state holds patients of whom none is seen.
    states : tuple of str
    """

    starts_at: float
    start: Floats
    times: Floats
    share: Floats
    covariance: Floats
    ends_at: float
    states: tuple[str, ...]

    def at(self, time: float) -> tuple[Floats, Floats]:
        """Return the shares at a time and their standard errors; NaN outside the follow-up."""
        n = self.start.size
        if not self.starts_at <= time <= self.ends_at:
            return np.full(n, np.nan), np.full(n, np.nan)
        k = int(np.searchsorted(self.times, time, side="right")) - 1
        if k < 0:
            return self.start, np.zeros(n)
        return self.share[k], np.sqrt(np.maximum(np.diag(self.covariance[k]), 0.0))

    def length_of_stay(self, horizon: float) -> Floats:
        """Return the expected time spent in each state until a horizon; NaN beyond the end (IL6).

        Parameters
        ----------
        horizon : float
        """
        if not self.starts_at <= horizon <= self.ends_at:
            return np.full(self.start.size, np.nan)
        return length_of_stay(
            self.times, self.share, self.start, starts_at=self.starts_at, horizon=horizon
        )


def occupancy(rows: StateRows, *, start: Floats | None = None, starts_at: float = 0.0) -> Occupancy:
    """Estimate the share in each state over time.

    Parameters
    ----------
    rows : StateRows
        Delayed entry is obeyed.
    start : (n_states,) float64, optional
        Shares at the start; default everybody in the first state.
    starts_at : float
        Rows that end by then are not counted; on the clock of the rows.

    Estimates
    ---------
    The share of the patients in each state at each time (IL2). It needs no Markov assumption when
    everybody is observed from the start and leaving observation is independent of the course.

    Assumes
    -------
    Leaving observation and late entry tell nothing about the course. With late entry or a start
    later than time zero: that the next move depends on the present state and time alone.

    References
    ----------
    .. [aalen1978] (IL2), [andersen1993] (IL3), [datta2001] without the Markov assumption

    Raises
    ------
    AnalysisRefused
        Nobody moves, or nobody is under observation.
    """
    later = rows.chosen((rows.exit > starts_at) | (starts_at == 0.0))
    counted = moves_of(later)
    shares = np.eye(len(rows.states))[0] if start is None else start
    path = occupancy_path(counted.at_risk, counted.moves, shares)
    return Occupancy(
        starts_at=starts_at,
        start=shares,
        times=counted.times,
        share=path,
        covariance=occupancy_covariance(counted.at_risk, counted.moves, path, shares),
        ends_at=_ends_at(later, counted, path),
        states=rows.states,
    )


def _ends_at(rows: StateRows, counted: Moves, path: Floats) -> float:
    """Return when a state that still holds a share was last under observation."""
    end = float(rows.exit.max())
    for state in range(rows.n_transient):
        mine = rows.source == state
        if not mine.any():
            continue
        last = float(rows.exit[mine].max())
        k = int(np.searchsorted(counted.times, last, side="right")) - 1
        if k >= 0 and path[k, state] > NOBODY:
            end = min(end, last)
    return end


def occupancy_influence(rows: StateRows, times: Floats, *, n_patients: int) -> Floats:
    """Return how each patient moves the shares: the infinitesimal jackknife.

    Its cross-product is the variance that is robust to any dependence within patients.

    Parameters
    ----------
    rows : StateRows
        Everybody observed from the first state.
    times : (n,) float64
        Where the influence is wanted, ascending.
    n_patients : int
        Of the cohort.

    Returns
    -------
    influence : (n, n_patients, n_states) float64

    References
    ----------
    .. [therneau2000]
    """
    counted = moves_of(rows)
    n_states = len(rows.states)
    share = np.eye(n_states)[0]
    influence = np.zeros((n_patients, n_states))
    found = np.zeros((times.size, n_patients, n_states))
    wanted = np.searchsorted(counted.times, times, side="right")
    for k, time in enumerate(counted.times):
        found[wanted == k] = influence
        step = np.eye(n_states)
        moved = np.zeros((n_patients, n_states))
        for h in range(rows.n_transient):
            n = counted.at_risk[k, h]
            if n <= 0.0:
                continue
            increments = counted.moves[k, h] / n
            step[h] += increments
            step[h, h] -= increments.sum()
            here = np.flatnonzero((rows.source == h) & (rows.entry < time) & (rows.exit >= time))
            goes = here[(rows.exit[here] == time) & (rows.target[here] >= 0)]
            change = np.zeros((n_patients, n_states))
            change[rows.patient[here]] -= increments
            change[rows.patient[goes], rows.target[goes]] += 1.0
            change[:, h] -= change.sum(axis=1)
            moved += share[h] / n * change
        influence = influence @ step + moved
        share = share @ step
    found[wanted == counted.times.size] = influence
    return found


def landmark_occupancy(rows: StateRows, *, landmark: float, state: int) -> Occupancy:
    """Estimate where those in one state at a landmark are later, from their own course alone.

    Only patients in that state at the landmark are followed, through all their later states. A
    way that none of them took has no moves, and its state can still be left by the others.

    Parameters
    ----------
    rows : StateRows
    landmark : float
    state : int

    Estimates
    ---------
    Transition probabilities from the landmark on, also when the course is not Markov: when the
    next move depends on when or how the present state was reached.

    Assumes
    -------
    Leaving observation tells nothing about the course after the landmark.

    References
    ----------
    .. [putter2018]

    Raises
    ------
    AnalysisRefused
        Nobody is in the state at the landmark, or none of them moves afterwards.
    """
    there = (rows.source == state) & (rows.entry <= landmark) & (rows.exit > landmark)
    if not there.any():
        raise AnalysisRefused(
            what=f"nobody is '{rows.states[state]}' at {landmark:g}",
            where=f"counted from {rows.counted_from}",
            mend="another landmark",
            code="TZ-EST-landmark",
        )
    among = np.isin(rows.patient, rows.patient[there]) & (rows.exit > landmark)
    start = np.eye(len(rows.states))[state]
    return occupancy(rows.chosen(among), start=start, starts_at=landmark)


def resampled_stay(rows: StateRows, times: Floats, copies: Ints, *, horizon: float) -> Floats:
    """Return the expected time in each state until a horizon with patients drawn so often (IL6).

    Parameters
    ----------
    rows : StateRows
    times : (n_times,) float64
        At which anybody moves.
    copies : (n_patients,) int64
    horizon : float
    """
    n_states = len(rows.states)
    weight = copies[rows.patient].astype(np.float64)
    span, shape = spans_of(rows, times), (times.size, n_states)
    risk, moves = count_moves(span[:, 0], span[:, 1], rows.source, rows.target, weight, shape)
    start = np.eye(n_states)[0]
    path = occupancy_path(risk, moves, start)
    return length_of_stay(times, path, start, starts_at=0.0, horizon=horizon)


def length_of_stay(
    times: Floats, share: Floats, start: Floats, *, starts_at: float, horizon: float
) -> Floats:
    """Return the area under each share from the start to the horizon (IL6).

    Parameters
    ----------
    times : (n_times,) float64
    share : (n_times, n) float64
    start : (n,) float64
    starts_at, horizon : float
    """
    before = times <= horizon
    edges = np.concatenate([[starts_at], times[before], [horizon]])
    heights = np.vstack([start, share[before]])
    return np.diff(edges) @ heights
