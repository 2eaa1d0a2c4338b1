"""04/03/2016 is 4 March or 3 April: nobody can tell from the cell."""

from __future__ import annotations

import numpy as np

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.times import both_readings, deciding_format
from timezero.intake.wording import counted


def date_ambiguous(draft: Draft) -> list[Finding]:
    """Find dates whose format is not declared, with both readings."""
    found: list[Finding] = []
    columns = dict(draft.moments) | ({} if draft.zero is None else {"time zero": draft.zero})
    columns |= {f"covariate date {name}": m for name, m in draft.measured.items()}
    for role, moments in columns.items():
        mask = moments.ambiguous
        if not mask.any():
            continue
        table, column = draft.table, moments.column
        rows = np.flatnonzero(mask)
        texts = [str(column.text[int(row)]) for row in rows]
        # A cell with two readings shows the question better than one with a 30th month.
        plainest = next((text for text in texts if " or " in both_readings(text)), texts[0])
        found.append(
            Finding(
                code="date_ambiguous",
                severity=Severity.ERROR,
                what=f"{counted(mask, 'date')} of {role} with day and month in no "
                f"declared order: "
                f"{plainest} can be {both_readings(plainest)}",
                where=table.where(column, mask),
                evidence=tuple(
                    f"{table.address(column, int(row))}: {text} = {both_readings(text)}"
                    for row, text in zip(rows[:EVIDENCE_LIMIT], texts, strict=False)
                ),
                mend=f"declare data.date_format (--date-format); {deciding_format(texts)}",
                n_rows=int(mask.sum()),
            )
        )
    return found


CHECK = date_ambiguous
