"""The parts of a zipped workbook, unpacked under limits before any other reader sees them."""

from __future__ import annotations

import copy
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from timezero.errors import InputRefused
from timezero.intake.refusals_of_files import cut_short, damaged, hostile, too_large

PACKED_LIMIT: Final = 200_000_000
UNPACKED_LIMIT: Final = 1_000_000_000
# A part that unpacks to more than this many times its size is refused, unless it is small.
RATIO_LIMIT, RATIO_FREE = 100, 10_000_000
PARTS_LIMIT: Final = 5_000
SMALL_PART: Final = 50_000_000
_CHUNK: Final = 1 << 18
_XML_ENDS: Final = (".xml", ".rels", ".vml")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A zip archive whose parts were all unpacked once and found harmless.

    Parameters
    ----------
    path : Path
    name : str
        What the file is called in messages.
    sizes : dict of str to int
        True unpacked size of each part, in bytes.
    """

    path: Path
    name: str
    sizes: dict[str, int]

    def read(self, part: str) -> bytes | None:
        """Return a small part whole; None when it is not there.

        Raises
        ------
        InputRefused
            The part is larger than any such part needs to be.
        """
        if part not in self.sizes:
            return None
        if self.sizes[part] > SMALL_PART:
            size = f"{self.sizes[part] / 1e6:,.0f} MB"
            raise too_large(self.name, f"the part {part} has {size}; the limit is 50 MB")
        return b"".join(self.chunks(part))

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the unpacked bytes of a part."""
        with zipfile.ZipFile(self.path) as archive, archive.open(part) as opened:
            while chunk := opened.read(_CHUNK):
                yield chunk

    def begins(self, start: str) -> tuple[str, ...]:
        """Return the parts whose name begins so."""
        return tuple(part for part in self.sizes if part.startswith(start))


def opened_package(path: Path, name: str, size: int) -> Package:
    """Unpack every part of a zipped workbook under limits, keeping nothing.

    Parameters
    ----------
    path : Path
    name : str
        What the file is called in messages.
    size : int
        Of the file, in bytes.

    Raises
    ------
    InputRefused
        The archive is cut short, damaged, too large, or an XML part declares entities.
    """
    if size > PACKED_LIMIT:
        raise too_large(name, f"the workbook has {size / 1e6:,.0f} MB; the limit is 200 MB")
    try:
        with zipfile.ZipFile(path) as archive:
            return Package(path=path, name=name, sizes=_sizes(archive, name))
    except zipfile.BadZipFile as error:
        if "not a zip file" in str(error):
            raise cut_short(name, "the list of its parts at the end") from error
        raise damaged(name, "the list of its parts does not fit the parts") from error
    except (*_BROKEN, OSError, ValueError, LookupError) as error:
        raise damaged(name, "its parts cannot be unpacked") from error


def _sizes(archive: zipfile.ZipFile, name: str) -> dict[str, int]:
    entries = archive.infolist()
    if len(entries) > PARTS_LIMIT:
        raise too_large(name, f"the file has {len(entries):,} parts; the limit is {PARTS_LIMIT:,}")
    sizes: dict[str, int] = {}
    for entry in entries:
        if entry.filename in sizes:
            raise hostile(name, f"the part {_shown(entry)} is there twice")
        sizes[entry.filename] = _true_size(archive, entry, sum(sizes.values()), name)
    return sizes


def _true_size(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, before: int, name: str) -> int:
    """Unpack one part to its real end, whatever size the list of parts states."""
    whole = copy.copy(entry)
    whole.file_size = 2 * UNPACKED_LIMIT
    prolog = _Prolog(name, _shown(entry)) if entry.filename.endswith(_XML_ENDS) else None
    total = 0
    try:
        with archive.open(whole) as opened:
            while chunk := opened.read(_CHUNK):
                total += len(chunk)
                _refuse_bomb(total, before, entry, name)
                if prolog is not None:
                    prolog.feed(chunk)
    except InputRefused:
        raise
    except _BROKEN as error:
        raise damaged(name, _what_broke(entry, error)) from error
    if total != entry.file_size:
        how = f"the part {_shown(entry)} states {entry.file_size:,} bytes and unpacks to {total:,}"
        raise hostile(name, how)
    return total


def _what_broke(entry: zipfile.ZipInfo, error: BaseException) -> str:
    if entry.flag_bits & 1:
        return f"the part {_shown(entry)} is locked with a zip password"
    if isinstance(error, NotImplementedError):
        return f"the part {_shown(entry)} is packed in a way that no workbook uses"
    return f"the part {_shown(entry)} cannot be unpacked, or does not fit its check sum"


def _refuse_bomb(total: int, before: int, entry: zipfile.ZipInfo, name: str) -> None:
    packed = max(entry.compress_size, 1)
    if total > RATIO_FREE and total / packed > RATIO_LIMIT:
        how = f"the part {_shown(entry)} unpacks to more than {RATIO_LIMIT} times its size"
        raise hostile(name, how)
    if before + total > UNPACKED_LIMIT:
        raise too_large(name, "the workbook unpacks to more than 1 GB; the limit is 1 GB")


def _shown(entry: zipfile.ZipInfo) -> str:
    line = "".join(c if c.isprintable() else "?" for c in entry.filename)
    return line if len(line) <= 60 else f"{line[:57]}..."


class _Prolog:
    """Looks at an XML part up to its first element: entities are declared there or nowhere.

    Parameters
    ----------
    name, part : str
    """

    def __init__(self, name: str, part: str) -> None:
        self._name, self._part = name, part
        self._done, self._seen = False, 0
        self._parser = new_parser(name, part)
        self._parser.StartElementHandler = self._first

    def _first(self, *_: Any) -> None:
        self._done = True

    def feed(self, chunk: bytes) -> None:
        """Look at a further piece, until the first element has come."""
        if self._done:
            return
        self._seen += len(chunk)
        try:
            self._parser.Parse(chunk[:_CHUNK], False)  # noqa: FBT003 -- expat's own signature
        except expat.ExpatError:
            # Parts that nobody reads may be ill-formed; those that are read are parsed again.
            self._done = True
        if self._seen > RATIO_FREE and not self._done:
            raise hostile(self._name, f"the part {self._part} has no first element")


def new_parser(name: str, part: str) -> expat.XMLParserType:
    """Return a parser that refuses documents with a type declaration, hence every entity.

    Parameters
    ----------
    name, part : str
        For the refusal.
    """

    def refuse(*_: Any) -> int:
        how = f"the part {part} declares a document type, through which XML entities come in"
        raise hostile(name, how)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def parse_part(package: Package, part: str, parser: expat.XMLParserType) -> None:
    """Feed a part to a parser, piece by piece.

    Raises
    ------
    InputRefused
        The part is missing, no well-formed XML, or declares entities.
    """
    if part not in package.sizes:
        raise damaged(package.name, f"the part {part} is missing")
    try:
        for chunk in package.chunks(part):
            parser.Parse(chunk, False)  # noqa: FBT003 -- expat's own signature
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise damaged(package.name, f"the part {part} is no well-formed XML") from error
