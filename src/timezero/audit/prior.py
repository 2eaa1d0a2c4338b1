"""What nobody printed, as ranges: every unknown a coordinate, standard normal before any print."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.audit.baseline import KNOTS, N_BENDS, Family, cumulative_hazards
from timezero.audit.frailty import FrailtyTables
from timezero.kernels.late_worlds import COLUMNS

Scale: TypeAlias = Literal["even", "log", "whole"]
Origin: TypeAlias = Literal["default", "printed", "set in the claim file"]
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
    origin : {"default", "printed", "set in the claim file"}
    """

    name: str
    label: str
    lower: float
    upper: float
    scale: Scale = "even"
    origin: Origin = "default"

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
    families : tuple of str
        Baseline families, equally likely.
    levels : tuple of int
        Frailty levels, equally likely; (0,) when nobody is frail.
    fixed : dict of str to float
        Columns of the worlds that are the same everywhere.
    curves : (n_tables, 2, n_knots) float64 or None
        Cumulative hazards of the pooled curve, put together again; replaces the families.
    """

    coordinates: tuple[Coordinate, ...]
    families: tuple[Family, ...]
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
    """Rows for the simulation, with the tables of knots that they point at.

    Parameters
    ----------
    rows : (n, 19) float64
        Columns as the simulation reads them.
    knots : (n_tables, 2, n_knots) float64
    """

    rows: Floats
    knots: Floats

    def part(self, first: int, past: int) -> Worlds:
        """Return some of the worlds."""
        return Worlds(rows=self.rows[first:past], knots=self.knots)


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
    values = named_values(prior, x)
    rows = _rows(prior, values, n=x.shape[0])
    rows[:, PLACE["frailty"]] = np.asarray(prior.levels)[kind % len(prior.levels)]
    if prior.curves is not None:
        rows[:, PLACE["location"]] = 1.0
        rows[:, PLACE["knots"]] = np.floor(values["curve"] * prior.curves.shape[0])
        return Worlds(rows=rows, knots=prior.curves)
    rows[:, PLACE["knots"]] = np.arange(rows.shape[0])
    return Worlds(rows=rows, knots=_own_knots(prior, x, kind, values))


def _rows(prior: Prior, values: dict[str, Floats], *, n: int) -> Floats:
    """Return all columns but the frailty and the knots."""
    rows = np.zeros((n, len(COLUMNS)))
    rows[:, PLACE["accrual_shape"]] = 1.0
    for name, value in (prior.fixed | values).items():
        if name in PLACE:
            rows[:, PLACE[name]] = value
    if "accrual_share" in values:
        rows[:, PLACE["accrual"]] = rows[:, PLACE["follow_up_end"]] * values["accrual_share"]
    if "after_accrual_share" in values:
        after = rows[:, PLACE["accrual"]] * values["after_accrual_share"]
        rows[:, PLACE["follow_up_end"]] = rows[:, PLACE["accrual"]] + after
    if "after_accrual" in values:
        rows[:, PLACE["follow_up_end"]] = rows[:, PLACE["accrual"]] + values["after_accrual"]
    rows[:, PLACE["loss_rate"]] = -np.log1p(-values["lost"]) / rows[:, PLACE["location"]]
    rows[:, PLACE["wait_scale"]] *= rows[:, PLACE["location"]]
    rows[:, PLACE["trigger_scale"]] *= rows[:, PLACE["location"]]
    return rows


def _own_knots(prior: Prior, x: Floats, kind: Ints, values: dict[str, Floats]) -> Floats:
    """Return one table of knots for each world: its family, bent."""
    knots = np.empty((x.shape[0], 2, KNOTS.size))
    knots[:, 0] = KNOTS
    first_bend = prior.place("bend_1")
    bends = x[:, first_bend : first_bend + N_BENDS]
    for k, family in enumerate(prior.families):
        mine = kind // len(prior.levels) == k
        knots[mine, 1] = cumulative_hazards(
            family,
            values["shape"][mine],
            values["cure"][mine],
            piece=values["piece"][mine],
            bends=bends[mine],
        )
    return knots
