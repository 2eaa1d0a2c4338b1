"""Which number belongs to which group, by their order in the sentence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from timezero.intake.article.masking import marks, pattern

_LETTER_GROUPS = {"gL": "late", "gV": "never", "gA": "all"}
_OTHER = {"late": "never", "never": "late"}
_AGAINST = pattern(r"\b(?:versus|vs\.?|against|compared (?:with|to)|and)\b")
_CERTAIN, _LIKELY, GUESSED = 0.95, 0.85, 0.7
_SHORT = 24

Item = tuple[tuple[str, int | str], int]
Paired = dict[int, tuple[str, float]]


def paired(
    text: str, numbers: Sequence[int], *, before: Sequence[str] = (), earlier: str = ""
) -> Paired:
    """Return for each number its group and a confidence.

    Parameters
    ----------
    text : str
        The sentence with marks for numbers and groups.
    numbers : sequence of int
        The places among the quantities of those numbers that want a group.
    before : sequence of str
        The two groups in the order in which an earlier sentence named both; may be empty.
    earlier : str
        The only group that the sentence before named; for 'they lived ...'.
    """
    wanted = set(numbers)
    places = {k: place for letter, k, place in marks(text) if letter[0] != "g" and k in wanted}
    items: list[Item] = [
        (("N", k) if letter[0] != "g" else ("G", letter), place)
        for letter, k, place in marks(text)
        if letter[0] == "g" or k in wanted
    ]
    found = [int(v) for (what, v), _ in items if what == "N"]
    if all(what == "N" for (what, _), _ in items):
        return _without_groups(text, found, before, earlier)
    if named := _after_colons(text, found):
        return named
    runs = _merged([(what, v) for (what, v), _ in items])
    order = "".join(what for what, _ in runs)
    names = [_LETTER_GROUPS[str(v)] for what, v in runs if what == "G"]
    n = len(found)
    couples = [order[i : i + 2] for i in range(0, len(order), 2)]
    in_couples = all(couple in {"NG", "GN"} for couple in couples)
    if len(names) == n and (in_couples or order in {"N" * n + "G" * n, "G" * n + "N" * n}):
        return {k: (g, _CERTAIN) for k, g in zip(found, names, strict=True)}
    if n == 2 and len(names) == 1 and names[0] in _OTHER:
        low, high = sorted(places[k] for k in found)
        if _AGAINST.search(text[low:high]):
            return _one_named(text[low:high], found, names[0], first=order != "NNG")
    return _nearest(text, places, items)


def _after_colons(text: str, found: list[int]) -> Paired:
    """Pair 'one operation: 20 months; second operation: 80 months'; other numbers are of all."""
    named = {
        int(m.group(2)): _LETTER_GROUPS["g" + m.group(1)[2]]
        for m in pattern(r"({G}):? ?[:,] {Q}").finditer(text)
        if ":" in m.group()
    }
    if len(set(named.values())) < 2 or not set(named) <= set(found):
        return {}
    return {k: (named.get(k, "all"), _LIKELY) for k in found}


def _one_named(between: str, found: list[int], name: str, *, first: bool) -> Paired:
    """Pair two numbers that are compared when only one of the groups is named.

    A group that is named after both belongs to the second number, but in '50 vs 20 months with'.
    """
    first = first or len(between) < _SHORT
    named, other = (found[0], found[1]) if first else (found[1], found[0])
    return {named: (name, _LIKELY if first else GUESSED), other: (_OTHER[name], GUESSED)}


def _merged(items: list[tuple[str, int | str]]) -> list[tuple[str, int | str]]:
    """Put neighbouring phrases for the same group together."""
    kept: list[tuple[str, int | str]] = []
    for _, run in groupby(items, key=lambda item: item if item[0] == "G" else (item[0], item[1])):
        kept.append(next(run))
    return kept


def _without_groups(text: str, found: list[int], before: Sequence[str], earlier: str) -> Paired:
    if len(found) == 2 and len(before) == 2 and pattern(r"\brespectively\b").search(text):
        return {k: (g, GUESSED + 0.1) for k, g in zip(found, before, strict=True)}
    refers = pattern(r"^(?:they|these patients|these people|their)\b").search(text)
    if len(found) == 1 and earlier and refers:
        return {found[0]: (earlier, _LIKELY)}
    return {k: ("all", _LIKELY if len(found) == 1 else GUESSED) for k in found}


def _nearest(text: str, places: dict[int, int], items: list[Item]) -> Paired:
    """Give each number the nearest group in its part of the sentence; then in the sentence."""
    paired_up: Paired = {}
    phrases = [(place, _LETTER_GROUPS[str(v)]) for (what, v), place in items if what == "G"]
    for k, place in places.items():
        part = _part(text, place)
        inside = [p for p in phrases if part[0] <= p[0] < part[1]]
        choose = inside or phrases
        near = min(choose, key=lambda p: abs(p[0] - place))
        paired_up[k] = (near[1], _LIKELY if inside else GUESSED)
    return paired_up


def _part(text: str, place: int) -> tuple[int, int]:
    """Return the part of the sentence around a place: up to a semicolon, or a comma with a turn."""
    turns = [
        m.start()
        for m in pattern(
            r";|,? (?:while|whereas|but|compared with|compared to|versus|vs\.?)\b|, and\b"
        ).finditer(text)
    ]
    left = max((t for t in turns if t <= place), default=0)
    right = min((t for t in turns if t > place), default=len(text))
    return left, right
