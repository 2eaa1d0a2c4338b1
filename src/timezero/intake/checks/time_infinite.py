"""Nobody is observed for ever."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def time_infinite(draft: Draft) -> list[Finding]:
    """Find infinite times."""
    return [
        draft.finding(
            "time_infinite",
            Severity.ERROR,
            f"{role} is infinite in {counted(np.isinf(moments.numbers), 'cell')}",
            column=moments.column,
            mask=np.isinf(moments.numbers),
            mend="declare the value that means 'not recorded' under data.missing",
        )
        for role, moments in draft.moments.items()
        if np.isinf(moments.numbers).any()
    ]


CHECK = time_infinite
