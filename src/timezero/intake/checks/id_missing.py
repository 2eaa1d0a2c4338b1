"""Every row needs an identifier."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def id_missing(draft: Draft) -> list[Finding]:
    """Find rows without an identifier."""
    if not draft.id_missing.any():
        return []
    n = int(draft.id_missing.sum())
    return [
        draft.finding(
            "id_missing",
            Severity.ERROR,
            f"there is no patient identifier in {counted(n, 'row')}",
            column=draft.ids,
            mask=draft.id_missing,
            mend="say with data.id which column identifies every patient",
        )
    ]


CHECK = id_missing
