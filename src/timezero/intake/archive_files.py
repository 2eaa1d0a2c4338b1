"""Archives with one table inside, unpacked in memory under limits that nothing can talk past."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

from timezero.errors import InputRefused, UnknownName, nearest_first
from timezero.findings import Option, Question
from timezero.intake.tables import shown
from timezero.model.recipe import TableRecipe

Unpacked: TypeAlias = tuple[str, bytes]
UNPACKED: Final = 1_000_000_000
RATIO: Final = 100
ENTRIES: Final = 5_000
GZIP: Final = b"\x1f\x8b"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
# Below this nothing is called a bomb: a small table of zeros shrinks well too.
_RATIO_FROM: Final = 20_000_000
_PIECE: Final = 1 << 20
_WORKBOOK: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/.*|docProps/.*|(?:xl|word|ppt)/.*|mimetype|content\.xml|Index/.*"
)
_SYSTEM: Final = re.compile(r"__MACOSX/.*|(?:.*/)?(?:\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)")


def is_archive(path: Path, head: bytes) -> bool:
    """Return whether a file is a gzip or zip archive and no workbook.

    Parameters
    ----------
    path : Path
    head : bytes
        Its first bytes.
    """
    if head.startswith(GZIP):
        return True
    if not head.startswith(ZIP):
        return False
    first = head[30 : 30 + int.from_bytes(head[26:28], "little")].decode("utf-8", "replace")
    if _WORKBOOK.fullmatch(first):
        return False
    if _entries(path) > ENTRIES:
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        return True
    return not any(name in {"[Content_Types].xml", "mimetype", "content.xml"} for name in names)


def unpacked(path: Path, head: bytes, *, name: str, recipe: TableRecipe, key: str) -> Unpacked:
    """Return the bytes of the one table in an archive.

    Parameters
    ----------
    path : Path
    head : bytes
        Its first bytes.
    name, key : str
        What it is called in messages and in the recipe.
    recipe : TableRecipe
        ``sheet`` names the member when there are several.

    Raises
    ------
    InputRefused
        The archive is damaged, locked, beyond the limits, or its members lead out of it.
    UnknownName
        There is no such member.
    """
    size = path.stat().st_size
    if head.startswith(GZIP):
        with path.open("rb") as packed:
            return "", _gunzipped(packed, size, name)
    n_entries = _entries(path)
    if n_entries > ENTRIES:
        _refuse(f"the archive has {n_entries:,} files; the limit is {ENTRIES:,}", name, "TZ-IN-16")
    try:
        with zipfile.ZipFile(path) as archive:
            member = _chosen(archive.infolist(), name=name, recipe=recipe, key=key)
            with archive.open(member) as packed:
                raw = _limited(packed.read, member.compress_size or size, name)
            return shown(member.filename), raw
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
        ValueError, struct.error,
    ) as error:  # fmt: skip
        _refuse("the zip archive is damaged, cut short or locked", name, "TZ-IN-15", cause=error)


def _entries(path: Path) -> int:
    """Return how many files the end of a zip archive promises; 0 when it cannot be told."""
    with path.open("rb") as opened:
        size = opened.seek(0, io.SEEK_END)
        opened.seek(max(size - 65_557, 0))
        tail = opened.read()
    at = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[at + 10 : at + 12], "little") if at >= 0 else 0


def _gunzipped(packed: io.BufferedReader, size: int, name: str) -> bytes:
    state = zlib.decompressobj(wbits=31)
    left = b""

    def read(most: int) -> bytes:
        nonlocal state, left
        while True:
            if state.eof:
                left = state.unused_data or packed.read(_PIECE)
                left = left.lstrip(b"\0") if left.startswith(b"\0") else left
                if not left:
                    return b""
                state = zlib.decompressobj(wbits=31)
            given = left or packed.read(_PIECE)
            if not given:
                raise EOFError
            out = state.decompress(given, most)
            left = state.unconsumed_tail
            if out:
                return out

    try:
        return _limited(read, size, name)
    except (zlib.error, EOFError) as error:
        _refuse("the gzip archive is damaged or cut short", name, "TZ-IN-15", cause=error)


def _limited(read: Callable[[int], bytes], packed_size: int, name: str) -> bytes:
    """Read all of a stream, and stop where it grows beyond the limits, whatever it promised."""
    pieces: list[bytes] = []
    total = 0
    while piece := read(_PIECE):
        pieces.append(piece)
        total += len(piece)
        if total > UNPACKED:
            _refuse("the archive unpacks to more than 1 GB", name, "TZ-IN-16")
        if total > _RATIO_FROM and total > RATIO * packed_size:
            what = f"the archive unpacks to more than {RATIO} times its size"
            _refuse(f"{what}, as no table does", name, "TZ-IN-16")
    return b"".join(pieces)


def _chosen(
    members: list[zipfile.ZipInfo], *, name: str, recipe: TableRecipe, key: str
) -> zipfile.ZipInfo:
    files = [m for m in members if not m.is_dir() and not _SYSTEM.fullmatch(m.filename)]
    for member in files:
        _refuse_path(member.orig_filename, name)
    if not files:
        _refuse("the archive has no file in it", name, "TZ-IN-15")
    wanted = files[0]
    if recipe.sheet is not None:
        by_name = {shown(m.filename): m for m in files}
        if recipe.sheet not in by_name:
            raise UnknownName(
                what=f"there is no file {recipe.sheet!r} in the archive",
                where=name,
                mend="name one of: " + ", ".join(nearest_first(recipe.sheet, list(by_name))[:12]),
                code="TZ-IN-03",
            )
        wanted = by_name[recipe.sheet]
    elif len(files) > 1:
        _ask(files, name=name, key=key)
    if wanted.flag_bits & 1:
        _refuse("the archive is locked with a password", name, "TZ-IN-15")
    if wanted.file_size > UNPACKED:
        _refuse("the archive unpacks to more than 1 GB", name, "TZ-IN-16")
    return wanted


def _refuse_path(member: str, name: str) -> None:
    parts = re.split(r"[/\\]", member)
    if ".." in parts or not parts[0] or re.match(r"[A-Za-z]:", member) or "\0" in member:
        what = f"a file in the archive would lead out of it: {shown(member)}"
        _refuse(what, name, "TZ-IN-15")


def _ask(files: list[zipfile.ZipInfo], *, name: str, key: str) -> None:
    place = ("tables", key, "sheet")
    options = tuple(
        Option(value=shown(m.filename), words=f"{shown(m.filename)}, {m.file_size:,} bytes")
        for m in files[:20]
    )
    question = Question(
        code="file_members",
        what=f"the archive holds {len(files):,} files; which one is the table is not said",
        where=name,
        key=place,
        options=options,
        evidence=tuple(option.words for option in options),
        mend="answer it with `timezero init`, or write tables."
        f"{key}.sheet in the recipe, or pack one table alone",
    )
    raise InputRefused(
        what=question.what,
        where=name,
        mend=question.mend,
        code="TZ-IN-20",
        findings=(question,),
    )


def _refuse(what: str, name: str, code: str, *, cause: Exception | None = None) -> NoReturn:
    raise InputRefused(
        what=what, where=name, mend="unpack the archive and give the table itself", code=code
    ) from cause
