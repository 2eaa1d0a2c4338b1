"""A covariate that nobody has cannot be adjusted for."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft


def covariate_all_missing(draft: Draft) -> list[Finding]:
    """Find covariates without a single value; they are left out of the adjustment, by name."""
    return [
        draft.finding(
            "covariate_all_missing",
            Severity.WARNING,
            f"covariate {cells.covariate.name} is missing for everybody and is left out of the "
            "adjusted analyses",
            column=cells.column,
            mask=np.asarray(cells.missing),
            mend="take it out of data.covariates, or name the column that holds it",
        )
        for cells in draft.covariates
        if cells.missing.all()
    ]


CHECK = covariate_all_missing
