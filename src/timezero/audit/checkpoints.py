"""What has been simulated is kept on disk until the audit is done, so that it can be resumed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = dict[str, NDArray[np.float64]]


class Checkpoints:
    """Stages of one audit, each a file of arrays in a folder named by what the audit is made of.

    Parameters
    ----------
    folder : Path or None
        None: nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def stage(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """Return a stage from its file, or compute it and keep it.

        A file that cannot be read is computed again; a folder that cannot be written to keeps
        nothing. The file is complete or not there: it is written beside and then renamed.
        """
        path = None if self.folder is None else self.folder / f"{name}.npz"
        if path is not None and path.exists():
            with contextlib.suppress(OSError, ValueError, KeyError, EOFError), path.open("rb") as f:
                import zipfile

                with contextlib.suppress(zipfile.BadZipFile):
                    stored = np.load(f, allow_pickle=False)
                    return {key: stored[key] for key in stored.files}
        found = compute()
        if path is not None:
            with contextlib.suppress(OSError):
                self._keep(path, found)
        return found

    def _keep(self, path: Path, found: Arrays) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, allow_pickle=False, **found)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def done(self) -> None:
        """Remove what was kept: the audit is complete."""
        if self.folder is None or not self.folder.is_dir():
            return
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()


def default_folder(digest: str) -> Path:
    """Return where an audit keeps its stages between runs, in the user's cache."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return caches / "timezero" / "audits" / digest[:32]
