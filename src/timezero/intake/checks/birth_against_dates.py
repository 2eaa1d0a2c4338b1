"""Nobody is operated on before birth, or at 130; and a stated age agrees with the dates."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Floats
from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

CODE = "birth_against_dates"
OLDEST = 120.0
DAYS_PER_YEAR = 365.25
MAY_DIFFER = 1.0


def birth_against_dates(draft: Draft) -> list[Finding]:
    """Find impossible ages, and stated ages that the dates contradict by more than a year."""
    found: list[Finding] = []
    worked_out = _from_dates(draft)
    stated = draft.beside.get("age")
    if worked_out is not None:
        column = draft.beside["birth"].column
        for mask, words in (
            (worked_out < 0.0, "the birth lies after time zero"),
            (worked_out > OLDEST, f"by the dates, the age at time zero is above {OLDEST:.0f}"),
        ):
            if mask.any():
                what = f"{words} in {counted(mask, 'patient')}"
                mend = "look these dates up"
                found.append(
                    draft.finding(CODE, Severity.ERROR, what, column=column, mask=mask, mend=mend)
                )
    if stated is None:
        return found
    impossible = np.asarray((stated.numbers < 0.0) | (stated.numbers > OLDEST))
    if impossible.any():
        what = f"the stated age is below 0 or above {OLDEST:.0f} in "
        what += counted(impossible, "patient")
        mend = "look these ages up; declare a code for 'not recorded' under data.missing"
        found.append(
            draft.finding(
                CODE, Severity.ERROR, what, column=stated.column, mask=impossible, mend=mend
            )
        )
    if worked_out is not None:
        found += _disagreeing(draft, worked_out)
    return found


def _from_dates(draft: Draft) -> Floats | None:
    """Return the age at time zero in years, worked out from the dates."""
    if draft.zero is None or "birth" not in draft.beside:
        return None
    return (draft.zero.days - draft.beside["birth"].days) / DAYS_PER_YEAR


def _disagreeing(draft: Draft, worked_out: Floats) -> list[Finding]:
    """Find stated ages, in whole years or not, further than a year from the age by the dates."""
    stated = draft.beside["age"]
    below = worked_out - stated.numbers
    whole = stated.numbers == np.floor(stated.numbers)
    # A stated 59 stands for 59.0 to 59.99.
    off = np.where(whole & (below > 0.0), np.maximum(below - 1.0, 0.0), np.abs(below))
    sound = (worked_out >= 0.0) & (worked_out <= OLDEST)
    mask = np.asarray((off > MAY_DIFFER) & sound)
    if not mask.any():
        return []
    return [
        draft.finding(
            CODE,
            Severity.WARNING,
            f"the stated age differs by more than a year from the age by the dates in "
            f"{counted(mask, 'patient')}, by up to {np.nanmax(off[mask]):.1f} years",
            column=stated.column,
            mask=mask,
            mend="look up which is right: the age, the date of birth, or the date of time zero",
        )
    ]


CHECK = birth_against_dates
