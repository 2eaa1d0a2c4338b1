"""One open study store."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import func, select, text

from timezero.store.blobs import Blobs
from timezero.store.durable_files import TEMPORARY
from timezero.store.jobs import Jobs
from timezero.store.log import Log
from timezero.store.records import Head, StoreStatus, Verification
from timezero.store.refusals import in_words
from timezero.store.registrations import Registrations
from timezero.store.runs import Runs
from timezero.store.session import Session
from timezero.store.tables import IN_ORDER
from timezero.store.writer_lock import WriterLock, writer_of

KEPT_BACKUPS = 7


class Store(Registrations, Runs):
    """The record of studies, from :func:`timezero.store.open_store`; a context manager.

    Parameters
    ----------
    session : Session
    lock : WriterLock or None
        Held by whoever writes to a store kept in files.
    """

    def __init__(self, session: Session, lock: WriterLock | None = None) -> None:
        self.blobs = Blobs(session)
        Registrations.__init__(self, session, self.blobs)
        Runs.__init__(self, session, self.blobs)
        self.jobs = Jobs(session, self.blobs)
        self.log = Log(session)
        self._lock = lock

    @property
    def place(self) -> str:
        """Where the store is, without a password."""
        return self._session.where

    @property
    def read_only(self) -> bool:
        """Whether the store was opened for reading."""
        return self._session.read_only

    @property
    def who(self) -> str:
        """Who acts, for the log."""
        return self._session.who

    @property
    def store_id(self) -> str:
        """The identity that the store was made with; a restored store has the same."""
        return self._session.identity["store"]

    def head(self) -> Head:
        """Return the number and the hash of the last log entry; keep a copy elsewhere."""
        return self.log.head()

    def verify(self, *, head: Head | None = None) -> Verification:
        """Check everything, and report everything that is wrong.

        Parameters
        ----------
        head : Head, optional
            One that was kept elsewhere, such as in a printed report: the log must lead to it.
        """
        from timezero.store.verification import verify_store

        return verify_store(self._session, head=head)

    def backup(self, to: Path | None = None, *, keep: int = KEPT_BACKUPS) -> Path:
        """Write a backup of one state of the store, with the hash of every file in it.

        Parameters
        ----------
        to : Path, optional
            The folder of backups; ``timezero.backups`` beside the database if not said.
        keep : int
            How many backups of this store stay in that folder; older ones are removed.

        Returns
        -------
        Path
            The folder of this backup.

        Raises
        ------
        InputRefused
            The store is damaged, or the disk does not take the backup.
        """
        from timezero.store.backups import write_backup

        if not self.read_only:
            self.log.note("backup begun", new={"kept": max(keep, 1)})
        return write_backup(self._session, to or self._session.place.backups, keep=keep)

    def status(self) -> StoreStatus:
        """Return what the store holds, who writes to it, and what should be known about it."""
        from timezero.store.schema import present_revision

        notes: list[str] = []
        on_server = self._session.place.database is None
        with self._session.reading() as connection:
            counts: dict[str, int] = {}
            for table in IN_ORDER:
                query = select(func.count()).select_from(table)
                counts[table.name] = connection.execute(query).scalar_one()
            revision = present_revision(connection) or ""
            if on_server and connection.execute(text("SHOW fsync")).scalar() != "on":
                notes.append("the server runs with fsync off: a power cut may lose work")
        writer = "this process" if self._lock else ""
        if not on_server and not writer:
            writer = writer_of(self._session.place.beside(".lock"))
        return StoreStatus(
            place=self.place,
            backend=self._session.place.backend,
            store_id=self.store_id,
            revision=revision,
            counts=counts,
            head=self.head(),
            writer=writer,
            notes=tuple(notes),
        )

    @contextmanager
    def scratch(self) -> Generator[Path]:
        """Yield a folder that is removed after use; after a crash, when the store is next opened.

        It is beside the store, and not where all temporary files are: what it holds may be a
        registry. For a server it is where all temporary files are, closed to others.

        Raises
        ------
        InputRefused
            The disk does not let it be made.
        """
        database = self._session.place.database
        with in_words(self.place):
            made = tempfile.TemporaryDirectory(
                prefix=f".{database.stem if database else 'timezero'}.",
                suffix=TEMPORARY,
                dir=database.parent if database else None,
                ignore_cleanup_errors=True,
            )
        with made as folder:
            yield Path(folder)

    def close(self) -> None:
        """Close the store and give back the right to write."""
        with in_words(self.place):
            self._session.engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
