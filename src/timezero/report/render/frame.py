"""All contrasts of a study as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timezero.model.result import StudyResult

if TYPE_CHECKING:
    import polars as pl

_FIELDS = (
    "measure",
    "variant",
    "value",
    "standard_error",
    "lower",
    "upper",
    "level",
    "p_value",
    "statistic",
    "at",
    "method",
)


def contrasts_frame(result: StudyResult) -> pl.DataFrame:
    """Return every contrast of every rung as a Polars data frame, one row each.

    Columns ``rung``, ``role`` and ``status`` come first. A refused rung has one row without
    numbers, so that it cannot be overlooked. NaN means: does not exist.
    """
    import polars as pl

    texts = {"measure", "variant", "method"}
    schema = {
        "rung": pl.String,
        "role": pl.String,
        "status": pl.String,
        **{name: pl.String if name in texts else pl.Float64 for name in _FIELDS},
        "cautions": pl.List(pl.String),
    }
    rows: list[tuple[object, ...]] = []
    for rung in result.rungs:
        head = (rung.name, rung.role, rung.status)
        rows += [
            (*head, *(getattr(c, name) for name in _FIELDS), list(c.cautions))
            for c in rung.contrasts
        ]
        if rung.status == "refused":
            rows.append((*head, *(None for _ in _FIELDS), [rung.refusal]))
    return pl.DataFrame(rows, schema=schema, orient="row")
