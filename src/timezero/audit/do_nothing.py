"""The naive comparison in worlds where the late treatment does nothing.

Worlds are kept by how well their sizes, pooled and waiting numbers match what is printed; the
contrast itself is never looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.audit.contrast import Comparison, contrast_names, is_as_large
from timezero.audit.importance import Draws, Space, effective_number, sample
from timezero.audit.printed_table import PrintedTable
from timezero.audit.targets import Targets
from timezero.audit.worlds_of_claim import (
    Run,
    Stage,
    rounds_for,
    spread,
    weighted_quantiles,
)
from timezero.model.audit_result import DoNothing, Quantiles, Setting
from timezero.model.result import DataTable

SHARES: Final = (0.3, 0.3, 0.4)
STUDIES: Final = 60_000.0
FEWEST_STUDIES: Final = 20_000.0
KEPT_SHARE: Final = 0.02
FITTED_SHARE: Final = 0.012
FEWEST_KEPT: Final = 500
QUANTILES: Final = {
    "q025": 0.025,
    "q05": 0.05,
    "q25": 0.25,
    "q50": 0.5,
    "q75": 0.75,
    "q95": 0.95,
    "q975": 0.975,
}
FEWEST_IN_A_GROUP: Final = 2.0
N_BINS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatchedWorlds:
    """Worlds that match the printed margins.

    Parameters
    ----------
    x : (n, d) float64
    kind : (n,) int64
    weight : (n,) float64
        Importance times nearness.
    table : PrintedTable
    n_simulated : int
    """

    x: Floats
    kind: Ints
    weight: Floats
    table: PrintedTable
    n_simulated: int


def two_groups(table: PrintedTable) -> Bools:
    """Return which studies have at least two patients in each group."""
    fewest = np.minimum(table.column("n_late"), table.column("n_never"))
    return fewest >= FEWEST_IN_A_GROUP


def margin_distance(targets: Targets, table: PrintedTable, weight: Floats) -> Floats:
    """Return how far each study lies from the printed margins, in spreads of each number."""
    excess = targets.excess(table)
    far = np.zeros(excess.shape[0])
    if excess.shape[1]:
        far = np.sqrt(((excess / spread(excess, weight)) ** 2).sum(axis=1))
    return np.where(two_groups(table) & np.isfinite(far), far, math.inf)


def match_margins(stage: Stage, run: Run, *, n_patients: float) -> MatchedWorlds:
    """Draw do-nothing worlds and keep those nearest to the printed margins.

    Parameters
    ----------
    stage : Stage
        Its targets are sizes, pooled and waiting numbers only.
    run : Run
    n_patients : float
        Patients of one study.
    """
    if any(t.use not in ("size", "pooled", "waiting") for t in stage.targets.targets):
        msg = "worlds are never matched on the contrast"
        raise ValueError(msg)
    prior = stage.prior
    rounds = rounds_for(n_patients, run, shares=SHARES, most=STUDIES, fewest=FEWEST_STUDIES)
    draws = sample(
        Space(n_kinds=prior.n_kinds, d=len(prior.coordinates)),
        lambda x, kind, part: stage.simulated(x, kind, part, run=run),
        lambda found, _x, weight: margin_distance(stage.targets, stage.table(found), weight),
        rounds=rounds,
        nearest=max(int(FITTED_SHARE * sum(rounds)), FEWEST_KEPT),
        seed=(run.seed, stage.number),
    )
    return nearest_worlds(stage, draws, kept=max(int(KEPT_SHARE * sum(rounds)), FEWEST_KEPT))


def nearest_worlds(stage: Stage, draws: Draws, *, kept: int) -> MatchedWorlds:
    """Keep the nearest draws, weighted by importance and by nearness (Epanechnikov)."""
    importance = draws.weights()
    table = stage.table(draws.statistics)
    far = margin_distance(stage.targets, table, importance)
    chosen = np.argsort(far, kind="stable")[:kept]
    chosen = chosen[np.isfinite(far[chosen])]
    widest = max(float(far[chosen[-1]]), 1e-12) if chosen.size else 1.0
    nearness = np.maximum(1.0 - (far[chosen] / widest) ** 2, 1e-3)
    return MatchedWorlds(
        x=draws.x[chosen],
        kind=draws.kind[chosen],
        weight=importance[chosen] * nearness,
        table=PrintedTable(names=table.names, values=draws.statistics[chosen]),
        n_simulated=draws.x.shape[0],
    )


def quantiles_of(values: Floats, weight: Floats) -> Quantiles:
    """Return the reported quantiles of weighted draws; NaN draws are left out."""
    known = ~np.isnan(values)
    if not known.any():
        return Quantiles(**dict.fromkeys(QUANTILES, math.nan))
    found = weighted_quantiles(values[known], weight[known], tuple(QUANTILES.values()))
    return Quantiles(**{name: float(v) for name, v in zip(QUANTILES, found, strict=True)})


def share_with_error(inside: Bools, weight: Floats) -> tuple[float, float]:
    """Return a weighted share and its Monte-Carlo standard error."""
    total = float(weight.sum())
    if total <= 0.0:
        return math.nan, math.nan
    share = min(float(weight @ inside) / total, 1.0)
    n = effective_number(weight)
    # One success and one failure more: a share of 0 or 1 has an error too.
    safe = (share * n + 1.0) / (n + 2.0)
    return share, math.sqrt(safe * (1.0 - safe) / max(n, 1.0))


def describe(worlds: MatchedWorlds, comparison: Comparison, *, setting: Setting) -> DoNothing:
    """Return what the naive comparison shows in the worlds that were kept."""
    contrasts = {
        name: quantiles_of(worlds.table.column(statistic), worlds.weight)
        for name, statistic in contrast_names(worlds.table).items()
    }
    as_large = is_as_large(worlds.table, comparison)
    share, error = share_with_error(as_large, worlds.weight)
    return DoNothing(
        setting=setting,
        contrasts=contrasts,
        observed=comparison.observed,
        p_as_large=share,
        compared_on=comparison.name,
        monte_carlo_error=error,
        n_worlds=worlds.x.shape[0],
        effective_n=effective_number(worlds.weight),
        histogram=_histogram(worlds, comparison),
    )


def _histogram(worlds: MatchedWorlds, comparison: Comparison) -> DataTable:
    """Bin the contrast; on the log scale for ratios. Not reached counts beyond the last bin."""
    values = worlds.table.column(comparison.statistic)
    if comparison.name == "hazard_ratio":
        values = np.exp(values)
    known = ~np.isnan(values)
    values, weight = values[known], worlds.weight[known]
    finite = values[np.isfinite(values)]
    notes = {"not_reached": 0.0}
    if finite.size < 2:
        return DataTable(
            name="do_nothing", title="", columns={"left": (), "right": (), "share": ()}, notes=notes
        )
    low, high = np.quantile(finite, (0.002, 0.998))
    is_ratio = comparison.name in ("hazard_ratio", "median_ratio")
    if is_ratio:
        low, high = max(float(low), 1e-3), max(float(high), 1.001 * max(float(low), 1e-3))
        edges = np.geomspace(low, high, N_BINS + 1)
    else:
        edges = np.linspace(float(low), float(high) + 1e-9, N_BINS + 1)
    total = weight.sum()
    inside = np.clip(finite, edges[0], edges[-1])
    counted, _ = np.histogram(inside, edges, weights=weight[np.isfinite(values)])
    notes["not_reached"] = float(weight[np.isinf(values)].sum() / total)
    return DataTable(
        name="do_nothing",
        title="The naive comparison when the treatment does nothing",
        columns={
            "left": tuple(float(v) for v in edges[:-1]),
            "right": tuple(float(v) for v in edges[1:]),
            "share": tuple(float(v) for v in counted / total),
        },
        notes=notes,
    )
