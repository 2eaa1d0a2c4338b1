"""Bytes to text: which kind of file by its first bytes, and which encoding."""

from __future__ import annotations

import re

from timezero.errors import InputRefused

# First bytes of files that are no article text, and what to do with each.
_CONTAINERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive (Word, Excel or e-book files are such archives)", ""),
    (b"PK\x05\x06", "an empty zip archive", ""),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file", ""),
    (b"{\\rtf", "a rich text file", ""),
    (b"\x1f\x8b", "a gzip archive", "unpack it, and give the file inside"),
    (b"\x89PNG", "a picture", "type or copy its text into a .txt file"),
    (b"\xff\xd8\xff", "a picture", "type or copy its text into a .txt file"),
    (b"GIF8", "a picture", "type or copy its text into a .txt file"),
    (b"II*\x00", "a picture", "type or copy its text into a .txt file"),
    (b"MM\x00*", "a picture", "type or copy its text into a .txt file"),
    (b"\x7fELF", "a program", "give the article"),
    (b"MZ", "a program", "give the article"),
)
_SAVE_AS = "save it as .pdf, .html or .txt, or paste the passage as text"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,30})", re.IGNORECASE)
_LARGEST_SHARE_OF_CONTROLS = 0.01
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\x0b\x0c\r\x1b") + b"\x7f"
_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|div|span|article|section|table|h[1-6]|br|a|script|meta)\b[^<>]{0,400}>")


def refuse_containers(raw: bytes, where: str) -> None:
    """Refuse files that are known by their first bytes to be no text.

    Raises
    ------
    InputRefused
        The bytes begin like an archive, an office document, a picture or a program.
    """
    for first, what, mend in _CONTAINERS:
        if raw.startswith(first):
            raise InputRefused(
                what=f"the file is {what}, not an article as text",
                where=where,
                mend=mend or _SAVE_AS,
                code="TZ-ART-02",
            )


def decoded(raw: bytes, where: str) -> tuple[str, str]:
    """Return the text of some bytes, and a remark about its encoding, empty if it is UTF-8.

    Parameters
    ----------
    raw : bytes
    where : str
        What the file is called in messages.

    Raises
    ------
    InputRefused
        The bytes are binary.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            text = raw[len(mark) :].decode(encoding, errors="replace")
            return text, "" if encoding == "utf-8" else f"The text was read as {encoding.upper()}."
    head = raw[:4096]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(head) > 3 and not any(head[offset::2]) and any(head[1 - offset :: 2]):
            return raw.decode(encoding, errors="replace"), (
                f"The text was read as {encoding.upper()}."
            )
    n_controls = len(raw) - len(raw.translate(None, _CONTROLS))
    if n_controls > _LARGEST_SHARE_OF_CONTROLS * len(raw):
        raise InputRefused(
            what="the file is binary: it holds no text that can be read",
            where=where,
            mend=_SAVE_AS,
            code="TZ-ART-03",
        )
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _declared_or_windows(raw)


def _declared_or_windows(raw: bytes) -> tuple[str, str]:
    named = _DECLARED.search(raw[:4096])
    for encoding in ([named.group(1).decode("ascii")] if named else []) + ["cp1252"]:
        try:
            return raw.decode(encoding), f"Letters were read as {encoding.upper()}."
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", errors="replace"), "Some letters could not be read."


def is_page(text: str) -> bool:
    """Say whether a text is an HTML page, whatever its file is called."""
    head = text[:20_000]
    return bool(_PAGE.search(head)) or len(_TAG.findall(head)) >= 4
