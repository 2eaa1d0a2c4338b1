"""One centre tells no patients apart."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft


def centre_constant(draft: Draft) -> list[Finding]:
    """Find a column of centres with one centre only; it is not used."""
    centre = draft.centre
    if centre is None or len(centre.levels) != 1:
        return []
    return [
        Finding(
            code="centre_constant",
            severity=Severity.WARNING,
            what=f"all patients were treated in one centre, {centre.levels[0]}; it is not used",
            where=f"{draft.table.name}, column {centre.name}",
            mend="leave out data.centre",
            n_rows=draft.n,
        )
    ]


CHECK = centre_constant
