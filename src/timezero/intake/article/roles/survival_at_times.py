"""Survival of a group at a time, as a percentage."""

from __future__ import annotations

from timezero.intake.article.labels import survival_labels
from timezero.intake.article.masking import pattern, place_of
from timezero.intake.article.pairing import GUESSED, paired
from timezero.intake.article.passage import Line, Passage
from timezero.intake.article.readings import Reading, Role, interval_readings

_COUNT_BEFORE = pattern(r"(?:{n}(?: \w+){0,2}) ?\($")


def _readings(passage: Passage) -> list[Reading]:
    found: list[Reading] = []
    if passage.treatment is None:
        return found
    for place, line in passage.read():
        labels = survival_labels(line)
        percents = _percents(line)
        if labels and percents:
            found += _read_line(passage, place, line, labels=labels, percents=percents)
    return found


def _percents(line: Line) -> list[int]:
    """Return the places of percentages that are no share of a count in brackets, and no limit."""
    limits = {
        k
        for j in range(len(line.quantities))
        for reading in interval_readings(line, 0, j, field="", bare="\ue002" in line.masked)
        for k in [reading.quantity]
    }
    return [
        k
        for k, quantity in enumerate(line.quantities)
        if quantity.kind == "percent"
        and k not in limits
        and not _COUNT_BEFORE.search(line.masked[: place_of(line.masked, k)[0]])
    ]


def _read_line(
    passage: Passage, place: int, line: Line, *, labels: list[int], percents: list[int]
) -> list[Reading]:
    found: list[Reading] = []
    if len(labels) == 1:
        pairs = paired(
            line.marked,
            percents,
            before=passage.both_groups_before(place),
            earlier=passage.only_group_before(place),
        )
        for k in percents:
            found += _reading(line, place, k, group=pairs[k], label=labels[0])
        return found
    groups = list(dict.fromkeys(line.groups())) or ["all"]
    if len(percents) not in {len(labels), len(labels) * len(groups)}:
        return []
    for j, k in enumerate(percents):
        group = groups[j // len(labels)]
        found += _reading(line, place, k, group=(group, 0.85), label=labels[j % len(labels)])
    return found


def _reading(
    line: Line, place: int, k: int, *, group: tuple[str, float], label: int
) -> list[Reading]:
    time = line.quantities[label]
    field = f"survival {group[0]} {time.value:g} {time.unit}"
    return [
        Reading(
            field=field,
            line=place,
            quantity=k,
            confidence=group[1],
            guessed=group[1] <= GUESSED,
        ),
        *interval_readings(line, place, k, field=field, bare="\ue002" in line.masked),
    ]


ROLE: Role = _readings
