"""One open store: transactions that write a log entry for every row they touch."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Table, and_, insert, select, update

from timezero.errors import InputRefused, InternalFault
from timezero.store.chain import START, entry_hash, row_digest, row_name
from timezero.store.fault_points import reached
from timezero.store.head_file import write_head
from timezero.store.places import Place
from timezero.store.records import Head, LogEntry
from timezero.store.refusals import in_words, read_only_store
from timezero.store.tables import AUDIT_HEAD, AUDIT_LOG

RESERVE_BYTES = 500_000_000
RESERVE_SHARE = 0.05
CLOCKS_DIFFER = dt.timedelta(seconds=1)


def as_text(moment: dt.datetime) -> str:
    """Return a moment in UTC, in a form whose order as text is the order in time."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def as_values(row: RowMapping) -> dict[str, Any]:
    """Return a row as a plain dictionary."""
    return {str(name): value for name, value in row.items()}


def went_back(before: str, now: str) -> bool:
    """Say whether a clock shows a time that was over; two computers may differ by a second."""
    return dt.datetime.fromisoformat(now) < dt.datetime.fromisoformat(before) - CLOCKS_DIFFER


def clean(text: str) -> str:
    """Return text that both databases can hold: no NUL, no half characters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def as_json(value: Mapping[str, Any] | None) -> str:
    """Return what an entry says of old or new, in one canonical form; empty for nothing."""
    if value is None:
        return ""
    return json.dumps(dict(value), ensure_ascii=True, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Session:
    """What every part of an open store works with.

    Parameters
    ----------
    place : Place
    engine : Engine
    who : str
        For the log.
    read_only : bool
    clock : callable
        Returns the present time with a zone.
    free_space : callable
        Returns free and total bytes of the disk that a folder is on.
    """

    place: Place
    engine: Engine
    who: str
    read_only: bool
    clock: Callable[[], dt.datetime]
    free_space: Callable[[Path], tuple[int, int]]
    identity: dict[str, str] = field(default_factory=dict[str, str])
    _one_at_a_time: threading.RLock = field(default_factory=threading.RLock)

    @property
    def where(self) -> str:
        """The place, as it may be printed."""
        return self.place.shown

    def now(self) -> str:
        """Return the present time as text."""
        return as_text(self.clock())

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Yield a connection that sees one state of the store."""
        with in_words(self.where), self.engine.connect() as connection:
            seen = connection.execution_options(reading=True)
            if self.place.database is None:
                seen = seen.execution_options(isolation_level="REPEATABLE READ")
            with seen.begin():
                yield seen

    @contextmanager
    def writing(self, label: str = "record", *, reserve: bool = False) -> Generator[Writing]:
        """Yield a transaction whose rows and log entries are committed together, or not at all.

        Parameters
        ----------
        label : str
            Names the fault points.
        reserve : bool
            New work: refuse it when little room is left on the disk.

        Raises
        ------
        InputRefused
            The store is open for reading, the disk is too full, or it does not let it be written.
        """
        if self.read_only:
            raise read_only_store(self.where)
        if reserve:
            self.refuse_little_room()
        with in_words(self.where), self._one_at_a_time, self.engine.connect() as connection:
            with connection.begin():
                work = Writing(self, connection)
                work.begin()
                yield work
                work.refuse_unlogged()
                reached(f"{label}.before_commit")
            reached(f"{label}.after_commit")
            if work.n_logged:
                self.keep_head(work.head)

    @contextmanager
    def noting(self, label: str) -> Generator[Connection]:
        """Yield a transaction for what the log does not hold: progress, leases, chunks."""
        if self.read_only:
            raise read_only_store(self.where)
        with in_words(self.where), self._one_at_a_time, self.engine.connect() as connection:
            with connection.begin():
                yield connection
                reached(f"{label}.before_commit")
            reached(f"{label}.after_commit")

    def keep_head(self, head: Head) -> None:
        """Write the head of the log outside the database, where there is an outside."""
        if self.place.head is not None:
            write_head(self.place.head, head, store_id=self.identity["store"])

    def refuse_little_room(self, needed: int = 0) -> None:
        """Refuse new work when it would leave less than 500 MB or 5 % of the disk.

        Parameters
        ----------
        needed : int
            Bytes that are about to be written.
        """
        if self.place.database is None:
            return
        free, total = self.free_space(self.place.database.parent)
        least = max(RESERVE_BYTES, RESERVE_SHARE * total)
        if free - needed < least:
            raise InputRefused(
                what=f"little room is left: {free / 1e6:,.0f} MB free, and {least / 1e6:,.0f} MB "
                "are kept in reserve, so that work that was begun can be finished",
                where=self.where,
                mend="make room on the disk",
                code="TZ-STO-15",
            )


class Writing:
    """One transaction that writes.

    Parameters
    ----------
    session : Session
    connection : Connection
        In a transaction.
    """

    def __init__(self, session: Session, connection: Connection) -> None:
        self.session = session
        self.connection = connection
        self.head = START
        self.n_logged = 0
        self.at = ""
        self._touched: dict[str, str] = {}

    def begin(self) -> None:
        """Take the head of the log, so that entries follow each other; note a clock gone back.

        Only then is the time taken: whoever waited for the head must not be earlier than others.
        """
        row = self.connection.execute(select(AUDIT_HEAD).with_for_update()).mappings().one()
        self.head = Head(seq=row["seq"], hash=row["hash"])
        self.at = self.session.now()
        if went_back(row["at"], self.at):
            self.log("clock went backwards", old={"last entry": row["at"]}, new={"now": self.at})

    @property
    def next_seq(self) -> int:
        """The number of the next entry."""
        return self.head.seq + 1

    def find(self, table: Table, *key: str | int) -> RowMapping | None:
        """Return the row of a key, or None."""
        same = and_(*(c == k for c, k in zip(table.primary_key, key, strict=True)))
        return self.connection.execute(select(table).where(same)).mappings().first()

    def insert(self, table: Table, **values: Any) -> None:
        """Insert a row; the next log entry answers for it."""
        reached("row.before_write")
        self.connection.execute(insert(table).values(**values))
        reached("row.after_write")
        self._touch(table, *(values[column.name] for column in table.primary_key))

    def update(self, table: Table, *key: str | int, **values: Any) -> None:
        """Change a row; the next log entry answers for it."""
        same = and_(*(c == k for c, k in zip(table.primary_key, key, strict=True)))
        reached("row.before_write")
        self.connection.execute(update(table).where(same).values(**values))
        reached("row.after_write")
        self._touch(table, *key)

    def _touch(self, table: Table, *key: str | int) -> None:
        row = self.find(table, *key)
        if row is not None:
            self._touched[row_name(table.name, key)] = row_digest(table.name, as_values(row))

    def touch_row(self, table: str, key: tuple[str | int, ...], row: Mapping[str, Any]) -> None:
        """Let the next log entry answer for a row as it is."""
        self._touched[row_name(table, key)] = row_digest(table, row)

    def log(
        self,
        what: str,
        *,
        why: str = "",
        old: Mapping[str, Any] | None = None,
        new: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an entry that answers for the rows touched since the last one.

        Parameters
        ----------
        what : str
        why : str
            In the words of whoever acts.
        old, new : mapping, optional
            Digests, sizes and states: never a value of a patient.
        """
        rows = json.dumps(sorted(self._touched.items()), ensure_ascii=True, separators=(",", ":"))
        self._touched = {}
        entry = LogEntry(
            seq=self.next_seq,
            at=self.at,
            who=self.session.who,
            what=clean(what),
            why=clean(why),
            old=as_json(old),
            new=as_json(new),
            rows=rows,
            previous=self.head.hash,
            hash="",
        )
        self.head = Head(seq=entry.seq, hash=entry_hash(entry))
        names = ("seq", "at", "who", "what", "why", "old", "new", "rows", "previous")
        values = {name: getattr(entry, name) for name in names}
        reached("log.before_write")
        self.connection.execute(insert(AUDIT_LOG).values(**values, hash=self.head.hash))
        last = {"seq": self.head.seq, "hash": self.head.hash, "at": self.at}
        self.connection.execute(update(AUDIT_HEAD).values(**last))
        reached("log.after_write")
        self.n_logged += 1

    def refuse_unlogged(self) -> None:
        """Refuse to commit a row that no entry answers for."""
        if self._touched:
            raise InternalFault(
                what="rows were written without an entry of the log",
                where=", ".join(sorted(name.split("/")[0] for name in self._touched)),
                mend="write the entry in the same transaction",
                code="TZ-INT-06",
            )
