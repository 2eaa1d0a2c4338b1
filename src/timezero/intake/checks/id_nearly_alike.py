"""``P 12`` and ``p12`` may be one patient."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def id_nearly_alike(draft: Draft) -> list[Finding]:
    """Find identifiers that differ only by spaces, hyphens or capitals."""
    bare = draft.ids.text.str.to_lowercase().str.replace_all(r"[\s_-]", "")
    alike = np.asarray((bare.is_duplicated() & ~draft.ids.text.is_duplicated()).to_numpy())
    alike &= ~draft.id_missing
    if not alike.any():
        return []
    return [
        draft.finding(
            "id_nearly_alike",
            Severity.WARNING,
            f"{counted(alike, 'identifier')} apart from another one only by spaces, hyphens or "
            "capitals; they are counted as different patients",
            column=draft.ids,
            mask=alike,
            mend="check whether they are the same person",
        )
    ]


CHECK = id_nearly_alike
