"""Which value means the event is asked, never guessed."""

from __future__ import annotations

from itertools import combinations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.events import same_value
from timezero.intake.tables import shown
from timezero.intake.wording import counted
from timezero.model.protocol import DataPart

CODE = "event_value_undeclared"
COMPETING = (
    "declare data.censored_value (--censored-value); a death of another cause is a competing "
    "event, data.competing_value (--competing-value), and neither the event nor censoring without "
    "a decision"
)
_MEANINGS = {
    "event_value": "the event",
    "censored_value": "censored",
    "competing_value": "a competing event",
}
_LISTED = 12


def event_value_undeclared(draft: Draft) -> list[Finding]:
    """Find event values without a declared meaning, and say which value was read as censored."""
    cells, data = draft.event, draft.protocol.data
    twice = _declared_twice(data)
    if twice:
        return [_error(draft, what, mend="declare each value once") for what in twice]
    seen = _seen(draft)
    if not cells.is_declared:
        what = f"it is not declared which value means the event; seen: {seen}"
        return [_error(draft, what, mend="declare data.event_value (--event-value)")]
    absent = _absent(draft)
    if cells.undeclared.any():
        what = f"several values besides the event have no declared meaning; seen: {seen}"
        return [
            draft.finding(
                CODE,
                Severity.ERROR,
                absent + what,
                column=cells.column,
                mask=cells.undeclared,
                mend=COMPETING,
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
            where=_place(draft),
            mend=f'data.censored_value = ["{value}"] says so',
        )
    ]


def _declared_twice(data: DataPart) -> list[str]:
    """Say which values are declared to mean two things."""
    found: list[str] = []
    for one, other in combinations(_MEANINGS, 2):
        declared = [{same_value(value) for value in getattr(data, key)} for key in (one, other)]
        if both := sorted(declared[0] & declared[1]):
            meanings = f"both as {_MEANINGS[one]} and as {_MEANINGS[other]}"
            found.append(f"{', '.join(both)} is declared {meanings}")
    return found


def _place(draft: Draft) -> str:
    return f"{draft.table.name}, column {draft.event.column.name}"


def _error(draft: Draft, what: str, *, mend: str) -> Finding:
    """Return an error about the whole column."""
    return Finding(
        code=CODE,
        severity=Severity.ERROR,
        what=what,
        where=_place(draft),
        mend=mend,
        n_rows=draft.n,
    )


def _seen(draft: Draft) -> str:
    """Return the values of the event column with their numbers of patients."""
    seen = draft.event.seen
    listed = ", ".join(f"{shown(value)} ({counted(n, 'patient')})" for value, n in seen[:_LISTED])
    return listed if len(seen) <= _LISTED else f"{listed} and {len(seen) - _LISTED} more"


def _absent(draft: Draft) -> str:
    """Say so when no declared value for the event occurs."""
    declared = draft.protocol.data.event_value
    if not declared or draft.event.event.any():
        return ""
    return f"the declared event value {', '.join(declared)} does not occur; "


CHECK = event_value_undeclared
