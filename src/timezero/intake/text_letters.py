"""From the bytes of a text file to UTF-8, telling what was decided on the way."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from mmap import mmap
from typing import Final

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.encoding import (
    holds_utf8,
    known_encoding,
    likely_encoding,
    words_beyond_ascii,
)
from timezero.intake.tables import shown
from timezero.model.recipe import TableRecipe

EACH_LINE: Final = "utf-8, else windows-1252"
LOST: Final = "\ufffd"
_CHUNK: Final = 1 << 22
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_EXPORT: Final = "export the table again as CSV in UTF-8, Excel or Parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """A text in UTF-8.

    Parameters
    ----------
    raw : bytes or mmap
        UTF-8; the file itself where it was so already.
    start : int
        Where the text begins, after a byte-order mark.
    findings : list of Finding
    damaged : bool
        Whether letters could not be read; the sign U+FFFD stands in their place.
    mixed : bool
        Whether some letters cannot be read in the encoding of the others, or in the one said.
    readings : mapping of str to str
        For each encoding that would read every letter, how some words would read.
    """

    raw: bytes | mmap
    start: int = 0
    findings: list[Finding] = field(default_factory=list[Finding])
    damaged: bool = False
    mixed: bool = False
    readings: Mapping[str, str] = field(default_factory=dict[str, str])


def letters_of(raw: bytes | mmap, name: str, recipe: TableRecipe) -> Letters:
    """Decode a text by what the recipe says, by its first bytes, or by its words.

    Parameters
    ----------
    raw : bytes or mmap
    name : str
        What the file is called in messages.
    recipe : TableRecipe

    Raises
    ------
    InputRefused
        The bytes are no text, or the encoding of the recipe is none.
    """
    mark, encoding = _by_mark(raw)
    if recipe.encoding is not None and recipe.encoding != EACH_LINE:
        return _as_said(raw, name, recipe.encoding)
    if encoding is not None and encoding != "utf-8":
        text = _strictly(bytes(raw[mark:]), encoding, name)
        _refuse_zeros(text.encode(), name)
        return Letters(raw=text.encode(), findings=_told(encoding.upper(), name))
    _refuse_zeros(raw, name)
    if _is_utf8(raw):
        lost = raw.find(LOST.encode()) >= 0
        return Letters(raw=raw, start=mark, damaged=lost, findings=_marked(mark, name))
    if recipe.encoding == EACH_LINE:
        text = line_by_line(bytes(raw[mark:]))
        return Letters(raw=text, findings=_told(EACH_LINE, name), damaged=LOST.encode() in text)
    if mark or holds_utf8(bytes(raw)):
        return _mixed(bytes(raw[mark:]))
    return _by_words(bytes(raw), name)


def _mixed(raw: bytes) -> Letters:
    texts = {
        EACH_LINE: line_by_line(raw).decode(),
        "windows-1252": raw.decode("cp1252", "replace"),
    }
    return Letters(
        raw=raw.decode("utf-8", "replace").encode(),
        damaged=True,
        mixed=True,
        readings={way: _telling(text) for way, text in texts.items() if LOST not in text},
    )


def _telling(text: str) -> str:
    """Return the first words with letters beyond plain English."""
    found = islice(re.finditer(r"\w?[^\W\x00-\x7f]\S{0,5}", text), 50)
    words = dict.fromkeys(fragment(shown(match.group())) for match in found)
    return ", ".join(list(words)[:4])


def fragment(word: str) -> str:
    """Return the first letter beyond plain English with its neighbours, and not a whole name.

    Parameters
    ----------
    word : str
    """
    at = next((k for k, sign in enumerate(word) if sign > "\x7f"), 0)
    begin, end = max(at - 1, 0), at + 3
    return ("…" if begin else "") + word[begin:end] + ("…" if end < len(word) else "")


def line_by_line(raw: bytes) -> bytes:
    """Return UTF-8 from a text some lines of which are Windows-1252.

    Parameters
    ----------
    raw : bytes
    """
    return b"\n".join(_line(line) for line in raw.split(b"\n"))


def _line(line: bytes) -> bytes:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace").encode()
    return line


def _by_mark(raw: bytes | mmap) -> tuple[int, str | None]:
    """Return how long the byte-order mark is, and the encoding if the first bytes tell it."""
    sample = bytes(raw[:4096])
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return len(mark), encoding
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = sample[offset::2]
        others = sample[1 - offset :: 2]
        if len(sample) > 3 and zeros.count(0) > 0.8 * len(zeros) and others.count(0) == 0:
            return 0, encoding
    return 0, None


def _as_said(raw: bytes | mmap, name: str, encoding: str) -> Letters:
    codec = known_encoding(encoding)
    if codec is None:
        raise InputRefused(
            what=f"{shown(encoding)!r} is no way of writing letters that is known here",
            where=f"{name}; encoding in the recipe",
            mend="name one such as utf-8, windows-1252, windows-1250, mac-roman or utf-16",
            code="TZ-IN-06",
        )
    try:
        text = bytes(raw).decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return dataclasses.replace(
            _mixed(bytes(raw)), raw=bytes(raw).decode(codec, "replace").encode()
        )
    decoded = text.encode("utf-8", "replace")
    _refuse_zeros(decoded, name)
    return Letters(raw=decoded, damaged=LOST in text)


def _strictly(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputRefused(
            what=f"the file begins as {encoding.upper()} and then does not keep to it",
            where=f"{name}, byte {error.start}",
            mend=_EXPORT,
            code="TZ-IN-12",
        ) from error


def _refuse_zeros(raw: bytes | mmap, name: str) -> None:
    at = raw.find(b"\0")
    if at < 0:
        return
    raise InputRefused(
        what="the file holds zero bytes: it is damaged, or not a text file",
        where=f"{name}, line {line_of(raw, at)}",
        mend=_EXPORT,
        code="TZ-IN-11",
    )


def line_of(raw: bytes | mmap, at: int) -> int:
    """Return the number of the line in which a byte stands, counted from 1.

    Parameters
    ----------
    raw : bytes or mmap
    at : int
    """
    return 1 + sum(piece.count(b"\n") for piece in _pieces(raw, at))


def _pieces(raw: bytes | mmap, end: int) -> Iterator[bytes]:
    for begin in range(0, end, _CHUNK):
        yield bytes(raw[begin : min(begin + _CHUNK, end)])


def _is_utf8(raw: bytes | mmap) -> bool:
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder("utf-8")("strict")
    try:
        for piece in _pieces(raw, len(raw)):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _by_words(raw: bytes, name: str) -> Letters:
    words = words_beyond_ascii(raw)
    judged = likely_encoding(words)
    codec = known_encoding(judged.encoding) if judged else None
    try:
        if judged and codec:
            text = raw.decode(codec)
            told = _told(judged.encoding, name, examples=judged.examples, others=judged.others)
            return Letters(raw=text.encode(), findings=told)
    except UnicodeDecodeError:
        pass
    return _mixed(raw)


def _marked(mark: int, name: str) -> list[Finding]:
    what = "the file begins with a byte-order mark, which is no part of the first header"
    return [_note("file_mark", what, name)] if mark else []


def _note(code: str, what: str, name: str) -> Finding:
    return Finding(code=code, severity=Severity.NOTE, what=what, where=name)


def _told(
    encoding: str, name: str, *, examples: tuple[str, ...] = (), others: tuple[str, ...] = ()
) -> list[Finding]:
    perhaps = f"; {' or '.join(others)} would fit as well" if others else ""
    return [
        Finding(
            code="file_encoding",
            severity=Severity.NOTE,
            what=f"letters were read as {encoding}{perhaps}: check names with accents",
            where=name,
            evidence=tuple(fragment(shown(example)) for example in examples),
            mend="write another encoding in the recipe if they are wrong",
        )
    ]
