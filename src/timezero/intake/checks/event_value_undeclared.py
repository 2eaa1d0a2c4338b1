"""Which value means the event is asked, never guessed."""

from __future__ import annotations

from itertools import chain, combinations

from timezero.findings import Finding, Option, Question, Severity
from timezero.intake.draft import Draft
from timezero.intake.event_words import (
    MOST_OPTIONS,
    event_options,
    group_name,
    named,
    seen_values,
    value_groups,
)
from timezero.intake.events import declared_meanings, same_value
from timezero.intake.tables import shown
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


def event_value_undeclared(draft: Draft) -> list[Finding]:
    """Ask what values mean that have no declared meaning, and say what was read as censored."""
    cells, data = draft.event, draft.protocol.data
    twice = _declared_twice(data)
    if twice:
        return [_error(draft, what, mend="declare each value once") for what in twice]
    if not cells.is_declared:
        return _ask_for_the_event(draft)
    absent = _absent(draft)
    if cells.undeclared.any() and absent:
        return _ask_for_the_event(draft, absent)
    if cells.undeclared.any():
        return _ask_for_the_others(draft)
    if not cells.complement:
        return []
    value = shown(cells.complement)
    return [
        Finding(
            code=CODE,
            severity=Severity.WARNING if absent else Severity.NOTE,
            what=f"{absent}{value} is the only value besides the event and was read as censored; "
            f"seen: {seen_values(draft)}",
            where=_place(draft),
            mend=f'data.censored_value = ["{value}"] says so',
        )
    ]


def _ask_for_the_event(draft: Draft, absent: str = "") -> list[Finding]:
    """Ask which value means the event, when none is declared or the declared one is not there."""
    begin = absent or "it is not declared which value means the event; "
    what = f"{begin}seen: {seen_values(draft)}"
    mend = "declare data.event_value (--event-value)"
    if not draft.event.seen:
        return [_error(draft, what, mend=mend)]
    return [
        Question(
            code=CODE,
            what=what,
            where=_place(draft),
            mend=mend,
            n_rows=draft.n,
            key=("data", "event_value"),
            options=event_options(draft, _undeclared(draft)),
        )
    ]


def _ask_for_the_others(draft: Draft) -> list[Finding]:
    """Ask which of the other values are competing events, and which are censored."""
    column, mask = draft.event.column, draft.event.undeclared
    data = draft.protocol.data
    groups = value_groups(_undeclared(draft))
    what = f"several values besides the event have no declared meaning; seen: {seen_values(draft)}"
    asked = [("censored_value", _censored(groups, data.censored_value))]
    if "competing_value" not in data.model_fields_set:
        asked.insert(0, ("competing_value", _competing(groups)))
    return [
        Question(
            code=CODE,
            what=what,
            where=draft.table.where(column, mask),
            evidence=draft.table.evidence(column, mask),
            mend=COMPETING,
            n_rows=int(mask.sum()),
            key=("data", key),
            options=options,
        )
        for key, options in asked
    ]


def _undeclared(draft: Draft) -> tuple[str, ...]:
    declared = declared_meanings(draft.protocol.data)
    return tuple(value for value, _ in draft.event.seen if value not in declared)


def _competing(groups: tuple[tuple[str, ...], ...]) -> tuple[Option, ...]:
    each = tuple(
        Option(
            value=group,
            words=f"{group_name(group)} is a competing event: the event is then impossible",
        )
        for group in groups[: MOST_OPTIONS - 1]
    )
    return (Option(value=(), words="none of them is a competing event"), *each)


def _censored(groups: tuple[tuple[str, ...], ...], declared: tuple[str, ...]) -> tuple[Option, ...]:
    everything = (*declared, *chain.from_iterable(groups))
    found = [Option(value=everything, words=f"{named(groups)}: observation ended without it")]
    for left_out in groups[: MOST_OPTIONS - 1] if len(groups) > 1 else ():
        rest = tuple(group for group in groups if group != left_out)
        words = f"{named(rest)}, but not {group_name(left_out)}"
        found.append(Option(value=(*declared, *chain.from_iterable(rest)), words=words))
    return tuple(found)


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


def _absent(draft: Draft) -> str:
    """Say so when no declared value for the event occurs."""
    declared = draft.protocol.data.event_value
    if not declared or draft.event.event.any():
        return ""
    return f"the declared event value {', '.join(declared)} does not occur; "


CHECK = event_value_undeclared
