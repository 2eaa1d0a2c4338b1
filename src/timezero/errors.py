"""Every way in which timezero declines to go on.

TimezeroError
├── InputRefused         the file, the table or the study file cannot be used as it is
│   └── UnknownName      a column, a key or an example that does not exist
├── AnalysisRefused      the data cannot support this analysis; the ladder shows the rung as refused
├── MissingExtra         an optional part of timezero is not installed
├── JobCancelled         somebody asked for long work to stop; what is finished of it is kept
└── InternalFault        our mistake, never the user's
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timezero.findings import Finding


@dataclass(eq=False)
class TimezeroError(Exception):
    """Base of all refusals: a fact, a place, and how to mend it.

    Parameters
    ----------
    what : str
        The fact, in the present tense.
    where : str
        The user's own place: a file, column and row, or a protocol key.
    mend : str
        What to do, as an imperative. Never advice to change data.
    code : str
        Stable code such as ``TZ-IN-01``.
    findings : tuple of Finding
        Everything that is wrong, when more than one thing is.
    """

    what: str
    where: str = ""
    mend: str = ""
    code: str = "TZ-000"
    findings: tuple[Finding, ...] = field(default=())

    def __str__(self) -> str:
        """Return the refusal in at most four lines."""
        lines = [f"[{self.code}] {self.what}"]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.mend:
            lines.append(f"  mend:  {self.mend}")
        return "\n".join(lines)


class InputRefused(TimezeroError):
    """The input cannot be used as it is."""


class UnknownName(InputRefused):
    """A name that does not exist where it was looked up."""


class AnalysisRefused(TimezeroError):
    """The data cannot support this analysis."""


class MissingExtra(TimezeroError):
    """An optional part of timezero is needed and not installed."""


class JobCancelled(TimezeroError):
    """Somebody asked for a job of a study record to stop; its finished parts are kept."""


class InternalFault(TimezeroError):
    """Something that must not happen: our mistake."""


def nearest_first(name: str, valid: Sequence[str]) -> list[str]:
    """Return the valid names, the likeliest meant one first."""
    wanted = name.casefold()
    return sorted(
        valid,
        key=lambda v: -difflib.SequenceMatcher(None, wanted, v.casefold()).ratio(),
    )
