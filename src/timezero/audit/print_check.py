"""What a check of printed numbers is: a question asked of the evidence, and what it found."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from timezero.audit.evidence import Evidence
from timezero.findings import Finding, Severity
from timezero.intake.printed import Span

ROUND_OFF: Final = 1e-9
PLAIN: Final = re.compile(r"(?=.*\d)(?P<sign>[-−+]?)(?P<whole>\d*)(?:[.·,](?P<part>\d+))?\s*%?")
THOUSANDS: Final = re.compile(r"[-−+]?[1-9]\d{0,2}(,\d{3})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What a check found, or that the numbers it needs are not printed.

    Parameters
    ----------
    possible : bool
        Whether there was anything to check.
    findings : tuple of Finding
    """

    possible: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintCheck:
    """One check of printed numbers; each file of ``audit/checks`` exposes one as ``CHECK``.

    Parameters
    ----------
    title : str
        What is checked, in words, as a statement that holds for a sound claim.
    needs : str
        Which printed numbers it needs.
    run : callable
        From the evidence to the outcome; looks only, changes nothing.
    """

    title: str
    needs: str
    run: Callable[[Evidence], CheckOutcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Makes the findings of one check, all with its code.

    Parameters
    ----------
    code : str
        The name of the check's file.
    """

    code: str

    def error(self, evidence: Evidence, names: Iterable[str], what: str, mend: str) -> Finding:
        """Return a finding that the printed numbers cannot all be right."""
        return self._finding(Severity.ERROR, evidence.place(*names), what, mend)

    def warning(self, evidence: Evidence, names: Iterable[str], what: str, mend: str) -> Finding:
        """Return a finding that asks for an explanation."""
        return self._finding(Severity.WARNING, evidence.place(*names), what, mend)

    def note(self, evidence: Evidence, names: Iterable[str], what: str, mend: str) -> Finding:
        """Return a finding that a reader should know about."""
        return self._finding(Severity.NOTE, evidence.place(*names), what, mend)

    def _finding(self, severity: Severity, where: str, what: str, mend: str) -> Finding:
        return Finding(code=self.code, severity=severity, what=what, where=where, mend=mend)


def outcome(findings: Iterable[Finding], *, possible: bool) -> CheckOutcome:
    """Return an outcome: findings imply that the check was possible."""
    found = tuple(findings)
    return CheckOutcome(possible=possible or bool(found), findings=found)


def certainly_above(first: Span, second: Span) -> bool:
    """Say whether a number is the larger one whatever values within print both have."""
    return first.lower > second.upper * (1.0 + ROUND_OFF)


def shown(value: float) -> str:
    """Return a number for a sentence, with at most three digits that matter."""
    if not math.isfinite(value):
        return "not reached"
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"


def plain_number(printed: str) -> float | None:
    """Return the value of a text that is one number in digits, such as '27.2', '27·2' or '80 %'.

    Parameters
    ----------
    printed : str

    Returns
    -------
    float or None
        As printed, without dividing a percentage; None for words, limits and alternatives. A comma
        before three digits is read as one between thousands.
    """
    text = printed.strip()
    if THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    match = PLAIN.fullmatch(text)
    if match is None:
        return None
    sign = -1.0 if match.group("sign") in {"-", "−"} else 1.0
    return sign * float(f"{match.group('whole') or '0'}.{match.group('part') or '0'}")


def decimals_of(printed: str) -> int:
    """Return how many digits stand after the decimal point of a plain number."""
    match = PLAIN.fullmatch(printed.strip())
    return len(match.group("part") or "") if match else 0


def digits_that_matter(printed: str) -> int:
    """Return how many digits of a plain number matter: leading zeros do not; 0 for words."""
    match = PLAIN.fullmatch(printed.strip())
    if match is None:
        return 0
    return len(f"{match.group('whole') or ''}{match.group('part') or ''}".lstrip("0"))
