"""Every row needs an identifier."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft


def id_missing(draft: Draft) -> list[Finding]:
    """Find rows without an identifier."""
    if not draft.id_missing.any():
        return []
    n = int(draft.id_missing.sum())
    return [
        draft.finding(
            "id_missing",
            Severity.ERROR,
            f"{n} rows have no patient identifier",
            draft.ids,
            draft.id_missing,
            "say with data.id which column identifies every patient",
        )
    ]


CHECK = id_missing
