"""Finished parts of a job kept in the store, in place of a folder of the cache."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import delete, insert, select

from timezero.checkpoints import Arrays, Checkpoints
from timezero.provenance import digest_of
from timezero.store.fault_points import reached
from timezero.store.session import Session
from timezero.store.tables import JOB_CHUNKS

if TYPE_CHECKING:
    from timezero.store.jobs import Jobs


class Keeper(Checkpoints):
    """Parts of one job; works wherever :class:`timezero.checkpoints.Checkpoints` does.

    Reading and writing renew the lease and stop a job that was asked to stop. Unlike the folder it
    does not go on silently when a part cannot be kept.

    Parameters
    ----------
    session : Session
    jobs : Jobs
    key : str
        Of a job that was claimed.
    """

    def __init__(self, session: Session, jobs: Jobs, key: str) -> None:
        super().__init__(None)
        self._session = session
        self._jobs = jobs
        self._key = key

    def stage(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """Return a stage that was finished before, or compute it and keep it."""
        stored = self.read(name)
        if stored is not None:
            return stored
        found = compute()
        self.write(name, found)
        return found

    def read(self, name: str) -> Arrays | None:
        """Return a part that was finished before; None when there is none that is as it was.

        Raises
        ------
        JobCancelled
            Somebody asked for the job to stop.
        """
        self._jobs.refuse_cancelled(self._key)
        query = select(JOB_CHUNKS.c.content, JOB_CHUNKS.c.digest).where(
            JOB_CHUNKS.c.job == self._key, JOB_CHUNKS.c.name == name
        )
        with self._session.reading() as connection:
            row = connection.execute(query).first()
        if row is None or chunk_digest(self._key, name, row.content) != row.digest:
            return None
        return _unpacked(row.content)

    def write(self, name: str, found: Arrays) -> None:
        """Keep a finished part, in one transaction.

        Raises
        ------
        JobCancelled
            Somebody asked for the job to stop; the part is kept before.
        InputRefused
            It cannot be kept, or somebody else works on the job.
        """
        content = _packed(found)
        same = (JOB_CHUNKS.c.job == self._key, JOB_CHUNKS.c.name == name)
        row = {"job": self._key, "name": name, "content": content, "at": self._session.now()}
        with self._session.noting("chunk") as connection:
            attempts = self._jobs.renew(connection, self._key)
            reached("row.before_write")
            is_new = connection.execute(delete(JOB_CHUNKS).where(*same)).rowcount == 0
            digest = chunk_digest(self._key, name, content)
            connection.execute(insert(JOB_CHUNKS).values(**row, digest=digest))
            reached("row.after_write")
        if is_new and attempts > 1:
            self._jobs.got_further(self._key)
        self._jobs.refuse_cancelled(self._key)

    def done(self) -> None:
        """Keep everything until the result is kept: ``jobs.finish`` then removes the parts."""


def chunk_digest(key: str, name: str, content: bytes) -> str:
    """Return the digest of a part, its job and its name included."""
    return digest_of(key.encode(), name.encode(), bytes(content))


def _packed(found: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **found)  # pyright: ignore[reportArgumentType]
    return buffer.getvalue()


def _unpacked(content: bytes) -> Arrays:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {n.removesuffix(".npy"): archive.read(n) for n in archive.namelist()}
    return {
        key: np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
        for key, data in members.items()
    }
