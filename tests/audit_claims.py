"""Claims made up for tests of the audit: numbers as bare text, everything else as it comes."""

from __future__ import annotations

from typing import Any

from timezero.audit.evidence import Evidence, evidence_of
from timezero.model.claim import Claim

SIXTY = {"n": "60", "n_late": "20"}
MEDIANS = {"median_late": "40", "median_never": "20"}


def a_claim(
    question: dict[str, Any] | None = None,
    assumptions: dict[str, Any] | None = None,
    **numbers: Any,
) -> Claim:
    """Return a claim in months."""
    return Claim.model_validate(
        {
            "question": {"unit": "months", **(question or {})},
            "numbers": numbers,
            "assumptions": assumptions or {},
        }
    )


def evidence_from(*args: Any, **numbers: Any) -> Evidence:
    """Return the evidence of such a claim."""
    return evidence_of(a_claim(*args, **numbers))
