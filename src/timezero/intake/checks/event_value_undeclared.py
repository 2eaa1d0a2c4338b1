"""Which value means the event is asked, never guessed."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.tables import shown
from timezero.intake.wording import counted

_LISTED = 12


def event_value_undeclared(draft: Draft) -> list[Finding]:
    """Find event values without a declared meaning, and say which value was read as censored."""
    cells, data = draft.event, draft.protocol.data
    both = sorted(set(data.event_value) & set(data.censored_value))
    if both:
        return [
            Finding(
                code="event_value_undeclared",
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
    if not cells.is_declared:
        return [_undeclared(draft, f"it is not declared which value means the event: {seen}")]
    if cells.undeclared.any():
        return [_undeclared(draft, f"several values besides the event have no meaning: {seen}")]
    if not cells.complement:
        return []
    return [
        Finding(
            code="event_value_undeclared",
            severity=Severity.NOTE,
            what=f"{shown(cells.complement)} is the only value besides the event and was read as "
            f"censored: {seen}",
            where=f"{draft.table.name}, column {cells.column.name}",
            mend=f'data.censored_value = ["{shown(cells.complement)}"] says so',
        )
    ]


def _undeclared(draft: Draft, what: str) -> Finding:
    mend = "declare data.event_value (--event-value)"
    if draft.event.is_declared:
        mend = (
            "declare data.censored_value (--censored-value); a death of another cause is a "
            "competing event and neither the event nor censoring without a decision"
        )
    return draft.finding(
        "event_value_undeclared",
        Severity.ERROR,
        what,
        draft.event.column,
        draft.event.undeclared,
        mend,
    )


CHECK = event_value_undeclared
