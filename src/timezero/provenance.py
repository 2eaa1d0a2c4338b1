"""What a result was made from: versions, seeds, digests."""

from __future__ import annotations

import hashlib
import platform
from importlib import metadata

__version__ = "0.1.0"

_NAMED = ("numpy", "numba", "scipy", "polars")


def versions() -> dict[str, str]:
    """Return the versions of everything that can move a number."""
    found = {"timezero": __version__, "python": platform.python_version()}
    for name in _NAMED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def digest_of(*parts: bytes) -> str:
    """Return the SHA-256 of the parts, each preceded by its length."""
    running = hashlib.sha256()
    for part in parts:
        running.update(len(part).to_bytes(8, "big"))
        running.update(part)
    return running.hexdigest()
