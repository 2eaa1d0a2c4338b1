"""0.0000001 years is the day of time zero, torn off it by a division."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def round_off_at_zero(draft: Draft) -> list[Finding]:
    """Say which times became 0 because nobody records them so near to it."""
    return [
        draft.finding(
            "round_off_at_zero",
            Severity.NOTE,
            f"{role} within ten seconds of time zero, or a negative zero, is 0 in "
            f"{counted(mask, 'cell')}",
            column=draft.moments[role].column,
            mask=mask,
            mend="rules.near_ties = 'keep' leaves such times as they are",
        )
        for role, mask in draft.round_off.items()
        if mask.any()
    ]


CHECK = round_off_at_zero
