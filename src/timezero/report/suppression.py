"""Small counts hidden in tables with known sums, and others so that none can be worked out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, TypeAlias

Relation: TypeAlias = Mapping[int, int]
TOLERANCE: Final = 1e-6


class Fate(Enum):
    """What becomes of a count: printed, hidden because it is small, or hidden to protect one."""

    SHOWN = "shown"
    SMALL = "small"
    WITHHELD = "withheld"


@dataclass(slots=True, kw_only=True)
class CountSystem:
    """Counts and what a reader knows about them: sums that hold whatever the counts are.

    Parameters
    ----------
    counts : list of int
        Each >= 0.
    printed : list of bool
        False for a count that no table shows but that follows from others, such as the survivors
        of an arm whose patients and events are shown. It is protected when small, too.
    relations : list of mapping of int to int
        Coefficients by the position of the count; each sum is 0.
    worth : list of int
        How much a reader would miss each; the least worth is withheld first.
    fixed : set of int
        Counts that are never withheld to protect others: how many patients there are.
    """

    counts: list[int] = field(default_factory=list[int])
    printed: list[bool] = field(default_factory=list[bool])
    relations: list[Relation] = field(default_factory=list[Relation])
    worth: list[int] = field(default_factory=list[int])
    fixed: set[int] = field(default_factory=set[int])

    def add(self, count: int, *, printed: bool = True, worth: int = 0) -> int:
        """Add a count and return its position."""
        self.counts.append(int(count))
        self.printed.append(printed)
        self.worth.append(worth)
        return len(self.counts) - 1

    def relate(self, terms: Relation) -> None:
        """Add a sum that is 0 for every possible table.

        Raises
        ------
        ValueError
            It is not 0 for these counts.
        """
        if sum(times * self.counts[k] for k, times in terms.items()) != 0:
            msg = f"the sum is not 0: {dict(terms)}"
            raise ValueError(msg)
        self.relations.append(dict(terms))

    def total(self, whole: int, parts: Sequence[int]) -> None:
        """Say that one count is the sum of others."""
        self.relate({whole: 1} | dict.fromkeys(parts, -1))

    def rest(self, whole: int, parts: Sequence[int]) -> int:
        """Add what is left of a whole after its parts, a count that is not printed.

        Returns
        -------
        int
            Its position.
        """
        left = self.counts[whole] - sum(self.counts[k] for k in parts)
        found = self.add(left, printed=False)
        self.total(whole, (*parts, found))
        return found


def fates(system: CountSystem, smallest: int) -> list[Fate]:
    """Return what becomes of each count.

    Counts from 1 to below ``smallest`` are hidden. Then, for as long as one of them could be
    narrowed down from what is still printed, one more count is withheld: of those that take part
    the one of least worth, and of these the smallest. A small count is safe when enough values
    remain possible (:func:`is_safe`), as far as linear programming can tell. The reader is taken
    to know all relations, that no count is negative, and that a withheld count is not small.
    Zeros are not hidden.

    Parameters
    ----------
    system : CountSystem
    smallest : int
        The smallest count that may be shown, >= 1.

    Returns
    -------
    list of Fate
        For each count; a count that is not printed is never ``SHOWN`` unless it is 0 or large
        and follows from others.
    """
    return _Search(system, smallest).run()


def possible(
    system: CountSystem, fate: Sequence[Fate], smallest: int, which: int
) -> tuple[float, float]:
    """Return the least and the greatest value a count can have, for somebody who reads all.

    By two linear programmes over the relations.

    Parameters
    ----------
    system : CountSystem
    fate : sequence of Fate
        What is printed.
    smallest : int
    which : int
        Position of the count.
    """
    import importlib

    linprog: Any = importlib.import_module("scipy.optimize").linprog
    unknown, relations = _component(system, fate, which)
    place = {k: j for j, k in enumerate(unknown)}
    left = [[0.0] * len(unknown) for _ in relations]
    right = [0.0] * len(relations)
    for i, relation in enumerate(relations):
        for k, times in relation.items():
            if k in place:
                left[i][place[k]] += times
            else:
                right[i] -= times * system.counts[k]
    bounds = [_bounds(system, fate, smallest, k) for k in unknown]
    ends: list[float] = []
    for sign in (1.0, -1.0):
        aim = [0.0] * len(unknown)
        aim[place[which]] = sign
        solved = linprog(
            aim,
            A_eq=left or None,
            b_eq=right or None,
            bounds=[(a, None if math.isinf(b) else b) for a, b in bounds],
            method="highs",
        )
        ends.append(sign * float(solved.fun) if solved.status == 0 else sign * -math.inf)
    return ends[0], ends[1]


def is_safe(ends: tuple[float, float], smallest: int) -> bool:
    """Return whether the values that remain possible are far enough apart.

    They must span half of the threshold: 2 where counts below 5 are hidden, 5 where counts below
    11 are. With 1 to ``smallest - 1`` as the most that a small count can leave open, this still
    holds where the sum of two small counts is itself small.
    """
    return ends[1] - ends[0] >= min(smallest // 2, smallest - 2) - TOLERANCE


def _is_known(system: CountSystem, fate: Sequence[Fate], k: int) -> bool:
    return fate[k] is Fate.SHOWN and system.printed[k]


def _bounds(
    system: CountSystem, fate: Sequence[Fate], smallest: int, k: int
) -> tuple[float, float]:
    """Return what a reader knows of a hidden count before any sum."""
    if not system.printed[k]:
        return 0.0, math.inf
    return (1.0, smallest - 1.0) if fate[k] is Fate.SMALL else (float(smallest), math.inf)


def _component(
    system: CountSystem, fate: Sequence[Fate], start: int
) -> tuple[list[int], list[Relation]]:
    """Return the unknown counts that hang together with one, and the relations that tie them."""
    by_count: dict[int, list[int]] = {}
    for i, relation in enumerate(system.relations):
        for k in relation:
            by_count.setdefault(k, []).append(i)
    unknown, ties, open_ = {start}, set[int](), [start]
    while open_:
        for i in by_count.get(open_.pop(), ()):
            if i in ties:
                continue
            ties.add(i)
            new = [
                k
                for k in system.relations[i]
                if k not in unknown and not _is_known(system, fate, k)
            ]
            unknown.update(new)
            open_ += new
    return sorted(unknown), [system.relations[i] for i in sorted(ties)]


class _Search:
    """Hides one count after the other until every small one is safe."""

    def __init__(self, system: CountSystem, smallest: int) -> None:
        self.system, self.smallest = system, smallest
        self.fate = [Fate.SMALL if 0 < count < smallest else Fate.SHOWN for count in system.counts]
        self.of: list[list[int]] = [[] for _ in system.counts]
        for i, relation in enumerate(system.relations):
            for k in relation:
                self.of[k].append(i)

    def run(self) -> list[Fate]:
        if self.smallest <= 1:
            return [Fate.SHOWN] * len(self.fate)
        self._by_single_sums()
        doubtful = [k for k, fate in enumerate(self.fate) if fate is Fate.SMALL]
        while doubtful:
            ends = possible(self.system, self.fate, self.smallest, doubtful[-1])
            if is_safe(ends, self.smallest) or not self._hide_one(doubtful[-1]):
                doubtful.pop()
        return self.fate

    def _unknown(self, relation: Relation) -> list[int]:
        return [k for k in relation if not _is_known(self.system, self.fate, k)]

    def _by_single_sums(self) -> None:
        """Withhold a count wherever a sum has one unknown only, and that is small."""
        waiting = list(range(len(self.system.relations)))
        while waiting:
            relation = self.system.relations[waiting.pop()]
            unknown = self._unknown(relation)
            if len(unknown) == 1 and self.fate[unknown[0]] is Fate.SMALL:
                chosen = self._cheapest(relation)
                if chosen is not None:
                    self.fate[chosen] = Fate.WITHHELD
                    waiting += self.of[chosen]

    def _cheapest(self, relation: Relation) -> int | None:
        counts, fixed = self.system.counts, self.system.fixed
        known = [k for k in relation if _is_known(self.system, self.fate, k)]
        can = [k for k in known if counts[k] > 0 and k not in fixed]
        return min(can, key=self._price, default=None)

    def _hide_one(self, which: int) -> bool:
        """Withhold a count next to one that is not safe; False when there is none."""
        _, relations = _component(self.system, self.fate, which)
        nearest = [self._cheapest(r) for r in relations if which in r]
        others = [self._cheapest(r) for r in relations]
        for found in (nearest, others):
            can = [k for k in found if k is not None]
            if can:
                self.fate[min(can, key=self._price)] = Fate.WITHHELD
                return True
        return False

    def _price(self, k: int) -> tuple[int, int, int]:
        return self.system.worth[k], self.system.counts[k], k
