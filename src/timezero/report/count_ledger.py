"""Every count of a study's report with the sums that tie it to others: all are hidden together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from timezero.arrays import Bools
from timezero.model.cohort import Cohort, Covariate
from timezero.model.result import DataTable, Rung, StudyResult
from timezero.report.coarse_curves import CoarseCurve
from timezero.report.small_cells import HIDDEN_SMALL, WITHHELD
from timezero.report.suppression import CountSystem, Fate, fates

Key: TypeAlias = tuple[str | int, ...]
COUNTS: Final = re.compile(
    r"^n$|^n_(?!parameters|landmarks|draws)|^patients$|^events$|^treated$|^untreated$|^changed_|"
    r"^events_"
)
GROUPS: Final = ("treated", "untreated")
PERFUSED: Final[Key] = ("perfused",)
WORTH: Final = {
    "whole": 5,
    "step": 4,
    "removed": 3,
    "arm": 3,
    "events": 2,
    "level": 1,
    "missing": 1,
}
CLOSE: Final = 1e-9


def is_yes_or_no(covariate: Covariate) -> bool:
    """Return whether a characteristic takes the numbers 0 and 1 only."""
    known = covariate.values[~np.isnan(covariate.values)]
    return covariate.kind == "numeric" and bool(np.isin(known, (0.0, 1.0)).all())


def parts_of(covariate: Covariate) -> dict[str, Bools]:
    """Return the patients by what is counted of a characteristic, by the words printed.

    Of a measured number, only how many are known and how many missing.
    """
    values, missing = covariate.values, np.isnan(covariate.values)
    if is_yes_or_no(covariate):
        parts = {"yes": values == 1.0, "no": values == 0.0}
    elif covariate.kind == "numeric":
        parts = {"known": ~missing}
    else:
        parts = {level: values == k for k, level in enumerate(covariate.levels)}
    if missing.any():
        parts["missing"] = missing
    return parts


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Counts by what they count.

    Parameters
    ----------
    system : CountSystem
    places : dict
        Position in the system by key.
    """

    system: CountSystem = field(default_factory=CountSystem)
    places: dict[Key, int] = field(default_factory=dict[Key, int])

    def put(self, key: Key, count: float, *, printed: bool = True) -> int:
        """Enter a count and return its position."""
        worth = WORTH.get("whole" if len(key) == 1 else str(key[0]), 0)
        self.places[key] = self.system.add(round(count), printed=printed, worth=worth)
        return self.places[key]

    def part(self, key: Key, count: int, group: int) -> int:
        """Enter a count that has to do with that of a group; an equal one is the same count."""
        if count == self.count(group):
            self.places[key] = group
            return group
        place = self.put(key, count)
        self.nested(place, group)
        return place

    def count(self, place: int) -> int:
        """Return the count at a position."""
        return self.system.counts[place]

    def nested(self, one: int, other: int) -> None:
        """Say that one count is part of another, whichever is larger: the rest is one, too."""
        whole, part = sorted((one, other), key=self.count, reverse=True)
        if self.count(whole) == self.count(part):
            if whole != part:
                self.system.relate({whole: 1, part: -1})
        else:
            self.system.rest(whole, (part,))

    def split(self, whole: int, parts: Sequence[int]) -> None:
        """Say that counts make up a whole, or all but a rest of it, or overlap."""
        added = sum(map(self.count, parts))
        if added == self.count(whole):
            self.system.total(whole, parts)
        elif added < self.count(whole):
            self.system.rest(whole, parts)
        else:
            over = self.system.add(added - self.count(whole), printed=False)
            self.system.relate({whole: 1, over: 1} | dict.fromkeys(parts, -1))


def ledger_of(result: StudyResult, curves: Mapping[str, Sequence[CoarseCurve]]) -> Ledger:
    """Return every count of a report, and every sum that a reader may know.

    Parameters
    ----------
    result : StudyResult
    curves : mapping of str to sequence of CoarseCurve
        Of each rung, as they are going to be drawn.
    """
    ledger = Ledger()
    _cohort(ledger, result.cohort)
    _attrition(ledger, result.cohort)
    for rung in result.rungs:
        _arms(ledger, rung)
        for table in rung.tables:
            _table(ledger, rung.name, table)
        _curves(ledger, rung.name, curves.get(rung.name, ()))
    for table in result.sensitivity:
        _table(ledger, "", table)
    _across(ledger, curves)
    return ledger


def shown_counts(
    result: StudyResult, curves: Mapping[str, Sequence[CoarseCurve]]
) -> dict[Key, int]:
    """Return every count of a report as it may be printed.

    Parameters
    ----------
    result : StudyResult
    curves : mapping of str to sequence of CoarseCurve
        Of each rung, as they are going to be drawn.

    Returns
    -------
    dict
        By key; ``HIDDEN_SMALL`` or ``WITHHELD`` for counts that are hidden.
    """
    ledger = ledger_of(result, curves)
    found = fates(ledger.system, result.protocol.report.smallest_shown)
    words = {Fate.SMALL: HIDDEN_SMALL, Fate.WITHHELD: WITHHELD}
    return {key: words.get(found[k], ledger.count(k)) for key, k in ledger.places.items()}


def _cohort(ledger: Ledger, cohort: Cohort) -> None:
    groups = (cohort.initiated, ~cohort.initiated)
    n = ledger.put(("n",), cohort.n)
    ledger.system.fixed.add(n)
    sizes = [ledger.put((g,), int(m.sum())) for g, m in zip(GROUPS, groups, strict=True)]
    ledger.system.total(n, sizes)
    events = ledger.put(("events",), int(cohort.event.sum()))
    ledger.system.rest(n, (events,))
    by_group = [
        ledger.put(("events", name), int((mask & cohort.event).sum()))
        for name, mask in zip(GROUPS, groups, strict=True)
    ]
    ledger.system.total(events, by_group)
    for size, part in zip(sizes, by_group, strict=True):
        ledger.system.rest(size, (part,))
    if cohort.competing is not None:
        competing = ledger.put(("competing",), cohort.n_competing)
        ledger.system.rest(n, (events, competing))
    if cohort.trigger is not None:
        triggered = ledger.put(("triggered",), cohort.n_triggered)
        ledger.system.rest(n, (triggered,))
        ledger.nested(triggered, sizes[0])
    if cohort.perfusions:
        ledger.part(PERFUSED, cohort.n_perfused, n)
    for covariate in cohort.covariates:
        _characteristic(ledger, covariate, groups, sizes)


def _characteristic(
    ledger: Ledger, covariate: Covariate, groups: Sequence[Bools], sizes: Sequence[int]
) -> None:
    parts = parts_of(covariate)
    in_groups: dict[str, list[int]] = {word: [] for word in parts}
    for name, group, size in zip(GROUPS, groups, sizes, strict=True):
        places: list[int] = []
        for word, mask in parts.items():
            printed = word != "known"
            key: Key = ("level", covariate.name, word, name)
            places.append(ledger.put(key, int((group & mask).sum()), printed=printed))
            in_groups[word].append(places[-1])
        ledger.system.total(size, places)
    if "missing" in parts:
        both = ledger.put(("missing", covariate.name), int(parts["missing"].sum()))
        ledger.system.total(both, in_groups["missing"])


def _attrition(ledger: Ledger, cohort: Cohort) -> None:
    before = -1
    for k, step in enumerate(cohort.attrition):
        n = ledger.put(("step", k), step.n_patients)
        removed = ledger.put(("removed", k), step.n_removed)
        if before >= 0:
            ledger.split(before, (n, removed))
        before = n
    if before >= 0 and ledger.count(before) == cohort.n:
        ledger.system.relate({before: 1, ledger.places[("n",)]: -1})
        ledger.system.fixed.add(before)


def _arms(ledger: Ledger, rung: Rung) -> None:
    n, events = ledger.places[("n",)], ledger.places[("events",)]
    earlier = -1
    for first in range(0, len(rung.arms), 2):
        patients: list[int] = []
        happened: list[int] = []
        for k, arm in enumerate(rung.arms[first : first + 2], start=first):
            group = GROUPS[0] if arm.arm == "intervention" else GROUPS[1]
            of_group = ledger.places[(group,)], ledger.places[("events", group)]
            arm_key: Key = ("arm", rung.name, k)
            patients.append(ledger.part((*arm_key, "patients"), arm.n_patients, of_group[0]))
            happened.append(ledger.part((*arm_key, "events"), arm.n_events, of_group[1]))
            if arm.n_events <= arm.n_patients:
                ledger.system.rest(patients[-1], (happened[-1],))
        ledger.split(n, patients)
        ledger.split(events, happened)
        together = ledger.system.add(sum(map(ledger.count, patients)), printed=False)
        ledger.system.total(together, patients)
        if earlier >= 0:
            ledger.nested(earlier, together)
        earlier = together


def _table(ledger: Ledger, rung: str, table: DataTable) -> None:
    """Enter the counts of a table: parts of the row's patients, and of the row before."""
    names = [name for name in table.columns if COUNTS.search(name)]
    before: dict[str, int] = {}
    length = len(next(iter(table.columns.values()), ()))
    for row in range(length):
        places: dict[str, int] = {}
        for name in names:
            value = table.columns[name][row]
            whole = not isinstance(value, str) and value >= 0 and abs(value - round(value)) < CLOSE
            if whole:
                key: Key = ("cell", rung, table.name, name, row)
                places[name] = ledger.put(key, float(value))
        whole_row = places.get("n", places.get("patients"))
        for name, place in places.items():
            if whole_row is not None and place != whole_row:
                ledger.nested(whole_row, place)
            if name in before and table.name in NESTED_ROWS:
                ledger.nested(before[name], place)
        before = places
    if table.name == "transitions":
        _transitions(ledger, rung, table)


def _transitions(ledger: Ledger, rung: str, table: DataTable) -> None:
    """Say that those who leave a state, and those who stay, are those who came into it."""
    sources, targets = ([str(v) for v in table.columns[c]] for c in ("from", "to"))
    ways = [ledger.places.get(("cell", rung, table.name, "n", k)) for k in range(len(sources))]
    for k, source in enumerate(dict.fromkeys(sources)):
        out = [w for w, s in zip(ways, sources, strict=True) if s == source and w is not None]
        into = [w for w, t in zip(ways, targets, strict=True) if t == source and w is not None]
        into += [ledger.places[("n",)]] if k == 0 else []
        stay = sum(map(ledger.count, into)) - sum(map(ledger.count, out))
        if stay >= 0:
            rest = ledger.system.add(stay, printed=False)
            ledger.system.relate(dict.fromkeys(into, 1) | dict.fromkeys([*out, rest], -1))


NESTED_ROWS: Final = (
    "landmark_curve",
    "landmark_supermodel_ipl_constant",
    "landmark_supermodel_ipl_quadratic",
    "landmark_supermodel_ipl_star",
    "weight_summary",
)


def _curves(ledger: Ledger, rung: str, curves: Sequence[CoarseCurve]) -> None:
    for k, curve in enumerate(curves):
        for j, count in enumerate(curve.n_at_risk.tolist()):
            if count >= 0 and abs(count - round(count)) < CLOSE:
                ledger.put(("at risk", rung, k, j), count)


def _across(ledger: Ledger, curves: Mapping[str, Sequence[CoarseCurve]]) -> None:
    """Say that those at risk at one time in one rung are part of those in another."""
    by_time: dict[tuple[str, float], list[int]] = {}
    for rung, drawn in curves.items():
        for k, curve in enumerate(drawn):
            for j, time in enumerate(curve.times.tolist()):
                place = ledger.places.get(("at risk", rung, k, j))
                if place is not None:
                    by_time.setdefault((curve.arm, round(time, 6)), []).append(place)
    for places in by_time.values():
        for j, place in enumerate(places[1:], start=1):
            ledger.nested(places[j - 1], place)
