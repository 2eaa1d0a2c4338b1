"""Spellings of one value: the same letters and digits, or one slip of the pen in a rare one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

MOST_COMPARED: Final = 300
SHORTEST: Final = 5
RARE_SHARE: Final = 0.02
# Words with a digit in them, and Roman numerals.
_EXACT: Final = (re.compile(r"\w*\d\w*"), re.compile(r"\b[ivx]+[a-d]?\b"))


def normal_form(text: str) -> str:
    """Return what spellings of one value share: small letters and digits, without accents.

    A sign between two digits stays, so that 1-12 and 11-2 are apart, and so does a sign before a
    number, since -1 is not 1, and a plus or a minus at the end.

    Parameters
    ----------
    text : str
    """
    parted = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in parted if not unicodedata.combining(c))
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = re.sub(r"(?<=\d)[\s_-]+(?=\d)", "~", plain.strip())
    plain = re.sub(r"^[+-](?=\d)|[+-]$", lambda m: "p" if m.group() == "+" else "m", plain)
    return re.sub(r"[\s_\-./()]+", "", re.sub(r"(?<=\d)[.,/](?=\d)", "~", plain))


def normal_identifier(text: str) -> str:
    """Return the normal form of an identifier: leading zeros of its numbers and ``.0`` are gone.

    Parameters
    ----------
    text : str
    """
    return re.sub(r"(?<!\d)0+(?=\d)", "", normal_form(re.sub(r"\.0+$", "", text.strip())))


def same_spelling(values: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the groups of values with one normal form, each with two values or more.

    Parameters
    ----------
    values : iterable of str
        Different from one another.
    """
    groups: dict[str, list[str]] = {}
    for value in values:
        groups.setdefault(normal_form(value), []).append(value)
    return [tuple(group) for form, group in groups.items() if form and len(group) > 1]


def slips(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return the rare values that are one slip away from a frequent one, each with that one.

    A slip is one letter more, less or other, or two neighbours changed, in a word of at least five
    letters. Digits and Roman numerals do not slip: T3a, T3b and Grade II, Grade III are apart.
    Rare is a value of one cell, or of at most 2 %, with a frequent one five times as many.

    Parameters
    ----------
    counts : mapping of str to int
        How many cells each value has.
    """
    if len(counts) > MOST_COMPARED:
        return []
    total = sum(counts.values())
    found: list[tuple[str, str]] = []
    for rare, n in counts.items():
        if n > max(1.0, RARE_SHARE * total):
            continue
        partners = [other for other, m in counts.items() if m >= 5 * n and _one_slip(rare, other)]
        if partners:
            found.append((rare, max(partners, key=lambda other: counts[other])))
    return found


def _one_slip(one: str, other: str) -> bool:
    a, b = normal_form(one), normal_form(other)
    if a == b or min(len(a), len(b)) < SHORTEST or abs(len(a) - len(b)) > 1:
        return False
    if any(part.findall(one.casefold()) != part.findall(other.casefold()) for part in _EXACT):
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    crossed = rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:] or crossed
