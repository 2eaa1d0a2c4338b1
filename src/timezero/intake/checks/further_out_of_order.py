"""A third operation comes after the second, and the second after the first."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.times import Moments
from timezero.intake.wording import counted

CODE = "further_out_of_order"


def further_out_of_order(draft: Draft) -> list[Finding]:
    """Find later treatments without the one before, or before it, or after the exit."""
    found: list[Finding] = []
    previous = draft.moments["initiation"]
    for moments in draft.further:
        mend = "look these dates up; data.further names later treatments in their order"
        for mask, words in (
            (~moments.missing & previous.missing, f"without {previous.column.name}"),
            (_when(moments) < _when(previous), f"before {previous.column.name}"),
            (_after_exit(draft, moments), "after the last contact or death"),
        ):
            if mask.any():
                what = f"{moments.column.name} {words} in {counted(mask, 'patient')}"
                found.append(
                    draft.finding(
                        CODE, Severity.ERROR, what, column=moments.column, mask=mask, mend=mend
                    )
                )
        previous = moments
    return found


def _when(moments: Moments) -> Floats:
    return np.where(np.isnan(moments.days), moments.numbers, moments.days)


def _after_exit(draft: Draft, moments: Moments) -> Bools:
    """Return who has the treatment after observation ended."""
    ends = _when(draft.moments["exit"])
    if draft.deaths is not None:
        ends = np.where(draft.deaths.ends, _when(draft.moments["death"]), ends)
    return np.asarray(_when(moments) > ends)


CHECK = further_out_of_order
