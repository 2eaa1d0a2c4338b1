"""Which number belongs to which group, by their order in the sentence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from timezero.intake.article.masking import marks, pattern

_LETTER_GROUPS = {"gL": "late", "gV": "never", "gA": "all"}
_OTHER = {"late": "never", "never": "late"}
_AGAINST = pattern(r"\b(?:versus|vs\.?|against|compared (?:with|to)|and)\b")
_CERTAIN, _LIKELY, _GUESSED = 0.95, 0.85, 0.7

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
    items = [
        (("N", k) if letter[0] != "g" else ("G", letter), place)
        for letter, k, place in marks(text)
        if letter[0] == "g" or k in wanted
    ]
    groups = [_LETTER_GROUPS[str(v)] for (what, v), _ in items if what == "G"]
    found = [int(v) for (what, v), _ in items if what == "N"]
    if not groups:
        return _without_groups(text, found, before, earlier)
    runs = _merged([(what, v) for (what, v), _ in items])
    order = "".join(what for what, _ in runs)
    names = [_LETTER_GROUPS[str(v)] for what, v in runs if what == "G"]
    if len(names) == len(found):
        if order in {"NG" * len(found), "N" * len(found) + "G" * len(found)}:
            return {k: (g, _CERTAIN) for k, g in zip(found, names, strict=True)}
        if order in {"GN" * len(found), "G" * len(found) + "N" * len(found), "GNNG", "NGGN"}:
            return {k: (g, _CERTAIN) for k, g in zip(found, names, strict=True)}
    if len(found) == 2 and len(set(names)) == 1 and names[0] in _OTHER:
        low, high = sorted(places[k] for k in found)
        if _AGAINST.search(text[low:high]):
            return {found[0]: (names[0], _LIKELY), found[1]: (_OTHER[names[0]], _GUESSED)}
    return _nearest(text, places, items)


def _merged(items: list[tuple[str, int | str]]) -> list[tuple[str, int | str]]:
    """Put neighbouring phrases for the same group together."""
    kept: list[tuple[str, int | str]] = []
    for _, run in groupby(items, key=lambda item: item if item[0] == "G" else (item[0], item[1])):
        kept.append(next(run))
    return kept


def _without_groups(text: str, found: list[int], before: Sequence[str], earlier: str) -> Paired:
    if len(found) == 2 and len(before) == 2 and pattern(r"\brespectively\b").search(text):
        return {k: (g, _GUESSED + 0.1) for k, g in zip(found, before, strict=True)}
    refers = pattern(r"^(?:they|these patients|these people|their)\b").search(text)
    if len(found) == 1 and earlier and refers:
        return {found[0]: (earlier, _LIKELY)}
    return {k: ("all", _LIKELY if len(found) == 1 else _GUESSED) for k in found}


def _nearest(
    text: str, places: dict[int, int], items: list[tuple[tuple[str, int | str], int]]
) -> Paired:
    """Give each number the nearest group in its part of the sentence; then in the sentence."""
    paired_up: Paired = {}
    phrases = [(place, _LETTER_GROUPS[str(v)]) for (what, v), place in items if what == "G"]
    for k, place in places.items():
        part = _part(text, place)
        inside = [p for p in phrases if part[0] <= p[0] < part[1]]
        choose = inside or phrases
        near = min(choose, key=lambda p: abs(p[0] - place))
        paired_up[k] = (near[1], _LIKELY if inside else _GUESSED)
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
