"""How often patients move from one state to another: counts, rates, and ratios of rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from timezero.align.transitions import StateRows
from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused
from timezero.kernels.state_occupancy import count_moves


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """Who is at risk in each state and who moves, at each time at which somebody does.

    Parameters
    ----------
    times : (n_times,) float64
        Distinct, ascending.
    at_risk : (n_times, n_states) float64
    moves : (n_times, n_states, n_states) float64
        From the first state to the second.
    """

    times: Floats
    at_risk: Floats
    moves: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionRate:
    """One way between two states.

    Parameters
    ----------
    source, target : int
    n : int
        Moves seen.
    person_time : float
        Time spent in the state that is left.
    rate, lower, upper : float
        Moves for one unit of time, with the exact Poisson interval (IL4).
    """

    source: int
    target: int
    n: int
    person_time: float
    rate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRatio:
    """Two rates of the event compared within one band of time in the state.

    Parameters
    ----------
    start, stop : float
        Time since the state was entered; ``stop`` may be infinite.
    n_events : (int, int)
        In the reference and in the intervention state.
    person_time, rate : (float, float)
    ratio, lower, upper : float
        Intervention against reference (C6), with the exact conditional interval (IL5).
    """

    start: float
    stop: float
    n_events: tuple[int, int]
    person_time: tuple[float, float]
    rate: tuple[float, float]
    ratio: float
    lower: float
    upper: float


def spans_of(rows: StateRows, times: Floats) -> Ints:
    """Return for each row the run of times at which it is at risk (C2), (n_rows, 2)."""
    first = np.searchsorted(times, rows.entry, side="right")
    last = np.searchsorted(times, rows.exit, side="right")
    return np.column_stack([first, last]).astype(np.int64)


def moves_of(rows: StateRows, *, weight: Floats | None = None) -> Moves:
    """Count who is at risk and who moves, at each time.

    Parameters
    ----------
    rows : StateRows
    weight : (n_rows,) float64, optional
        How often each row counts.

    Raises
    ------
    AnalysisRefused
        Nobody moves from any state.
    """
    moved = rows.target >= 0
    if not moved.any():
        raise AnalysisRefused(
            what="nobody moves from one state to another",
            where=f"counted from {rows.counted_from}",
            mend="patients with a trigger, a treatment or an event are needed",
            code="TZ-EST-moves",
        )
    times = np.unique(rows.exit[moved])
    span = spans_of(rows, times)
    every = np.ones(rows.exit.size) if weight is None else weight
    shape = (times.size, len(rows.states))
    at_risk, moves = count_moves(span[:, 0], span[:, 1], rows.source, rows.target, every, shape)
    return Moves(times=times, at_risk=at_risk, moves=moves)


def transition_rates(rows: StateRows, *, level: float) -> tuple[TransitionRate, ...]:
    """Return the rate of every way between two states that was seen or could have been.

    Parameters
    ----------
    rows : StateRows
    level : float
        Coverage of the exact interval.

    Estimates
    ---------
    Moves divided by time in the state that is left (IL4): the hazard if it is constant, its
    average over the time that was lived if it is not.

    Assumes
    -------
    Leaving observation tells nothing about the next move.

    References
    ----------
    .. [garwood1936] the exact interval of a Poisson count
    .. [putter2007]
    """
    lived = np.maximum(rows.exit, 0.0) - np.maximum(rows.entry, 0.0)
    found: list[TransitionRate] = []
    for source, target in rows.moves:
        here = rows.source == source
        n = int(np.sum(here & (rows.target == target)))
        time = math.fsum(lived[here])
        lower, upper = exact_count_limits(n, level)
        found.append(
            TransitionRate(
                source=source,
                target=target,
                n=n,
                person_time=time,
                rate=_divided(n, time),
                lower=_divided(lower, time),
                upper=_divided(upper, time),
            )
        )
    return tuple(found)


def exact_count_limits(n: int, level: float) -> tuple[float, float]:
    """Return the exact limits of the mean of a Poisson count (IL4).

    Parameters
    ----------
    n : int
    level : float
    """
    from scipy.special import gammaincinv

    tail = (1.0 - level) / 2.0
    lower = float(gammaincinv(n, tail)) if n else 0.0
    return lower, float(gammaincinv(n + 1, 1.0 - tail))


def rate_ratios_in_bands(
    rows: StateRows,
    *,
    states: tuple[int, int],
    target: int,
    edges: Sequence[float],
    level: float,
) -> tuple[BandRatio, ...]:
    """Compare the rates of one end from two states, each on its own clock, band by band.

    Parameters
    ----------
    rows : StateRows
        On the clock that starts again with each state.
    states : (int, int)
        Reference and intervention state.
    target : int
    edges : sequence of float
        Ascending, from 0; the last may be infinite.
    level : float

    Estimates
    ---------
    The ratio of the two average rates in the same band of time since the state was entered.

    Assumes
    -------
    Within a band both rates are constant. The two clocks start at different moments of a
    patient's life, so that the ratios do not compare patients at the same moment.

    References
    ----------
    .. [putter2007] clock-reset models
    """
    found: list[BandRatio] = []
    for start, stop in pairwise(edges):
        entry, leave = np.maximum(rows.entry, start), np.minimum(rows.exit, stop)
        lived = np.maximum(leave - entry, 0.0)
        ended = (rows.target == target) & (rows.exit > start) & (rows.exit <= stop)
        if start == 0.0:
            ended |= (rows.target == target) & (rows.exit == 0.0)
        n = [int(np.sum(ended & (rows.source == s))) for s in states]
        time = [math.fsum(lived[rows.source == s]) for s in states]
        ratio, lower, upper = exact_rate_ratio((n[0], n[1]), (time[0], time[1]), level)
        found.append(
            BandRatio(
                start=start,
                stop=stop,
                n_events=(n[0], n[1]),
                person_time=(time[0], time[1]),
                rate=(_divided(n[0], time[0]), _divided(n[1], time[1])),
                ratio=ratio,
                lower=lower,
                upper=upper,
            )
        )
    return tuple(found)


def exact_rate_ratio(
    n: tuple[int, int], time: tuple[float, float], level: float
) -> tuple[float, float, float]:
    """Return the ratio of the second rate to the first, with its exact conditional limits (IL5).

    Parameters
    ----------
    n : (int, int)
        Events.
    time : (float, float)
        Person-time; with none on a side there is no ratio.
    level : float
    """
    from scipy.special import betaincinv

    nan = float("nan")
    if min(time) <= 0.0 or sum(n) == 0:
        return nan, nan, nan
    tail = (1.0 - level) / 2.0
    low = float(betaincinv(n[1], n[0] + 1, tail)) if n[1] else 0.0
    high = float(betaincinv(n[1] + 1, n[0], 1.0 - tail)) if n[0] else 1.0
    scale = time[0] / time[1]
    with_odds = [p / (1.0 - p) * scale if p < 1.0 else math.inf for p in (low, high)]
    value = n[1] / n[0] * scale if n[0] else math.inf
    return value, with_odds[0], with_odds[1]


def _divided(number: float, time: float) -> float:
    return number / time if time > 0.0 else float("nan")
