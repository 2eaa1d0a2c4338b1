"""Patients who came under observation late were alive until then: it is asked how they count."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Option, Question, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

CODE = "delayed_entry"


def delayed_entry(draft: Draft) -> list[Finding]:
    """Ask how patients count who enter late, and say how many were observed before time zero."""
    if "entry" not in draft.times:
        return []
    entry = draft.time("entry")
    late, before = entry > draft.earliest, entry < draft.earliest
    found: list[Finding] = []
    if late.any():
        asked = draft.rows is None and draft.protocol.rules.late_entry is None
        found.append(_question(draft) if asked else _rule(draft))
    if draft.in_dates and before.any():
        found.append(
            draft.finding(
                "observed_before_time_zero",
                Severity.NOTE,
                f"under observation before time zero: {counted(before, 'patient')}, who count "
                "from time zero on",
                column=draft.moments["entry"].column,
                mask=before,
            )
        )
    return found


def _rule(draft: Draft) -> Finding:
    late = draft.time("entry") > draft.earliest
    words = f"under observation only after time zero: {counted(late, 'patient')}, who count "
    if draft.protocol.rules.late_entry == "from_time_zero":
        return draft.finding(
            CODE,
            Severity.WARNING,
            words + "from time zero on all the same: they are credited with a time in which they "
            "could not have died and been in this registry",
            column=draft.moments["entry"].column,
            mask=late,
            mend="estimate with rules.late_entry = 'left_truncation' too",
        )
    return draft.finding(
        CODE,
        Severity.NOTE,
        words + "only from then on",
        column=draft.moments["entry"].column,
        mask=late,
    )


def _question(draft: Draft) -> Finding:
    entry, unit = draft.time("entry"), draft.protocol.data.unit
    late = entry > draft.earliest
    column, middle = draft.moments["entry"].column, float(np.median(entry[late]))
    return Question(
        code=CODE,
        what=f"{counted(late, 'patient')} came under observation only after time zero, half of "
        f"them {middle:.3g} {unit} or more: whoever died before that could not enter",
        where=draft.table.where(column, late),
        evidence=draft.table.evidence(column, late),
        mend="answer it with `timezero init`, or write rules.late_entry in the study file",
        n_rows=int(late.sum()),
        key=("rules", "late_entry"),
        options=(
            Option(
                value="left_truncation",
                words="each counts only from then on (left truncation); a patient who entered "
                f"after {middle:.3g} {unit} is at risk from {middle:.3g} {unit} on",
            ),
            Option(
                value="from_time_zero",
                words="each counts from time zero, which credits them with a time in which they "
                "could not have died",
            ),
        ),
        default="left_truncation",
    )


CHECK = delayed_entry
