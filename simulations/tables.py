"""Tables of simulation results, as Markdown and as CSV, without dates."""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import numpy as np
import scipy

from timezero.provenance import __version__

RESULTS = Path(__file__).resolve().parent / "results"


def standard_error_of_share(share: float, replicates: int) -> float:
    """Return the Monte-Carlo standard error of a share."""
    return math.sqrt(share * (1.0 - share) / replicates) if replicates else math.nan


def as_markdown(rows: list[dict[str, str]]) -> str:
    """Return rows with equal keys as a Markdown table."""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row[c] for c in columns) + " |" for row in rows]
    return "\n".join(lines)


def write_tables(name: str, title: str, words: str, rows: list[dict[str, str]]) -> None:
    """Write one table into ``simulations/results`` as ``name.md`` and ``name.csv``."""
    RESULTS.mkdir(exist_ok=True)
    made = f"timezero {__version__}, numpy {np.__version__}, scipy {scipy.__version__}"
    text = (
        f"# {title}\n\n{words}\n\nMade by `simulations/{Path(sys.argv[0]).name}` "
        f"({made}).\n\n{as_markdown(rows)}\n"
    )
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    with (RESULTS / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
