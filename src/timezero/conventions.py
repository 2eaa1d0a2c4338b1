"""The nine conventions, cited by number in code and printed in every report."""

from __future__ import annotations

from typing import Final

CONVENTIONS: Final[dict[str, str]] = {
    "C1": "There is one unit of time, and every time is counted from time zero.",
    "C2": "A patient is at risk on (entry, exit]: not at the entry itself, still at the exit.",
    "C3": "At a tied time, events come before censorings.",
    "C4": "A treatment that begins at t counts from just after t.",
    "C5": "Times closer than a relative 1e-9 are the same time, so that round-off breaks no tie.",
    "C6": "Contrasts are intervention against reference.",
    "C7": "Intervals are two-sided.",
    "C8": "Nothing is claimed after the last exit of an arm.",
    "C9": "Ties in the partial likelihood are handled by Efron's method unless said otherwise.",
}

NEAR_TIE: Final = 1e-9
LEVEL: Final = 0.95
DAYS_PER: Final[dict[str, float]] = {
    "days": 1.0,
    "weeks": 7.0,
    "months": 365.25 / 12.0,
    "years": 365.25,
}
MINIMUM_AT_RISK_DRAWN: Final = 10
