"""The log of a store: read it, add a note, know its head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from timezero.store.records import Head, LogEntry
from timezero.store.session import Session, as_values
from timezero.store.tables import AUDIT_HEAD, AUDIT_LOG


class Log:
    """What was done, when, by whom and why: entries are added, never changed.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def entries(self, first: int = 1, past: int | None = None) -> tuple[LogEntry, ...]:
        """Return entries in order.

        Parameters
        ----------
        first : int
            Number of the first one.
        past : int, optional
            Number after the last one; all when not given.
        """
        query = select(AUDIT_LOG).where(AUDIT_LOG.c.seq >= first).order_by(AUDIT_LOG.c.seq)
        if past is not None:
            query = query.where(AUDIT_LOG.c.seq < past)
        with self._session.reading() as connection:
            return tuple(LogEntry(**as_values(row)) for row in connection.execute(query).mappings())

    def note(
        self,
        what: str,
        *,
        why: str = "",
        old: Mapping[str, Any] | None = None,
        new: Mapping[str, Any] | None = None,
    ) -> Head:
        """Add an entry about something that the store itself does not do.

        Parameters
        ----------
        what, why : str
        old, new : mapping, optional
            Digests, sizes and states: never a value of a patient.
        """
        with self._session.writing() as work:
            work.log(what, why=why, old=old, new=new)
        return work.head

    def head(self) -> Head:
        """Return the number and the hash of the last entry."""
        with self._session.reading() as connection:
            row = connection.execute(select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash)).one()
        return Head(seq=row.seq, hash=row.hash)
