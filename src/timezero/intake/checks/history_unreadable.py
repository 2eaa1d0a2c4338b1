"""A value that changes is a number, or one of a few levels."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.covariates import MOST_LEVELS
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def history_unreadable(draft: Draft) -> list[Finding]:
    """Find histories that mix numbers with words, hold dates, or have too many levels."""
    measured = draft.histories
    if measured is None:
        return []
    found: list[Finding] = []
    for cells in measured.columns:
        words = ~cells.is_number & ~cells.missing
        mixed = words if bool(cells.is_number.any()) else np.zeros_like(words)
        many = len(cells.covariate.levels) > MOST_LEVELS
        wrong = cells.is_date if cells.is_date.any() else mixed if mixed.any() else words & many
        if not wrong.any():
            continue
        found.append(
            draft.finding(
                "history_unreadable",
                Severity.ERROR,
                f"{cells.covariate.name} is to be a number, or one of at most {MOST_LEVELS} "
                f"levels; {counted(wrong, 'cell')} of it are something else",
                column=cells.column,
                mask=wrong,
                mend="declare data.missing or data.decimal_comma as these cells need",
                table=measured.table,
            )
        )
    return found


CHECK = history_unreadable
