"""Findings: what was noticed about the data, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: an error stops the analysis of the file."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark about the data or the analysis.

    Parameters
    ----------
    code : str
        Stable code such as ``exit_before_entry``; the name of the check's file.
    severity : Severity
    what : str
        The fact, with the number of rows it concerns.
    where : str
        Cell addresses: ``registry.csv, column date_2, 3 rows, first at row 118``.
    evidence : tuple of str
        Up to twenty cell addresses with the value seen, ``D7: 2019-02-31``.
    mend : str
        What to do about it; empty for a note.
    n_rows : int
        How many rows it concerns.
    """

    code: str
    severity: Severity
    what: str
    where: str = ""
    evidence: tuple[str, ...] = ()
    mend: str = ""
    n_rows: int = 0

    def __str__(self) -> str:
        """Return the finding in at most three lines."""
        lines = [f"{self.severity}: {self.what}"]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.mend:
            lines.append(f"  mend:  {self.mend}")
        return "\n".join(lines)
