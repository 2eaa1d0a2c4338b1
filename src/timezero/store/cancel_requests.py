"""Asking a running job to stop from another process, which cannot write to the database."""

from __future__ import annotations

import hashlib
from pathlib import Path

from timezero.store.durable_files import make_folder, write_durably
from timezero.store.places import Place


class CancelRequests:
    """Requests to stop, each a file beside an SQLite store; a server keeps them in its table.

    Parameters
    ----------
    place : Place
    """

    def __init__(self, place: Place) -> None:
        self._folder = None if place.database is None else place.beside(".requests")

    def ask(self, key: str) -> bool:
        """Leave a request for a job; False when the store is on a server."""
        path = self._path(key)
        if path is None:
            return False
        make_folder(path.parent)
        write_durably(path, b"", label="copy")
        return True

    def asked(self, key: str) -> bool:
        """Return whether there is a request for a job."""
        path = self._path(key)
        return path is not None and path.exists()

    def forget(self, key: str) -> None:
        """Remove the request for a job: it was heeded, or is over."""
        path = self._path(key)
        if path is not None:
            path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / hashlib.sha256(key.encode()).hexdigest()
