"""One patient can be described, and not compared with anybody."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

FEWEST = 2


def too_few_patients(draft: Draft) -> list[Finding]:
    """Find tables with fewer than two patients."""
    if draft.n >= FEWEST:
        return []
    compared = f"a comparison needs at least {FEWEST}"
    return [
        Finding(
            code="too_few_patients",
            severity=Severity.WARNING if draft.n else Severity.ERROR,
            what=f"the table has {counted(draft.n, 'patient')}, who can be described; {compared}"
            if draft.n
            else f"the table has no patients; {compared}",
            where=draft.table.name,
            mend="give a table with one row a patient, and all patients",
            n_rows=draft.n,
        )
    ]


CHECK = too_few_patients
