"""Labelled places where a test may kill the program or make the disk fail; otherwise nothing.

``TIMEZERO_FAULT_POINT`` names the place: ``blob.before_rename`` kills the process there,
``blob.before_rename=ENOSPC`` raises that error of the operating system, and
``blob.before_rename#3`` waits for the third time. ``?FILE`` writes the names that are reached
into a file instead.
"""

from __future__ import annotations

import errno
import os
import signal
from collections import Counter
from pathlib import Path

from timezero.errors import InternalFault

_FILES = ("blob", "head", "manifest", "copy")
_FILE_STEPS = ("write", "fsync", "rename", "folder_fsync")
_TRANSACTIONS = ("record", "job", "chunk", "migration")
_OTHERS = (
    "row.write",
    "log.write",
    "database.copy",
    "backup.rename",
    "backup.remove",
    "database.create",
)
_FILE_NAMES = tuple(
    f"{what}.{side}_{step}"
    for what in _FILES
    for step in _FILE_STEPS
    for side in ("before", "after")
)
_COMMITS = tuple(f"{what}.{side}_commit" for what in _TRANSACTIONS for side in ("before", "after"))
_REST = tuple(
    f"{what}.{side}_{step}"
    for what, step in (name.split(".") for name in _OTHERS)
    for side in ("before", "after")
)
FAULT_POINTS: tuple[str, ...] = _FILE_NAMES + _COMMITS + _REST
VARIABLE = "TIMEZERO_FAULT_POINT"

_times: Counter[str] = Counter()


def reached(name: str) -> None:
    """Do nothing, unless a test asks for a fault at this very place.

    Parameters
    ----------
    name : str
        One of ``FAULT_POINTS``.

    Raises
    ------
    OSError
        The environment asks for it.
    InternalFault
        The name is not in the list.
    """
    if name not in FAULT_POINTS:
        raise InternalFault(
            what=f"{name} is not in the list of fault points",
            where="store/fault_points.py",
            mend="add it there",
            code="TZ-INT-05",
        )
    asked = os.environ.get(VARIABLE)
    if not asked:
        return
    if asked.startswith("?"):
        with Path(asked[1:]).open("a") as file:
            file.write(f"{name}\n")
        return
    place, _, error = asked.partition("=")
    place, _, count = place.partition("#")
    if place != name:
        return
    _times[name] += 1
    if _times[name] != int(count or "1"):
        return
    if not error:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    number = getattr(errno, error)
    raise OSError(number, os.strerror(number))
