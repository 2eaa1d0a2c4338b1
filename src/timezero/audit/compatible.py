"""Which true effects after initiation fit everything that is printed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.audit.do_nothing import quantiles_of, two_groups
from timezero.audit.importance import Space, effective_number, sample
from timezero.audit.printed_table import PrintedTable
from timezero.audit.prior import named_values
from timezero.audit.regression import fit
from timezero.audit.worlds_of_claim import Run, Stage, rounds_for, spread
from timezero.model.audit_result import CompatibleEffect, Setting
from timezero.model.result import DataTable

SHARES: Final = (0.15, 0.15, 0.2, 0.2, 0.3)
STUDIES: Final = 100_000.0
FEWEST_STUDIES: Final = 40_000.0
FITTED_SHARE: Final = 0.04
NEIGHBOURS_SHARE: Final = 0.2
KEPT: Final = 3_500
KEPT_SHARE: Final = 0.035
FEWEST_KEPT: Final = 300
FEWEST_FITTED: Final = 400
LEAST_LEFT: Final = 0.25
WEIGHT_OF_EFFECT: Final = 4.0
PLAUSIBLE: Final = (0.005, 0.995)
N_DENSITY: Final = 81


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectWorlds:
    """Worlds that match all printed numbers, with the effect corrected for what mismatch is left.

    Parameters
    ----------
    log_hazard_ratio : (n,) float64
    weight : (n,) float64
    x : (n, d) float64
    fits : float
        Share of the printed numbers that the worlds reproduce.
    table : PrintedTable
    n_simulated : int
    """

    log_hazard_ratio: Floats
    weight: Floats
    x: Floats
    fits: float
    table: PrintedTable
    n_simulated: int


def _usable(excess: Floats, table: PrintedTable) -> Bools:
    return two_groups(table) & np.isfinite(excess).all(axis=1)


def full_distance(stage: Stage, table: PrintedTable, x: Floats, weight: Floats) -> Floats:
    """Return how far each study lies from print, measured on what print says of the unknowns.

    A first pass measures every number in its own spread; the unknowns are then regressed on the
    numbers among the studies that are near by that measure.
    """
    excess = stage.targets.excess(table)
    usable = _usable(excess, table)
    far = np.full(excess.shape[0], math.inf)
    places = np.flatnonzero(usable)
    if places.size == 0 or excess.shape[1] == 0:
        return far
    scale = spread(excess[places], weight[places])
    rough = ((excess[places] / scale) ** 2).sum(axis=1)
    near = places[np.argsort(rough, kind="stable")[: _neighbours(places.size)]]
    scale = spread(excess[near], weight[near])
    found = fit(excess[near], x[near], weight[near], scale=scale, squares=True)
    left = x[near] - found.predicted
    error = np.maximum(np.sqrt(np.average(left**2, axis=0, weights=weight[near])), 1e-6)
    importance = np.full(x.shape[1], 1.0 / x.shape[1])
    importance[stage.prior.place("hazard_ratio")] = WEIGHT_OF_EFFECT
    apart = (found.predicted - found.at_print) / error
    far[near] = np.sqrt((importance * apart**2).sum(axis=1))
    return far


def _neighbours(n: int) -> int:
    return min(n, max(int(NEIGHBOURS_SHARE * n), 2_000))


def match_print(stage: Stage, run: Run, *, n_patients: float) -> EffectWorlds | None:
    """Draw worlds with every effect and keep those nearest to all printed numbers.

    Returns
    -------
    EffectWorlds or None
        None when hardly any world has the printed numbers.
    """
    prior = stage.prior
    rounds = rounds_for(n_patients, run, shares=SHARES, most=STUDIES, fewest=FEWEST_STUDIES)
    draws = sample(
        Space(n_kinds=prior.n_kinds, d=len(prior.coordinates)),
        lambda x, kind, part: stage.simulated(x, kind, part, run=run),
        lambda found, x, weight: full_distance(stage, stage.table(found), x, weight),
        rounds=rounds,
        nearest=max(int(FITTED_SHARE * sum(rounds)), FEWEST_FITTED),
        seed=(run.seed, stage.number),
    )
    importance = draws.weights()
    table = stage.table(draws.statistics)
    far = full_distance(stage, table, draws.x, importance)
    kept = min(KEPT, max(int(KEPT_SHARE * draws.x.shape[0]), FEWEST_KEPT))
    chosen = np.argsort(far, kind="stable")[:kept]
    chosen = chosen[np.isfinite(far[chosen])]
    if chosen.size < 5 * len(prior.coordinates):
        return None
    nearness = np.maximum(1.0 - (far[chosen] / max(float(far[chosen[-1]]), 1e-12)) ** 2, 0.0)
    weight = importance[chosen] * nearness
    excess = stage.targets.excess(table)[chosen]
    x = _corrected(draws.x[chosen], excess, weight, place=prior.place("hazard_ratio"))
    return EffectWorlds(
        log_hazard_ratio=np.log(named_values(prior, x)["hazard_ratio"]),
        weight=weight,
        x=x,
        fits=share_reproduced(excess),
        table=PrintedTable(names=table.names, values=draws.statistics[chosen]),
        n_simulated=draws.x.shape[0],
    )


def _corrected(x: Floats, excess: Floats, weight: Floats, *, place: int) -> Floats:
    """Move the effect of each world by what its printed numbers are off, as regression says."""
    near = fit(excess, x[:, [place]], weight, scale=spread(excess, weight), squares=True)
    # Residuals of a fit are too small by the slopes that it has learnt from the same draws.
    worth = effective_number(weight)
    widened = math.sqrt(worth / max(worth - near.n_slopes, LEAST_LEFT * worth))
    found = x.copy()
    found[:, place] = near.at_print[0] + widened * (x[:, place] - near.predicted[:, 0])
    return found


def describe_effect(worlds: EffectWorlds, *, setting: Setting) -> CompatibleEffect:
    """Return the interval of true hazard ratios that fit, and how well anything fits."""
    ratio = np.exp(worlds.log_hazard_ratio)
    total = float(worlds.weight.sum())
    return CompatibleEffect(
        setting=setting,
        hazard_ratio=quantiles_of(ratio, worlds.weight),
        p_benefit=min(float(worlds.weight @ (ratio < 1.0)) / total, 1.0),
        n_worlds=ratio.size,
        effective_n=effective_number(worlds.weight),
        fits=worlds.fits,
        density=_density(worlds),
    )


def share_reproduced(excess: Floats) -> float:
    """Return the share of printed numbers that lie inside what the kept worlds show.

    Parameters
    ----------
    excess : (n, k) float64
        How far each kept world lies outside each printed number.
    """
    low, high = np.quantile(excess, PLAUSIBLE, axis=0)
    return float(((low <= 0.0) & (high >= 0.0)).mean()) if excess.shape[1] else 1.0


def _density(worlds: EffectWorlds) -> DataTable:
    """Smooth the draws by a normal kernel on the log scale (Silverman's width)."""
    values, weight = worlds.log_hazard_ratio, worlds.weight / worlds.weight.sum()
    mean = float(weight @ values)
    deviation = math.sqrt(max(float(weight @ (values - mean) ** 2), 1e-8))
    width = 1.06 * deviation * effective_number(weight) ** -0.2
    grid = np.linspace(mean - 4.0 * deviation, mean + 4.0 * deviation, N_DENSITY)
    apart = (grid[:, None] - values[None, :]) / width
    heights = np.exp(-0.5 * apart**2) @ weight / (width * math.sqrt(2.0 * math.pi))
    return DataTable(
        name="compatible_effect",
        title="True hazard ratios that fit the printed numbers",
        columns={
            "hazard_ratio": tuple(float(v) for v in np.exp(grid)),
            "density": tuple(float(v) for v in heights),
        },
    )
