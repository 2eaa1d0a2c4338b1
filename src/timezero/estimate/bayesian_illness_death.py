"""How far beliefs about late treatment should move, in so few patients: exact posteriors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from timezero.align.transitions import COMPETING, EVENT, StateRows
from timezero.arrays import Floats, Ints
from timezero.errors import AnalysisRefused

EVENTS_FOR_A_PIECE = 10
PIECES_AT_MOST = 4
GRID = 20_001
REACH = 9.0
HALVINGS = 100
JEFFREYS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioPrior:
    """What was believed of the log hazard ratio before: a normal law.

    Parameters
    ----------
    name : str
    mean, spread : float
        Of the log hazard ratio; ``spread`` is a standard deviation.
    """

    name: str
    mean: float
    spread: float


# Spiegelhalter, Freedman and Parmar: 95 % of the sceptic's belief lies between one half and two.
SPREAD_OF_SCEPTIC = math.log(2.0) / 1.959963984540054
PRIORS = (
    RatioPrior(name="neutral", mean=0.0, spread=math.log(10.0) / 1.959963984540054),
    RatioPrior(name="sceptical", mean=0.0, spread=SPREAD_OF_SCEPTIC),
    RatioPrior(name="enthusiastic", mean=math.log(0.5), spread=SPREAD_OF_SCEPTIC),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Events and person-time, untreated and treated, in pieces of time since the origin.

    Parameters
    ----------
    cuts : (n_pieces + 1,) float64
        From 0 to infinity.
    events, competing, time : (n_pieces, 2) float64
        Untreated and treated.
    """

    cuts: Floats
    events: Floats
    competing: Floats
    time: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RatioPosterior:
    """The law of the log hazard ratio given the patients.

    Parameters
    ----------
    prior : RatioPrior
    grid, chance : (n_grid,) float64
        Values, and the probability of a smaller one.
    median, lower, upper : float
        Of the log hazard ratio; equal tails.
    mean, spread : float
    below_0 : float
        Probability that the hazard is lower after treatment.
    """

    prior: RatioPrior
    grid: Floats
    chance: Floats
    median: float
    lower: float
    upper: float
    mean: float
    spread: float
    below_0: float

    def quantile(self, chance: Floats) -> Floats:
        """Return the log hazard ratios with these probabilities of a smaller one."""
        return np.interp(chance, self.chance, self.grid)


def pieces_of(rows: StateRows) -> Pieces:
    """Cut time since the origin into pieces with alike many events, and count in each.

    One piece for each ten events, four at most, cut at quantiles of the event times of everybody,
    whatever their treatment. A cut that would leave a piece without events, or without time in
    either state, is not made.

    Parameters
    ----------
    rows : StateRows
        As :func:`timezero.align.transitions.transitions_from` returns them.

    Raises
    ------
    AnalysisRefused
        No events, or no time in a state.
    """
    event = rows.target == rows.named(EVENT)
    n = int(event.sum())
    lived = [
        float(np.sum((rows.exit - np.maximum(rows.entry, 0.0))[rows.source == s])) for s in (0, 1)
    ]
    if n == 0 or min(lived) <= 0.0:
        raise AnalysisRefused(
            what="there is no event" if n == 0 else "there is no time in one of the two states",
            where=f"counted from {rows.counted_from}",
            mend="events, and time before and after treatment, are needed",
            code="TZ-EST-pieces",
        )
    n_pieces = min(max(n // EVENTS_FOR_A_PIECE, 1), PIECES_AT_MOST)
    wanted = np.quantile(rows.exit[event], np.arange(1, n_pieces) / n_pieces, method="inverted_cdf")
    cuts: list[float] = [0.0, math.inf]
    for cut in sorted(set(map(float, np.atleast_1d(wanted)))):
        tried = np.array([*cuts[:-1], cut, math.inf])
        counted = count_pieces(rows, tried)
        if np.all(counted.time > 0.0) and np.all(counted.events.sum(axis=1) > 0.0):
            cuts = [*cuts[:-1], cut, math.inf]
    return count_pieces(rows, np.array(cuts))


def count_pieces(rows: StateRows, cuts: Floats) -> Pieces:
    """Count events and add up person-time in each piece ``(cuts[k], cuts[k + 1]]``.

    Parameters
    ----------
    rows : StateRows
    cuts : (n_pieces + 1,) float64
        Ascending from 0.
    """
    n_pieces = cuts.size - 1
    entry = np.maximum(rows.entry, 0.0)
    place = np.clip(np.searchsorted(cuts, rows.exit, side="left") - 1, 0, n_pieces - 1)
    time = np.zeros((n_pieces, 2))
    for k in range(n_pieces):
        inside = np.minimum(rows.exit, cuts[k + 1]) - np.maximum(entry, cuts[k])
        time[k] = [np.sum(np.maximum(inside, 0.0)[rows.source == s]) for s in (0, 1)]
    return Pieces(
        cuts=cuts,
        events=_counts(rows, rows.named(EVENT), place, n_pieces),
        competing=_counts(rows, rows.named(COMPETING), place, n_pieces),
        time=time,
    )


def _counts(rows: StateRows, target: int, place: Ints, n_pieces: int) -> Floats:
    found = np.zeros((n_pieces, 2))
    hit = (rows.target == target) & (target >= 0)
    np.add.at(found, (place[hit], rows.source[hit]), 1.0)
    return found


def ratio_posterior(
    pieces: Pieces, prior: RatioPrior, *, level: float, shape: float = 0.0, rate: float = 0.0
) -> RatioPosterior:
    """Update a belief about the hazard ratio, the rates themselves integrated out (BAY3).

    Parameters
    ----------
    pieces : Pieces
    prior : RatioPrior
    level : float
        Of the credible interval.
    shape, rate : float
        Gamma prior of each piece's rate before treatment; 0 and 0 is the scale-free prior, with
        which the two states are treated alike.

    Estimates
    ---------
    The law of the log of the ratio of the hazard after treatment to that before it, at equal time
    since the origin.

    Assumes
    -------
    Within a piece the hazard is constant; the ratio is the same in all pieces; those who began
    treatment were like those who had not yet; leaving observation tells nothing.

    References
    ----------
    .. [spiegelhalter1994], [ibrahim2001]
    """
    mode = _mode(pieces, prior, shape, rate)
    grid = mode + prior.spread * np.linspace(-REACH, REACH, GRID)
    log_density, slope = log_posterior(grid, pieces, prior, shape=shape, rate=rate)
    density = np.exp(log_density - log_density.max())
    step = grid[1] - grid[0]
    bend = density * slope
    # The trapezium with the slopes at its ends: right to the fifth power of the step.
    cells = step / 2.0 * (density[1:] + density[:-1]) + step**2 / 12.0 * (bend[:-1] - bend[1:])
    chance: Floats = np.append(0.0, np.cumsum(cells))
    chance /= chance[-1]
    weight = density / density.sum()
    mean = float(weight @ grid)
    tail = (1.0 - level) / 2.0
    lower, median, upper = np.interp((tail, 0.5, 1.0 - tail), chance, grid)
    (below,) = np.interp([0.0], grid, chance)
    return RatioPosterior(
        prior=prior,
        grid=grid,
        chance=chance,
        median=float(median),
        lower=float(lower),
        upper=float(upper),
        mean=mean,
        spread=math.sqrt(float(np.sum(weight * (grid - mean) ** 2))),
        below_0=float(below),
    )


def log_posterior(
    log_ratio: Floats, pieces: Pieces, prior: RatioPrior, *, shape: float, rate: float
) -> tuple[Floats, Floats]:
    """Return the log density up to a constant, and its slope (BAY3).

    Parameters
    ----------
    log_ratio : (n,) float64
    """
    ratio = np.exp(log_ratio)[:, np.newaxis]
    together = rate + pieces.time[:, 0] + ratio * pieces.time[:, 1]
    weight = shape + pieces.events.sum(axis=1)
    treated = float(pieces.events[:, 1].sum())
    away = (log_ratio - prior.mean) / prior.spread
    value = log_ratio * treated - np.log(together) @ weight - away**2 / 2.0
    slope = treated - (ratio * pieces.time[:, 1] / together) @ weight - away / prior.spread
    return value, slope


def _mode(pieces: Pieces, prior: RatioPrior, shape: float, rate: float) -> float:
    """Return the likeliest log hazard ratio: the density is log-concave, so halving finds it."""
    low, high = prior.mean - 60.0, prior.mean + 60.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        _, slope = log_posterior(np.array([middle]), pieces, prior, shape=shape, rate=rate)
        low, high = (middle, high) if slope[0] > 0.0 else (low, middle)
    return (low + high) / 2.0


def rates_given_ratio(pieces: Pieces, log_ratio: Floats, generator: np.random.Generator) -> Floats:
    """Draw each piece's rates before and after treatment, given log hazard ratios (BAY2).

    Parameters
    ----------
    pieces : Pieces
    log_ratio : (n,) float64
    generator : Generator

    Returns
    -------
    rates : (n, n_pieces, 2) float64
    """
    ratio = np.exp(log_ratio)[:, np.newaxis]
    together = pieces.time[:, 0] + ratio * pieces.time[:, 1]
    before = generator.gamma(pieces.events.sum(axis=1), 1.0, together.shape) / together
    return np.stack([before, before * ratio], axis=2)


def separate_rates(
    events: Floats, time: Floats, *, draws: int, generator: np.random.Generator
) -> Floats:
    """Draw every rate on its own: Gamma(d + 1/2, T), with Jeffreys' prior (BAY1).

    Parameters
    ----------
    events, time : (n_pieces, 2) float64
    draws : int
    generator : Generator

    Returns
    -------
    rates : (draws, n_pieces, 2) float64
    """
    return generator.gamma(events + JEFFREYS, 1.0, (draws, *events.shape)) / time


def treated_from_wait(
    cuts: Floats, rates: Floats, competing: Floats, *, wait: float, horizon: float
) -> tuple[Floats, Floats]:
    """Compare treatment from a wait on with none: time lived and share with the event (BAY4).

    Parameters
    ----------
    cuts : (n_pieces + 1,) float64
    rates, competing : (n, n_pieces, 2) float64
        Rates of the event and of the competing event, before and after treatment.
    wait, horizon : float

    Returns
    -------
    lived, event : (n,) float64
        Differences, treated less untreated, until the horizon.
    """
    inside = {float(cut) for cut in cuts if cut < horizon}
    edges = sorted(inside | {min(wait, horizon), horizon})
    lived, event = np.zeros((2, rates.shape[0])), np.zeros((2, rates.shape[0]))
    free = np.ones((2, rates.shape[0]))
    for start, stop in pairwise(edges):
        k = int(np.searchsorted(cuts, start, side="right")) - 1
        for rule in (0, 1):
            state = 1 if rule and start >= wait else 0
            hazard, other = rates[:, k, state], competing[:, k, state]
            total = hazard + other
            gone = -np.expm1(-total * (stop - start))
            stay = np.divide(gone, total, out=np.full(total.size, stop - start), where=total > 0.0)
            lived[rule] += free[rule] * stay
            event[rule] += free[rule] * hazard * stay
            free[rule] *= 1.0 - gone
    return lived[1] - lived[0], event[1] - event[0]


def rate_interval(events: float, time: float, *, level: float) -> tuple[float, float, float]:
    """Return the posterior median of one rate and its credible interval (BAY1).

    Parameters
    ----------
    events, time : float
    level : float
    """
    from scipy.special import gammaincinv

    tail = (1.0 - level) / 2.0
    lower, median, upper = (
        float(gammaincinv(events + JEFFREYS, p)) / time for p in (tail, 0.5, 1.0 - tail)
    )
    return median, lower, upper
