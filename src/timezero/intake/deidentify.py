"""A registry without what says who somebody is: for passing on, and fit to be studied again."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.guess import guessed_data
from timezero.intake.identifiers import header_words, identifier_kind
from timezero.intake.tables import Column, Table
from timezero.intake.times import Moments, read_moments, text_numbers
from timezero.intake.wording import counted
from timezero.model.protocol import DataPart, Protocol

AGE_WORDS: Final = frozenset({"age", "alter", "edad", "eta", "idade", "leeftijd", "ages"})
YEAR_WORDS: Final = frozenset({"year", "jahr", "annee", "ano", "anno", "jaar", "geburtsjahr"})
OLDEST: Final = 90.0
YEARS: Final = (1900.0, 2200.0)
OTHER: Final = "other"
YEAR_COLUMN: Final = "year_of_time_zero"
ROLES_KEPT: Final = ("event", "treated")
MOSTLY: Final = 0.5
LONG_BEFORE: Final = -15.0 * 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDone:
    """What became of one column.

    Parameters
    ----------
    name : str
    done : str
        ``kept``, ``left out``, ``replaced``, ``days since time zero``, ``pooled`` or ``added``.
    why : str
        In words, with the number of cells it concerns and never with a cell.
    n_cells : int
        How many cells changed or went.
    """

    name: str
    done: str
    why: str
    n_cells: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Deidentified:
    """The columns to pass on, and what was done to make them.

    Parameters
    ----------
    columns : dict
        Cells as text by header, rows in the order of the new ids; empty text where missing.
    done : tuple of ColumnDone
        One for each column of the registry, and for each that was added.
    correspondence : tuple of (str, str)
        Old and new id of every patient: never part of what is passed on.
    quasi_identifiers : tuple of str
        Columns kept that others could know of a patient.
    in_days : bool
        Whether dates became days, so that the unit of the times is now the day.
    """

    columns: dict[str, tuple[str, ...]]
    done: tuple[ColumnDone, ...]
    correspondence: tuple[tuple[str, str], ...]
    quasi_identifiers: tuple[str, ...]
    in_days: bool

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()), ()))


def deidentify(
    table: Table,
    protocol: Protocol,
    *,
    salt: bytes,
    smallest: int = 5,
    keep_year: bool = False,
    gone: tuple[ColumnDone, ...] = (),
) -> Deidentified:
    """Take out of a table what says who somebody is.

    Parameters
    ----------
    table : Table
    protocol : Protocol
        Which column plays which role, how dates and missing cells are written.
    salt : bytes
        Secret, at least 16 bytes: new ids cannot be worked out from old ones without it.
    smallest : int
        Categories of fewer patients are pooled.
    keep_year : bool
        Add the calendar year of time zero, and keep columns of years.
    gone : tuple of ColumnDone
        Columns that were left out before, for the report.

    Raises
    ------
    InputRefused
        No column of patient ids or, where the table has dates, of time zero can be told; or dates
        can be read in two ways. All of it is said at once.
    """
    work = _Work(table, protocol, smallest=smallest, keep_year=keep_year)
    work.report += gone
    return work.done(salt)


def guessed_roles(table: Table) -> DataPart:
    """Return which column plays which role, guessed among those that do not identify anybody.

    A record number may be the patient id; a date of birth is never time zero.
    """
    free = tuple(
        column
        for column in table.columns
        if identifier_kind(column.name, column) in (None, "record_number")
    )
    return guessed_data(replace(table, columns=free))


class _Work:
    """Goes through the columns of one table."""

    def __init__(self, table: Table, protocol: Protocol, *, smallest: int, keep_year: bool) -> None:
        self.table, self.data, self.smallest = table, protocol.data, smallest
        self.keep_year, self.first_day = keep_year, float(protocol.rules.first_day)
        self.moments = {c.name: read_moments(c, self.data) for c in table.columns}
        self.report: list[ColumnDone] = []
        self.kept: dict[str, list[str]] = {}
        self.quasi: list[str] = []
        self.kinds = {c.name: identifier_kind(c.name, c) for c in table.columns}
        self.in_days = False

    def done(self, salt: bytes) -> Deidentified:
        self._refuse_what_cannot_be_told()
        ids = self.table.column(self.data.id or "")
        old = [text if text is not None else "" for text in ids.text.to_list()]
        new = _new_ids(old, salt)
        for column in self.table.columns:
            if column.name == ids.name:
                self.kept[column.name] = [new[text] for text in old]
                self._say(column, "replaced", "patient ids became random ones", len(new))
            else:
                self._one(column)
        if self.keep_year and self.data.time_zero is not None:
            self._add_year()
        order = sorted(range(len(old)), key=lambda k: (new[old[k]], k))
        return Deidentified(
            columns={name: tuple(cells[k] for k in order) for name, cells in self.kept.items()},
            done=tuple(self.report),
            correspondence=tuple(sorted(new.items(), key=lambda pair: pair[1])),
            quasi_identifiers=tuple(self.quasi),
            in_days=self.in_days,
        )

    def _dated(self, column: Column) -> bool:
        """Return whether at least half of what is written in a column are dates."""
        moments = self.moments[column.name]
        dates = ~np.isnan(moments.days) | moments.ambiguous
        return bool(dates.any()) and float(dates.sum()) >= MOSTLY * float((~moments.missing).sum())

    def _refuse_what_cannot_be_told(self) -> None:
        wrong: list[tuple[str, str, str]] = []
        if self.data.id not in self.table.names:
            say = "name the column of patient ids: data.id in a study file, given with --study"
            wrong.append(("no column of patient ids can be told", self.table.name, say))
        dated = [
            c for c in self.table.columns if self._dated(c) and self.kinds[c.name] != "birth_date"
        ]
        zero = self.data.time_zero
        if dated and (zero is None or zero not in self.table.names):
            say = "name the column of time zero: data.time_zero in a study file, given with --study"
            wrong.append(("there are dates, and no column of time zero can be told",
                          self.table.name, say))  # fmt: skip
        for column in dated:
            doubtful = self.moments[column.name].ambiguous
            if doubtful.any():
                where = self.table.where(column, doubtful)
                say = "say how dates are written: data.date_format in a study file"
                wrong.append(("dates can be read as day and month or month and day", where, say))
        if wrong:
            _refuse(wrong)

    def _one(self, column: Column) -> None:
        moments, kind = self.moments[column.name], self.kinds[column.name]
        n = int((~moments.missing).sum())
        if column.name in self._by_role(*ROLES_KEPT):
            self._keep(column, moments)
        elif column.name == self.data.time_zero and self._dated(column):
            self._say(column, "left out", "time zero itself: all else is counted from it", n)
        elif kind is not None and column.name not in self._times():
            self._say(column, "left out", f"direct identifier: {kind.replace('_', ' ')}", n)
        elif self._dated(column):
            self._days(column, moments)
        elif self._of_years(column, moments) and not self.keep_year:
            self._say(column, "left out", "calendar years", n)
        elif self._numeric(moments):
            self._number(column, moments)
        else:
            self._categories(column, moments)

    def _by_role(self, *roles: str) -> set[str]:
        return {str(name) for role in roles if (name := getattr(self.data, role)) is not None}

    def _times(self) -> set[str]:
        named = self._by_role("entry", "initiation", "trigger", "exit", "negative_control", "death")
        return named | set(self.data.further)

    def _say(self, column: Column, done: str, why: str, n_cells: int) -> None:
        self.report.append(ColumnDone(name=column.name, done=done, why=why, n_cells=n_cells))

    def _keep(self, column: Column, moments: Moments) -> None:
        self.kept[column.name] = _texts(column, moments.missing)
        self._say(column, "kept", "as it is: needed to be studied", 0)

    def _days(self, column: Column, moments: Moments) -> None:
        zero = self.moments[str(self.data.time_zero)].days
        days = moments.days - zero + self.first_day
        before = np.nanmedian(days) if (~np.isnan(days)).any() else 0.0
        if before < LONG_BEFORE and column.name not in self._times():
            why = "dates long before time zero: as telling as a date of birth"
            self._say(column, "left out", why, int((~moments.missing).sum()))
            return
        self.kept[column.name] = [_number_text(value) for value in days.tolist()]
        lost = int((~moments.missing & np.isnan(days)).sum())
        why = "dates became days since time zero"
        if lost:
            why += f"; left empty: {counted(lost, 'cell')} without a day"
        self.in_days = True
        self._say(column, "days since time zero", why, int((~np.isnan(moments.days)).sum()))

    def _values(self, column: Column, moments: Moments) -> Floats:
        plain = text_numbers(column.text, decimal_comma=self.data.decimal_comma)
        numbers = np.where(np.isnan(moments.numbers), plain, moments.numbers)
        return np.where(moments.missing, np.nan, numbers)

    def _numeric(self, moments: Moments) -> bool:
        known = ~moments.missing
        values = self._values(moments.column, moments)
        return bool((known & np.isnan(values)).sum() == 0)

    def _of_years(self, column: Column, moments: Moments) -> bool:
        values = self._values(column, moments)
        known = values[~np.isnan(values)]
        named = bool(YEAR_WORDS & set(header_words(column.name)))
        inside = (known >= YEARS[0]) & (known <= YEARS[1])
        return named and known.size > 0 and bool(inside.all())

    def _number(self, column: Column, moments: Moments) -> None:
        cells = _texts(column, moments.missing)
        if not AGE_WORDS & set(header_words(column.name)):
            self.kept[column.name] = cells
            self._say(column, "kept", "numbers", 0)
            return
        old = self._values(column, moments) > OLDEST
        cells = ["90" if pool else text for text, pool in zip(cells, old.tolist(), strict=True)]
        why = "ages above 89 are given as 90, which stands for 90 and more"
        self.kept[column.name] = cells
        self.quasi.append(column.name)
        self._say(column, "pooled" if old.any() else "kept", why, int(old.sum()))

    def _categories(self, column: Column, moments: Moments) -> None:
        cells = _texts(column, moments.missing)
        counts = Counter(text for text in cells if text)
        rare = rare_levels(counts, self.smallest)
        n_rare = sum(counts[level] for level in rare)
        if len(rare) == len(counts):
            why = f"no value stands once those of fewer than {self.smallest} patients are pooled"
            self._say(column, "left out", why, n_rare)
            return
        self.kept[column.name] = [OTHER if text in rare else text for text in cells]
        self.quasi.append(column.name)
        why = (
            f"{counted(len(rare), 'value')} of fewer than {self.smallest} patients became '{OTHER}'"
        )
        self._say(column, "pooled" if rare else "kept", why if rare else "categories", n_rare)

    def _add_year(self) -> None:
        days = self.moments[str(self.data.time_zero)].days
        years = [_year(value) for value in days.tolist()]
        rare = rare_levels(Counter(year for year in years if year), self.smallest)
        self.kept[YEAR_COLUMN] = ["" if year in rare else year for year in years]
        n = sum(year in rare for year in years)
        why = f"asked for; years of fewer than {self.smallest} patients are left empty"
        self.quasi.append(YEAR_COLUMN)
        self.report.append(ColumnDone(name=YEAR_COLUMN, done="added", why=why, n_cells=n))


def rare_levels(counts: Counter[str], smallest: int) -> set[str]:
    """Return the values to be pooled: the rare ones, and more until the pool is not rare itself.

    Parameters
    ----------
    counts : Counter
        How many patients have each value.
    smallest : int
        Values of fewer are rare.
    """
    rare = {level for level, n in counts.items() if n < smallest}
    others = sorted((n, level) for level, n in counts.items() if level not in rare)
    while rare and others and sum(counts[level] for level in rare) < smallest:
        rare.add(others.pop(0)[1])
    return rare


def _new_ids(old: Sequence[str], salt: bytes) -> dict[str, str]:
    """Return a new id for each old one: a keyed hash, long enough to be unique here."""
    known = dict.fromkeys(old)
    for length in range(8, 65, 8):
        new = {
            text: "P" + hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()[:length].upper()
            for text in known
        }
        if len(set(new.values())) == len(new):
            return new
    msg = "SHA-256 gives the same value twice"
    raise ValueError(msg)


def _texts(column: Column, missing: Bools) -> list[str]:
    pairs = zip(column.text.to_list(), missing.tolist(), strict=True)
    return ["" if gone or text is None else str(text) for text, gone in pairs]


def _number_text(value: float) -> str:
    if np.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else repr(value)


def _year(days: float) -> str:
    return "" if np.isnan(days) else str(np.datetime64(int(days), "D"))[:4]


def _refuse(wrong: list[tuple[str, str, str]]) -> None:
    """Raise one refusal that says everything."""
    findings = tuple(
        Finding(code="cannot_be_shared", severity=Severity.ERROR, what=what, where=where, mend=mend)
        for what, where, mend in wrong
    )
    raise InputRefused(
        what="; ".join(dict.fromkeys(what for what, _, _ in wrong)),
        where=wrong[0][1],
        mend="; ".join(dict.fromkeys(mend for _, _, mend in wrong)),
        code="TZ-IN-70",
        findings=findings,
    )
