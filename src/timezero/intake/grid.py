"""The cells of a file as they stand there, before it is known which row is the header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from timezero.arrays import Ints
from timezero.findings import Finding
from timezero.intake.tables import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLabels:
    """What a statistics file or a data dictionary says about a column.

    Parameters
    ----------
    label : str
        The long name; empty when there is none.
    values : mapping of str to str
        For a code, what it means.
    missing : tuple of str
        Codes that were declared to mean: not recorded.
    """

    label: str = ""
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """The cells of one sheet, file or data frame.

    Parameters
    ----------
    name : str
        What it is called in addresses: ``registry.xlsx, sheet Patients``.
    columns : tuple of Column
        Called by their letters, or by their headers when ``is_headed``.
    rows : (n,) int64
        The row number of each row as its owner sees it, counted from 1.
    is_headed : bool
        True when the format itself names the columns (Parquet, Stata, a data frame).
    widths : (n,) int64 or None
        How many cells each record of a text file has; None where every row has all.
    merged : tuple of (int, int, int, int)
        Merged cells: first row, first column, last row, last column, counted from 1.
    hidden_rows : (n_hidden,) int64
        Row numbers that the workbook does not show, by hand or by a filter.
    hidden_columns : tuple of str
        Letters of the columns that the workbook does not show.
    uncalculated : tuple of (int, int)
        Row and column, counted from 1, of formulas of which the file holds no value.
    labels : mapping of str to ColumnLabels
        By column name.
    digest : str
        SHA-256 of the bytes of the file; empty for a data frame.
    folder : Path or None
        Where the file lies, and further files that the recipe names; None for a data frame.
    findings : tuple of Finding
        What was noticed and asked while reading.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Ints
    is_headed: bool = False
    widths: Ints | None = None
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: Ints
    hidden_columns: tuple[str, ...] = ()
    uncalculated: tuple[tuple[int, int], ...] = ()
    labels: Mapping[str, ColumnLabels] = field(default_factory=dict[str, ColumnLabels])
    digest: str = ""
    folder: Path | None = None
    findings: tuple[Finding, ...] = ()
