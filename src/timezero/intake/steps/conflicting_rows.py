"""One identifier with two sexes, births or deaths is not one patient."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.findings import Severity
from timezero.intake.bench import Bench
from timezero.intake.known_columns import column_of_role
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT, Column, shown
from timezero.intake.wording import counted

CODE: Final = "id_conflicting"
ROLES: Final = ("sex", "birth", "death")
_WORDS: Final = {"sex": "sex", "birth": "date of birth", "death": "date of death"}


def _run(bench: Bench) -> None:
    ids = next(iter(bench.used("id")), None)
    if ids is None or not (ids.text.is_duplicated() & ids.text.is_not_null()).any():
        return
    for role in ROLES:
        column = column_of_role(bench, role)
        if column is not None and column.name != ids.name:
            _look_at(bench, ids, column, role=role)


def _look_at(bench: Bench, ids: Column, column: Column, *, role: str) -> None:
    import polars as pl

    said = column.text.set(pl.Series(bench.missing(column)), None).str.to_lowercase()
    both = pl.DataFrame({"id": ids.text, "said": said}).with_columns(
        n=pl.col("said").drop_nulls().n_unique().over("id")
    )
    conflict = (both["n"] > 1) & both["id"].is_not_null() & both["said"].is_not_null()
    mask = np.asarray(conflict.fill_null(value=False).to_numpy(), dtype=np.bool_)
    if not mask.any():
        return
    n = ids.text.filter(pl.Series(mask)).n_unique()
    bench.tell(
        CODE,
        Severity.ERROR,
        f"{counted(n, 'identifier')} with more than one {_WORDS[role]}, in {counted(mask, 'row')}",
        column=column,
        mask=mask,
        evidence=_listed(bench, ids, column, mask),
        mend="put the cells right, or give each patient an identifier of their own",
    )


def _listed(
    bench: Bench, ids: Column, column: Column, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[str, ...]:
    """Return the cells in conflict, patient by patient."""
    rows = sorted(np.flatnonzero(mask).tolist(), key=lambda k: (str(ids.text[k]), k))
    return tuple(
        f"{bench.table.address(column, k)}: {shown(column.text[k])} ({shown(ids.text[k])})"
        for k in rows[:EVIDENCE_LIMIT]
    )


STEP = Step(order=230, title="One identifier, two persons", run=_run)
