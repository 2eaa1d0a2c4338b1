"""Which unit a dose or a volume is recorded in: beside it, or in the header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from timezero.arrays import Bools
from timezero.intake.record_columns import RecordColumns
from timezero.intake.tables import Column

if TYPE_CHECKING:
    import polars as pl

DOSES: Final = {
    "mg_per_m2": r"^mg(?:_per_|/|per)(?:m2|m\^2|m²|sqm|qm)(?:bsa)?$",
    "mg_per_l": r"^mg(?:_per_|/|per)(?:l|litre|liter)$",
    "mg": r"^mg(?:flat|total)?$",
}
VOLUMES: Final = {
    "l_per_m2": r"^(?:l|litres?|liters?)(?:_per_|/|per)(?:m2|m\^2|m²|sqm|qm)(?:bsa)?$",
    "l": r"^(?:l|litres?|liters?)$",
}
_IN_HEADER: Final = r"[\[(]([^\])]+)[\])]\s*$"


def dose_units(record: RecordColumns, value: Column, unit: Column | None) -> dict[str, Bools]:
    """Return for each unit of doses which rows are in it.

    Parameters
    ----------
    record : RecordColumns
    value : Column
        Its header may end in the unit: ``dose (mg/m2)``.
    unit : Column or None
        The column with the unit; it wins over the header.
    """
    return _units(record, value, unit, DOSES)


def volume_units(record: RecordColumns, value: Column, unit: Column | None) -> dict[str, Bools]:
    """Return for each unit of volumes which rows are in it.

    Parameters
    ----------
    record : RecordColumns
    value : Column
    unit : Column or None
    """
    return _units(record, value, unit, VOLUMES)


def _units(
    record: RecordColumns, value: Column, unit: Column | None, spelt: dict[str, str]
) -> dict[str, Bools]:
    words = _header(value) if unit is None else record.words(unit)
    return {
        name: np.asarray(words.str.contains(pattern).fill_null(value=False), dtype=np.bool_)
        for name, pattern in spelt.items()
    }


def _header(value: Column) -> pl.Series:
    import polars as pl

    named = pl.Series([value.name]).str.extract(_IN_HEADER, 1)
    said = named.str.to_lowercase().str.replace_all(r"\s+", "")
    return pl.Series([said[0]] * len(value.text), dtype=pl.String)
