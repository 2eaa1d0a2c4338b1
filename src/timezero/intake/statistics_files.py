"""Files of SPSS, Stata and SAS, read in a process that may be killed."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from timezero.errors import InputRefused, MissingExtra
from timezero.findings import Finding, Severity
from timezero.intake.frames import column_from_series, text_column
from timezero.intake.grid import ColumnLabels, Grid
from timezero.intake.read_apart import read_apart
from timezero.intake.reader import FileGiven
from timezero.intake.refusals_of_files import too_large
from timezero.intake.size_limits import refuse_size
from timezero.intake.statistics_child import TAGS
from timezero.intake.tables import NUMBER, Column

if TYPE_CHECKING:
    import polars as pl

_MISSING_UNTOLD: Final = {
    "por": ("values declared as missing in a portable file", ".sav"),
    "xpt": ("missing values .A to .Z in a transport file", ".sas7bdat"),
}
SIZE_LIMIT: Final = 1_000_000_000


def read_statistics_file(file: FileGiven, kind: str, words: str) -> Grid:
    """Read a file of a statistics program, with labels and declared missing values.

    Parameters
    ----------
    file : FileGiven
    kind : str
        ``sav``, ``por``, ``dta``, ``sas7bdat`` or ``xpt``.
    words : str
        What the format is called: ``an SPSS file``.

    Returns
    -------
    Grid
        Codes as they stand in the file; ``labels`` says what they mean and which are missing.

    Raises
    ------
    MissingExtra
        pyreadstat is not installed.
    InputRefused
        The file is damaged, too large, or holds no rows.
    """
    if find_spec("pyreadstat") is None:
        raise MissingExtra(
            what=f"reading {words} needs pyreadstat",
            where=file.name,
            mend="pip install 'timezero[files]', or export the table as CSV",
            code="TZ-IN-63",
        )
    if file.size > SIZE_LIMIT:
        raise too_large(file.name, f"the file has {file.size / 1e9:.1f} GB; the limit is 1 GB")
    said, frame = _cells_of(file, kind)
    if frame.height == 0 or frame.width == 0:
        raise InputRefused(
            what="the table has no rows",
            where=file.name,
            mend="give a table with one row a patient",
            code="TZ-IN-05",
        )
    refuse_size(frame.width, frame.height, file.name)
    return _grid(file, said, frame, kind)


def _cells_of(file: FileGiven, kind: str) -> tuple[dict[str, Any], pl.DataFrame]:
    import polars as pl

    raw = read_apart(
        "timezero.intake.statistics_child",
        kind,
        str(file.path.resolve()),
        name=file.name,
        size=file.size,
    )
    length = int.from_bytes(raw[:8], "little")
    return json.loads(raw[8 : 8 + length])["said"], pl.read_ipc(io.BytesIO(raw[8 + length :]))


def _grid(file: FileGiven, said: Mapping[str, Any], frame: pl.DataFrame, kind: str) -> Grid:
    names = [name for name in frame.columns if not name.startswith(TAGS)]
    columns: list[Column] = []
    labels: dict[str, ColumnLabels] = {}
    for name in names:
        column, tags = _column(frame, name)
        columns.append(column)
        labels[name] = ColumnLabels(
            label=said["labels"].get(name, ""),
            values=_values(said, name, is_tagged=kind != "sav"),
            missing=(*_in_ranges(column, said["ranges"].get(name, ())), *tags),
        )
    return Grid(
        name=file.name,
        columns=tuple(columns),
        rows=np.arange(1, frame.height + 1, dtype=np.int64),
        is_headed=True,
        hidden_rows=np.empty(0, dtype=np.int64),
        labels=labels,
        findings=_notes(file, kind),
    )


def _column(frame: pl.DataFrame, name: str) -> tuple[Column, tuple[str, ...]]:
    """Return a column, tagged missing values such as `.a` as text, and which of them there are."""
    import dataclasses

    series = frame[name]
    column = column_from_series(name, series)
    if TAGS + name not in frame.columns:
        return column, ()
    tags = text_column(name, "." + frame[TAGS + name])
    tagged = tags.text.is_not_null()
    merged = dataclasses.replace(
        column,
        text=column.text.zip_with(~tagged, tags.text),
        kinds=np.where(tagged.to_numpy(), tags.kinds, column.kinds).astype(np.int8),
    )
    return merged, tuple(sorted(tags.text.drop_nulls().unique().to_list()))


def _values(said: Mapping[str, Any], name: str, *, is_tagged: bool) -> dict[str, str]:
    pairs: list[list[str]] = said["values"].get(name, [])
    is_number = said["types"].get(name) != "string"
    return {
        f".{code}" if is_tagged and is_number and code.isalpha() else code: label
        for code, label in pairs
    }


def _in_ranges(column: Column, ranges: Any) -> tuple[str, ...]:
    """Return the codes there are that lie in the ranges declared as missing."""
    if not ranges:
        return ()
    inside = np.zeros(len(column.kinds), dtype=np.bool_)
    for low, high in ranges:
        if isinstance(low, str):
            inside |= np.asarray((column.text == low.strip()).fill_null(value=False).to_numpy())
        else:
            inside |= (column.kinds == NUMBER) & (column.numbers >= low) & (column.numbers <= high)
    import polars as pl

    return tuple(sorted(column.text.filter(pl.Series(inside)).drop_nulls().unique().to_list()))


def _notes(file: FileGiven, kind: str) -> tuple[Finding, ...]:
    if kind not in _MISSING_UNTOLD:
        return ()
    words, better = _MISSING_UNTOLD[kind]
    what = f"{words} are read as empty; which codes they had is not said"
    note = Finding(
        code="declared_missing",
        severity=Severity.NOTE,
        what=what,
        where=file.name,
        mend=f"save it as {better} to have them listed",
    )
    return (note,)
