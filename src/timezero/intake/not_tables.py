"""What is no table, told by the first bytes whatever the name of the file says."""

from __future__ import annotations

from typing import Final

_MARKS: Final = {
    b"%pdf": "a PDF",
    b"<html": "a web page",
    b"<!doc": "a web page",
    b"<table": "a web page",
    b"<head": "a web page",
    b"<body": "a web page",
    b"<meta": "a web page",
    b"<div": "a web page",
    b"<script": "a web page",
    b"<!--": "a web page",
    b"<svg": "a picture",
    b"<?xml": "an XML file",
    b"\x89png": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"gif87a": "a picture",
    b"gif89a": "a picture",
    b"rdx2\n": "an R data file",
    b"rdx3\n": "an R data file",
    b"rda2\n": "an R data file",
    b"rda3\n": "an R data file",
    b"rdb2\n": "an R data file",
    b"x\n\0\0\0": "an R data file",
    b"\xfd7zxz\0": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"rar!\x1a\x07": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"sqlite format 3\0": "a database",
    b"{\\rtf": "a text document",
    b"\x7felf": "a program",
}
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def kind_of(head: bytes) -> str | None:
    """Return what a file is that is no table; None when it may be one.

    Parameters
    ----------
    head : bytes
        Its first bytes, a few hundred at least if there are so many.

    Returns
    -------
    str or None
        Such as ``a PDF``.
    """
    if head[:3] == b"BZh" and head[4:10] == b"1AY&SY":
        return "a bzip2 archive"
    for mark in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            head = head[len(mark) :].replace(b"\0", b"")
    start = head[:1024].lstrip().lower()[:64]
    return next((kind for mark, kind in _MARKS.items() if start.startswith(mark)), None)
