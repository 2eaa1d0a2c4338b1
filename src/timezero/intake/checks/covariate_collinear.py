"""A covariate that others determine has no effect of its own to estimate."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.collinear import collinear_sets
from timezero.intake.draft import Draft


def covariate_collinear(draft: Draft) -> list[Finding]:
    """Find covariates that earlier ones determine; the later one is left out, by name."""
    found: list[Finding] = []
    for name, partners in collinear_sets(draft).items():
        if partners:
            why = f"is determined by {', '.join(partners)}"
        else:
            why = "is the same for all patients with complete covariates"
        found.append(
            Finding(
                code="covariate_collinear",
                severity=Severity.WARNING,
                what=f"covariate {name} {why} and is left out of the adjusted analyses",
                where=f"{draft.table.name}, columns {', '.join((*partners, name))}",
                mend="take one of them out of data.covariates; the order there decides which stays",
            )
        )
    return found


CHECK = covariate_collinear
