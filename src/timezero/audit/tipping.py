"""How much selection, on top of waiting, makes the printed contrast out of nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.audit.contrast import Comparison, is_as_large
from timezero.audit.do_nothing import MatchedWorlds, margin_distance
from timezero.audit.frailty import FrailtyLaw, benchmarks, frailty_tables
from timezero.audit.prior import PLACE, Worlds, make_worlds
from timezero.audit.simulate import Stream, simulate
from timezero.audit.worlds_of_claim import PURPOSES_OF_A_STAGE, Run, Stage, weighted_quantiles
from timezero.estimate._replicates import generator
from timezero.model.audit_result import Tipping

VARIANCES: Final = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0, 1.5)
SELECTIONS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
STUDIES_OF_A_CELL: Final = 1_200
KEPT_SHARE: Final = 0.5
HALF: Final = 0.5
RESAMPLING_STREAM: Final = 60
N_CONTOUR: Final = 61


def tipping_arrays(
    stage: Stage, worlds: MatchedWorlds, comparison: Comparison, run: Run, *, n_patients: float
) -> dict[str, Floats]:
    """Simulate every cell of the map from the worlds that matched without selection.

    Returns
    -------
    dict
        ``as_large`` and ``middle``, each (n_variances, n_selections) float64.
    """
    each = int(STUDIES_OF_A_CELL * min(1.0, max(60.0 / n_patients, 0.2)) * run.effort)
    each = max(each, 100)
    cells = [(i, j) for i in range(len(VARIANCES)) for j in range(len(SELECTIONS))]
    place = _resampled(worlds, each * len(cells), run)
    made = make_worlds(stage.prior, worlds.x[place], worlds.kind[place])
    cell = np.repeat(np.arange(len(cells)), each)
    rows = made.rows.copy()
    # Level 0 is nobody frail; level k is the k-th variance of the map.
    rows[:, PLACE["frailty"]] = cell // len(SELECTIONS)
    rows[:, PLACE["selection"]] = np.asarray(SELECTIONS)[cell % len(SELECTIONS)]
    tables = frailty_tables(tuple(FrailtyLaw(law="gamma", variance=v) for v in VARIANCES[1:]))
    values = simulate(
        Worlds(rows=rows, knots=made.knots),
        stage.design,
        tables,
        stream=Stream(seed=run.seed, purpose=stage.number * PURPOSES_OF_A_STAGE),
        workers=run.workers,
        progress=lambda done, total: run.progress(stage.name, done, total),
    )
    return _by_cell(stage, values, comparison, cell=cell)


def _resampled(worlds: MatchedWorlds, n: int, run: Run) -> Ints:
    rng = generator(run.seed, RESAMPLING_STREAM, 0)
    return rng.choice(worlds.x.shape[0], size=n, p=worlds.weight / worlds.weight.sum())


def _by_cell(
    stage: Stage, values: Floats, comparison: Comparison, *, cell: Ints
) -> dict[str, Floats]:
    shape = (len(VARIANCES), len(SELECTIONS))
    as_large, middle = np.full(shape, math.nan), np.full(shape, math.nan)
    table = stage.table(values)
    far = margin_distance(stage.targets, table, np.ones(cell.size))
    as_printed = is_as_large(table, comparison)
    contrast = table.column(comparison.statistic)
    if comparison.name == "hazard_ratio":
        contrast = np.exp(contrast)
    for k in range(shape[0] * shape[1]):
        mine = np.flatnonzero((cell == k) & np.isfinite(far) & ~np.isnan(contrast))
        nearest = mine[np.argsort(far[mine], kind="stable")]
        nearest = nearest[: max(int(KEPT_SHARE * nearest.size), 1)]
        if nearest.size < 20:
            continue
        widest = max(float(far[nearest[-1]]), 1e-12)
        weight = np.maximum(1.0 - (far[nearest] / widest) ** 2, 1e-3)
        i, j = divmod(k, shape[1])
        as_large[i, j] = min(float(weight @ as_printed[nearest] / weight.sum()), 1.0)
        middle[i, j] = weighted_quantiles(contrast[nearest], weight, (HALF,))[0]
    return {"as_large": as_large, "middle": middle}


def smooth_surface(as_large: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a smooth map of the share, on a fine grid: a quadratic on the logit scale.

    Without frailty, or without selection, there is nothing to choose by: the quadratic is in the
    strength of choice ``variance x selection`` and its square root.

    Returns
    -------
    variances, selections : (N_CONTOUR,) float64
    share : (N_CONTOUR, N_CONTOUR) float64
    """
    v, s = np.meshgrid(np.asarray(VARIANCES), np.asarray(SELECTIONS), indexing="ij")
    known = np.isfinite(as_large)
    share = np.clip(as_large[known], 0.005, 0.995)
    logit = np.log(share / (1.0 - share))
    slopes, *_ = np.linalg.lstsq(_terms(v[known], s[known]), logit, rcond=None)
    fine_v = np.linspace(0.0, VARIANCES[-1], N_CONTOUR)
    fine_s = np.linspace(0.0, SELECTIONS[-1], N_CONTOUR)
    grid = np.meshgrid(fine_v, fine_s, indexing="ij")
    fitted = _terms(grid[0].ravel(), grid[1].ravel()) @ slopes
    return fine_v, fine_s, (1.0 / (1.0 + np.exp(-fitted))).reshape(N_CONTOUR, N_CONTOUR)


def _terms(variance: Floats, selection: Floats) -> Floats:
    chosen = np.sqrt(variance * selection)
    ones = np.ones_like(chosen)
    return np.column_stack([ones, variance, chosen, chosen**2, chosen * selection])


def describe_tipping(arrays: dict[str, Floats], comparison: Comparison) -> Tipping | None:
    """Return the map with the contour where half the do-nothing worlds show as much as printed."""
    as_large = arrays["as_large"]
    if np.isfinite(as_large).sum() < as_large.size / 2:
        return None
    variances, selections, share = smooth_surface(as_large)
    above = share >= HALF
    contour: list[tuple[float, float]] = []
    if above.any() and not above.all():
        for i, variance in enumerate(variances):
            crossing = np.flatnonzero(above[i, 1:] != above[i, :-1])
            if crossing.size:
                k = int(crossing[0])
                low, high = share[i, k], share[i, k + 1]
                part = (HALF - low) / (high - low)
                step = float(selections[k + 1] - selections[k])
                contour.append((float(variance), float(selections[k]) + part * step))
    return Tipping(
        compared_on=comparison.name,
        frailty_variances=VARIANCES,
        selections=SELECTIONS,
        as_large=tuple(tuple(float(p) for p in row) for row in as_large),
        middle=tuple(tuple(float(m) for m in row) for row in arrays["middle"]),
        contour=tuple(contour),
        everywhere=bool(above.all()),
        nowhere=not bool(above.any()),
        benchmarks=benchmarks(),
    )


def tipping_stage(stage: Stage, *, number: int) -> Stage:
    """Return the stage of the map: the same unknowns without selection, streams of its own."""
    return replace(stage, name="how much selection would do it", number=number)
