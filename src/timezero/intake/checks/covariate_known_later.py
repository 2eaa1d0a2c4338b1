"""What the dictionary says is known only after time zero is no baseline covariate."""

from __future__ import annotations

from typing import Final

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.known_items import KnownItem, known_item

CODE: Final = "covariate_known_later"
LATER: Final = {
    "after": "after the procedure",
    "follow_up": "during follow-up",
}


def covariate_known_later(draft: Draft) -> list[Finding]:
    """Find covariates that by their header belong to a later procedure or to follow-up."""
    data = draft.protocol.data
    return [
        Finding(
            code=CODE,
            severity=Severity.ERROR,
            what=f"covariate {cells.covariate.name} is {known.item.name}, known only {when}",
            where=f"{draft.table.name}, column {cells.column.name}",
            mend="take it out of data.covariates: only what was known at time zero may be adjusted "
            "for; if it was, give the column another header",
            n_rows=int((~cells.missing).sum()),
        )
        for cells in draft.covariates
        if cells.covariate.name not in data.covariate_dates
        if (known := known_item(cells.column.name)) is not None
        if (when := _when(known))
    ]


def _when(known: KnownItem) -> str:
    if known.procedure is not None and known.procedure > 1 and known.item.per != "patient":
        return f"at procedure {known.procedure}, after time zero"
    return LATER.get(known.item.known, "")


CHECK = covariate_known_later
