"""What happens after time zero cannot be adjusted for as if it were known at time zero."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft

_ROLES = (
    "id",
    "time_zero",
    "entry",
    "initiation",
    "trigger",
    "exit",
    "event",
    "treated",
    "negative_control",
)


def covariate_with_role(draft: Draft) -> list[Finding]:
    """Find covariates that are also the identifier, a time or the event."""
    data = draft.protocol.data
    roles = {name: role for role in _ROLES if (name := getattr(data, role)) is not None}
    if data.layout == "counting_process":
        roles |= dict.fromkeys(data.history, "history")
    return [
        Finding(
            code="covariate_with_role",
            severity=Severity.ERROR,
            what=f"covariate {name} is also the column of data.{roles[name]}",
            where=f"{draft.table.name}, column {name}",
            mend="take it out of data.covariates",
        )
        for name in dict.fromkeys(data.covariates)
        if name in roles
    ]


CHECK = covariate_with_role
