"""Bytes kept under their SHA-256: results, exports, reports, and inputs where that is asked for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import select

from timezero.store.durable_files import TEMPORARY, make_folder, sha256_of, write_durably
from timezero.store.refusals import damaged, in_words
from timezero.store.session import Session, Writing
from timezero.store.tables import BLOBS


class Blobs:
    """The blobs of a store: files of a folder for SQLite, rows for PostgreSQL.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._folder = session.place.blobs

    def read(self, sha256: str) -> bytes:
        """Return the content of a blob.

        Parameters
        ----------
        sha256 : str

        Raises
        ------
        InputRefused
            There is no such blob, it is missing on the disk, or it is not what was written.
        """
        with self._session.reading() as connection:
            query = select(BLOBS.c.content).where(BLOBS.c.sha256 == sha256)
            row = connection.execute(query).first()
        if row is None:
            raise damaged(f"blob {sha256[:12]}", "the store knows no such blob")
        content = row.content if self._folder is None else self._from_file(sha256)
        if content is None:
            raise damaged(f"blob {sha256[:12]}", "the blob is missing")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise damaged(f"blob {sha256[:12]}", "the blob is not what was written")
        return bytes(content)

    def holds(self, sha256: str) -> bool:
        """Say whether the store has kept this content; only its digest may be known."""
        with self._session.reading() as connection:
            query = select(BLOBS.c.sha256).where(BLOBS.c.sha256 == sha256)
            return connection.execute(query).first() is not None

    def _from_file(self, sha256: str) -> bytes | None:
        path = self._path(sha256)
        with in_words(self._session.where):
            return path.read_bytes() if path.is_file() else None

    def place_file(self, content: bytes) -> str:
        """Put content on the disk before a row may point to it; return its SHA-256.

        On a server nothing happens yet: content and row are committed together.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        if self._folder is None:
            return sha256
        with in_words(self._session.where):
            path = self._path(sha256)
            if not path.is_file() or sha256_of(path) != sha256:
                make_folder(path.parent)
                write_durably(path, content, label="blob")
        return sha256

    def insert_row(self, work: Writing, content: bytes, sha256: str) -> None:
        """Insert the row of a blob, unless it is there."""
        if work.find(BLOBS, sha256) is None:
            kept = content if self._folder is None else None
            work.insert(BLOBS, sha256=sha256, size=len(content), at=work.at, content=kept)

    def _path(self, sha256: str) -> Path:
        if self._folder is None:
            raise damaged(sha256[:12], "blobs of a server are no files")
        return self._folder / sha256[:2] / sha256

    def sweep(self) -> tuple[str, ...]:
        """Remove files that no row points to, left by a crash; return their names.

        Only whoever holds the lock of the writer may call this: nobody else is writing then.
        """
        if self._folder is None or not self._folder.is_dir():
            return ()
        with self._session.reading() as connection:
            known = set(connection.execute(select(BLOBS.c.sha256)).scalars())
        removed: list[str] = []
        with in_words(self._session.where):
            for path in sorted(p for p in self._folder.rglob("*") if p.is_file()):
                if path.name not in known or path.suffix == TEMPORARY:
                    path.unlink()
                    removed.append(path.name)
        return tuple(removed)
