"""What the naive comparison looks like when the treatment does nothing, as tables."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats
from timezero.estimate.redeal import Redeal
from timezero.model.result import DataTable

BINS = 40


def _quantiles(values: Floats, weights: Floats, levels: tuple[float, ...]) -> list[float]:
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return [float(values[order][np.searchsorted(reached, q - 1e-12)]) for q in levels]


def _histogram(
    *, name: str, title: str, ratios: Floats, weights: Floats, observed: float, level: float
) -> DataTable | None:
    defined = ~np.isnan(ratios)
    drawn = defined & np.isfinite(ratios) & (ratios > 0)
    # Where one group has no event the observed ratio is 0 or infinite: nothing to mark.
    if not drawn.any() or not np.isfinite(observed) or observed <= 0:
        return None
    logs, shares = np.log(ratios[drawn]), weights[drawn] / weights.sum()
    counts, edges = np.histogram(logs, bins=BINS, weights=shares)
    tail = (1.0 - level) / 2.0
    # A median that is not reached makes a ratio of 0 or infinity: it has no bar, but it counts.
    lower, middle, upper = _quantiles(ratios[defined], weights[defined], (tail, 0.5, 1.0 - tail))
    beyond = ratios <= observed if name.endswith("hazard_ratio") else ratios >= observed
    return DataTable(
        name=name,
        title=title,
        columns={
            "bin_left": tuple(float(e) for e in np.exp(edges[:-1])),
            "bin_right": tuple(float(e) for e in np.exp(edges[1:])),
            "share": tuple(float(c) for c in counts),
        },
        notes={
            "observed": observed,
            "median": middle,
            "mean": float(np.exp(np.average(logs, weights=shares))),
            "lower": lower,
            "upper": upper,
            "share_as_extreme": float(weights[beyond & defined].sum() / weights[defined].sum()),
            "share_without_a_bar": float(1.0 - shares.sum()),
            "n_deals": float(ratios.size),
        },
    )


def null_tables(redealt: Redeal, level: float) -> list[DataTable]:
    """Return the null distributions of the naive hazard ratio and the naive ratio of medians.

    Each has the observed value, the middle of what no effect gives, and the share of deals in
    which the naive comparison favours the treatment at least as much as the observed one.
    """
    tables = (
        _histogram(
            name="null_naive_hazard_ratio",
            title="Naive hazard ratio when the treatment does nothing",
            ratios=np.exp(redealt.null_log_hazard_ratios),
            weights=redealt.probabilities,
            observed=float(np.exp(redealt.observed_log_hazard_ratio)),
            level=level,
        ),
        _histogram(
            name="null_naive_median_ratio",
            title="Naive ratio of medians when the treatment does nothing",
            ratios=redealt.null_median_ratios,
            weights=redealt.probabilities,
            observed=redealt.observed_median_ratio,
            level=level,
        ),
    )
    return [table for table in tables if table is not None]
