"""Items of the CRS/HIPEC record that do not go together."""

from __future__ import annotations

from timezero.findings import Finding
from timezero.intake.draft import Draft
from timezero.intake.plausible import implausible


def record_plausibility(draft: Draft) -> list[Finding]:
    """Run the rules of the folder plausibility over the registry; they stop nothing.

    A registry in which fewer than three items of procedures are recognised by their headers is no
    record of procedures, and nothing is said.
    """
    return list(implausible(draft.table, draft.protocol.data))


CHECK = record_plausibility
