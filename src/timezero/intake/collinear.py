"""Covariates that say the same as others before them."""

from __future__ import annotations

from typing import cast

import numpy as np

from timezero.arrays import Floats
from timezero.intake.covariates import LARGEST, MOST_LEVELS, CovariateCells
from timezero.intake.draft import Draft

# What is left of a standardised column after the columns before it; round-off leaves 1e-12.
COLLINEAR = 1e-8
FEWEST_WORDS = 5


def says_nothing(cells: CovariateCells) -> bool:
    """Return whether a covariate is missing for everybody, or the same for all who have it."""
    values = cells.covariate.values[~cells.missing]
    return bool(values.size == 0 or (values == values[0]).all())


def is_unique_text(cells: CovariateCells) -> bool:
    """Return whether a covariate has words, and other ones for every patient who has any."""
    n_levels = len(cells.covariate.levels)
    if n_levels < FEWEST_WORDS or bool(cells.is_date.any()):
        return False
    return n_levels == int((~cells.missing).sum())


def is_unusable(cells: CovariateCells) -> bool:
    """Return whether a covariate has too many levels, or values of an impossible size."""
    if cells.covariate.kind == "categorical":
        return len(cells.covariate.levels) > MOST_LEVELS
    return bool((np.abs(cells.covariate.values) > LARGEST).any())


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
        if not says_nothing(c) and not is_unusable(c) and not is_unique_text(c)
    ]
    if len(usable) < 2:
        return {}
    complete = ~np.any([c.missing for c in usable], axis=0)
    n = int(complete.sum())
    if n < 2:
        return {}
    encoded = [_standardised(_columns(c)[complete]) for c in usable]
    # A rotation keeps lengths and angles: p numbers a column stand for those of n patients.
    constant = np.full((n, 1), 1.0 / np.sqrt(n))
    rotated = cast("Floats", np.linalg.qr(np.hstack([constant, *encoded]), mode="r"))
    ends = np.cumsum([1, *(columns.shape[1] for columns in encoded)])
    found: dict[str, tuple[str, ...]] = {}
    basis = rotated[:, :1] / np.abs(rotated[0, 0])
    kept: list[tuple[str, Floats]] = []
    for k, cells in enumerate(usable):
        columns = rotated[:, ends[k] : ends[k + 1]]
        left = columns - basis @ (basis.T @ columns)
        left -= basis @ (basis.T @ left)
        q, r = np.linalg.qr(left)
        free = np.abs(np.diag(r)) > COLLINEAR
        if free.size < columns.shape[1] or not free.all():
            found[cells.covariate.name] = _partners(columns, rotated[:, :1], kept)
            continue
        kept.append((cells.covariate.name, columns))
        basis = np.hstack([basis, q])
    return found


def _standardised(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    return np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)


def _partners(columns: Floats, constant: Floats, kept: list[tuple[str, Floats]]) -> tuple[str, ...]:
    """Name the earlier covariates without which the later one would be free."""
    names: list[str] = []
    for name, _ in kept:
        others = [c for other, c in kept if other != name]
        design = np.hstack([constant, *others])
        solution = np.linalg.lstsq(design, columns, rcond=None)[0]
        if np.abs(columns - design @ solution).max(initial=0.0) > COLLINEAR:
            names.append(name)
    return tuple(names) if names else tuple(name for name, _ in kept)
