"""What weights did: how unequal they are, how alike the groups became, who had no counterpart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from timezero.arrays import Bools, Floats, Ints
from timezero.estimate._covariate_cells import cells_of
from timezero.estimate._weight_records import (
    Balance,
    Influence,
    PositivityCell,
    Preference,
    WeightSummary,
)

TOP_SHARE = 0.01
EQUIPOISE = (0.3, 0.7)
EXTREME = (0.01, 0.99)
CELL_AT_LEAST = 10


def effective_sample_size(weight: Floats) -> float:
    """Return Kish's effective sample size, 0 without weight.

    Parameters
    ----------
    weight : (n,) float64
        Not negative.

    References
    ----------
    .. [kish1965], section 11.7
    """
    squares = float(weight @ weight)
    return float(weight.sum()) ** 2 / squares if squares > 0.0 else 0.0


def summarise_weights(
    weight: Floats, arm: Ints, interval_start: Floats
) -> tuple[WeightSummary, ...]:
    """Describe the weights in every interval and arm.

    Parameters
    ----------
    weight : (n_rows,) float64
        Rows of weight 0 are not counted.
    arm : (n_rows,) int64
        0 or 1.
    interval_start : (n_rows,) float64
        Start of the interval of each row.

    Estimates
    ---------
    Descriptions of these weights; nothing beyond them.

    Assumes
    -------
    Nothing. Give one row a patient, interval and arm, so that sizes are patients.

    References
    ----------
    .. [cole2008], [kish1965]
    """
    return tuple(
        _summary(weight[chosen], float(start), which)
        for start in np.unique(interval_start)
        for which in (0, 1)
        if (chosen := (interval_start == start) & (arm == which) & (weight > 0.0)).any()
    )


def _summary(weight: Floats, start: float, arm: int) -> WeightSummary:
    ordered = np.sort(weight)
    top = max(1, round(TOP_SHARE * ordered.size))
    p1, median, p99 = np.quantile(ordered, (0.01, 0.5, 0.99))
    return WeightSummary(
        interval_start=start,
        arm=arm,
        n=ordered.size,
        mean=float(ordered.mean()),
        sd=float(ordered.std(ddof=1)) if ordered.size > 1 else 0.0,
        minimum=float(ordered[0]),
        p1=float(p1),
        median=float(median),
        p99=float(p99),
        maximum=float(ordered[-1]),
        effective_sample_size=effective_sample_size(ordered),
        share_of_top_1_percent=float(ordered[-top:].sum() / ordered.sum()),
    )


def truncate_weights(weight: Floats, quantile: float, *, copies: Floats | None = None) -> Floats:
    """Set weights above a quantile to that quantile.

    Parameters
    ----------
    weight : (n_rows,) float64
    quantile : float
        In (0, 1]; 1 leaves the weights as they are.
    copies : (n_rows,) float64, optional
        How often each row counts, a whole number; rows of 0 are left out of the quantile.

    References
    ----------
    .. [cole2008]
    """
    if quantile >= 1.0 or weight.size == 0:
        return weight
    times = np.ones(weight.size) if copies is None else copies
    order = np.argsort(weight, kind="stable")
    reached = np.cumsum(times[order])
    if not reached[-1] > 0.0:
        return weight
    # The usual quantile of the repeated rows: linear between the two order statistics.
    place = quantile * (reached[-1] - 1.0)
    low, high = (
        float(weight[order[np.flatnonzero(reached > at)[0]]])
        for at in (np.floor(place), np.ceil(place))
    )
    return np.minimum(weight, low + (place - np.floor(place)) * (high - low))


def standardised_differences(
    columns: Floats, treated: Bools, weight: Floats, *, names: tuple[str, ...]
) -> tuple[Balance, ...]:
    """Compare the means of treated and untreated rows, before and after weighting.

    Parameters
    ----------
    columns : (n_rows, p) float64
        NaN where unknown; left out for that covariate.
    treated : (n_rows,) bool
    weight : (n_rows,) float64
    names : tuple of str
        Of the columns.

    Returns
    -------
    balance : tuple of Balance
        NaN where a group is empty; infinite where means differ without any spread.

    Estimates
    ---------
    ``(mean_1 - mean_0) / sqrt((s_1^2 + s_0^2) / 2)`` with the variances of the unweighted groups,
    so that the yardstick does not change with the weights.

    Assumes
    -------
    Nothing: it describes these rows.

    References
    ----------
    .. [austin2009]
    """
    return tuple(
        Balance(
            covariate=name,
            before=_difference(column, treated, np.ones(weight.size)),
            after=_difference(column, treated, weight),
        )
        for name, column in zip(names, columns.T, strict=True)
    )


def _difference(column: Floats, treated: Bools, weight: Floats) -> float:
    known = ~np.isnan(column)
    groups = [known & treated, known & ~treated]
    if any(not weight[group].sum() > 0.0 for group in groups):
        return float("nan")
    one, none = (float(np.average(column[g], weights=weight[g])) for g in groups)
    spread = np.sqrt(
        sum(float(np.var(column[g], ddof=1 if g.sum() > 1 else 0)) for g in groups) / 2
    )
    scale = 1.0 + abs(one) + abs(none)
    if spread > 1e-12 * scale:
        return float((one - none) / spread)
    return 0.0 if abs(one - none) <= 1e-12 * scale else float(np.copysign(np.inf, one - none))


def preference(
    probability: Floats, treated: Bools, *, prevalence: Floats | float | None = None
) -> Preference:
    """Turn fitted probabilities of treatment into preference scores.

    Parameters
    ----------
    probability : (n_rows,) float64
        In [0, 1].
    treated : (n_rows,) bool
    prevalence : float or (n_rows,) float64, optional
        Probability of treatment of everybody alike, such as the one that depends on time only;
        the share treated if not given.

    Estimates
    ---------
    ``logit(score) = logit(probability) - logit(prevalence)``: what is left of the probability
    when the frequency of treatment, and so the width of the periods, is taken out.

    Assumes
    -------
    The model of the probabilities.

    References
    ----------
    .. [walker2013]
    """
    usual = float(treated.mean()) if prevalence is None else prevalence
    odds_all = usual / (1.0 - np.asarray(usual, dtype=np.float64))
    with np.errstate(divide="ignore"):
        odds = probability / (1.0 - probability)
        scores = 1.0 / (1.0 + odds_all / odds)
    low, high = EQUIPOISE
    return Preference(
        scores=scores,
        treated=treated,
        share_in_equipoise=float(np.mean((scores >= low) & (scores <= high))),
        share_extreme=float(np.mean((scores < EXTREME[0]) | (scores > EXTREME[1]))),
    )


def positivity_cells(
    columns: Floats,
    treated: Bools,
    interval_start: Floats,
    *,
    owner: Ints,
    names: tuple[str, ...],
) -> tuple[PositivityCell, ...]:
    """Find kinds of patients of whom, in some interval, all or none were treated.

    Parameters
    ----------
    columns : (n_rows, p) float64
        Covariates of rows in which treatment could begin; NaN is in no cell.
    treated : (n_rows,) bool
        Treatment began in the row.
    interval_start : (n_rows,) float64
    owner : (n_rows,) int64
        The patient, who counts once in a cell and interval.
    names : tuple of str
        Of the columns.

    Estimates
    ---------
    The list of cells of at least 10 patients with 0 treated or 0 untreated.

    Assumes
    -------
    Nothing: it counts. Intervals should hold treatments enough that a cell can have some.

    References
    ----------
    .. [cole2008], [petersen2012]
    """
    found: list[PositivityCell] = []
    for name, column in zip(names, columns.T, strict=True):
        for cell, inside in cells_of(name, column):
            for start in np.unique(interval_start):
                here = inside & (interval_start == start)
                n = int(np.unique(owner[here]).size)
                n_treated = int(np.unique(owner[here & treated]).size)
                if n >= CELL_AT_LEAST and n_treated in {0, n}:
                    found.append(
                        PositivityCell(
                            cell=cell,
                            interval_start=float(start),
                            n=n,
                            n_treated=n_treated,
                            problem="none treated" if n_treated == 0 else "all treated",
                        )
                    )
    return tuple(found)


def intervals_by_treatments(start: Floats, treated: Bools, *, at_most: int = 4) -> Floats:
    """Group times into intervals in which about equally many treatments begin.

    Parameters
    ----------
    start : (n_rows,) float64
        When each row begins.
    treated : (n_rows,) bool
        Treatment began in the row.
    at_most : int
        Number of intervals, each with a treatment; fewer when treatments bunch.

    Returns
    -------
    interval_start : (n_rows,) float64
    """
    times, place = np.unique(start, return_inverse=True)
    begun = np.bincount(place, treated, minlength=times.size)
    wanted = begun.sum() / at_most
    edges = list(times[:1])
    inside, left = 0.0, float(begun.sum())
    for time, here in zip(times, begun, strict=True):
        if inside >= wanted > 0.0 and left > 0.0:
            edges.append(time)
            inside = 0.0
        inside += float(here)
        left -= float(here)
    starts = np.asarray(edges, dtype=np.float64)
    return starts[np.searchsorted(starts, start, side="right") - 1]


def most_influential(
    influence: Floats,
    leave_out: Callable[[int], float],
    *,
    estimate: float,
    patient: Ints,
    at_most: int = 5,
) -> tuple[Influence, ...]:
    """Return the patients who move an estimate most, with the estimate really made without them.

    Parameters
    ----------
    influence : (n,) float64
        How far each patient moves the estimate, approximately: the robust scores times the
        inverse information.
    leave_out : callable
        Given a position in ``patient``, the estimate without that patient; NaN if there is none.
    estimate : float
        With everybody.
    patient : (n,) int64
        Index of each in the cohort.
    at_most : int
        How many to make again.

    Estimates
    ---------
    ``estimate - estimate without the patient``, exactly, of those whose approximate one is largest.

    Assumes
    -------
    The approximation finds them; each of them is exact.

    References
    ----------
    .. [belsley1980]
    """
    first = np.argsort(-np.abs(influence), kind="stable")[:at_most]
    exact = [(int(j), estimate - leave_out(int(j))) for j in first]
    exact.sort(key=lambda pair: (np.isfinite(pair[1]), -abs(pair[1])))
    return tuple(
        Influence(
            rank=rank,
            patient=int(patient[j]),
            change=change,
            approximate=float(influence[j]),
        )
        for rank, (j, change) in enumerate(exact, start=1)
    )
