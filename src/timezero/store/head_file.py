"""The head of the log kept outside the database, so that a log cut short is noticed."""

from __future__ import annotations

import json
from pathlib import Path

from timezero.store.durable_files import write_durably
from timezero.store.records import Head
from timezero.store.refusals import damaged


def write_head(path: Path, head: Head, *, store_id: str) -> None:
    """Write the number and the hash of the last entry, durably."""
    told = {"store": store_id, "seq": head.seq, "hash": head.hash}
    write_durably(path, json.dumps(told, indent=1).encode() + b"\n", label="head")


def read_head(path: Path, *, store_id: str) -> Head:
    """Return the head that was written last.

    Raises
    ------
    InputRefused
        The file is missing or damaged, or belongs to another store.
    """
    try:
        told = json.loads(path.read_bytes())
        belongs, head = told["store"], Head(seq=int(told["seq"]), hash=str(told["hash"]))
    except FileNotFoundError as error:
        raise damaged(
            path.name, f"{path.name} is missing: the files of a store belong together"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path.name, f"{path.name} is damaged") from error
    if belongs != store_id:
        raise damaged(path.name, f"{path.name} belongs to another store")
    return head
