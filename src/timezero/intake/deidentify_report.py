"""What was done to make a registry shareable, and which risks stay: as text and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Final

from timezero.intake.deidentify import Deidentified
from timezero.intake.spreadsheet_safe import safe_cell
from timezero.intake.wording import counted

SCHEMA_NAME: Final = "timezero/deidentified/1"
STAYS: Final = (
    "Survival times themselves can identify: who knows when a patient was treated finds the row.",
    "Inside cells that were kept nothing was looked for: a name in a common category would stay.",
    "Numbers such as doses or measurements are kept as they are; extreme ones can be recognised.",
    "Ages above 89 are given as 90, which stands for 90 and more.",
    "Pass the file on only to people who are bound not to look for anybody in it.",
    "This is not a legal judgement that the file is anonymous.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How well patients hide behind each other.

    Parameters
    ----------
    columns : tuple of str
        What somebody is taken to know of a patient.
    smallest_group : int
        The fewest rows that are alike in them: k of k-anonymity.
    n_unique : int
        Rows that are alike to no other.
    """

    columns: tuple[str, ...]
    smallest_group: int
    n_unique: int


def risk_of(made: Deidentified, columns: tuple[str, ...]) -> Risk:
    """Return how well rows hide behind each other for who knows these columns."""
    if not columns:
        return Risk(columns=(), smallest_group=made.n_rows, n_unique=0)
    groups = Counter(zip(*(made.columns[name] for name in columns), strict=True))
    return Risk(
        columns=columns,
        smallest_group=min(groups.values(), default=0),
        n_unique=sum(n == 1 for n in groups.values()),
    )


def risks(made: Deidentified) -> tuple[Risk, ...]:
    """Return the risk by quasi-identifiers alone, and with all days since time zero as well."""
    days = tuple(d.name for d in made.done if d.done == "days since time zero")
    quasi = made.quasi_identifiers
    return risk_of(made, quasi), risk_of(made, (*quasi, *days))


def shareable_csv(made: Deidentified) -> str:
    """Return the shareable file as CSV: text is never a formula, numbers stay numbers."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in made.columns])
    writer.writerows(map(safe_cell, row) for row in zip(*made.columns.values(), strict=True))
    return target.getvalue()


def correspondence_csv(made: Deidentified) -> str:
    """Return the table of old and new ids as CSV: to be kept where the registry is kept."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(("old_id", "new_id"))
    writer.writerows((safe_cell(old), new) for old, new in made.correspondence)
    return target.getvalue()


def report_json(made: Deidentified) -> str:
    """Return what was done and which risks stay as JSON; it holds no cell of the registry."""
    content: dict[str, Any] = {
        "schema": SCHEMA_NAME,
        "n_rows": made.n_rows,
        "n_patients": len(made.correspondence),
        "columns": [asdict(done) for done in made.done],
        "risks": [asdict(risk) for risk in risks(made)],
        "what_stays": list(STAYS),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def report_text(made: Deidentified) -> str:
    """Return what was done and which risks stay as text; it holds no cell of the registry."""
    lines = [
        f"{counted(made.n_rows, 'row')}, {counted(len(made.correspondence), 'patient')}",
        "",
        "Columns",
    ]
    for done in made.done:
        n = f" ({counted(done.n_cells, 'cell')})" if done.n_cells else ""
        lines.append(f"  {done.name}: {done.done}: {done.why}{n}")
    lines += ["", "Risks that stay"]
    for risk in risks(made):
        names = ", ".join(risk.columns) or "no column"
        lines.append(
            f"  To somebody who knows {names}: the smallest group has "
            f"{counted(risk.smallest_group, 'row')}; {counted(risk.n_unique, 'row')} like no other."
        )
    lines += [f"  {words}" for words in STAYS]
    return "\n".join(lines) + "\n"
