"""Treated before becoming a candidate, or without ever becoming one: possible, and worth a look."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def initiation_before_trigger(draft: Draft) -> list[Finding]:
    """Find patients whose treatment did not wait for the trigger."""
    if "trigger" not in draft.times:
        return []
    initiation, trigger = draft.time("initiation"), draft.time("trigger")
    early = (initiation < trigger) | (~np.isnan(initiation) & np.isnan(trigger))
    if not early.any():
        return []
    return [
        draft.finding(
            "initiation_before_trigger",
            Severity.WARNING,
            f"treated before the trigger or without one: {counted(early, 'patient')}; they "
            "stay in every analysis that does not start at the trigger",
            column=draft.moments["initiation"].column,
            mask=early,
            mend="check which columns data.initiation and data.trigger name",
        )
    ]


CHECK = initiation_before_trigger
