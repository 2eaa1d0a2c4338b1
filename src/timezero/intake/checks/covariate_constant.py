"""A covariate that is the same for everybody explains no difference."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.collinear import says_nothing
from timezero.intake.draft import Draft


def covariate_constant(draft: Draft) -> list[Finding]:
    """Find covariates with one value only; they are left out of the adjustment, by name."""
    return [
        Finding(
            code="covariate_constant",
            severity=Severity.WARNING,
            what=f"covariate {cells.covariate.name} is the same for everybody who has it and is "
            "left out of the adjusted analyses",
            where=f"{draft.table.name}, column {cells.column.name}",
            mend="take it out of data.covariates",
            n_rows=int((~cells.missing).sum()),
        )
        for cells in draft.covariates
        if not cells.missing.all() and says_nothing(cells)
    ]


CHECK = covariate_constant
