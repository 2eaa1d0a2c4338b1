"""One process writes to a store kept in files; the lock ends with the process."""

from __future__ import annotations

import errno
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

from timezero.errors import InputRefused
from timezero.store.durable_files import FILE_MODE


class WriterLock:
    """The right to write, held until released or until the process ends, however it ends.

    Parameters
    ----------
    path : Path
        The lock file. It stays; only the lock on it comes and goes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self, *, who: str, since: str, where: str) -> None:
        """Take the lock, or refuse and name who has it.

        Parameters
        ----------
        who, since : str
            Told to whoever is refused.
        where : str
            The store, as the user knows it.

        Raises
        ------
        InputRefused
            Another process writes.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | _CLOEXEC, FILE_MODE)
        try:
            taken = _locked_soon(handle)
        except OSError:
            os.close(handle)
            raise
        if not taken:
            os.close(handle)
            raise InputRefused(
                what=f"another process writes to this store: {holder(self._path) or 'unknown'}",
                where=where,
                mend="end that process or wait for it, or open the store for reading only",
                code="TZ-STO-14",
            )
        self._handle = handle
        if hasattr(os, "fchmod"):
            os.fchmod(handle, FILE_MODE)
        told = {"pid": os.getpid(), "host": platform.node(), "who": who, "since": since}
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(told).encode())
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def release(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def _forget(self) -> None:
        """Close the lock in a forked child, which must not keep it when its parent dies."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_TRIES, _PAUSE = 5, 0.04
_TAKEN = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


def _locked_soon(handle: int) -> bool:
    """Try for a moment: whoever only asks who writes holds the lock for an instant."""
    for _ in range(_TRIES):
        if _locked(handle):
            return True
        time.sleep(_PAUSE)
    return False


def _locked(handle: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            lock: Any = msvcrt
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            lock.locking(handle, lock.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True


def holder(path: Path) -> str:
    """Return who writes, in words; empty when nobody said so."""
    try:
        told: dict[str, Any] = dict(json.loads(path.read_bytes() or b"{}"))
    except (OSError, ValueError, TypeError):
        return ""
    if "pid" not in told:
        return ""
    who, host, since = (told.get(name, "unknown") for name in ("who", "host", "since"))
    return f"process {told['pid']} of {who} on {host} since {since}"


def writer_of(path: Path) -> str:
    """Return which process holds the lock now, in words; empty when none does."""
    if not path.is_file():
        return ""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return holder(path)
    try:
        return "" if _locked(handle) else holder(path)
    finally:
        os.close(handle)
