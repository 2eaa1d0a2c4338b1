"""Who was never measured is not known at any time."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def history_absent(draft: Draft) -> list[Finding]:
    """Count patients without any value of a history; nobody with one is an error."""
    measured = draft.histories
    if measured is None:
        return []
    found: list[Finding] = []
    for cells in measured.columns:
        here = (measured.patient >= 0) & ~cells.missing & ~np.isnan(draft.history_time)
        never = np.ones(draft.n, dtype=np.bool_)
        never[measured.patient[here]] = False
        if never.any():
            found.append(
                Finding(
                    code="history_absent",
                    severity=Severity.ERROR if never.all() else Severity.WARNING,
                    what=f"{cells.covariate.name} was never measured in {counted(never, 'patient')}"
                    f" of {draft.n}",
                    where=f"{measured.table.name}, column {cells.covariate.name}",
                    evidence=draft.table.evidence(draft.ids, never),
                    mend="analyses that need it leave these patients out; see data.history",
                    n_rows=int(never.sum()),
                )
            )
    return found


CHECK = history_absent
