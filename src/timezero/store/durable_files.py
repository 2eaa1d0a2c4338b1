"""Files that are whole or not there: written beside, forced to disk, renamed, folder forced."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from timezero.store.fault_points import reached

FILE_MODE = 0o600
FOLDER_MODE = 0o700
TEMPORARY = ".tmp"
_PIECE = 1 << 20


def make_folder(folder: Path) -> None:
    """Make a folder that nobody else can read, whatever the umask; one that is there stays."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=FOLDER_MODE)
    folder.chmod(FOLDER_MODE)
    fsync_folder(folder.parent)


def write_durably(path: Path, content: bytes, *, label: str) -> None:
    """Write a file so that after a crash it holds all of the content, or is as it was.

    Parameters
    ----------
    path : Path
    content : bytes
    label : str
        ``blob``, ``head``, ``manifest`` or ``copy``: names the fault points.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _own(file.fileno())
            reached(f"{label}.before_write")
            file.write(content)
            file.flush()
            reached(f"{label}.after_write")
            reached(f"{label}.before_fsync")
            os.fsync(file.fileno())
            reached(f"{label}.after_fsync")
        reached(f"{label}.before_rename")
        temporary.replace(path)
        reached(f"{label}.after_rename")
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    reached(f"{label}.before_folder_fsync")
    fsync_folder(path.parent)
    reached(f"{label}.after_folder_fsync")


def _own(handle: int) -> None:
    if hasattr(os, "fchmod"):
        os.fchmod(handle, FILE_MODE)


def fsync_folder(folder: Path) -> None:
    """Force the names in a folder to disk; Windows does that by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    running = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            running.update(piece)
    return running.hexdigest()


def free_space(folder: Path) -> tuple[int, int]:
    """Return the free and the total bytes of the disk that a folder is on."""
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total
