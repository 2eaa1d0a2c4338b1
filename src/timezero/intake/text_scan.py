"""Where the records of delimited text begin and end, found without reading its cells."""

from __future__ import annotations

from dataclasses import dataclass
from mmap import mmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from timezero.arrays import Bools, Ints

CHUNK: Final = 1 << 22
LINE_FEED, QUOTE = ord("\n"), ord('"')
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """The records of a text.

    Parameters
    ----------
    widths : (n,) int64
        How many cells each record has; an empty line has none.
    ends : (n,) int64
        Where each record ends, in bytes from the beginning, its line end not counted.
    breaks : (n,) int64
        How many line breaks stand inside quoted cells of each record.
    strange_quotes : (k,) int64
        Where quotation marks stand that neither open nor close a cell, in bytes; at most twenty.
    """

    widths: Ints
    ends: Ints
    breaks: Ints
    strange_quotes: Ints


def scan(raw: bytes | mmap, delimiter: str, *, quoted: bool, start: int = 0) -> Scan:
    """Find the records of a text whose lines end in line feeds.

    Parameters
    ----------
    raw : bytes or mmap
        Any encoding in which plain English is one byte a letter.
    delimiter : str
        One sign of plain English.
    quoted : bool
        Whether delimiters and line ends between quotation marks belong to the cell.
    start : int
        In bytes; what stands before, such as a byte-order mark, is passed over.
    """
    seen = _Marks(delimiter=ord(delimiter), quoted=quoted and raw.find(b'"') >= 0)
    size = len(raw)
    for begin in range(start, size, CHUNK):
        # One byte before and after is looked at too, to judge quotation marks at the edges.
        piece = raw[max(begin - 1, start) : min(begin + CHUNK + 1, size)]
        seen.add(piece, begin=begin, n=min(CHUNK, size - begin), led=begin > start)
    return seen.result(size, start)


class _Marks:
    """What was seen so far, chunk by chunk."""

    def __init__(self, *, delimiter: int, quoted: bool) -> None:
        self._delimiter = delimiter
        self._quoted = quoted
        self._inside = False
        self._pending = 0
        self._widths: list[Ints] = []
        self._ends: list[Ints] = []
        self._inner: list[Ints] = []
        self._strange: list[int] = []
        self._opened_at = -1

    def add(self, piece: bytes, *, begin: int, n: int, led: bool) -> None:
        """Look at one chunk; ``piece`` has one byte more on each side where there is one."""
        whole = np.frombuffer(piece, dtype=np.uint8)
        here = whole[int(led) : int(led) + n]
        feeds, parted = here == LINE_FEED, here == self._delimiter
        if self._quoted:
            quotes = here == QUOTE
            if quotes.any() or self._inside:
                inside = self._judge(whole, quotes, begin=begin, led=led)
                self._inner.append(np.flatnonzero(feeds & inside) + begin)
                feeds &= ~inside
                parted &= ~inside
        marks = np.flatnonzero(feeds | parted)
        at = np.flatnonzero(feeds[marks])
        before = np.concatenate([[-1 - self._pending], at])
        if at.size:
            self._widths.append(np.diff(before).astype(np.int64))
            self._ends.append((marks[at] + begin).astype(np.int64))
        self._pending = int(marks.size - 1 - before[-1]) if at.size else self._pending + marks.size

    def _judge(self, whole: Bytes, quotes: Bools, *, begin: int, led: bool) -> Bools:
        """Return which bytes are inside quotation marks, and note the marks out of place."""
        parity = np.cumsum(quotes, dtype=np.int64) + int(self._inside)
        at = np.flatnonzero(quotes)
        opens = parity[at] % 2 == 1
        # Outside the text stands, as it were, a line end.
        around = np.concatenate(
            [[] if led else [LINE_FEED], whole, [LINE_FEED]], dtype=np.uint8, casting="unsafe"
        )
        before, after = around[at], around[at + 2]
        fits = np.array([self._delimiter, LINE_FEED, QUOTE], dtype=np.uint8)
        strange = np.where(opens, ~np.isin(before, fits), ~np.isin(after, fits))
        if len(self._strange) < 20:
            self._strange += (at[strange][:20] + begin).tolist()
        if opens.any():
            self._opened_at = int(at[opens][-1]) + begin
        inside = (parity % 2 == 1) & ~quotes
        self._inside = bool(parity[-1] % 2) if parity.size else self._inside
        return inside

    def result(self, size: int, start: int) -> Scan:
        """Return the records, the last one too if no line end follows it."""
        widths, ends = list(self._widths), list(self._ends)
        last = int(ends[-1][-1]) if ends else start - 1
        if last + 1 < size:
            widths.append(np.array([self._pending + 1], dtype=np.int64))
            ends.append(np.array([size], dtype=np.int64))
        none = np.empty(0, dtype=np.int64)
        every_end = np.concatenate([none, *ends])
        every_width = np.concatenate([none, *widths])
        lengths = np.diff(np.concatenate([[start - 1], every_end])) - 1
        every_width[lengths == 0] = 0
        inner = np.concatenate([none, *self._inner])
        breaks = np.bincount(np.searchsorted(every_end, inner), minlength=every_end.size)
        strange = self._strange[:20]
        if self._inside:
            strange = sorted({*strange, self._opened_at})
        return Scan(
            widths=every_width,
            ends=every_end,
            breaks=breaks[: every_end.size].astype(np.int64),
            strange_quotes=np.array(strange, dtype=np.int64),
        )
