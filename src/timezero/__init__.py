"""A second look at survival claims about treatments that come late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from timezero.provenance import __version__

if TYPE_CHECKING:
    from timezero.audit.run import audit_claim
    from timezero.intake.claim_file import read_claim
    from timezero.intake.cohort import read_cohort
    from timezero.intake.protocol_file import read_protocol
    from timezero.intake.recipe_file import read_recipe
    from timezero.ladder.run import study
    from timezero.model.audit_result import AuditResult
    from timezero.model.claim import Claim
    from timezero.model.cohort import Cohort
    from timezero.model.protocol import Protocol
    from timezero.model.recipe import Recipe
    from timezero.model.result import StudyResult
    from timezero.store import open_store

__all__ = [
    "AuditResult",
    "Claim",
    "Cohort",
    "Protocol",
    "Recipe",
    "StudyResult",
    "__version__",
    "audit_claim",
    "open_store",
    "read_claim",
    "read_cohort",
    "read_protocol",
    "read_recipe",
    "study",
]

_PLACES = {
    "AuditResult": "timezero.model.audit_result",
    "Claim": "timezero.model.claim",
    "Cohort": "timezero.model.cohort",
    "Protocol": "timezero.model.protocol",
    "Recipe": "timezero.model.recipe",
    "StudyResult": "timezero.model.result",
    "audit_claim": "timezero.audit.run",
    "read_claim": "timezero.intake.claim_file",
    "read_cohort": "timezero.intake.cohort",
    "open_store": "timezero.store",
    "read_protocol": "timezero.intake.protocol_file",
    "read_recipe": "timezero.intake.recipe_file",
    "study": "timezero.ladder.run",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing timezero is quick."""
    if name not in _PLACES:
        msg = f"module 'timezero' has no attribute {name!r}"
        raise AttributeError(msg)
    import importlib

    return getattr(importlib.import_module(_PLACES[name]), name)
