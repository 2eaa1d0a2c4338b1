"""The hash of a log entry, written out; it answers for every part of the entry."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from timezero.store.chain import entry_hash
from timezero.store.records import LogEntry

ENTRY = LogEntry(
    seq=2,
    at="2026-01-02T03:04:05+00:00",
    who="somebody",
    what="run started",
    why="asked",
    old="{}",
    new='{"run":"r"}',
    rows="{}",
    previous="0" * 64,
    hash="",
)


def test_the_hash_is_the_sha_256_of_the_canonical_text() -> None:
    text = (
        '[2,"2026-01-02T03:04:05+00:00","somebody","run started","asked","{}",'
        '"{\\"run\\":\\"r\\"}","{}","' + "0" * 64 + '"]'
    )
    assert entry_hash(ENTRY) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("part", ["at", "who", "what", "why", "old", "new", "rows", "previous"])
def test_another_part_gives_another_hash(part: str) -> None:
    assert entry_hash(replace(ENTRY, **{part: "x"})) != entry_hash(ENTRY)
