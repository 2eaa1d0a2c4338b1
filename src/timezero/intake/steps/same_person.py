"""Two identifiers with the same birth date, sex and first operation are probably one patient."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.known_columns import column_of_role
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, shown
from timezero.intake.wording import counted

CODE: Final = "same_person"


def _run(bench: Bench) -> None:
    import polars as pl

    ids = next(iter(bench.used("id")), None)
    columns = [column_of_role(bench, role) for role in ("birth", "sex", "time_zero")]
    if ids is None or any(column is None for column in columns):
        return
    marks = {f"mark {k}": c.text.str.to_lowercase() for k, c in enumerate(columns) if c is not None}
    persons = pl.DataFrame({"id": ids.text, **marks})
    known = persons.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    found = persons.with_columns(n=pl.col("id").n_unique().over(list(marks)))
    mask = np.asarray(((found["n"] > 1) & known).to_numpy(), dtype=np.bool_)
    if not mask.any():
        return
    shared = found.filter(pl.Series(mask)).group_by(list(marks), maintain_order=True)
    groups = shared.agg(pl.col("id").unique(maintain_order=True))["id"].to_list()
    bench.tell(
        CODE,
        Severity.WARNING,
        f"{counted(mask, 'row')} with the date of birth, the sex and the first operation of "
        "another identifier: probably one patient twice, counted as several",
        column=ids,
        mask=mask,
        evidence=tuple(" and ".join(map(shown, group)) for group in groups[:EVIDENCE_LIMIT]),
        mend="if so, write the identifiers under same_patient in the recipe",
    )


STEP = Step(order=234, title="One patient under two identifiers", run=_run)
