"""A table of cells, each with the address its owner knows it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from timezero.arrays import Bools, Floats, Ints
from timezero.errors import UnknownName, nearest_first
from timezero.findings import Finding

if TYPE_CHECKING:
    import polars as pl

    from timezero.intake.changes import Change
    from timezero.intake.grid import ColumnLabels
    from timezero.model.cohort import AttritionStep

EMPTY, TEXT, NUMBER, BOOLEAN, DATE = range(5)
EVIDENCE_LIMIT = 20
TEXT_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One column of cells, each with its own type.

    Parameters
    ----------
    name : str
        The header, without surrounding spaces; a line break in it is one space.
    letter : str
        Spreadsheet letter such as ``D``; empty for a data frame.
    text : (n,) polars String
        What each cell says, without surrounding spaces; null when it is empty.
    kinds : (n,) int8
        One of ``EMPTY``, ``TEXT``, ``NUMBER``, ``BOOLEAN``, ``DATE`` for each cell.
    numbers : (n,) float64
        The number in a numeric or boolean cell; NaN elsewhere.
    days : (n,) float64
        Days since 1970-01-01 in a date cell; NaN elsewhere.
    kept : tuple of str
        Cells that look like a code for 'not recorded' and were said to be values.
    """

    name: str
    letter: str
    text: pl.Series
    kinds: NDArray[np.int8]
    numbers: Floats
    days: Floats
    kept: tuple[str, ...] = ()

    def missing(self, codes: tuple[str, ...]) -> Bools:
        """Return which cells are empty or hold one of the codes for 'not recorded'."""
        listed = [code.strip() for code in codes if code.strip() not in self.kept]
        found = self.text.is_null()
        if listed:
            found |= self.text.is_in(listed).fill_null(value=False)
        return np.asarray(found.to_numpy(), dtype=np.bool_)

    def of_rows(self, chosen: NDArray[np.intp]) -> Column:
        """Return the column with only some of its rows, in their order.

        Parameters
        ----------
        chosen : (k,) int
            Row indices from 0 on. Rows that follow each other are not copied, and numbers and
            days that are one NaN throughout stay one.
        """
        in_a_row = chosen.size > 0 and bool((np.diff(chosen) == 1).all())
        rows = slice(int(chosen[0]), int(chosen[-1]) + 1) if in_a_row else chosen
        return replace(
            self,
            text=self.text[rows] if isinstance(rows, slice) else self.text.gather(rows),
            kinds=self.kinds[rows],
            numbers=_of_rows(self.numbers, rows),
            days=_of_rows(self.days, rows),
        )


def nothing(n: int) -> Floats:
    """Return NaN for each of n rows, read-only and in the memory of one number.

    Parameters
    ----------
    n : int
    """
    return np.broadcast_to(np.float64(np.nan), (n,))


def _of_rows(values: Floats, rows: NDArray[np.intp] | slice) -> Floats:
    if isinstance(rows, slice) or values.strides != (0,) or not np.isnan(values[:1]).all():
        return values[rows]
    return nothing(rows.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """The cells of one file, sheet or data frame.

    Parameters
    ----------
    name : str
        What the table is called in addresses: ``registry.csv`` or ``data frame``.
    columns : tuple of Column
    rows : (n,) int64
        The row number of each row as its owner sees it, counted from 1; in a file the header
        has a number too.
    n_read : int
        Rows below the header, empty ones included.
    findings : tuple of Finding
        What was noticed, asked and changed while it was prepared.
    changes : tuple of Change
        Every cell that was changed, old and new.
    attrition : tuple of AttritionStep
        Rows left out while it was prepared.
    digest : str
        SHA-256 of the bytes of the file; empty for a data frame.
    labels : mapping of str to ColumnLabels
        What a statistics file or a data dictionary says of its columns.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Ints
    n_read: int
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    attrition: tuple[AttritionStep, ...] = ()
    digest: str = ""
    labels: Mapping[str, ColumnLabels] = field(default_factory=dict[str, "ColumnLabels"])

    @property
    def names(self) -> tuple[str, ...]:
        """The headers, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that header, or else the one that differs by case or spaces.

        Raises
        ------
        UnknownName
            There is no such column; the message lists those there are, nearest first.
        """
        for column in self.columns:
            if column.name == name:
                return column
        if (like := self._like(name)) is not None:
            return like
        listed = ", ".join(nearest_first(name, self.names)[:12])
        raise UnknownName(
            what=f"there is no column {name!r}",
            where=self.name,
            mend=f"name one of the columns: {listed}",
            code="TZ-IN-02",
        )

    def has(self, name: str) -> bool:
        """Return whether :meth:`column` finds a column of that header."""
        return name in self.names or self._like(name) is not None

    def _like(self, name: str) -> Column | None:
        """Return the one column that differs by case, spaces or unseen signs alone."""
        from timezero.intake.headings import matching_key

        key = matching_key(name)
        like = [column for column in self.columns if matching_key(column.name) == key]
        return like[0] if len(like) == 1 else None

    def address(self, column: Column, row: int) -> str:
        """Return the address of one cell: ``D118``, or ``row 118`` in a data frame."""
        number = int(self.rows[row])
        return f"{column.letter}{number}" if column.letter else f"row {number}"

    def where(self, column: Column, mask: Bools) -> str:
        """Say in which column and rows something was found."""
        found = np.flatnonzero(mask)
        place = f"{self.name}, column {column.name}"
        if found.size == 0:
            return place
        cell = f" ({self.address(column, int(found[0]))})" if column.letter else ""
        number = int(self.rows[found[0]])
        if found.size == 1:
            return f"{place}, row {number}{cell}"
        return f"{place}, {found.size} rows, first at row {number}{cell}"

    def evidence(self, column: Column, mask: Bools) -> tuple[str, ...]:
        """Return the first cells concerned, with what they say."""
        return tuple(
            f"{self.address(column, int(row))}: {shown(column.text[int(row)])}"
            for row in np.flatnonzero(mask)[:EVIDENCE_LIMIT]
        )


def on_one_line(heading: str) -> str:
    """Return a header with each line break, and the spaces around it, made one space."""
    return " ".join(part.strip() for part in heading.splitlines())


def shown(text: str | None) -> str:
    """Return a cell's text fit for a message: on one line, not too long, never empty."""
    if text is None:
        return "empty"
    line = harmless(text)
    return line if len(line) <= TEXT_LIMIT else f"{line[: TEXT_LIMIT - 3]}..."


def harmless(text: str) -> str:
    """Return text on one line, without signs that a screen obeys instead of showing them.

    Parameters
    ----------
    text : str
        Of any length. Control signs, line breaks and marks that turn the direction of writing
        become spaces.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def column_letter(index: int) -> str:
    """Return the spreadsheet letter of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
