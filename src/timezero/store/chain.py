"""The chain of the log: each entry carries the hash of the one before, and digests of rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from timezero.store.records import Head, LogEntry, Problem
from timezero.store.tables import UNRECORDED_COLUMNS

START = Head(seq=0, hash="0" * 64)


def entry_hash(entry: LogEntry) -> str:
    """Return the SHA-256 of everything in an entry but its hash, in one canonical form."""
    said = [entry.seq, entry.at, entry.who, entry.what, entry.why]
    return _digest([*said, entry.old, entry.new, entry.rows, entry.previous])


def row_digest(table: str, row: Mapping[str, Any]) -> str:
    """Return the digest of one row, of all columns that the log answers for.

    Columns without a value do not count, so that a later revision may add one.
    """
    left_out = UNRECORDED_COLUMNS.get(table, frozenset[str]())
    kept = {k: v for k, v in row.items() if k not in left_out and v is not None}
    return _digest([table, sorted(kept.items())])


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def row_name(table: str, key: Sequence[str | int]) -> str:
    """Return a row's table and key in one word, as the log and its readers say it."""
    return f"{table}/{'/'.join(str(part) for part in key)}"


def chain_problems(entries: Iterable[LogEntry], heads: Mapping[str, Head]) -> list[Problem]:
    """Return every break of the chain, and every head that the chain does not lead to.

    Parameters
    ----------
    entries : iterable of LogEntry
        In the order of their numbers.
    heads : mapping of str to Head
        Heads kept elsewhere, by where they were kept. An entry may have been added after.
    """
    found: list[Problem] = []
    last = START
    by_seq = {0: START.hash}
    for entry in entries:
        place = f"log entry {entry.seq}"
        if entry.seq != last.seq + 1:
            found.append(
                _problem("log_gap", f"entries {last.seq + 1} to {entry.seq - 1} are gone", place)
            )
        elif entry.previous != last.hash:
            found.append(
                _problem("log_out_of_place", "the entry does not follow from the one before", place)
            )
        if entry_hash(entry) != entry.hash:
            found.append(_problem("log_changed", "the entry is not as it was written", place))
        last = Head(seq=entry.seq, hash=entry.hash)
        by_seq[entry.seq] = entry.hash
    for place, head in heads.items():
        if head.seq > last.seq:
            what = f"the log ends at entry {last.seq}, and went on to {head.seq} before"
            found.append(_problem("log_truncated", what, place))
        elif by_seq.get(head.seq) != head.hash:
            what = f"entry {head.seq} of the log is another one than before"
            found.append(_problem("log_rewritten", what, place))
    return found


def _problem(code: str, what: str, where: str) -> Problem:
    return Problem(code=code, what=what, where=where)


def recorded_rows(entries: Iterable[LogEntry]) -> dict[str, str]:
    """Return the digest of every row, by its name, as the log left it last."""
    found: dict[str, str] = {}
    for entry in entries:
        try:
            found.update(dict(json.loads(entry.rows)))
        except (ValueError, TypeError):
            continue
    return found
