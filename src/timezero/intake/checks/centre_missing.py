"""A patient belongs to a centre when centres are told apart."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def centre_missing(draft: Draft) -> list[Finding]:
    """Find patients without a centre."""
    centre = draft.centre
    if centre is None or not np.isnan(centre.values).any():
        return []
    missing = np.isnan(centre.values)
    return [
        draft.finding(
            "centre_missing",
            Severity.ERROR,
            f"{counted(missing, 'patient')} without a centre",
            column=draft.table.column(centre.name),
            mask=missing,
            mend="leave out data.centre, or take the code for an unknown centre out of "
            "data.missing so that it is a centre of its own",
        )
    ]


CHECK = centre_missing
