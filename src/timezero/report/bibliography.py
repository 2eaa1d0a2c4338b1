"""The works that the methods rest on, by key."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def bibliography() -> dict[str, dict[str, str]]:
    """Return every work: its text, and its DOI or an empty one."""
    place = Path(__file__).with_name("bibliography.toml")
    return tomllib.loads(place.read_text(encoding="utf-8"))


def reference_text(key: str) -> str:
    """Return a work as it is printed in a list of references."""
    work = bibliography()[key]
    doi = f" doi:{work['doi']}" if work["doi"] else ""
    return f"{work['text']}{doi}"
