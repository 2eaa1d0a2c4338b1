"""Times that round-off had torn apart were merged (C5)."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def near_ties(draft: Draft) -> list[Finding]:
    """Say how many times were moved onto one another."""
    if not draft.n_merged:
        return []
    return [
        Finding(
            code="near_ties",
            severity=Severity.NOTE,
            what=f"{counted(draft.n_merged, 'time')} within a relative 1e-9 of a smaller one took "
            "its value (C5)",
            where=draft.table.name,
            mend="rules.near_ties = 'keep' leaves them apart",
            n_rows=draft.n_merged,
        )
    ]


CHECK = near_ties
