"""Which labelled columns are categories, and what their cells say then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from timezero.intake.grid import ColumnLabels
from timezero.intake.missing_words import missing_words
from timezero.intake.tables import DATE, Column, shown

if TYPE_CHECKING:
    import polars as pl

LISTED: Final = 8


def label_texts(column: Column, labels: ColumnLabels) -> pl.Series | None:
    """Return the label of each cell; None when the column is to keep its codes.

    A column is read by its labels when every cell that holds a value has one, no two codes share
    one, and at least one says something else than its code. Dates, and numbers of which only some
    are labelled, stay what they are.

    Parameters
    ----------
    column : Column
    labels : ColumnLabels

    Returns
    -------
    (n,) polars String or None
    """
    import polars as pl

    there: list[str] = column.text.drop_nulls().unique().to_list()
    meant = {code: labels.values.get(code, "").strip() for code in there}
    if not there or (column.kinds == DATE).any() or not all(meant.values()):
        return None
    used = [label for code, label in labels.values.items() if code not in labels.missing]
    if len(set(used)) < len(used) or all(code == label for code, label in meant.items()):
        return None
    return column.text.replace_strict(meant, default=None, return_dtype=pl.String)


def listed(labels: ColumnLabels) -> str:
    """Return codes and labels in words: ``1 = dead, 2 = alive``.

    Parameters
    ----------
    labels : ColumnLabels
    """
    pairs = [f"{shown(code)} = {shown(label)}" for code, label in labels.values.items()]
    return ", ".join(pairs[:LISTED]) + (", ..." if len(pairs) > LISTED else "")


def undeclared(column: Column, labels: ColumnLabels) -> list[str]:
    """Return the codes there are whose label means 'not recorded', declared nowhere.

    Parameters
    ----------
    column : Column
    labels : ColumnLabels
    """
    known = missing_words()
    words = known.signs | known.never_numbers | known.none_words
    found: list[str] = []
    for code, label in labels.values.items():
        n = int((column.text == code).sum()) if label.strip().lower() in words else 0
        if n and code not in labels.missing:
            found.append(f"{shown(column.name)}: {shown(code)} = {shown(label)} ({n:,})")
    return found
