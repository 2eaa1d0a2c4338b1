"""Treatment and exit on one day: the calendar cannot say which came first; a named rule does."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.same_day import moved_initiation, same_day
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted


def initiation_at_exit(draft: Draft) -> list[Finding]:
    """State the rule for treatment and exit on one day, and whom it concerns."""
    both = same_day(draft)
    n = int(both.sum())
    if n == 0:
        return []
    column = draft.moments["initiation"].column
    unit = draft.protocol.data.unit
    if draft.protocol.rules.same_day == "after":
        what = (
            f"{counted(n, 'patient')} began the late treatment at the time of their exit; by the "
            "rule same_day = 'after' the treatment counts from just after the exit (C4)"
        )
        evidence = draft.table.evidence(column, both)
        other = "half_before (the treatment counts from half a step before the exit)"
    else:
        new = moved_initiation(draft)
        what = (
            f"{counted(n, 'patient')} began the late treatment at the time of their exit; by the "
            f"rule same_day = 'half_before' it counts from {draft.resolution / 2:g} {unit} before"
        )
        evidence = tuple(
            f"{draft.table.address(column, int(row))}: "
            f"{draft.time('initiation')[row]:g} → {new[row]:g} {unit}"
            for row in np.flatnonzero(both)[:EVIDENCE_LIMIT]
        )
        other = "after (the treatment counts from just after the exit, C4)"
    return [
        Finding(
            code="initiation_at_exit",
            severity=Severity.NOTE,
            what=what,
            where=draft.table.where(column, both),
            evidence=evidence,
            mend=f"the other rule for rules.same_day is {other}",
            n_rows=n,
        )
    ]


CHECK = initiation_at_exit
