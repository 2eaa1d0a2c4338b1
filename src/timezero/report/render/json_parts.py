"""What all JSON results share: numbers without infinity, series, tables, findings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from timezero.findings import Finding
from timezero.model.result import DataTable
from timezero.report.count_ledger import COUNTS

Json: TypeAlias = dict[str, Any]
DIGITS: Final = 4
SCHEMAS: Final = Path(__file__).resolve().parent.parent / "schema"


def finite(value: float) -> float | None:
    """Return a number as JSON has it: NaN and infinities are null."""
    return float(value) if math.isfinite(value) else None


def named_numbers(values: Mapping[str, float]) -> Json:
    """Return numbers by name; an infinite one is null and flagged, because JSON has no infinity."""
    found: Json = {}
    for name, value in values.items():
        found[name] = finite(value)
        if math.isinf(value):
            found[f"{name}_is_infinite"] = True
    return found


def series(values: Iterable[float | str]) -> list[float | str | None]:
    """Return a column of numbers or words."""
    return [v if isinstance(v, str) else finite(v) for v in values]


def shown_count(count: int) -> int | None:
    """Return a count, or nothing where it is hidden."""
    return None if count < 0 else count


def shown_counts(counts: Iterable[float]) -> list[float | str | None]:
    """Return a series of counts with nothing where one is hidden."""
    return [finite(v) if v >= 0.0 else None for v in counts]


def counts_or_words(column: Iterable[float | str]) -> list[float | str | None]:
    """Return a column of counts with nothing where one is hidden."""
    return [v if isinstance(v, str) else shown_counts([v])[0] for v in column]


def rounded(value: Any) -> Any:
    """Return JSON with every number that is not whole at four significant digits."""
    if isinstance(value, dict):
        return {name: rounded(v) for name, v in cast("Json", value).items()}
    if isinstance(value, list):
        return [rounded(v) for v in cast("list[Any]", value)]
    if isinstance(value, float) and not value.is_integer():
        return float(f"{value:.{DIGITS}g}")
    return value


def data_table(found: DataTable) -> Json:
    """Return a data table."""
    return {
        "name": found.name,
        "title": found.title,
        "columns": {
            name: counts_or_words(column) if COUNTS.search(name) else series(column)
            for name, column in found.columns.items()
        },
        "notes": named_numbers(found.notes),
    }


def one_finding(found: Finding) -> Json:
    """Return a finding without the cells that it was seen in."""
    return {
        "code": found.code,
        "severity": str(found.severity),
        "what": found.what,
        "where": found.where,
        "mend": found.mend,
        "n_rows": shown_count(found.n_rows),
    }
