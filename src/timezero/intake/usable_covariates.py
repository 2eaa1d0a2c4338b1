"""Which covariates the adjusted analyses can use."""

from __future__ import annotations

from timezero.intake.collinear import is_unique_text, says_nothing
from timezero.intake.draft import Draft
from timezero.model.cohort import Covariate


def usable_covariates(draft: Draft, collinear: dict[str, tuple[str, ...]]) -> tuple[Covariate, ...]:
    """Return the covariates that are neither empty, constant, unique, nor told by earlier ones."""
    return tuple(
        cells.covariate
        for cells in draft.covariates
        if not says_nothing(cells) and not is_unique_text(cells)
        if cells.covariate.name not in collinear
    )
