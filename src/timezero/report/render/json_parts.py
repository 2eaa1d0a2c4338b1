"""What all JSON results share: numbers without infinity, series, tables, findings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from timezero.findings import Finding
from timezero.model.result import DataTable

Json: TypeAlias = dict[str, Any]
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


def data_table(found: DataTable) -> Json:
    """Return a data table."""
    return {
        "name": found.name,
        "title": found.title,
        "columns": {name: series(column) for name, column in found.columns.items()},
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
        "n_rows": found.n_rows,
    }
