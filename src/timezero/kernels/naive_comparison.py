"""The numbers that a paper prints of an ever-against-never comparison, from one row a patient."""

from __future__ import annotations

import math

import numpy as np

from timezero.arrays import Floats, Ints
from timezero.kernels._jit import kernel
from timezero.kernels.resample import HALF

EVER_TREATED, OWN_CLOCKS, WAITING_EXCLUDED, LANDMARK = 0, 1, 2, 3
ALL, LATE, NEVER = 0, 1, 2
SURVIVAL_AT, TIME_OF_SHARE, MEAN_UP_TO, AT_RISK_AT = 0, 1, 2, 3
STATISTICS = (
    "n",
    "n_late",
    "n_never",
    "deaths_late",
    "deaths_never",
    "log_hazard_ratio",
    "hazard_ratio_error",
    "log_rank_z",
    "wait_lower_quartile",
    "wait",
    "wait_upper_quartile",
    "wait_shortest",
    "wait_longest",
    "wait_mean",
    "follow_up",
    "follow_up_end",
    "n_triggered",
    "trigger_time",
)
FIRST_QUERY = len(STATISTICS)
LARGEST_LOG_RATIO = 6.0
ITERATIONS = 60
CONVERGED = 1e-9


@kernel
def quantile_of_sorted(values: Floats, share: float) -> float:
    """Return a quantile, interpolated between order statistics as most programs do."""
    place = share * (values.size - 1)
    below = int(place)
    above = min(below + 1, values.size - 1)
    return values[below] + (place - below) * (values[above] - values[below])


@kernel
def arrange(patients: Floats, way: int, landmark: float, rows: Floats) -> int:
    """Put patients into the two groups of a published comparison; return how many are counted.

    Parameters
    ----------
    patients : (n, 4) float64
        Exit, whether it is a death, initiation, trigger.
    way : int
        0 both from time zero; 1 the treated from their treatment; 2 the waiting thrown away;
        3 alive at the landmark, grouped by what had happened by then, timed from it.
    rows : (n, 4) float64
        Filled with entry, exit, whether it is a death, whether late treated.
    """
    counted = 0
    for i in range(patients.shape[0]):
        leave, initiation = patients[i, 0], patients[i, 2]
        late = initiation < leave
        entry = -math.inf
        if way == LANDMARK:
            if leave <= landmark:
                continue
            late = initiation <= landmark
            leave -= landmark
        elif late and way == OWN_CLOCKS:
            leave -= initiation
        elif late and way == WAITING_EXCLUDED:
            entry = initiation
        rows[counted, 0] = entry
        rows[counted, 1] = leave
        rows[counted, 2] = patients[i, 1]
        rows[counted, 3] = 1.0 if late else 0.0
        counted += 1
    return counted


@kernel
def count_at_deaths(rows: Floats, order: Ints, deaths: Floats) -> int:
    """Count who is at risk at each death (C2), in order of time; return how many deaths.

    Parameters
    ----------
    rows : (n, 4) float64
        Entry, exit, whether it is a death, whether late treated; times are not tied.
    order : (n,) int64
        Sorts the exits.
    deaths : (n, 4) float64
        Filled with the time, late at risk, never at risk, and whether a late treated died.
    """
    n = rows.shape[0]
    n_late, n_never = 0.0, 0.0
    entries = np.empty(n)
    n_entries = 0
    for i in range(n):
        if rows[i, 0] > -math.inf:
            entries[n_entries] = rows[i, 0]
            n_entries += 1
        elif rows[i, 3] > 0.0:
            n_late += 1.0
        else:
            n_never += 1.0
    waiting = np.sort(entries[:n_entries])
    joined, found = 0, 0
    for i in order:
        now = rows[i, 1]
        while joined < n_entries and waiting[joined] < now:
            joined += 1
            n_late += 1.0
        if rows[i, 2] > 0.0:
            deaths[found, 0] = now
            deaths[found, 1] = n_late
            deaths[found, 2] = n_never
            deaths[found, 3] = rows[i, 3]
            found += 1
        if rows[i, 3] > 0.0:
            n_late -= 1.0
        else:
            n_never -= 1.0
    return found


@kernel
def compare_hazards(deaths: Floats, out: Floats) -> None:
    """Fit the Cox model with one binary column and test it by the log-rank (no ties).

    Fills the log hazard ratio, its standard error, and the signed square root of chi-square;
    a ratio that runs away is held at exp(6) or its inverse.
    """
    seen, expected, variance = 0.0, 0.0, 0.0
    mixed, mixed_late = 0.0, 0.0
    for k in range(deaths.shape[0]):
        at_risk = deaths[k, 1] + deaths[k, 2]
        share = deaths[k, 1] / at_risk
        seen += deaths[k, 3]
        expected += share
        variance += share * (1.0 - share)
        if deaths[k, 1] > 0.0 and deaths[k, 2] > 0.0:
            mixed += 1.0
            mixed_late += deaths[k, 3]
    out[2] = (seen - expected) / math.sqrt(variance) if variance > 0.0 else 0.0
    if mixed == 0.0:
        out[0], out[1] = math.nan, math.nan
        return
    beta = 0.0
    if mixed_late == 0.0:
        beta = -LARGEST_LOG_RATIO
    elif mixed_late == mixed:
        beta = LARGEST_LOG_RATIO
    fixed = beta != 0.0
    information = 0.0
    for _ in range(ITERATIONS):
        ratio, score, information = math.exp(beta), mixed_late, 0.0
        for k in range(deaths.shape[0]):
            if deaths[k, 1] > 0.0 and deaths[k, 2] > 0.0:
                share = deaths[k, 1] * ratio / (deaths[k, 1] * ratio + deaths[k, 2])
                score -= share
                information += share * (1.0 - share)
        if fixed:
            break
        step = max(-1.5, min(1.5, score / information))
        beta += step
        if beta < -LARGEST_LOG_RATIO or beta > LARGEST_LOG_RATIO:
            beta = max(-LARGEST_LOG_RATIO, min(LARGEST_LOG_RATIO, beta))
            fixed = True
        elif abs(step) < CONVERGED:
            break
    out[0] = beta
    out[1] = 1.0 / math.sqrt(information)


@kernel
def draw_curve(deaths: Floats, group: int, curve: Floats) -> int:
    """Multiply up the product-limit curve of a group; return its number of steps.

    ``curve`` is filled with times and survival just after them.
    """
    survival, steps = 1.0, 0
    for k in range(deaths.shape[0]):
        if group == ALL:
            at_risk = deaths[k, 1] + deaths[k, 2]
        elif group == LATE:
            if deaths[k, 3] == 0.0:
                continue
            at_risk = deaths[k, 1]
        else:
            if deaths[k, 3] > 0.0:
                continue
            at_risk = deaths[k, 2]
        survival *= 1.0 - 1.0 / at_risk
        curve[steps, 0] = deaths[k, 0]
        curve[steps, 1] = survival
        steps += 1
    return steps


@kernel
def read_curve(curve: Floats, kind: int, value: float, last_exit: float) -> float:
    """Read survival at a time, the time of a share of deaths, or the mean up to a time.

    A time that the curve does not reach is infinite. After the last exit a curve goes on level.
    """
    if kind == TIME_OF_SHARE:
        wanted = 1.0 - value
        for k in range(curve.shape[0]):
            if curve[k, 1] < wanted - HALF:
                return curve[k, 0]
            if curve[k, 1] <= wanted + HALF:
                return (curve[k, 0] + (curve[k + 1, 0] if k + 1 < len(curve) else last_exit)) / 2.0
        return math.inf
    survival, before, area = 1.0, 0.0, 0.0
    for k in range(curve.shape[0]):
        if curve[k, 0] > value:
            break
        area += survival * (curve[k, 0] - before)
        survival, before = curve[k, 1], curve[k, 0]
    return survival if kind == SURVIVAL_AT else area + survival * (value - before)


@kernel
def median_follow_up(exits: Floats, died: Floats, order: Ints) -> float:
    """Return the median follow-up by the reversed product-limit curve; infinite if not reached.

    Censoring is the event and death the censoring; read off as in ``read_curve``.
    """
    survival, half = 1.0, math.nan
    at_risk = float(exits.size)
    for i in order:
        if died[i] == 0.0:
            survival *= 1.0 - 1.0 / at_risk
            if survival < 0.5 - HALF:
                return float(exits[i]) if math.isnan(half) else (half + float(exits[i])) / 2.0
            if survival <= 0.5 + HALF:
                half = float(exits[i])
        at_risk -= 1.0
    return math.inf if math.isnan(half) else (half + float(exits[order[-1]])) / 2.0


@kernel
def answer_queries(
    rows: Floats, deaths: Floats, queries: Floats, curve: Floats, out: Floats
) -> None:
    """Read off what was asked about the curves: ``queries`` holds kind, group and value.

    Sorted by group, each curve is drawn once.
    """
    drawn, steps = -1, 0
    last_exit = math.nan
    for q in range(queries.shape[0]):
        kind, group, value = int(queries[q, 0]), int(queries[q, 1]), queries[q, 2]
        if kind == AT_RISK_AT:
            at_risk = 0.0
            for i in range(rows.shape[0]):
                mine = group == ALL or (rows[i, 3] > 0.0) == (group == LATE)
                if mine and rows[i, 0] < value <= rows[i, 1]:
                    at_risk += 1.0
            out[q] = at_risk
            continue
        if group != drawn:
            drawn = group
            steps = draw_curve(deaths, group, curve)
            last_exit = 0.0
            for i in range(rows.shape[0]):
                if group == ALL or (rows[i, 3] > 0.0) == (group == LATE):
                    last_exit = max(last_exit, rows[i, 1])
        out[q] = read_curve(curve[:steps], kind, value, last_exit)
