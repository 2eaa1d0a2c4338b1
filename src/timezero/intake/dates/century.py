"""Two-digit years: the latest that they can mean is asked, and is never later than today."""

from __future__ import annotations

import numpy as np

from timezero.arrays import Bools
from timezero.findings import Option, Severity
from timezero.intake.dates.cells import DateCells
from timezero.intake.wording import counted

YOUNGEST = 18


def full_year(year: int, pivot: int) -> int:
    """Return the latest year up to the pivot that ends in these two digits.

    Parameters
    ----------
    year : int
        0 to 99.
    pivot : int
    """
    return pivot - (pivot - year) % 100


def settle_century(cells: DateCells) -> None:
    """Ask for the latest year of two digits where a column has such years."""
    texts = np.array([s is not None and s.short for s in cells.shapes], dtype=np.bool_)
    texts &= ~cells.open
    rows, bench = cells.rows(texts), cells.bench
    if not rows.any():
        return
    latest = bench.today.year
    said = bench.said(cells.name).century_pivot
    if said is not None and said > latest:
        bench.tell(
            "date_century",
            Severity.ERROR,
            f"century_pivot is {said}: two digits would mean years after {latest}",
            column=cells.column,
            mask=rows,
            mend=f"say {latest} or an earlier year",
        )
    cells.pivot = min(said, latest) if said is not None else latest
    if said is None:
        _ask(cells, texts, rows)


def _ask(cells: DateCells, texts: Bools, rows: Bools) -> None:
    latest = cells.bench.today.year
    births = "birth" in cells.bench.roles.get(cells.name, ())
    pivots = (latest, latest - YOUNGEST) if births else (latest,)
    listed = [int(k) for k in np.flatnonzero(texts)[:3]]
    options = tuple(
        Option(
            value=pivot,
            words=f"none is later than {pivot}: "
            + ", ".join(f"{cells.texts[k]} is in {_year(cells, k, pivot)}" for k in listed),
        )
        for pivot in pivots
    )
    cells.bench.ask(
        "date_century",
        f"{counted(rows, 'date')} with a year of two digits, such as {cells.texts[listed[0]]}: "
        "which is the latest year they can mean?",
        key="century_pivot",
        column=cells.column,
        mask=rows,
        options=options,
        default=None if births else latest,
    )


def _year(cells: DateCells, k: int, pivot: int) -> int:
    return full_year(cells.parts(k)[0], pivot)
