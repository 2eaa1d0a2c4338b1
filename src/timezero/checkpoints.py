"""Finished parts of long work are kept on disk until all is done, so that it can be resumed."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = dict[str, NDArray[np.float64]]


class Checkpoints:
    """Parts of one piece of work, each a file of arrays in a folder named by what it is made of.

    Parameters
    ----------
    folder : Path or None
        None: nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._kept: set[Path] = set()

    def stage(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """Return a stage from its file, or compute it and keep it.

        A file that cannot be read is computed again; a folder that cannot be written to keeps
        nothing. The file is complete or not there: it is written beside and then renamed.
        """
        stored = self.read(name)
        if stored is not None:
            return stored
        found = compute()
        self.write(name, found)
        return found

    def read(self, name: str) -> Arrays | None:
        """Return a part that was finished before; None when there is none that can be read."""
        if self.folder is None:
            return None
        path = self.folder / f"{name}.npz"
        self._kept.add(path)
        return _read(path)

    def write(self, name: str, found: Arrays) -> None:
        """Keep a finished part."""
        if self.folder is None:
            return
        path = self.folder / f"{name}.npz"
        self._kept.add(path)
        with contextlib.suppress(OSError):
            self._keep(path, found)

    def _keep(self, path: Path, found: Arrays) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **found)  # pyright: ignore[reportArgumentType]
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def done(self) -> None:
        """Remove what was kept, and the folder if nothing else is in it: the work is complete."""
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            for path in self._kept:
                path.unlink(missing_ok=True)
            self.folder.rmdir()


def _read(path: Path) -> Arrays | None:
    """Return what a file holds; None when there is none, or it cannot be read whole."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            members = {n.removesuffix(".npy"): archive.read(n) for n in archive.namelist()}
        return {key: _array(data) for key, data in members.items()}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None


def _array(data: bytes) -> NDArray[np.float64]:
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)


def default_folder(digest: str, *, kind: str = "audits") -> Path:
    """Return where work keeps its finished parts between runs, in the user's cache.

    Parameters
    ----------
    digest : str
        Of everything that the work is made of.
    kind : str
        ``audits`` or ``studies``.
    """
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return caches / "timezero" / kind / digest[:32]
