"""Which value means the event is asked, never guessed."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.tables import shown
from timezero.intake.wording import counted

CODE = "event_value_undeclared"
COMPETING = (
    "declare data.censored_value (--censored-value); a death of another cause is a competing "
    "event and neither the event nor censoring without a decision"
)
_LISTED = 12


def event_value_undeclared(draft: Draft) -> list[Finding]:
    """Find event values without a declared meaning, and say which value was read as censored."""
    cells, data = draft.event, draft.protocol.data
    both = sorted(set(data.event_value) & set(data.censored_value))
    if both:
        return [
            Finding(
                code=CODE,
                severity=Severity.ERROR,
                what=f"{', '.join(both)} is declared both as the event and as censored",
                where="data.event_value, data.censored_value",
                mend="declare each value once",
            )
        ]
    seen = ", ".join(
        f"{shown(value)} ({counted(n, 'patient')})" for value, n in cells.seen[:_LISTED]
    )
    if len(cells.seen) > _LISTED:
        seen += f" and {len(cells.seen) - _LISTED} more"
    place = f"{draft.table.name}, column {cells.column.name}"
    if not cells.is_declared:
        return [
            Finding(
                code=CODE,
                severity=Severity.ERROR,
                what=f"it is not declared which value means the event; seen: {seen}",
                where=place,
                mend="declare data.event_value (--event-value)",
                n_rows=draft.n,
            )
        ]
    absent = _absent(draft)
    if cells.undeclared.any():
        what = f"several values besides the event have no declared meaning; seen: {seen}"
        return [
            draft.finding(
                CODE, Severity.ERROR, absent + what, cells.column, cells.undeclared, COMPETING
            )
        ]
    if not cells.complement:
        return []
    value = shown(cells.complement)
    return [
        Finding(
            code=CODE,
            severity=Severity.WARNING if absent else Severity.NOTE,
            what=f"{absent}{value} is the only value besides the event and was read as censored; "
            f"seen: {seen}",
            where=place,
            mend=f'data.censored_value = ["{value}"] says so',
        )
    ]


def _absent(draft: Draft) -> str:
    """Say so when no declared value for the event occurs."""
    declared = draft.protocol.data.event_value
    if not declared or draft.event.event.any():
        return ""
    return f"the declared event value {', '.join(declared)} does not occur; "


CHECK = event_value_undeclared
