"""Files that rebuild objects of a program: opening one can run whatever code it carries."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from typing import Final

from timezero.errors import InputRefused
from timezero.intake.grid import Grid
from timezero.intake.reader import FileGiven, Reader

_MARKS: Final = (
    (b"RDX", "an R data file"),
    (b"RDA", "an R data file"),
    (b"X\n\0\0\0", "an R data file"),
    (b"B\n\x02\0\0\0", "an R data file"),
    (b"B\n\x03\0\0\0", "an R data file"),
    (b"\x93NUMPY", "a NumPy array file"),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"ZF0x", "a joblib file"),
)
_R_AS_TEXT: Final = re.compile(rb"A\n[23]\n\d+\n")
_PICKLE: Final = re.compile(rb"\x80[\x02-\x05][\x95\x8a-\x8e}\](cq\x8c.]")
# The oldest pickles are text: a list or dictionary, or module and name, put into a numbered place.
_PICKLE_AS_TEXT: Final = re.compile(
    rb"\(?(?:[ld]p\d+\n|c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n(?:p\d+\n|\())"
)
_ENOUGH: Final = 64


def _kind(file: FileGiven) -> str | None:
    for head in (file.head, _unpacked(file.head)):
        found = next((kind for mark, kind in _MARKS if head.startswith(mark)), None)
        if found is None and _R_AS_TEXT.match(head):
            found = "an R data file"
        if found is None and (_PICKLE.match(head) or _PICKLE_AS_TEXT.match(head)):
            found = "a Python pickle"
        if found is not None:
            return found
    return None


def _unpacked(head: bytes) -> bytes:
    """Return the first bytes of what gzip, zlib, bzip2 or xz packed; nothing when it is none."""
    try:
        if head.startswith((b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")):
            return zlib.decompressobj(47).decompress(head, _ENOUGH)
        if head.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(head, _ENOUGH)
        if head.startswith(b"\xfd7zXZ"):
            return lzma.LZMADecompressor(memlimit=100_000_000).decompress(head, _ENOUGH)
    except (zlib.error, OSError, lzma.LZMAError, EOFError):
        return b""
    return b""


def _recognises(file: FileGiven) -> bool:
    return _kind(file) is not None


def _refuse(file: FileGiven) -> Grid:
    kind = _kind(file)
    raise InputRefused(
        what=f"the file is {kind}: opening one can run code that it carries, so it is not opened",
        where=file.name,
        mend="write the table as CSV, Parquet, SPSS or Stata, in the program that made the file",
        code="TZ-IN-64",
    )


READER = Reader(order=5, words="an object of a program", recognises=_recognises, read=_refuse)
