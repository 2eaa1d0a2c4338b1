"""Covariates of an impossible size spoil every sum they enter."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.covariates import LARGEST
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def covariate_scale(draft: Draft) -> list[Finding]:
    """Find infinite covariates and those of an implausible size."""
    found: list[Finding] = []
    for cells in draft.covariates:
        if cells.covariate.kind != "numeric":
            continue
        large = np.abs(cells.covariate.values) > LARGEST
        if large.any():
            found.append(
                draft.finding(
                    "covariate_scale",
                    Severity.ERROR,
                    f"covariate {cells.covariate.name} is infinite "
                    f"or of an implausible size in {counted(large, 'patient')}",
                    column=cells.column,
                    mask=large,
                    mend="declare the value that means 'not recorded' under data.missing",
                )
            )
    return found


CHECK = covariate_scale
