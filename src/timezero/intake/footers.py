"""Rows below the patients that are no patients: totals, legends, sources, signatures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Bools, Ints
from timezero.intake.row_looks import Looks, filled_rows, looks_at, shape_of
from timezero.intake.tables import Column, Table

TAIL: Final = 60
BODY: Final = 300
_USUAL: Final = 0.9
_FEW_CELLS: Final = 3
_SMALLEST: Final = 2
_WORDS: Final = re.compile(
    r"(?:grand |sub)?totals?\b|sums?\b|subtotal|n\s*[=:]|n$|counts?\b|mean\b|average|median\b|sd\b"
    r"|s\.d\.|std\b|min(?:imum)?\b|max(?:imum)?\b|ranges?\b|iqr\b|legend\b|key\b|notes?\b|sources?\b"
    r"|signatures?\b|signed\b|date of|exported|export\b|printed|created|generated|report\b"
    r"|abbreviations?\b|page \d|end of|confidential|copyright|[*†‡§©]|gesamt|summe\b|mittelwert"
    r"|anzahl|quelle|legende|stand\b|moyenne|somme\b|l[ée]gende|suma\b|media\b|promedio|totale?\b"
    r"|fuente|leyenda|somma\b|fonte\b|legenda|gemiddelde|totaal|bron\b",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(r"\s|[:=]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Body:
    """How the rows of patients look.

    Parameters
    ----------
    usual : (c,) bool
        Columns that nearly every row fills.
    label : int
        The column with the identifier: as named, or the first of the usual ones.
    shapes : frozenset of str
        Patterns of its cells.
    looks : Looks
        Rows above that fill more than half as many cells as the fullest one.
    is_whole : bool
        Whether all rows above were looked at; only then can sums be compared.
    """

    usual: Bools
    label: int
    shapes: frozenset[str]
    looks: Looks
    is_whole: bool


def footer_rows(table: Table, identifier: str | None) -> Bools:
    """Return which rows at the end of a table look like no patient.

    Parameters
    ----------
    table : Table
        Below its header, empty rows still in it.
    identifier : str or None
        The column with the patient, if it is known.
    """
    found = np.zeros(table.rows.size, dtype=np.bool_)
    filled = np.flatnonzero(filled_rows(table.columns, table.rows.size))
    tail = filled[max(0, filled.size - TAIL) :]
    looks = looks_at(table.columns, tail)
    for first, last in reversed(_segments(table, tail)):
        after_gap = first > 0 and tail[first] > 0
        body = _body(table, filled[: filled.size - tail.size + first], identifier)
        if after_gap and body is not None and _is_apart(looks, range(first, last + 1), body):
            found[tail[first : last + 1]] = True
            continue
        for k in range(last, first - 1, -1):
            body = _body(table, filled[: filled.size - tail.size + k], identifier)
            if body is None or not _is_footer(table, looks, k, body):
                return found
            found[tail[k]] = True
    return found


def _segments(table: Table, tail: Ints) -> list[tuple[int, int]]:
    """Return the first and last of each run of rows without an empty row between, by place."""
    breaks = np.flatnonzero(np.diff(table.rows[tail]) > 1) + 1
    firsts = [0, *(int(k) for k in breaks)]
    return list(zip(firsts, [*(k - 1 for k in firsts[1:]), tail.size - 1], strict=True))


def _body(table: Table, above: Ints, identifier: str | None) -> _Body | None:
    if not above.size:
        return None
    looks = looks_at(table.columns, above[:BODY])
    looks = looks_at(table.columns, looks.at[2 * looks.count > looks.count.max()])
    usual = looks.filled.mean(axis=0) >= _USUAL
    if usual.sum() < _SMALLEST:
        return None
    names = [column.name for column in table.columns]
    label = names.index(identifier) if identifier in names else int(np.flatnonzero(usual)[0])
    shapes = frozenset(shape_of(row[label] or "") for row in looks.texts)
    return _Body(usual=usual, label=label, shapes=shapes, looks=looks, is_whole=above.size <= BODY)


def _is_sparse(looks: Looks, k: int, body: _Body) -> bool:
    return 2 * int((looks.filled[k] & body.usual).sum()) <= int(body.usual.sum())


def _names_a_patient(looks: Looks, k: int, body: _Body) -> bool:
    text = looks.texts[k][body.label]
    return text is not None and shape_of(text) in body.shapes


def _is_apart(looks: Looks, segment: range, body: _Body) -> bool:
    """Return whether rows after an empty row all hold little and do not begin with a patient."""
    little = all(_is_sparse(looks, k, body) and looks.count[k] <= _FEW_CELLS for k in segment)
    first = segment[0]
    words = _first_text(looks, first)
    named = _names_a_patient(looks, first, body) and _WORDS.match(words) is None
    return little and not named


def _first_text(looks: Looks, k: int) -> str:
    return next((text for text in looks.texts[k] if text is not None), "")


def _is_footer(table: Table, looks: Looks, k: int, body: _Body) -> bool:
    text, sparse = _first_text(looks, k), _is_sparse(looks, k, body)
    if _WORDS.match(text) and not looks.measured[k][int(np.flatnonzero(looks.filled[k])[0])]:
        return sparse or _sums_up(table, looks, k, body)
    if not looks.filled[k, body.label] and sparse and _sums_up(table, looks, k, body):
        return True
    single = looks.count[k] == 1 and sparse
    return single and not _names_a_patient(looks, k, body) and _REMARK.search(text) is not None


def _sums_up(table: Table, looks: Looks, k: int, body: _Body) -> bool:
    """Return whether every number of a row is a sum, mean or count of those above it."""
    numbers = [
        (column, own)
        for c, column in enumerate(table.columns)
        if looks.measured[k, c]
        for own in [_numbers(column, np.array([looks.at[k]]))[0]]
    ]
    if not numbers or body.looks.at.size < _SMALLEST or not body.is_whole:
        return False
    return all(_is_summary(own, _numbers(column, body.looks.at)) for column, own in numbers)


def _numbers(column: Column, at: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    import polars as pl

    written = column.text.gather(at).str.replace(",", ".", literal=True)
    return np.asarray(written.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy())


def _is_summary(own: float, above: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    known = above[~np.isnan(above)]
    if np.isnan(own) or not known.size:
        return False
    ways = (known.sum(), known.mean(), float(np.median(known)), float(known.size))
    return any(abs(own - way) <= max(0.05, 0.006 * abs(way)) for way in ways)
