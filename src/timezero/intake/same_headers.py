"""Columns that have one header between them: one kept, told apart, asked about or refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from timezero.findings import Option, Severity
from timezero.intake.bench import Bench, roles_of
from timezero.intake.headings import matching_key
from timezero.intake.tables import Column, shown

_CELLS: Final = 3


def settle_same_headers(bench: Bench, twins: Mapping[str, tuple[Column, ...]]) -> None:
    """Settle columns of one header, each so far called by it and its letter.

    Parameters
    ----------
    bench : Bench
    twins : mapping of str to tuple of Column
        For a header, the columns that have it.
    """
    for heading, columns in twins.items():
        kept = _without_copies(bench, heading, columns)
        if len(kept) == 1:
            _call(bench, kept[0], heading)
            continue
        roles = _roles_of(bench, heading)
        named = ", ".join(column.name for column in kept)
        if not roles:
            settled = bench.recipe.duplicate_headers == "letters"
            bench.tell(
                "header_duplicated",
                Severity.NOTE if settled else Severity.WARNING,
                f"several columns are called {shown(heading)!r}; they are told apart as {named}",
            )
        elif bench.recipe.duplicate_headers is None and _is_for_one_column(bench, heading):
            _ask(bench, heading, kept, roles)
        else:
            bench.tell(
                "header_ambiguous",
                Severity.ERROR,
                f"the study names {shown(heading)!r}, and {len(kept)} columns are called so",
                mend=f"name one of them: {named}",
                evidence=_first_cells(kept),
            )
            _call(bench, kept[0], heading)


def _without_copies(bench: Bench, heading: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Drop columns whose every cell is that of an earlier one, and tell."""
    kept: list[Column] = []
    for column in columns:
        same = next((c for c in kept if c.text.eq_missing(column.text).all()), None)
        if same is None:
            kept.append(column)
            continue
        bench.drop_columns((column.name,))
        what = f"columns {same.letter} and {column.letter} are both called {shown(heading)!r} "
        what += f"and hold the same cells; {same.letter} is used"
        bench.tell("header_repeated_column", Severity.NOTE, what)
    return tuple(kept)


def _call(bench: Bench, column: Column, name: str) -> None:
    renamed = dataclasses.replace(column, name=name, text=column.text.alias(name))
    columns = tuple(renamed if c.name == column.name else c for c in bench.table.columns)
    bench.table = dataclasses.replace(bench.table, columns=columns)


def _roles_of(bench: Bench, heading: str) -> tuple[str, ...]:
    """Return the roles of a header that a study names, case and spaces aside."""
    key = matching_key(heading)
    return tuple(
        role
        for name, roles in roles_of(bench.data).items()
        if matching_key(name) == key
        for role in roles
    )


def _is_for_one_column(bench: Bench, heading: str) -> bool:
    """Return whether each role of a header is a key of the study file with one column."""
    key = matching_key(heading)
    values = [getattr(bench.data, role, None) for role in _roles_of(bench, heading)]
    return all(isinstance(value, str) and matching_key(value) == key for value in values)


def _ask(bench: Bench, heading: str, columns: tuple[Column, ...], roles: tuple[str, ...]) -> None:
    with_cells = [column for column in columns if (column.kinds != 0).any()]
    default = with_cells[0] if len(with_cells) == 1 else None
    options = tuple(
        Option(value=column.name, words=cells)
        for column, cells in zip(columns, _first_cells(columns), strict=True)
    )
    for role in roles:
        bench.ask(
            "header_ambiguous",
            f"{len(columns)} columns are called {shown(heading)!r}: which one is {role}?",
            key=("data", role),
            options=options,
            default=None if default is None else default.name,
            evidence=_first_cells(columns),
        )
    _call(bench, default or columns[0], heading)


def _first_cells(columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(
        f"column {column.letter}: "
        + (
            ", ".join(shown(text) for text in column.text.drop_nulls()[:_CELLS].to_list())
            or "empty"
        )
        for column in columns
    )
