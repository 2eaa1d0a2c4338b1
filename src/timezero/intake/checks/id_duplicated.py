"""One row a patient: the same identifier twice is two stories about one person."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def id_duplicated(draft: Draft) -> list[Finding]:
    """Find identifiers that stand in more than one row."""
    twice = np.asarray(draft.ids.text.is_duplicated().to_numpy()) & ~draft.id_missing
    if not twice.any():
        return []
    n_ids = draft.ids.text.filter(twice).n_unique()
    return [
        draft.finding(
            "id_duplicated",
            Severity.ERROR,
            f"{counted(n_ids, 'identifier')} repeated, in {int(twice.sum())} rows; "
            "one row a patient is needed",
            column=draft.ids,
            mask=twice,
            mend="say with data.id which column identifies patients, or give one row a patient",
        )
    ]


CHECK = id_duplicated
