"""Covariates that say the same as others before them."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats
from timezero.intake.covariates import CovariateCells
from timezero.intake.draft import Draft

# What is left of a standardised column after the columns before it; round-off leaves 1e-12.
COLLINEAR = 1e-8


def says_nothing(cells: CovariateCells) -> bool:
    """Return whether a covariate is missing for everybody, or the same for all who have it."""
    values = cells.covariate.values[~cells.missing]
    return bool(values.size == 0 or (values == values[0]).all())


def _columns(cells: CovariateCells) -> Floats:
    """Encode one covariate: a number as it is, levels against the reference."""
    covariate = cells.covariate
    if covariate.kind == "numeric":
        return covariate.values[:, None]
    return (covariate.values[:, None] == np.arange(1, len(covariate.levels))).astype(np.float64)


def collinear_sets(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Return the covariates that earlier ones determine, each with those earlier ones.

    Patients with every covariate recorded are looked at. The later covariate of a set is named.
    """
    usable = [
        c
        for c in draft.covariates
        if not says_nothing(c) and bool(np.isfinite(c.covariate.values[~c.missing]).all())
    ]
    if len(usable) < 2:
        return {}
    complete = ~np.any([c.missing for c in usable], axis=0)
    n = int(complete.sum())
    if n < 2:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    basis = np.full((n, 1), 1.0 / np.sqrt(n))
    kept: list[tuple[str, Floats]] = []
    for cells in usable:
        columns = _standardised(_columns(cells)[complete])
        left = columns - basis @ (basis.T @ columns)
        left -= basis @ (basis.T @ left)
        q, r = np.linalg.qr(left)
        free = np.abs(np.diag(r)) > COLLINEAR
        if free.size < columns.shape[1] or not free.all():
            found[cells.covariate.name] = _partners(columns, kept)
            continue
        kept.append((cells.covariate.name, columns))
        basis = np.hstack([basis, q])
    return found


def _standardised(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    return np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)


def _partners(columns: Floats, kept: list[tuple[str, Floats]]) -> tuple[str, ...]:
    """Name the earlier covariates without which the later one would be free."""
    names: list[str] = []
    for name, _ in kept:
        others = [c for other, c in kept if other != name]
        design = np.hstack([np.ones((columns.shape[0], 1)), *others])
        solution = np.linalg.lstsq(design, columns, rcond=None)[0]
        if np.abs(columns - design @ solution).max(initial=0.0) > COLLINEAR:
            names.append(name)
    return tuple(names) if names else tuple(name for name, _ in kept)
