"""Where a table is prepared: steps look at it, ask, tell and change, and nothing is forgotten."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Finding, Question, Severity, dotted
from timezero.intake.changes import Change
from timezero.intake.grid import ColumnLabels, Grid
from timezero.intake.tables import EVIDENCE_LIMIT, Column, Table
from timezero.model.cohort import AttritionStep
from timezero.model.protocol import DataPart
from timezero.model.recipe import ColumnRecipe, TableRecipe

if TYPE_CHECKING:
    import polars as pl

TIME_ROLES: Final = (
    "time_zero",
    "entry",
    "initiation",
    "trigger",
    "exit",
    "death",
    "negative_control",
    "birth",
    "diagnosis",
    "further",
    "measured",
)
_ONE_COLUMN: Final = (
    "id",
    "time_zero",
    "entry",
    "initiation",
    "trigger",
    "exit",
    "event",
    "death",
    "birth",
    "age",
    "sex",
    "diagnosis",
    "stated_time",
    "negative_control",
    "centre",
    "treated",
    "history_time",
)


def roles_of(data: DataPart) -> dict[str, tuple[str, ...]]:
    """Return which roles each named column plays.

    Parameters
    ----------
    data : DataPart
    """
    found: dict[str, list[str]] = {}
    for role in _ONE_COLUMN:
        name = getattr(data, role)
        if name is not None:
            found.setdefault(name, []).append(role)
    for role, names in (
        ("covariate", data.covariates),
        ("further", data.further),
        ("history", data.history),
        ("measured", tuple(data.covariate_dates.values())),
    ):
        for name in names:
            found.setdefault(name, []).append(role)
    return {name: tuple(roles) for name, roles in found.items()}


@dataclass(slots=True, kw_only=True, eq=False)
class Bench:
    """A table while it is prepared.

    Parameters
    ----------
    grid : Grid
        The cells as they were read; steps below 200 make the table of it.
    table : Table
        As it is now. Before the header is known its columns are called by their letters.
    recipe : TableRecipe
    key : str
        Name of the table in the recipe, for questions: ``registry``.
    data : DataPart
        Which columns are used, and general rules on missing codes, date format, decimal comma.
    today : date
        No date in the data can be later.
    shape : str or None
        What one row is, where the recipe says it.
    labels : dict of str to ColumnLabels
        What a statistics file or a data dictionary says of the columns.
    roles : mapping of str to tuple of str
        For each column that is used, its roles: id, time_zero, exit, event, covariate, ...
    findings : list of Finding
    changes : list of Change
    attrition : list of AttritionStep
        Rows left out on the way, beginning with the rows read.
    header_rows : tuple of int
        Row numbers of the header in the file, once it is known.
    """

    grid: Grid
    table: Table
    recipe: TableRecipe
    key: str
    data: DataPart
    today: dt.date
    shape: str | None = None
    labels: dict[str, ColumnLabels] = field(default_factory=dict[str, ColumnLabels])
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    findings: list[Finding] = field(default_factory=list[Finding])
    changes: list[Change] = field(default_factory=list[Change])
    attrition: list[AttritionStep] = field(default_factory=list[AttritionStep])
    header_rows: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.table.rows.size)

    def said(self, name: str) -> ColumnRecipe:
        """Return what the recipe says of a column."""
        return self.recipe.column(name)

    def used(self, *roles: str) -> tuple[Column, ...]:
        """Return the columns that play one of these roles; all used columns when none is named."""
        return tuple(
            column
            for column in self.table.columns
            if (own := self.roles.get(column.name)) and (not roles or set(roles) & set(own))
        )

    def missing(self, column: Column) -> Bools:
        """Return which cells are empty or hold a declared code for 'not recorded'."""
        codes = (*self.data.missing, *(self.said(column.name).missing or ()))
        kept = self.said(column.name).not_missing or ()
        return column.missing(tuple(code for code in codes if code not in kept))

    def tell(
        self,
        code: str,
        severity: Severity,
        what: str,
        *,
        column: Column | None = None,
        mask: Bools | None = None,
        mend: str = "",
        evidence: tuple[str, ...] | None = None,
    ) -> None:
        """Add a finding: about cells of a column, about rows, or about the whole table."""
        cells = np.zeros(self.n, dtype=np.bool_) if mask is None else mask
        where, shown_cells = self.table.name, evidence or ()
        if column is not None:
            where = self.table.where(column, cells)
            shown_cells = self.table.evidence(column, cells) if evidence is None else evidence
        elif mask is not None and mask.any():
            where = f"{self.table.name}, row {int(self.table.rows[np.flatnonzero(mask)[0]])}"
        self.findings.append(
            Finding(
                code=code,
                severity=severity,
                what=what,
                where=where,
                evidence=shown_cells,
                mend=mend,
                n_rows=int(cells.sum()),
            )
        )

    def ask(
        self,
        code: str,
        what: str,
        *,
        key: str | tuple[str, ...],
        column: Column | None = None,
        mask: Bools | None = None,
        **question: Any,
    ) -> None:
        """Ask something, unless the recipe has the answer; steps look there first.

        Parameters
        ----------
        code, what : str
        key : str or tuple of str
            Within the table's recipe: ``header_rows``; with a column, within the column's recipe:
            ``date_format``. A path such as ``("data", "event_value")`` is whole: a key of the study
            file, or of the recipe (``shape``, ``tables``).
        column : Column, optional
        mask : (n,) bool, optional
            The cells or rows it is about.
        **question
            ``options``, ``default``, ``mend``, ``evidence`` of :class:`Question`.
        """
        cells = np.zeros(self.n, dtype=np.bool_) if mask is None else mask
        if isinstance(key, str):
            within = (key,) if column is None else ("columns", column.name, key)
            key = ("tables", self.key, *within)
        where = self.table.name if column is None else self.table.where(column, cells)
        if column is not None:
            question.setdefault("evidence", self.table.evidence(column, cells))
        named = "study file" if key[0] in {"data", "rules"} else "recipe"
        mend = f"answer it with `timezero init`, or write {dotted(key)} in the {named}"
        question.setdefault("mend", mend)
        self.findings.append(
            Question(
                code=code, what=what, where=where, key=key, n_rows=int(cells.sum()), **question
            )
        )

    def put(self, column: Column) -> None:
        """Put a column in the place of the one of the same name, without any change of meaning."""
        columns = tuple(column if c.name == column.name else c for c in self.table.columns)
        self.table = dataclasses.replace(self.table, columns=columns)

    def change(
        self,
        column: Column,
        *,
        code: str,
        rule: str,
        mask: Bools,
        new: pl.Series,
        severity: Severity = Severity.NOTE,
    ) -> None:
        """Put a changed column in place, with old and new of each changed cell kept and shown.

        Parameters
        ----------
        column : Column
            As it is from now on; the one of the same name is replaced.
        code : str
        rule : str
            What was done, in words; the number of cells is put before it.
        mask : (n,) bool
            Which cells changed.
        new : (n,) polars String
            What the cells mean now, in words of the same column: a date as 2016-03-04.
        severity : Severity
        """
        import polars as pl

        if mask.any():
            keep = pl.Series(mask)
            change = Change(
                code=code,
                rule=rule,
                column=column.name,
                letter=column.letter,
                rows=self.table.rows[mask],
                old=self.table.column(column.name).text.filter(keep),
                new=new.filter(keep),
            )
            self.changes.append(change)
            n = change.n
            self.findings.append(
                Finding(
                    code=code,
                    severity=severity,
                    what=f"{n:,} {'cell' if n == 1 else 'cells'}: {rule}",
                    where=self.table.where(column, mask),
                    evidence=tuple(change.lines(EVIDENCE_LIMIT)),
                    n_rows=n,
                )
            )
        self.put(column)

    def drop_rows(
        self, mask: Bools, *, code: str, reason: str, evidence: tuple[str, ...] | None = None
    ) -> None:
        """Leave rows out, counted in the attrition and listed by their numbers.

        Parameters
        ----------
        mask : (n,) bool
            The rows that go.
        code : str
        reason : str
            In words: ``exact copies of another row``.
        evidence : tuple of str, optional
            What the rows say; their numbers are listed if not given.
        """
        import polars as pl

        n_gone = int(mask.sum())
        if not n_gone:
            return
        numbers = [int(row) for row in self.table.rows[mask][:EVIDENCE_LIMIT]]
        listed = tuple(f"row {number}" for number in numbers)
        self.tell(
            code,
            Severity.NOTE,
            f"left out: {n_gone:,} {'row' if n_gone == 1 else 'rows'}, {reason}",
            mask=mask,
            evidence=listed if evidence is None else evidence,
        )
        keep, kept = pl.Series(~mask), ~mask
        columns = tuple(
            dataclasses.replace(
                c,
                text=c.text.filter(keep),
                kinds=c.kinds[kept],
                numbers=c.numbers[kept],
                days=c.days[kept],
            )
            for c in self.table.columns
        )
        self.table = dataclasses.replace(self.table, columns=columns, rows=self.table.rows[kept])
        self.attrition.append(
            AttritionStep(step=code, n_patients=self.n, n_removed=n_gone, reason=reason)
        )

    def drop_columns(self, names: tuple[str, ...]) -> None:
        """Leave columns out; the step says so in a finding of its own."""
        columns = tuple(c for c in self.table.columns if c.name not in names)
        self.table = dataclasses.replace(self.table, columns=columns)
