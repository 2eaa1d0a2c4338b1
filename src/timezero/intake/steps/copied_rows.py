"""Rows that are the same in every cell are one row."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.intake.bench import Bench
from timezero.intake.step import Step

CODE: Final = "rows_copied"


def _run(bench: Bench) -> None:
    import polars as pl

    ids = next(iter(bench.used("id")), None)
    if ids is None:
        return
    twice = np.flatnonzero((ids.text.is_duplicated() & ids.text.is_not_null()).to_numpy())
    if not twice.size:
        return
    cells = pl.DataFrame(
        [column.text.gather(twice).alias(str(k)) for k, column in enumerate(bench.table.columns)]
    )
    first = cells.with_row_index("row").unique(
        subset=cells.columns, keep="first", maintain_order=True
    )
    copies = np.ones(twice.size, dtype=np.bool_)
    copies[first["row"].to_numpy()] = False
    mask = np.zeros(bench.n, dtype=np.bool_)
    mask[twice[copies]] = True
    bench.drop_rows(mask, code=CODE, reason="each the same in every cell as a row above")


STEP = Step(order=222, title="Rows that are copies", run=_run)
