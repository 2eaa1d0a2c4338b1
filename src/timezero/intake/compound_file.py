"""The streams of an OLE compound file, the container of .xls workbooks."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from timezero.intake.refusals_of_files import damaged

SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR: Final = 0xFFFFFFFA
_ENTRY: Final = 128
_ROOT, _STREAM = 5, 2


class CompoundFile:
    """A compound file whose sectors are followed with care: chains that turn in circles end.

    Parameters
    ----------
    raw : bytes
        The whole file.
    name : str
        What the file is called in messages.

    Raises
    ------
    InputRefused
        The sectors do not fit together.
    """

    def __init__(self, raw: bytes, name: str) -> None:
        self._raw, self._name = raw, name
        if len(raw) < 512:
            raise self._broken()
        self._size = 1 << self._number("<H", 30, most=12)
        self._mini_size = 1 << self._number("<H", 32, most=12)
        self._cutoff = self._number("<I", 56)
        self._fat = self._table(self._fat_sectors())
        self._mini_fat = self._table(list(self._chain(self._number("<I", 60), self._fat)))
        self.streams: dict[str, tuple[int, int]] = {}
        self._mini_stream = b""
        self._read_directory()

    def stream(self, name: str) -> bytes | None:
        """Return a stream whole; None when there is none of that name."""
        if name not in self.streams:
            return None
        start, size = self.streams[name]
        if size >= self._cutoff:
            return self._joined(start)[:size]
        step = self._mini_size
        parts = (self._mini_stream[k * step :][:step] for k in self._chain(start, self._mini_fat))
        return b"".join(parts)[:size]

    def _broken(self) -> Exception:
        return damaged(self._name, "its sectors do not fit together, or its end is missing")

    def _number(self, kind: str, at: int, *, most: int | None = None) -> int:
        (number,) = struct.unpack_from(kind, self._raw, at)
        if most is not None and not 5 <= number <= most:
            raise self._broken()
        return int(number)

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        found = self._raw[at : at + self._size]
        if not found:
            raise self._broken()
        return found

    def _fat_sectors(self) -> list[int]:
        """Return the sectors with the allocation table: 109 in the header, the rest in a chain."""
        found = list(struct.unpack_from("<109I", self._raw, 76))
        at, left = self._number("<I", 68), len(self._raw) // self._size
        while at < _LAST_SECTOR and left > 0:
            words = _words(self._sector(at))
            found += words[:-1]
            at, left = words[-1], left - 1
        return [sector for sector in found if sector < _LAST_SECTOR]

    def _table(self, sectors: list[int]) -> list[int]:
        return [word for sector in sectors for word in _words(self._sector(sector))]

    def _chain(self, start: int, table: list[int]) -> Iterator[int]:
        left = len(table)
        while start < _LAST_SECTOR:
            if start >= len(table) or left <= 0:
                raise self._broken()
            yield start
            start, left = table[start], left - 1

    def _joined(self, start: int) -> bytes:
        return b"".join(self._sector(sector) for sector in self._chain(start, self._fat))

    def _read_directory(self) -> None:
        directory = self._joined(self._number("<I", 48))
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            entry = directory[at : at + _ENTRY]
            length, kind = struct.unpack_from("<HB", entry, 64)
            start, size = struct.unpack_from("<II", entry, 116)
            if kind == _ROOT:
                self._mini_stream = self._joined(start) if start < _LAST_SECTOR else b""
            elif kind == _STREAM:
                name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
                self.streams.setdefault(name, (start, size))


def _words(sector: bytes) -> list[int]:
    n = len(sector) // 4
    return list(struct.unpack(f"<{n}I", sector[: 4 * n]))
