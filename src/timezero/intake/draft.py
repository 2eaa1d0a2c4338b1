"""What a file says under a protocol, before anything is refused or put right by a rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.conventions import DAYS_PER, NEAR_TIE
from timezero.findings import Finding, Severity
from timezero.intake.counting_rows import CountingRows, one_row_each, read_rows
from timezero.intake.covariates import CovariateCells, read_covariate, read_levels
from timezero.intake.data_cut import last_day
from timezero.intake.deaths import Deaths, event_of_deaths, read_deaths
from timezero.intake.events import EventCells, read_event
from timezero.intake.layout import refuse_contradictions
from timezero.intake.measurements import Measurements, measurements_in_rows, read_measurements
from timezero.intake.named_columns import BESIDE, TIME_ROLES, refuse_unknown
from timezero.intake.tables import Column, Table
from timezero.intake.times import Moments, read_moments
from timezero.model.cohort import Covariate
from timezero.model.protocol import DataPart, Protocol
from timezero.near_ties import merge_near_ties

# Ten seconds: what a division by 365.25 leaves of the same day, and nobody records.
ROUND_OFF_DAYS: Final = 1e-4


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
        By role: entry, initiation, trigger, exit (the last contact, where deaths have a column of
        their own), death, negative_control.
    times : dict of str to (n,) float64
        By role, in the declared unit from time zero (C1), near ties merged (C5); ``exit`` is where
        observation ends.
    n_merged : int
        How many times were moved by merging near ties.
    earliest : float
        What the day of time zero counts as: 0, or one day under ``first_day = 1``.
    measured : dict of str to Moments
        For a covariate, when it was measured.
    centre : Covariate or None
    rows : CountingRows or None
        The rows as they stand in the file, when the layout is counting_process; ``table`` then has
        one row a patient made of them.
    histories : Measurements or None
        Values that change after time zero.
    history_time : (n_measured,) float64
        When they were measured, from time zero, near ties merged with all other times.
    deaths : Deaths or None
        When deaths have a column of their own.
    beside : dict of str to Moments
        What only checks the rows: birth, diagnosis, age, stated_time.
    further : tuple of Moments
        Later treatments, in their order.
    on_first_day : (n,) bool
        Whose repeat has the date of time zero.
    round_off : dict of str to (n,) bool
        By role, numbers nearer to zero than anybody records, which became 0.
    last_day : date
        No date can be later.
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
    centre: Covariate | None = None
    rows: CountingRows | None = None
    histories: Measurements | None = None
    history_time: Floats
    deaths: Deaths | None = None
    beside: dict[str, Moments] = field(default_factory=dict[str, Moments])
    further: tuple[Moments, ...] = ()
    on_first_day: Bools
    round_off: dict[str, Bools]
    last_day: dt.date

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.table.rows.size)

    @property
    def in_dates(self) -> bool:
        """Whether times are dates, counted from a column of time zero."""
        return self.zero is not None

    @property
    def days_per_unit(self) -> float:
        """How many days the declared unit has."""
        return DAYS_PER[self.protocol.data.unit]

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
        table: Table | None = None,
    ) -> Finding:
        """Return a finding about some cells of one column, of the registry or of ``table``."""
        table = table or self.table
        return Finding(
            code=code,
            severity=severity,
            what=what,
            where=table.where(column, mask),
            evidence=table.evidence(column, mask),
            mend=mend,
            n_rows=int(mask.sum()),
        )


def draft_of(
    table: Table,
    protocol: Protocol,
    *,
    history_table: Table | None = None,
    today: dt.date | None = None,
) -> Draft:
    """Read the columns that a protocol names.

    Parameters
    ----------
    table : Table
    protocol : Protocol
    history_table : Table or None
        The second table, with values that change.
    today : date, optional
        The day of the clock if not given.

    Raises
    ------
    UnknownName
        Columns that do not exist.
    InputRefused
        Columns that were not named, or keys that contradict each other.
    """
    refuse_contradictions(protocol.data, with_history_table=history_table is not None)
    refuse_unknown(table, protocol, history_table)
    rows = None
    if protocol.data.layout == "counting_process":
        rows = read_rows(table, protocol.data)
        table, data = one_row_each(rows, protocol.data)
        protocol = protocol.model_copy(update={"data": data})
    until = last_day(protocol.rules, today)
    return _read(table, protocol, rows, history_table=history_table, until=until)


def _read(
    table: Table,
    protocol: Protocol,
    rows: CountingRows | None,
    *,
    history_table: Table | None,
    until: dt.date,
) -> Draft:
    data = protocol.data
    ids = table.column(str(data.id))
    zero = None if data.time_zero is None else read_moments(table.column(data.time_zero), data)
    moments = _moments(table, data, TIME_ROLES)
    histories = _histories(rows, history_table, data, ids)
    round_off = _round_off(moments, protocol)
    times, history_time, n_merged = _times(moments, zero, histories, protocol)
    earliest = _earliest(protocol, zero)
    event, deaths = _ends(table, moments, times, protocol)
    on_first_day = _on_first_day(times, earliest, in_dates=zero is not None)
    return Draft(
        table=table,
        protocol=protocol,
        ids=ids,
        id_missing=ids.missing(data.missing),
        zero=zero,
        moments=moments,
        times=_under_rules(times, deaths, on_first_day, protocol),
        n_merged=n_merged,
        earliest=earliest,
        event=event,
        covariates=tuple(
            read_covariate(table.column(c), data) for c in dict.fromkeys(data.covariates)
        ),
        measured=_measured(table, data),
        centre=None if data.centre is None else read_levels(table.column(data.centre), data),
        rows=rows,
        histories=histories,
        history_time=history_time,
        deaths=deaths,
        beside=_moments(table, data, BESIDE),
        further=tuple(read_moments(table.column(name), data) for name in data.further),
        on_first_day=on_first_day,
        round_off=round_off,
        last_day=until,
    )


def _measured(table: Table, data: DataPart) -> dict[str, Moments]:
    return {
        covariate: read_moments(table.column(name), data)
        for covariate, name in data.covariate_dates.items()
    }


def _moments(table: Table, data: DataPart, roles: tuple[str, ...]) -> dict[str, Moments]:
    return {
        role: read_moments(table.column(name), data)
        for role in roles
        if (name := getattr(data, role)) is not None
    }


def _ends(
    table: Table, moments: dict[str, Moments], times: dict[str, Floats], protocol: Protocol
) -> tuple[EventCells, Deaths | None]:
    """Read how observation ended: from the status, and from dates of death where they are given."""
    data = protocol.data
    if data.death is None:
        return read_event(table.column(str(data.event)), data), None
    died = moments["death"]
    named = (
        event_of_deaths(died) if data.event is None else read_event(table.column(data.event), data)
    )
    deaths, event = read_deaths(
        times["death"], times["exit"], moments=died, event=named, rules=protocol.rules
    )
    return event, deaths


def _under_rules(
    times: dict[str, Floats], deaths: Deaths | None, on_first_day: Bools, protocol: Protocol
) -> dict[str, Floats]:
    """Return the times as the named rules make them; checks tell which were concerned."""
    if deaths is not None:
        times = times | {"exit": deaths.exit}
    if protocol.rules.repeat_on_first_day == "same_operation":
        times = times | {"initiation": np.where(on_first_day, np.nan, times["initiation"])}
    return times


def _on_first_day(times: dict[str, Floats], earliest: float, *, in_dates: bool) -> Bools:
    """Return whose repeat has the date of time zero; numbers of days say nothing of dates."""
    return (times["initiation"] == earliest) & in_dates


def _round_off(moments: dict[str, Moments], protocol: Protocol) -> dict[str, Bools]:
    """Return which numbers are a zero torn by round-off, or a negative zero."""
    if protocol.data.time_zero is not None or protocol.rules.near_ties == "keep":
        return {}
    per = DAYS_PER[protocol.data.unit]
    return {
        role: (np.abs(m.numbers) * per < ROUND_OFF_DAYS)
        & ((m.numbers != 0.0) | np.signbit(m.numbers))
        for role, m in moments.items()
    }


def _histories(
    rows: CountingRows | None, history_table: Table | None, data: DataPart, ids: Column
) -> Measurements | None:
    if history_table is not None:
        return read_measurements(history_table, data, ids)
    return measurements_in_rows(rows, data) if rows is not None and data.history else None


def _earliest(protocol: Protocol, zero: Moments | None) -> float:
    return 0.0 if zero is None else protocol.rules.first_day / DAYS_PER[protocol.data.unit]


def _times(
    moments: dict[str, Moments],
    zero: Moments | None,
    histories: Measurements | None,
    protocol: Protocol,
) -> tuple[dict[str, Floats], Floats, int]:
    """Count all times from time zero (C1) and merge near ties (C5) among all of them."""
    days_per, earliest = DAYS_PER[protocol.data.unit], _earliest(protocol, zero)
    zero_days = None if zero is None else zero.days
    torn = _round_off(moments, protocol)
    counted = [
        np.where(torn.get(role, False), 0.0, _counted(m, zero_days, days_per, earliest))
        for role, m in moments.items()
    ]
    measured_at = np.empty(0)
    if histories is not None:
        own = None if zero_days is None else zero_days[np.maximum(histories.patient, 0)]
        measured_at = _counted(histories.moments, own, days_per, earliest)
        # What was measured by the day of time zero is known at time zero, whatever that day counts.
        measured_at = np.where(measured_at <= earliest, measured_at - earliest, measured_at)
        measured_at[histories.patient < 0] = np.nan
    tolerance = NEAR_TIE if protocol.rules.near_ties == "merge" else 0.0
    (*merged, history_time), n_merged = merge_near_ties(*counted, measured_at, tolerance=tolerance)
    return dict(zip(moments, merged, strict=True)), history_time, n_merged


def _counted(
    moments: Moments, zero_days: Floats | None, days_per: float, earliest: float
) -> Floats:
    """Count times from time zero (C1): dates become whole days, then the unit."""
    if zero_days is None:
        return moments.numbers.copy()
    # One division of a whole number of days: the same day gives the same bits in every unit.
    return (moments.days - zero_days + round(earliest * days_per)) / days_per
