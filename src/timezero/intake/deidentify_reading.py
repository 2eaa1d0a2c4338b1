"""Reading a registry that is to be passed on, with an account of what reading leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from timezero.errors import InputRefused
from timezero.findings import Severity
from timezero.intake.courses import registry_table
from timezero.intake.deidentify import ColumnDone, guessed_roles
from timezero.intake.identifiers import identifier_kind
from timezero.intake.sources import read_table
from timezero.intake.tables import Table
from timezero.model.protocol import DataPart, Protocol
from timezero.model.recipe import Recipe


def read_for_sharing(
    registry: str | Path, *, protocol: Protocol | None = None, recipe: Recipe | None = None
) -> tuple[Protocol, Table, tuple[ColumnDone, ...]]:
    """Return the protocol, guessed where none is given, the table, and what reading left out.

    Parameters
    ----------
    registry : path
    protocol : Protocol, optional
    recipe : Recipe, optional
        How the cells are to be read.

    Raises
    ------
    InputRefused
        The file cannot be read, or it is not clear how: all open questions are listed.
    """
    seen: list[ColumnDone] = []
    used: list[DataPart] = []

    def roles(table: Table) -> DataPart:
        for column in table.columns:
            kind = identifier_kind(column.name, column)
            why = "left out on reading" if kind is None else f"direct identifier: {kind}"
            n = len(column.text) - int(column.text.null_count())
            said = why.replace("_", " ")
            seen.append(ColumnDone(name=column.name, done="left out", why=said, n_cells=n))
        used.append(guessed_roles(table) if protocol is None else protocol.data)
        return used[-1]

    table = _table(registry, protocol, recipe, roles)
    questions = tuple(f for f in table.findings if f.severity is Severity.QUESTION)
    if questions:
        raise InputRefused(
            what=f"{len(questions)} things about this file are open: {questions[0].what}",
            where=questions[0].where,
            mend="answer them with `timezero init`, and give the study file with --study",
            code="TZ-IN-71",
            findings=questions,
        )
    gone = [done for done in seen if done.name not in table.names]
    if not seen:
        gone += _left_out_of_parts(table)
    return protocol or Protocol(data=used[0]), table, (*gone, *_second_tables(protocol))


def _table(
    registry: str | Path,
    protocol: Protocol | None,
    recipe: Recipe | None,
    roles: Callable[[Table], DataPart],
) -> Table:
    """Read the registry; tables of operations are joined first, to one row a patient."""
    if protocol is not None and recipe is not None and recipe.shape.kind is not None:
        return registry_table(registry, protocol.data, recipe)
    sheet = None if protocol is None else protocol.data.sheet
    return read_table(registry, sheet=sheet, data=roles, recipe=recipe)


def _left_out_of_parts(table: Table) -> Iterator[ColumnDone]:
    """Give what reading left out of tables that were then joined."""
    for finding in table.findings:
        if finding.code == "identifying_columns":
            yield ColumnDone(name=finding.where, done="left out", why=finding.what, n_cells=0)


def _second_tables(protocol: Protocol | None) -> Iterator[ColumnDone]:
    if protocol is None:
        return
    for name in (protocol.data.history_file, protocol.data.perfusion_file):
        if name is not None:
            why = "a table of its own, which is not made shareable"
            yield ColumnDone(name=name, done="left out", why=why, n_cells=0)
