"""Numbers of one column that were recorded in two units."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft

CODE: Final = "covariate_units_mixed"
FEWEST: Final = 12
FEWEST_VALUES: Final = 6
FEWEST_IN_CENTRE: Final = 5
FEWEST_IN_GROUP: Final = 3
SMALLEST_SHARE: Final = 0.05
RATIO: Final = 2.3
RATIO_OF_CENTRES: Final = 3.0
APART: Final = 6.0
APART_OF_CENTRES: Final = 4.0


def covariate_units_mixed(draft: Draft) -> list[Finding]:
    """Find positive numbers that fall into two groups far apart, in all patients or by centre."""
    found: list[Finding] = []
    for cells in draft.covariates:
        if cells.covariate.kind != "numeric":
            continue
        values = cells.covariate.values
        upper = upper_group(values)
        where = "in two groups far apart"
        if not upper.any() and draft.centre is not None:
            upper = _other_centre(values, draft.centre.values)
            where = "in one centre far from those in the others"
        if not upper.any():
            continue
        positive = np.isfinite(values) & (values > 0.0)
        low, high = np.median(values[positive & ~upper]), np.median(values[positive & upper])
        found.append(
            draft.finding(
                CODE,
                Severity.WARNING,
                f"values of {cells.covariate.name} lie {where}, medians {low:g} and {high:g}; "
                "two units may be mixed",
                column=cells.column,
                mask=upper,
                mend="check the units, and give the column one unit in the file",
            )
        )
    return found


def upper_group(values: Floats) -> Bools:
    """Return the upper of two groups of numbers that lie far apart; nothing when they do not.

    On the scale of logarithms the best split into two is taken. The groups are far apart when the
    distance of their means is six times the spread within them and the ratio of their geometric
    means at least 2.3, with at least three numbers, 5 % of all, in the smaller.

    Parameters
    ----------
    values : (n,) float64
        Only positive ones are looked at; at least twelve, with six different values.
    """
    nobody = np.zeros(values.shape, dtype=np.bool_)
    positive = np.isfinite(values) & (values > 0.0)
    logs = np.sort(np.log(values[positive]))
    n = logs.size
    if n < FEWEST or np.unique(logs).size < FEWEST_VALUES:
        return nobody
    least = max(FEWEST_IN_GROUP, int(np.ceil(SMALLEST_SHARE * n)))
    sizes = np.arange(1, n)
    total, squares = np.cumsum(logs)[:-1], np.cumsum(logs**2)[:-1]
    rest, rest_squares = logs.sum() - total, (logs**2).sum() - squares
    low, high = total / sizes, rest / (n - sizes)
    within = (squares - sizes * low**2) + (rest_squares - (n - sizes) * high**2)
    within[(sizes < least) | (n - sizes < least)] = np.inf
    best = int(np.argmin(within))
    spread = float(np.sqrt(max(within[best], 0.0) / n))
    distance = float(high[best] - low[best])
    if not np.isfinite(spread) or distance < max(APART * spread, float(np.log(RATIO))):
        return nobody
    border = (logs[best] + logs[best + 1]) / 2.0
    return np.asarray(positive & (np.log(np.where(positive, values, 1.0)) > border))


def _other_centre(values: Floats, centre: Floats) -> Bools:
    """Return the values of centres whose median is far above those of the others."""
    nobody = np.zeros(values.shape, dtype=np.bool_)
    known = np.isfinite(values) & (values > 0.0) & np.isfinite(centre)
    logs = np.log(np.where(known, values, 1.0))
    names = [c for c in np.unique(centre[known]) if (centre[known] == c).sum() >= FEWEST_IN_CENTRE]
    if len(names) < 2 or np.unique(values[known]).size < FEWEST_VALUES:
        return nobody
    medians = np.array([np.median(logs[known & (centre == c)]) for c in names])
    order = np.argsort(medians)
    gaps = np.diff(medians[order])
    widest = int(np.argmax(gaps))
    deviations = np.concatenate(
        [logs[known & (centre == c)] - m for c, m in zip(names, medians, strict=True)]
    )
    spread = float(deviations.std())
    if gaps[widest] < max(APART_OF_CENTRES * spread, float(np.log(RATIO_OF_CENTRES))):
        return nobody
    upper = [names[int(k)] for k in order[widest + 1 :]]
    return np.asarray(known & np.isin(centre, upper))


CHECK = covariate_units_mixed
