"""Which row, or which two rows, hold the headers: told by how rows look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Bools, Ints
from timezero.intake.headings import place_of, plain_heading
from timezero.intake.row_looks import HEAD, Looks, looks_at
from timezero.intake.tables import Column

_CLEAR: Final = 2
Merged = tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A part of a sheet that may be a table.

    Parameters
    ----------
    columns : sequence of Column
        Called by their letters.
    rows : (n,) int64
        Row numbers.
    filled : (n,) bool
        Which rows have a cell.
    merged : tuple of (int, int, int, int)
        Merged cells of the sheet: first row, first column, last row, last column.
    """

    columns: Sequence[Column]
    rows: Ints
    filled: Bools
    merged: Merged = ()


def likely_header(part: Part) -> tuple[int, ...]:
    """Return the indices of the row or the two rows that look like the header.

    Parameters
    ----------
    part : Part
        At least one row is filled.
    """
    at = np.flatnonzero(part.filled)[:HEAD]
    looks = looks_at(part.columns, at)
    best = _first_full_row(part, looks)
    for upper, lower in ((best - 1, best), (best, best + 1)):
        if upper >= 0 and lower < at.size and _are_two_levels(part, looks, upper, lower):
            return int(at[upper]), int(at[lower])
    return (int(at[best]),)


def _first_full_row(part: Part, looks: Looks) -> int:
    """Return the first row, or a later one of words that is fuller than all rows above it."""
    count = looks.count
    full = int(count.max())
    for k in range(1, count.size):
        fuller = count[k] > count[:k].max()
        if not (fuller and 2 * count[k] > full):
            continue
        own, first = looks.contrast(k), looks.contrast(0)
        tells = looks.has_only_words(k) or own >= max(_CLEAR, first + 1)
        if looks.measured[k].any() or not (tells or _are_two_levels(part, looks, k - 1, k)):
            return 0
        if 2 * count[0] <= full or own > first:
            return k
    return 0


def _are_two_levels(part: Part, looks: Looks, upper: int, lower: int) -> bool:
    """Return whether a row names groups of the columns that the next row names."""
    rows = part.rows[looks.at[[upper, lower]]]
    words = not looks.measured[[upper, lower]].any()
    group, own = looks.filled[upper], looks.filled[lower]
    full = 2 * int((group | own).sum()) > int(looks.count.max())
    spans = bool((own[1:] & ~group[1:] & (own[:-1] & group[:-1])).any())
    if not (words and full and spans and rows[1] == rows[0] + 1) or group.sum() < 2:
        return False
    if looks.contrast(lower) == 0:
        return False
    texts = [plain_heading(text or "") for text in looks.texts[lower]]
    joined = joined_headings(part, tuple(int(k) for k in looks.at[[upper, lower]]))
    named = [text for text in texts if text]
    told_apart = len(set(named)) < len(named) and len(set(joined)) == len(joined)
    across = _reach_of_groups(part, int(rows[0])) | group
    return told_apart or (_has_groups(part, int(rows[0])) and 2 * int(across.sum()) >= across.size)


def _has_groups(part: Part, row: int) -> bool:
    return any(first == row and right > left for first, left, _, right in part.merged)


def _reach_of_groups(part: Part, row: int) -> Bools:
    """Return which columns lie under a cell of a row that is merged across columns."""
    places = np.array([place_of(column.letter) for column in part.columns])
    under = np.zeros(places.size, dtype=np.bool_)
    for first, left, _, right in part.merged:
        if first == row and right > left:
            under |= (places >= left) & (places <= right)
    return under


def joined_headings(part: Part, at: tuple[int, ...]) -> tuple[str, ...]:
    """Return the plain header of each column, of two rows joined: ``Surgery 1 / Date``.

    Parameters
    ----------
    part : Part
    at : tuple of int
        Indices of the header rows, from top to bottom.
    """
    levels = [[plain_heading(c.text[k] or "") for c in part.columns] for k in at]
    joined = levels[-1]
    for k, upper in zip(reversed(at[:-1]), reversed(levels[:-1]), strict=True):
        groups = _spread(part, int(part.rows[k]), upper, joined)
        joined = [_both(group, own) for group, own in zip(groups, joined, strict=True)]
    return tuple(joined)


def _spread(part: Part, row: int, upper: list[str], lower: list[str]) -> list[str]:
    """Carry the name of a group over the columns on its right that it covers."""
    places = [place_of(column.letter) for column in part.columns]
    ends = {left: right for first, left, _, right in part.merged if first == row}
    spread: list[str] = []
    group, end = "", 0
    for place, text, own in zip(places, upper, lower, strict=True):
        if text:
            group = text if own else ""
            end = ends.get(place, place if _has_groups(part, row) else places[-1])
        elif place > end or not own:
            group = ""
        spread.append(text or group)
    return spread


def _both(group: str, own: str) -> str:
    return f"{group} / {own}" if group and own and group != own else own or group
