"""The only importer of numba: compiled loops that are kept on disk between runs."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _version_of_kernels() -> str:
    """Return a name that changes with any kernel: numba looks only at the file it compiles."""
    told = [
        (p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in Path(__file__).parent.glob("*.py")
    ]
    return f"kernels-{zlib.crc32(repr(sorted(told)).encode()):08x}"


def _choose_cache_folder() -> None:
    """Point numba at a folder that can be written, whatever the package folder allows."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    places = (caches / "timezero", Path(tempfile.gettempdir()) / "timezero-cache")
    for folder in (place / _version_of_kernels() for place in places):
        if _is_writable(folder):
            os.environ["NUMBA_CACHE_DIR"] = str(folder)
            return


_choose_cache_folder()

import numba  # noqa: E402  the cache folder must be chosen before numba reads it


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop over arrays on its first call, without changing its type.

    Compiled code releases the global interpreter lock, so threads share the work.
    """
    return cast("Callable[P, R]", numba.njit(nogil=True, cache=True)(function))
