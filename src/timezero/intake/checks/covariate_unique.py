"""A covariate of words that no two patients share describes nobody in general."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.collinear import is_unique_text
from timezero.intake.draft import Draft


def covariate_unique(draft: Draft) -> list[Finding]:
    """Find covariates with other words in every row; they are left out of the adjustment."""
    return [
        draft.finding(
            "covariate_unique",
            Severity.WARNING,
            f"covariate {cells.covariate.name} has other words for every patient and is left out "
            "of the adjusted analyses",
            column=cells.column,
            mask=~cells.missing,
            mend="take it out of data.covariates",
        )
        for cells in draft.covariates
        if is_unique_text(cells)
    ]


CHECK = covariate_unique
