"""Cells that a spreadsheet, a browser or a screen would obey instead of showing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, TEXT, Column, shown
from timezero.intake.wording import counted

if TYPE_CHECKING:
    import polars as pl

_BEGINS: Final = "=@+\\-\uff1d\uff20\uff0b\uff0d"
_HIDDEN: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ANY: Final = f"^[{_BEGINS}]|<|(?i:javascript:)|[{_HIDDEN}]"
_PLAIN_SIGNED: Final = r"^[+-]?[\d\s.,/:%eE+-]*$"
_SUM: Final = r"^[+-].*\d[+*/-]\d"
_KINDS: Final = {
    "cells_like_formulas": (
        f"^[{_BEGINS}]",
        "that would be a formula in a spreadsheet: read as text, and made harmless on export",
    ),
    "cells_with_markup": (
        r"(?i)<\s*/?\s*[a-z!][^<>]*>|<\s*/?(script|svg|img|iframe|object|style)\b|javascript:",
        "with the language of web pages in them: read as text, and shown as such",
    ),
    "cells_with_hidden_signs": (
        f"[{_HIDDEN}]",
        "with signs that are not shown or that turn the direction of writing: shown without them",
    ),
}
_BEGINNING: Final = 12


def _run(bench: Bench) -> None:
    doubtful = [(column, odd) for column in bench.table.columns if (odd := _odd(column)).any()]
    for code, (_, words) in _KINDS.items():
        found = [
            (column, mask) for column, odd in doubtful if (mask := _of(column, odd, code)).any()
        ]
        n = sum(int(mask.sum()) for _, mask in found)
        if n:
            rows = np.logical_or.reduce([mask for _, mask in found])
            evidence = [line for column, mask in found for line in _lines(bench, column, mask)]
            bench.tell(
                code,
                Severity.NOTE,
                f"{counted(n, 'cell')} {words}",
                mask=rows,
                evidence=tuple(evidence[:EVIDENCE_LIMIT]),
            )


def _odd(column: Column) -> Bools:
    if not (column.kinds == TEXT).any():
        return np.zeros(column.kinds.size, dtype=np.bool_)
    return _matches(column.text, _ANY) & (column.kinds == TEXT)


def _of(column: Column, odd: Bools, code: str) -> Bools:
    import polars as pl

    at = np.flatnonzero(odd)
    cells = column.text.filter(pl.Series(odd))
    found = _matches(cells, _KINDS[code][0])
    if code == "cells_like_formulas":
        found &= ~_matches(cells, _PLAIN_SIGNED) | _matches(cells, _SUM)
    mask = np.zeros_like(odd)
    mask[at[found]] = True
    return mask


def _matches(text: pl.Series, pattern: str) -> Bools:
    found = text.str.contains(pattern).fill_null(value=False).to_numpy()
    return np.array(found, dtype=np.bool_)


def _lines(bench: Bench, column: Column, mask: Bools) -> list[str]:
    """Return where the cells are and how they begin; all of them may be about a person."""
    lines: list[str] = []
    for row in np.flatnonzero(mask)[:EVIDENCE_LIMIT]:
        text = shown(column.text[int(row)])
        more = "..." if len(text) > _BEGINNING else ""
        lines.append(f"{bench.table.address(column, int(row))}: {text[:_BEGINNING]}{more}")
    return lines


STEP = Step(order=187, title="Cells that something would obey", run=_run)
