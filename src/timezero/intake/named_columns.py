"""The columns that a protocol names: every one of them has to be there."""

from __future__ import annotations

from typing import Any, Final

from timezero.errors import UnknownName, nearest_first
from timezero.findings import Finding, Severity
from timezero.intake.layout import required_roles
from timezero.intake.tables import Table
from timezero.intake.unset_roles import refuse_unset
from timezero.model.protocol import DataPart, Protocol

TIME_ROLES: Final = ("entry", "initiation", "trigger", "exit", "death", "negative_control")
BESIDE: Final = ("birth", "diagnosis", "age", "stated_time")


def refuse_unknown(table: Table, protocol: Protocol, history_table: Table | None) -> None:
    """Refuse what a protocol names and no table has, all of it at once.

    Parameters
    ----------
    table : Table
    protocol : Protocol
    history_table : Table or None
        The second table, with values that change.

    Raises
    ------
    UnknownName
        Columns that do not exist.
    InputRefused
        Columns that were not named.
    """
    refuse_unset(table, protocol.data)
    findings = [
        *_unknown_columns(table, _named_in_registry(protocol.data)),
        *_unknown_columns(history_table, _named_in_history(protocol.data)),
        *_unknown_strata(protocol),
    ]
    if not findings:
        return
    several = f"; and {len(findings) - 1} more names are unknown" if len(findings) > 1 else ""
    raise UnknownName(
        what=findings[0].what + several,
        where=findings[0].where,
        mend=findings[0].mend,
        code="TZ-IN-02",
        findings=(*findings, *_open(table)),
    )


def _open(table: Table) -> list[Finding]:
    """Return what is wrong with the table or asked of it: an unknown name may come of that."""
    return [f for f in table.findings if f.severity in {Severity.ERROR, Severity.QUESTION}]


def _named_in_registry(data: DataPart) -> dict[str, Any]:
    roles = ("time_zero", *required_roles(data), *TIME_ROLES, "centre")
    named: dict[str, Any] = {f"data.{role}": getattr(data, role) for role in (*roles, *BESIDE)}
    named["data.sex"] = data.sex
    named |= {f"data.further: {name}": name for name in data.further}
    named |= {f"data.covariates: {name}": name for name in data.covariates}
    named |= {f"data.covariate_dates: {k}": name for k, name in data.covariate_dates.items()}
    if data.layout == "counting_process":
        named |= {f"data.history: {name}": name for name in data.history}
    return named


def _named_in_history(data: DataPart) -> dict[str, Any]:
    key = "data.id" if data.history_id is None else "data.history_id"
    named: dict[str, Any] = {
        key: data.history_id or data.id,
        "data.history_time": data.history_time,
    }
    return named | {f"data.history: {name}": name for name in data.history}


def _unknown_columns(table: Table | None, named: dict[str, Any]) -> list[Finding]:
    if table is None:
        return []
    return [
        Finding(
            code="unknown_column",
            severity=Severity.ERROR,
            what=f"there is no column {name!r}",
            where=f"{table.name}; {key}",
            mend="name one of the columns, the nearest first: "
            + ", ".join(nearest_first(name, table.names)[:5]),
        )
        for key, name in named.items()
        if name is not None and not table.has(name)
    ]


def _unknown_strata(protocol: Protocol) -> list[Finding]:
    covariates = protocol.data.covariates
    return [
        Finding(
            code="unknown_stratum",
            severity=Severity.ERROR,
            what=f"stratum {name!r} is not listed under data.covariates",
            where="analysis.strata",
            mend="list it there; listed are: " + (", ".join(covariates) or "none"),
        )
        for name in protocol.analysis.strata
        if name not in covariates
    ]
