"""Run as a process of its own: read all sheets of an .xls and write them to standard output.

The library that reads workbooks trusts some sizes that an .xls states of itself, and ends its
process when the memory for them is not to be had; here it may. What is written is JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

from timezero.intake.calamine_pages import CalaminePages
from timezero.intake.read_apart import limit_memory


def main() -> None:
    """Read the workbook named on the command line."""
    limit_memory()
    pages = CalaminePages(sys.argv[1])
    said = [
        {
            "name": name,
            "is_visible": is_visible,
            "is_cells": is_cells,
            "start": start,
            "rows": [[as_json(cell) for cell in row] for row in rows],
            "merged": pages.merged(name),
        }
        for name, is_visible, is_cells in pages.sheets
        for start, rows in [pages.rows(name) if is_cells else ((0, 0), [])]
    ]
    sys.stdout.write(json.dumps(said))


def as_json(cell: object) -> Any:
    """Return a cell as JSON can say it; dates and durations with a letter for their type.

    Parameters
    ----------
    cell : object
    """
    if isinstance(cell, dt.datetime):
        return {"m": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"d": cell.isoformat()}
    if isinstance(cell, dt.time):
        return {"t": cell.isoformat()}
    if isinstance(cell, dt.timedelta):
        return {"s": cell.total_seconds()}
    return cell


if __name__ == "__main__":
    main()
