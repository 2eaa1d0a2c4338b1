"""Names, numbers and notes about a person are left out before anything is kept."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.identifiers import identifier_kind
from timezero.intake.step import Step
from timezero.intake.tables import Column
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

CODE: Final = "identifying_columns"
CELLS_LOOKED_AT: Final = 500
_NEVER_LEFT_OUT: Final = frozenset(("id", "birth"))


def _run(bench: Bench) -> None:
    found = {
        column.name: kind.replace("_", " ")
        for column in bench.table.columns
        if (kind := identifier_kind(column.name, _some_cells(column))) is not None
    }
    kept = {name for name in found if bench.said(name).keep}
    used = {name for name in found if name in bench.roles} - kept
    held = _may_be_the_patient(bench, found)
    dropped = tuple(name for name in found if name not in used | kept | held)
    if dropped:
        _silence(bench, tuple(c for c in bench.table.columns if c.name in dropped))
        bench.drop_columns(dropped)
        bench.tell(
            CODE,
            Severity.WARNING,
            f"left out: {counted(len(dropped), 'column')} that may tell who a patient is: "
            f"{_listed(dropped, found)}",
            mend="columns.NAME.keep = true in the recipe keeps a column",
        )
    if kept:
        what = "kept, as the recipe says, although they may tell who a patient is: "
        bench.tell(CODE, Severity.WARNING, what + _listed(tuple(kept), found))
    needless = tuple(n for n in used if not _NEVER_LEFT_OUT & set(bench.roles[n]))
    if needless:
        bench.tell(
            CODE,
            Severity.WARNING,
            "used in the study although they may tell who a patient is: "
            f"{_listed(needless, found)}",
            mend="use a column that says the same without telling who it is",
        )


def _may_be_the_patient(bench: Bench, found: dict[str, str]) -> set[str]:
    """Return record numbers, as long as it is not known which column tells patients apart."""
    if any("id" in roles for roles in bench.roles.values()):
        return set()
    return {name for name, kind in found.items() if kind == "record number"}


def _silence(bench: Bench, dropped: tuple[Column, ...]) -> None:
    """Leave of the cells of these columns, in what was noticed before, their addresses only."""
    import polars as pl

    cells = pl.concat([column.text.alias("cells") for column in dropped]).drop_nulls()
    letters = {column.letter for column in dropped} - {""}
    names = {column.name for column in dropped}
    for k, finding in enumerate(bench.findings):
        silent = tuple(
            f"{seen.partition(': ')[0]}: not shown" if _quotes(seen, letters, cells) else seen
            for seen in finding.evidence
        )
        bench.findings[k] = dataclasses.replace(finding, evidence=silent)
    bench.changes[:] = [change for change in bench.changes if change.column not in names]


def _quotes(evidence: str, letters: set[str], cells: pl.Series) -> bool:
    """Return whether evidence is a cell of one of the columns, by its address or by what it says.

    Without letters, as in a data frame, it is told by the beginning of what is quoted.
    """
    address, _, said = evidence.partition(": ")
    letter = address.rstrip("0123456789")
    if letter and letter.isupper():
        return letter in letters
    begins = said.partition(" -> ")[0].removesuffix("...").strip("'\"")
    return begins not in ("", "empty") and bool(cells.str.starts_with(begins).any())


def _listed(names: tuple[str, ...], found: dict[str, str]) -> str:
    return ", ".join(f"{name} ({found[name]})" for name in sorted(names, key=list(found).index))


def _some_cells(column: Column) -> Column:
    """Return up to five hundred filled cells, evenly spread."""
    filled = np.flatnonzero(column.kinds != 0)
    if filled.size > CELLS_LOOKED_AT:
        filled = filled[np.linspace(0, filled.size - 1, CELLS_LOOKED_AT).astype(np.intp)]
    return dataclasses.replace(
        column,
        text=column.text.gather(filled),
        kinds=column.kinds[filled],
        numbers=column.numbers[filled],
        days=column.days[filled],
    )


STEP = Step(order=244, title="Columns that tell who a patient is", run=_run)
