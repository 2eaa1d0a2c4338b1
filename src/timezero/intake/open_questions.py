"""What only follows from a reading that is still asked about is no error of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from timezero.findings import Finding, Question, Severity
from timezero.intake.bench import roles_of
from timezero.model.protocol import DataPart

# Answers on which the number or the date in a cell depends.
_READINGS: Final = frozenset((
    "decimal", "thousands", "date_format", "century_pivot", "serial_dates", "calendar",
))  # fmt: skip
_ORDER: Final = re.compile(r"_(before|after|at)_|_out_of_order$|^(stated_time|birth)_against")
_OF_THE_COLUMN: Final = frozenset(("time_negative", "date_in_future", "covariate_out_of_range"))


def follows_from_open(findings: Iterable[Finding], data: DataPart) -> list[Finding]:
    """Return findings, with errors that may only follow from an open question made warnings.

    While it is open whether 1,234 is 1234 or 1.234, a treatment after the last contact may be none.
    The question keeps the file from being analysed; once it is answered, what is wrong is an error.

    Parameters
    ----------
    findings : iterable of Finding
    data : DataPart
        Which columns play which role.
    """
    every = list(findings)
    asked = {
        (question.key[3], question.key[4])
        for question in every
        if isinstance(question, Question) and _is_of_a_column(question.key)
    }
    reading = {name for name, key in asked if key in _READINGS}
    emptied = {name for name, key in asked if key == "missing"}
    roles = roles_of(data)
    return [_follows(finding, reading, emptied, roles) for finding in every]


def _is_of_a_column(key: tuple[str, ...]) -> bool:
    return len(key) > 4 and (key[0], key[2]) == ("tables", "columns")


def _follows(
    finding: Finding,
    reading: set[str],
    emptied: set[str],
    roles: dict[str, tuple[str, ...]],
) -> Finding:
    if finding.severity is not Severity.ERROR:
        return finding
    roles_told = {
        name for name in reading if any(role in finding.code for role in roles.get(name, ()))
    }
    concerned: set[str] = set()
    if finding.code == "time_missing":
        concerned = {name for name in emptied if _stands_in(finding, name)}
    elif finding.code in _OF_THE_COLUMN or _ORDER.search(finding.code):
        concerned = {name for name in reading if _stands_in(finding, name)}
        concerned |= roles_told
    if not concerned:
        return finding
    named = " and ".join(sorted(concerned))
    return replace(
        finding,
        severity=Severity.WARNING,
        what=f"{finding.what}, if {named} is read as it is meanwhile",
        mend=f"answer the question on {named} first; if it is still so then, {finding.mend}",
    )


def _stands_in(finding: Finding, name: str) -> bool:
    return re.search(rf", column {re.escape(name)}(,|$)", finding.where) is not None
