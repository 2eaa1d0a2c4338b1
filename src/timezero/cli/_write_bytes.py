"""Files that are no text: never written over unasked, never seen half written."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from timezero.errors import InputRefused


def refuse_files_there(places: Mapping[str, Path | None], *, force: bool) -> None:
    """Refuse, before anything is written, to take the place of a file that is there.

    Parameters
    ----------
    places : mapping of str to Path or None
        By flag.
    force : bool
        Whether that was asked for.

    Raises
    ------
    InputRefused
        A file is there already.
    """
    for flag, path in places.items():
        if path is not None and path.is_file() and not force:
            raise InputRefused(
                what=f"{path} is there already",
                where=flag,
                mend=f"name another file with {flag}, or write over it with --force",
                code="TZ-CLI-15",
            )


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file at once; ``-`` is standard output.

    Parameters
    ----------
    path : Path
        Its folder is made when it does not exist; a file that is replaced keeps its mode.
    content : bytes

    Raises
    ------
    InputRefused
        The file cannot be written.
    """
    if str(path) == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            _replace(target, content)
    except OSError as error:
        raise InputRefused(
            what=f"the file cannot be written: {error.strerror or type(error).__name__}",
            where=str(path),
            mend="name a file in a folder that can be written to",
            code="TZ-OUT-01",
        ) from error


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    umask = os.umask(0)
    os.umask(umask)
    handle, temporary = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".tmp"
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644 & ~umask
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
