"""The same identifier in two centres is two patients."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.step import Step

CODE: Final = "id_in_two_centres"


def _run(bench: Bench) -> None:
    import polars as pl

    data = bench.data
    if data.centre is None or data.layout != "one_row_per_patient":
        return
    (ids, *_), (centres, *_) = (bench.used(r) or (None,) for r in ("id", "centre"))
    if ids is None or centres is None:
        return
    both = pl.DataFrame({"id": ids.text, "centre": centres.text}).with_columns(
        n=pl.col("centre").n_unique().over("id")
    )
    shared = (both["n"] > 1) & both["id"].is_not_null() & both["centre"].is_not_null()
    mask = np.asarray(shared.to_numpy(), dtype=np.bool_)
    if not mask.any():
        return
    new = (centres.text + " / " + ids.text).zip_with(shared, ids.text)
    bench.change(
        dataclasses.replace(ids, text=new),
        code=CODE,
        rule="an identifier that occurs in two centres is two patients, told apart by the centre",
        mask=mask,
        new=new,
        severity=Severity.WARNING,
    )


STEP = Step(order=226, title="Identifiers that occur in two centres", run=_run)
