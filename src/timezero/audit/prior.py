"""What nobody printed, as ranges: every unknown a coordinate, standard normal before any print."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.audit.frailty import FrailtyTables
from timezero.kernels.baseline import KNOTS, LOG_LOGISTIC, LOG_NORMAL, WEIBULL
from timezero.kernels.late_worlds import COLUMNS

Scale: TypeAlias = Literal["even", "log", "whole"]
FAMILIES: Final = (WEIBULL, LOG_LOGISTIC, LOG_NORMAL, KNOTS)
SHAPE_RANGE: Final = {WEIBULL: (0.4, 2.2), LOG_LOGISTIC: (0.7, 3.0), LOG_NORMAL: (0.5, 2.5)}
PIECE_ENDS: Final = np.array([0.25, 0.7, 1.6])
LOG_PIECE: Final = 1.5
FAR: Final = 1e4
PLACE: Final = {name: k for k, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinate:
    """One unknown and the range that is tried.

    Parameters
    ----------
    name, label : str
    lower, upper : float
    scale : {"even", "log", "whole"}
        Evenly, evenly on the log scale, or whole numbers including both ends.
    origin : str
        ``default``, ``printed``, or ``set in the claim file``.
    """

    name: str
    label: str
    lower: float
    upper: float
    scale: Scale = "even"
    origin: str = "default"

    def values(self, share: Floats) -> Floats:
        """Return the values at shares of the range, 0 to 1."""
        if self.scale == "log":
            low, high = math.log(self.lower), math.log(self.upper)
            return np.exp(low + share * (high - low))
        if self.scale == "whole":
            return np.floor(self.lower + share * (self.upper - self.lower + 1.0 - 1e-9))
        return self.lower + share * (self.upper - self.lower)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prior:
    """All unknowns of one kind of world.

    Parameters
    ----------
    coordinates : tuple of Coordinate
    families : tuple of int
        Baseline families, equally likely.
    levels : tuple of int
        Frailty levels, equally likely; (0,) when nobody is frail.
    fixed : dict of str to float
        Columns of the worlds that are the same everywhere.
    curves : (n_tables, 2, n_knots) float64 or None
        Cumulative hazards of the pooled curve, put together again; replaces the families.
    """

    coordinates: tuple[Coordinate, ...]
    families: tuple[int, ...]
    levels: tuple[int, ...]
    tables: FrailtyTables
    fixed: dict[str, float] = field(default_factory=dict[str, float])
    curves: Floats | None = None

    @property
    def n_kinds(self) -> int:
        """Return how many combinations of family and frailty level there are."""
        return len(self.families) * len(self.levels)

    def place(self, name: str) -> int:
        """Return which coordinate has this name, or -1."""
        return next((k for k, c in enumerate(self.coordinates) if c.name == name), -1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worlds:
    """Rows for the simulation, with the tables of knots that they point at."""

    rows: Floats
    knots: Floats

    def part(self, first: int, past: int) -> Worlds:
        """Return some of the worlds."""
        own = self.knots[first:past] if self.knots.shape[0] == self.rows.shape[0] else self.knots
        rows = self.rows[first:past]
        if own is not self.knots:
            rows = rows.copy()
            rows[:, PLACE["knots"]] -= first
        return Worlds(rows=rows, knots=own)


def normal_share(x: Floats) -> Floats:
    """Return the standard normal distribution function, kept inside (0, 1)."""
    from scipy.special import ndtr

    return np.clip(np.asarray(ndtr(x)), 1e-12, 1.0 - 1e-12)


def named_values(prior: Prior, x: Floats) -> dict[str, Floats]:
    """Return the value of each unknown at points of the coordinate space.

    Parameters
    ----------
    x : (n, n_coordinates) float64
    """
    share = normal_share(x)
    return {c.name: c.values(share[:, k]) for k, c in enumerate(prior.coordinates)}


def make_worlds(prior: Prior, x: Floats, kind: Ints) -> Worlds:
    """Return the rows of worlds at points of the coordinate space.

    Parameters
    ----------
    x : (n, n_coordinates) float64
        Standard normal before anything is known.
    kind : (n,) int64
        Combination of family and frailty level, 0 to ``prior.n_kinds - 1``.
    """
    share = normal_share(x)
    values = {c.name: c.values(share[:, k]) for k, c in enumerate(prior.coordinates)}
    rows = np.zeros((x.shape[0], len(COLUMNS)))
    for name, value in prior.fixed.items():
        rows[:, PLACE[name]] = value
    for name, value in values.items():
        if name in PLACE:
            rows[:, PLACE[name]] = value
    family = np.asarray(prior.families)[kind // len(prior.levels)]
    rows[:, PLACE["frailty"]] = np.asarray(prior.levels)[kind % len(prior.levels)]
    if "accrual_share" in values:
        rows[:, PLACE["accrual"]] = rows[:, PLACE["follow_up_end"]] * values["accrual_share"]
    else:
        after = values.get("after_accrual", np.zeros(x.shape[0]))
        rows[:, PLACE["follow_up_end"]] = rows[:, PLACE["accrual"]] * (1.0 + after)
    rows[:, PLACE["loss_rate"]] = -np.log1p(-values["lost"]) / rows[:, PLACE["location"]]
    rows[:, PLACE["wait_scale"]] *= rows[:, PLACE["location"]]
    rows[:, PLACE["trigger_scale"]] *= rows[:, PLACE["location"]]
    if prior.curves is not None:
        return _with_curves(rows, prior.curves, share)
    knots = _shape_baseline(rows, family, share, cure=values["cure"], prior=prior)
    return Worlds(rows=rows, knots=knots)


def _with_curves(rows: Floats, curves: Floats, share: Floats) -> Worlds:
    rows[:, PLACE["family"]] = KNOTS
    rows[:, PLACE["location"]] = 1.0
    rows[:, PLACE["level"]] = 1.0
    rows[:, PLACE["knots"]] = np.floor(share[:, -1] * curves.shape[0])
    return Worlds(rows=rows, knots=curves)


def _shape_baseline(
    rows: Floats, family: Ints, share: Floats, *, cure: Floats, prior: Prior
) -> Floats:
    """Fill family, level, shape and cure so that half have died at the location."""
    from scipy.special import ndtri

    shape_share = share[:, prior.place("shape")]
    cure = np.where(family == KNOTS, 0.0, cure)
    alive = (0.5 - cure) / (1.0 - cure)
    shape, level = np.ones(rows.shape[0]), np.ones(rows.shape[0])
    for code, (low, high) in SHAPE_RANGE.items():
        shape = np.where(family == code, low * (high / low) ** shape_share, shape)
    level = np.where(family == WEIBULL, -np.log(alive), level)
    level = np.where(family == LOG_LOGISTIC, 1.0 / alive - 1.0, level)
    level = np.where(family == LOG_NORMAL, shape * np.asarray(ndtri(alive)), level)
    rows[:, PLACE["family"]] = family
    rows[:, PLACE["level"]] = level
    rows[:, PLACE["shape"]] = shape
    rows[:, PLACE["cure"]] = cure
    rows[:, PLACE["knots"]] = np.arange(rows.shape[0])
    bends = np.stack([shape_share, share[:, prior.place("cure")], share[:, prior.place("bend")]])
    return piecewise_knots(LOG_PIECE * (2.0 * bends.T - 1.0))


def piecewise_knots(log_rates: Floats) -> Floats:
    """Return cumulative hazards of piecewise constant rates with median 1.

    Parameters
    ----------
    log_rates : (n, 3) float64
        Log rate of the first, second and fourth piece against the third.

    Returns
    -------
    (n, 2, 5) float64
        Times and cumulative hazards.
    """
    n = log_rates.shape[0]
    rates = np.exp(np.column_stack([log_rates[:, :2], np.zeros(n), log_rates[:, 2]]))
    times = np.concatenate([[0.0], PIECE_ENDS, [FAR]])
    hazards = np.concatenate([np.zeros((n, 1)), np.cumsum(rates * np.diff(times), axis=1)], axis=1)
    at_one = hazards[:, 2] + rates[:, 2] * (1.0 - times[2])
    hazards *= (math.log(2.0) / at_one)[:, None]
    return np.stack([np.broadcast_to(times, hazards.shape), hazards], axis=1)
