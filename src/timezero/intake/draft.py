"""What a file says under a protocol, before anything is refused or put right by a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.conventions import DAYS_PER, NEAR_TIE
from timezero.errors import InputRefused, UnknownName, nearest_first
from timezero.findings import Finding, Severity
from timezero.intake.covariates import CovariateCells, read_covariate
from timezero.intake.events import EventCells, read_event
from timezero.intake.tables import Column, Table
from timezero.intake.times import Moments, read_moments
from timezero.model.protocol import Protocol
from timezero.near_ties import merge_near_ties

REQUIRED: Final = ("id", "initiation", "exit", "event")
TIME_ROLES: Final = ("entry", "initiation", "trigger", "exit")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draft:
    """The rows of a table, read but not yet judged.

    Parameters
    ----------
    ids : Column
    id_missing : (n,) bool
    zero : Moments or None
        The dates of time zero.
    moments : dict of str to Moments
        By role: entry, initiation, trigger, exit.
    times : dict of str to (n,) float64
        By role, in the declared unit from time zero (C1), near ties merged (C5).
    n_merged : int
        How many times were moved by merging near ties.
    earliest : float
        What the day of time zero counts as: 0, or one day under ``first_day = 1``.
    measured : dict of str to Moments
        For a covariate, when it was measured.
    """

    table: Table
    protocol: Protocol
    ids: Column
    id_missing: Bools
    zero: Moments | None
    moments: dict[str, Moments]
    times: dict[str, Floats]
    n_merged: int
    earliest: float
    event: EventCells
    covariates: tuple[CovariateCells, ...]
    measured: dict[str, Moments]

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.table.rows.size)

    @property
    def in_dates(self) -> bool:
        """Whether times are dates, counted from a column of time zero."""
        return self.zero is not None

    @property
    def resolution(self) -> float:
        """Smallest step in which times were recorded, in the declared unit."""
        data, rules = self.protocol.data, self.protocol.rules
        return rules.resolution if rules.resolution is not None else 1.0 / DAYS_PER[data.unit]

    def time(self, role: str) -> Floats:
        """Return the times of a role; NaN everywhere when the role has no column."""
        return self.times.get(role, np.full(self.n, np.nan))

    def finding(
        self,
        code: str,
        severity: Severity,
        what: str,
        *,
        column: Column,
        mask: Bools,
        mend: str = "",
    ) -> Finding:
        """Return a finding about some cells of one column."""
        return Finding(
            code=code,
            severity=severity,
            what=what,
            where=self.table.where(column, mask),
            evidence=self.table.evidence(column, mask),
            mend=mend,
            n_rows=int(mask.sum()),
        )


def draft_of(table: Table, protocol: Protocol) -> Draft:
    """Read the columns that a protocol names.

    Raises
    ------
    UnknownName
        Columns that do not exist.
    InputRefused
        Columns that were not named.
    """
    data = protocol.data
    _refuse_unknown(table, protocol)
    ids = table.column(str(data.id))
    zero = None if data.time_zero is None else read_moments(table.column(data.time_zero), data)
    moments = {
        role: read_moments(table.column(name), data)
        for role in TIME_ROLES
        if (name := getattr(data, role)) is not None
    }
    days_per = DAYS_PER[data.unit]
    earliest = protocol.rules.first_day / days_per if zero is not None else 0.0
    counted = {role: _counted(m, zero, days_per, earliest) for role, m in moments.items()}
    tolerance = NEAR_TIE if protocol.rules.near_ties == "merge" else 0.0
    merged, n_merged = merge_near_ties(*counted.values(), tolerance=tolerance)
    times = dict(zip(counted, merged, strict=True))
    return Draft(
        table=table,
        protocol=protocol,
        ids=ids,
        id_missing=ids.missing(data.missing),
        zero=zero,
        moments=moments,
        times=times,
        n_merged=n_merged,
        earliest=earliest,
        event=read_event(table.column(str(data.event)), data),
        covariates=tuple(
            read_covariate(table.column(c), data) for c in dict.fromkeys(data.covariates)
        ),
        measured={
            covariate: read_moments(table.column(name), data)
            for covariate, name in data.covariate_dates.items()
        },
    )


def _counted(moments: Moments, zero: Moments | None, days_per: float, earliest: float) -> Floats:
    """Count times from time zero (C1): dates become whole days, then the unit."""
    if zero is None:
        return moments.numbers.copy()
    # One division of a whole number of days: the same day gives the same bits in every unit.
    return (moments.days - zero.days + round(earliest * days_per)) / days_per


def _refuse_unknown(table: Table, protocol: Protocol) -> None:
    _refuse_unset(table, protocol)
    findings = [*_unknown_columns(table, protocol), *_unknown_strata(protocol)]
    if not findings:
        return
    several = f"; and {len(findings) - 1} more names are unknown" if len(findings) > 1 else ""
    raise UnknownName(
        what=findings[0].what + several,
        where=findings[0].where,
        mend=findings[0].mend,
        code="TZ-IN-02",
        findings=tuple(findings),
    )


def _refuse_unset(table: Table, protocol: Protocol) -> None:
    unset = [role for role in REQUIRED if getattr(protocol.data, role) is None]
    if not unset:
        return
    keys = ", ".join(f"data.{role}" for role in unset)
    flags = " ".join(f"--{role} COLUMN" for role in unset)
    raise InputRefused(
        what=f"it is not said which columns hold: {', '.join(unset)}",
        where=f"{table.name}; {keys}",
        mend=f"add {flags}; the columns are: {', '.join(table.names)}",
        code="TZ-IN-07",
    )


def _unknown_columns(table: Table, protocol: Protocol) -> list[Finding]:
    data = protocol.data
    named: dict[str, Any] = {
        f"data.{role}": getattr(data, role) for role in ("time_zero", *REQUIRED, *TIME_ROLES)
    }
    named |= {f"data.covariates: {name}": name for name in data.covariates}
    named |= {f"data.covariate_dates: {k}": name for k, name in data.covariate_dates.items()}
    return [
        Finding(
            code="unknown_column",
            severity=Severity.ERROR,
            what=f"there is no column {name!r}",
            where=f"{table.name}; {key}",
            mend="nearest: " + ", ".join(nearest_first(name, table.names)[:5]),
        )
        for key, name in named.items()
        if name is not None and name not in table.names
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
