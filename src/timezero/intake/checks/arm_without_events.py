"""A group without patients or without events has little to say."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft

FEWEST = 2
CODE = "arm_without_events"


def arm_without_events(draft: Draft) -> list[Finding]:
    """Find groups by ever and never treated that have fewer than two patients, or no event."""
    if not draft.event.is_declared:
        return []
    event = draft.event.event
    if not event.any():
        return [_warning(draft, "nobody has the event: there is nothing to compare")]
    # A treatment date that cannot be read is a treatment all the same.
    ever = ~draft.moments["initiation"].missing
    found: list[Finding] = []
    for group, words in ((ever, "ever treated"), (~ever, "never treated")):
        n, n_events = int(group.sum()), int(event[group].sum())
        if n < FEWEST:
            people = "patient is" if n == 1 else "patients are"
            found.append(_warning(draft, f"{n} {people} {words}"))
        elif n_events == 0:
            found.append(_warning(draft, f"none of the {n} patients {words} has the event"))
    return found


def _warning(draft: Draft, what: str) -> Finding:
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        what=f"{what}; analyses that need more are refused by name",
        where=f"{draft.table.name}, columns {draft.moments['initiation'].column.name} and "
        f"{draft.event.column.name}",
        mend="check which columns data.initiation and data.event name, and data.event_value",
    )


CHECK = arm_without_events
