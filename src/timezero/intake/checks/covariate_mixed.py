"""A column of numbers with a few words in it is meant as numbers."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

MOSTLY_NUMBERS = 0.5


def covariate_mixed(draft: Draft) -> list[Finding]:
    """Find covariates of which most cells, but not all, are numbers."""
    found: list[Finding] = []
    for cells in draft.covariates:
        words = ~cells.is_number & ~cells.missing
        n_present = int((~cells.missing).sum())
        if not words.any() or int(cells.is_number.sum()) <= MOSTLY_NUMBERS * n_present:
            continue
        found.append(
            draft.finding(
                "covariate_mixed",
                Severity.WARNING,
                f"covariate {cells.covariate.name} holds numbers, and {counted(words, 'cell')} "
                "of something else; all its values were read as levels",
                column=cells.column,
                mask=words,
                mend="declare these cells under data.missing, or data.decimal_comma, if numbers "
                "are meant",
            )
        )
    return found


CHECK = covariate_mixed
