"""A covariate with a level for nearly every patient cannot be adjusted for."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.collinear import is_unique_text
from timezero.intake.covariates import MOST_LEVELS
from timezero.intake.draft import Draft


def covariate_levels(draft: Draft) -> list[Finding]:
    """Find categorical covariates with more than twenty levels, and dates given as covariates."""
    found: list[Finding] = []
    for cells in draft.covariates:
        covariate = cells.covariate
        dates = bool(cells.is_date.any())
        if not dates and (len(covariate.levels) <= MOST_LEVELS or is_unique_text(cells)):
            continue
        what = (
            f"covariate {covariate.name} holds dates; a date is no characteristic of a patient"
            if dates
            else f"covariate {covariate.name} has {len(covariate.levels)} levels; the most are "
            f"{MOST_LEVELS}"
        )
        found.append(
            draft.finding(
                "covariate_levels",
                Severity.ERROR,
                what,
                column=cells.column,
                mask=cells.is_date if dates else ~cells.is_number & ~cells.missing,
                mend="take it out of data.covariates; if numbers are meant, see data.missing",
            )
        )
    return found


CHECK = covariate_levels
