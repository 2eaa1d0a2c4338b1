"""Run as a process of its own: read one statistics file and write its cells to standard output.

The library that reads these files can crash on a damaged one; here it may, without taking the
study along. What is written is eight bytes with the length of a JSON text, that text, and the cells
as Arrow.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from timezero.intake.read_apart import limit_memory

if TYPE_CHECKING:
    import polars as pl

READERS: Final = {
    "sav": "read_sav",
    "por": "read_por",
    "dta": "read_dta",
    "sas7bdat": "read_sas7bdat",
    "xpt": "read_xport",
}
WITH_USER_MISSING: Final = ("sav", "dta", "sas7bdat")
TAGS: Final = "tags of "


def main() -> None:
    """Read the file named on the command line."""
    limit_memory()
    kind, path = sys.argv[1:3]
    reads: Callable[..., Any] = getattr(import_module("pyreadstat"), READERS[kind])
    asked = {"user_missing": True} if kind in WITH_USER_MISSING else {}
    cells, said = reads(path, output_format="dict", **asked)
    answer, frame = {"said": _plain(said)}, _frame(cells)
    head = json.dumps(answer).encode()
    out = io.BytesIO()
    frame.write_ipc(out)
    sys.stdout.buffer.write(len(head).to_bytes(8, "little") + head + out.getvalue())


def _plain(said: Any) -> dict[str, Any]:
    """Return what the file says of its columns, codes as text."""
    return {
        "labels": {k: v for k, v in dict(said.column_names_to_labels or {}).items() if v},
        "values": {
            column: [[_code(code), str(label)] for code, label in labels.items()]
            for column, labels in dict(said.variable_value_labels or {}).items()
        },
        "ranges": {
            column: [[_bound(one["lo"]), _bound(one["hi"])] for one in ranges]
            for column, ranges in dict(getattr(said, "missing_ranges", None) or {}).items()
        },
        "types": {k: str(v) for k, v in dict(said.readstat_variable_types or {}).items()},
        "encoding": str(said.file_encoding or ""),
    }


def _code(code: Any) -> str:
    if isinstance(code, float | int) and not isinstance(code, bool):
        number = float(code)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(code)


def _bound(bound: Any) -> float | str:
    return bound if isinstance(bound, str) else float(bound)


def _frame(cells: dict[str, Sequence[Any]]) -> pl.DataFrame:
    """Return the cells as columns of one type each, tagged missing values beside them."""
    import polars as pl

    columns: list[pl.Series] = []
    for name, values in cells.items():
        kinds: set[type] = {type(value) for value in values if value is not None}
        is_text = kinds <= {str}
        if str in kinds and not is_text:
            tags = [value if isinstance(value, str) else None for value in values]
            columns.append(pl.Series(TAGS + name, tags, dtype=pl.String))
        plain = values if is_text else [None if isinstance(v, str) else v for v in values]
        columns.append(_typed(name, plain, kinds if is_text else kinds - {str}))
    return pl.DataFrame(columns)


def _typed(name: str, values: Sequence[Any], kinds: set[type]) -> pl.Series:
    import polars as pl

    if kinds == {str}:
        return pl.Series(name, values, dtype=pl.String)
    if kinds and kinds <= {dt.date}:
        return pl.Series(name, values, dtype=pl.Date)
    if kinds and kinds <= {dt.datetime}:
        return pl.Series(name, values, dtype=pl.Datetime("us"))
    if kinds & {dt.time, dt.timedelta, dt.date, dt.datetime}:
        texts = [None if value is None else str(value) for value in values]
        return pl.Series(name, texts, dtype=pl.String)
    return pl.Series(name, values, dtype=pl.Float64)


if __name__ == "__main__":
    main()
