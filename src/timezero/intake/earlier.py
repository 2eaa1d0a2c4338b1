"""What has changed in a registry since an earlier state of it."""

from __future__ import annotations

from typing import Any, Final

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.bench import TIME_ROLES, roles_of
from timezero.intake.courses import registry_table
from timezero.intake.differences import Differences, differences, told
from timezero.intake.tables import Table
from timezero.model.protocol import DataPart, Protocol
from timezero.model.recipe import Recipe

WEIGHTY: Final = frozenset((*TIME_ROLES, "event", "treated", "id"))


def compared(
    earlier: Any, now: Table, data: DataPart, *, recipe: Recipe | None = None
) -> Differences:
    """Return what distinguishes a table from an earlier state of it.

    Parameters
    ----------
    earlier : path or data frame
    now : Table
    data : DataPart
        Names the identifier.
    recipe : Recipe, optional
        By which both are read.

    Raises
    ------
    InputRefused
        The earlier state cannot be read, or rows cannot be told apart.
    """
    before = registry_table(earlier, data, recipe)
    return differences(before, now, key=str(data.id))


def changed_since(
    earlier: Any, now: Table, protocol: Protocol, *, recipe: Recipe | None = None
) -> tuple[Finding, ...]:
    """Return the differences from an earlier state as findings.

    Parameters
    ----------
    earlier : path or data frame
    now : Table
    protocol : Protocol
    recipe : Recipe, optional
    """
    data = protocol.data
    times = frozenset(name for name, roles in roles_of(data).items() if WEIGHTY & set(roles))
    try:
        found = compared(earlier, now, data, recipe=recipe)
    except InputRefused as refusal:
        what = f"it cannot be said what has changed since the earlier file: {refusal.what}"
        return (
            Finding(
                code="file_changed",
                severity=Severity.WARNING,
                what=what,
                where=refusal.where,
                mend=refusal.mend,
            ),
        )
    return told(found, times=times, name=now.name)
