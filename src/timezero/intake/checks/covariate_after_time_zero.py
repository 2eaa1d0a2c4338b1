"""What was measured after time zero may be a consequence of what came in between (G15)."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.times import Moments
from timezero.intake.wording import counted

CODE = "covariate_after_time_zero"


def covariate_after_time_zero(draft: Draft) -> list[Finding]:
    """Find covariates measured after time zero, and dates of measurement that say nothing."""
    found: list[Finding] = []
    for name, moments in draft.measured.items():
        after = _after(draft, moments)
        if after.any():
            found.append(
                draft.finding(
                    CODE,
                    Severity.ERROR,
                    f"covariate {name} was measured after time zero in {counted(after, 'patient')}",
                    column=moments.column,
                    mask=after,
                    mend=f"take {name} out of data.covariates: only what was known at time zero "
                    "may be adjusted for",
                )
            )
        unknown = (moments.missing | moments.unreadable) & ~_covariate_missing(draft, name)
        if unknown.any():
            found.append(
                draft.finding(
                    CODE,
                    Severity.WARNING,
                    f"in {counted(unknown, 'patient')} it is not recorded when covariate {name} "
                    "was measured",
                    column=moments.column,
                    mask=unknown,
                    mend="check that it was known at time zero",
                )
            )
    return found


def _after(draft: Draft, moments: Moments) -> Bools:
    if draft.zero is None:
        return np.asarray(moments.numbers > 0.0)
    return np.asarray(moments.days > draft.zero.days)


def _covariate_missing(draft: Draft, name: str) -> Bools:
    return next(cells.missing for cells in draft.covariates if cells.covariate.name == name)


CHECK = covariate_after_time_zero
