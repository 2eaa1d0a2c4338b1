"""Data tables for others: whole months instead of exact times, groups instead of single events."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

import numpy as np

from timezero.model.result import Column
from timezero.report.coarse_curves import MONTH
from timezero.report.count_ledger import COUNTS

OF_PATIENTS: Final = ("influence",)
OF_EVENTS: Final = "schoenfeld"
ON_TIME: Final = ("occupancy", "natural_course")
OF_STATES: Final = "occupancy"
LEAST_ROWS: Final = 2
RATES: Final = re.compile(r"^rate|^person_time|^share|^probability|^effective")


def without_rates(columns: dict[str, Column]) -> dict[str, Column]:
    """Return columns where a row with a hidden count has no rate from which it would follow."""
    counted = [column for name, column in columns.items() if COUNTS.search(name)]
    hidden = [
        any(not isinstance(v, str) and v < 0 for v in row) for row in zip(*counted, strict=True)
    ]
    if not any(hidden):
        return columns
    return {
        name: _blanked(column, hidden) if RATES.search(name) else column
        for name, column in columns.items()
    }


def _blanked(column: Column, hidden: list[bool]) -> Column:
    numbers = [math.nan if isinstance(v, str) else float(v) for v in column]
    return tuple(math.nan if hide else v for v, hide in zip(numbers, hidden, strict=True))


def on_whole_months(
    columns: dict[str, Column], name: str, *, unit: str, smallest: int, n_patients: int
) -> dict[str, Column]:
    """Return a table without exact times.

    Parameters
    ----------
    columns : dict
    name : str
        Of the table. Residuals become means over at least ``smallest`` neighbouring events; states
        are given at whole months where no share stands for fewer patients than that.
    unit : str
        Of the times.
    smallest : int
        The smallest count that may be shown.
    n_patients : int
        What shares are of.
    """
    if name == OF_EVENTS:
        return _in_groups(columns, MONTH[unit], smallest)
    if name in ON_TIME and columns["time"]:
        least = smallest / n_patients if name == OF_STATES else 0.0
        return _on_a_grid(columns, MONTH[unit], least)
    return columns


def _in_groups(columns: dict[str, Column], month: float, smallest: int) -> dict[str, Column]:
    n = len(columns["time"])
    groups = np.array_split(np.arange(n), max(n // smallest, 1))
    if len(groups) < LEAST_ROWS:
        return _empty(columns)
    means = {
        name: [float(np.mean(np.array(column, dtype=np.float64)[g])) for g in groups]
        for name, column in columns.items()
    }
    means["time"] = [round(time / month) * month for time in means["time"]]
    return {name: tuple(values) for name, values in means.items()}


def _on_a_grid(columns: dict[str, Column], month: float, least: float) -> dict[str, Column]:
    times = np.array(columns["time"], dtype=np.float64)
    first, last = math.ceil(times[0] / month), math.floor(times[-1] / month)
    grid = [k * month for k in range(first, last + 1)]
    rows: list[int] = (np.searchsorted(times, grid, side="right") - 1).tolist()
    kept = [
        (time, row)
        for time, row in zip(grid, rows, strict=True)
        if not _stands_for_few(columns, row, least)
    ]
    if len(kept) < LEAST_ROWS:
        return _empty(columns)
    found: dict[str, Column] = {
        name: tuple(float(column[row]) for _, row in kept) for name, column in columns.items()
    }
    return found | {"time": tuple(time for time, _ in kept)}


def _stands_for_few(columns: Mapping[str, Column], row: int, least: float) -> bool:
    shares = [float(column[row]) for name, column in columns.items() if name != "time"]
    return any(0.0 < share < least for share in shares)


def _empty(columns: Mapping[str, Column]) -> dict[str, Column]:
    return dict.fromkeys(columns, ())
