"""Which covariates the adjusted analyses can use."""

from __future__ import annotations

from timezero.intake.collinear import says_nothing
from timezero.intake.draft import Draft
from timezero.model.cohort import Covariate


def usable_covariates(draft: Draft, collinear: dict[str, tuple[str, ...]]) -> tuple[Covariate, ...]:
    """Return the covariates that are neither empty, nor constant, nor told by earlier ones."""
    return tuple(
        cells.covariate
        for cells in draft.covariates
        if not says_nothing(cells) and cells.covariate.name not in collinear
    )
