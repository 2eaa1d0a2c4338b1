"""Findings: what was noticed about the data, what was done about it, and what has to be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Severity(StrEnum):
    """How much a finding matters: an error and an open question stop the analysis of the file."""

    ERROR = "error"
    QUESTION = "question"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One possible answer to a question.

    Parameters
    ----------
    value : str, bool, int or tuple
        What is written into the recipe.
    words : str
        What it means, with an example of what it does: ``04/03/2016 is 4 March 2016``.
    """

    value: str | bool | int | tuple[str, ...] | tuple[int, ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Finding):
    """Something only the owner of the data can say; the answer is kept in the recipe.

    Parameters
    ----------
    key : tuple of str
        Where the answer stands: ``("tables", "registry", "columns", "date 2", "date_format")`` in
        the recipe, or ``("data", "event_value")``, ``("rules", ...)`` in the study file.
    options : tuple of Option
        Possible answers; empty when any text may be the answer.
    default : value of an option, or None
        What is proposed; None when no answer may be proposed.
    """

    severity: Severity = Severity.QUESTION
    key: tuple[str, ...]
    options: tuple[Option, ...] = ()
    default: str | bool | int | tuple[str, ...] | tuple[int, ...] | None = None

    @property
    def place(self) -> str:
        """The key as it is written in TOML: ``tables.registry.columns."date 2".date_format``."""
        return dotted(self.key)


def dotted(key: tuple[str, ...]) -> str:
    """Return a path of keys as TOML writes it, parts that need them in quotation marks.

    Parameters
    ----------
    key : tuple of str
    """
    return ".".join(part if _PLAIN_KEY.fullmatch(part) else _quoted(part) for part in key)


def _quoted(part: str) -> str:
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
