"""Missing covariates are counted; adjusted analyses use complete cases, within limits."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft

CAUTION_ABOVE = 0.05
REFUSED_ABOVE = 0.20
COMPLETE_CASES_CAUTION_ABOVE = 0.10
CODE = "covariate_missing"


def covariate_missing(draft: Draft) -> list[Finding]:
    """Count missing covariates: a note, a caution above 5 %, a refusal above 20 %."""
    some = [c for c in draft.covariates if c.missing.any() and not c.missing.all()]
    found: list[Finding] = []
    for cells in some:
        n, share = int(cells.missing.sum()), float(cells.missing.mean())
        severity, then = Severity.NOTE, "adjusted analyses use complete cases"
        mend = ""
        if share > REFUSED_ABOVE:
            severity = Severity.ERROR
            then = f"above {REFUSED_ABOVE:.0%} complete cases are refused"
            mend = "take it out of data.covariates"
        elif share > CAUTION_ABOVE:
            severity = Severity.WARNING
            mend = "report the adjusted analyses with this share"
        found.append(
            draft.finding(
                CODE,
                severity,
                f"covariate {cells.covariate.name} is missing for {n} of {draft.n} patients "
                f"({share:.1%}); {then}",
                column=cells.column,
                mask=cells.missing,
                mend=mend,
            )
        )
    return found + _complete_cases(draft, [c.missing for c in some])


def _complete_cases(
    draft: Draft, missing: list[np.ndarray[tuple[int], np.dtype[np.bool_]]]
) -> list[Finding]:
    if len(missing) < 2:
        return []
    lost = np.any(missing, axis=0)
    share = float(lost.mean())
    if share <= COMPLETE_CASES_CAUTION_ABOVE:
        return []
    return [
        Finding(
            code=CODE,
            severity=Severity.WARNING,
            what=f"at least one covariate is missing for {int(lost.sum())} of {draft.n} patients "
            f"({share:.1%}), who are not in the adjusted analyses",
            where=draft.table.name,
            mend="adjust for fewer covariates",
            n_rows=int(lost.sum()),
        )
    ]


CHECK = covariate_missing
