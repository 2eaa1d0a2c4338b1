"""Ways to damage a file."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from random import Random

LONGEST = 400_000
TOKENS = (
    b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xfe\xff",
    b"\xef\xbb\xbf", "\ufffd".encode(), "\u202e".encode(), "\u200b".encode(), "\u00a0".encode(),
    "\u0661\u0662".encode(), "\uff11".encode(), "\U0001f600".encode(), "e\u0301".encode(),
    b"\xed\xa0\x80", b"=", b"-", b"+", b"@", b"nan", b"inf", b"-inf", b"1e999", b"1e-320", b"-0.0",
    b"9" * 400, b"0x10", b"1_000", b"31/02/2020", b"2020-13-45", b"0000-00-00", b"9999-12-31",
    b"01/02/03", b"2562-01-01", b"43529", b"12:61", b"2016-03-04T25:00Z", b"1,234", b"1.234,5",
    b">5", b"<0.5", b"~3", b"10-12", b"70 kg", b"NA", b"null", b"true", b"#REF!", b"__proto__",
    b"{{7*7}}", b"%s%n", b"../../x", b"<script>", b"[", b"]", b"{", b"}", b"#", b"'", b"\\", b"\\u",
    b"sep=;\n", b"Total", b"patient_id", b"dead",
)  # fmt: skip
Mutation = Callable[[bytes, Random, list[bytes]], bytes]


def mutated(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    """Return a file with one to four kinds of damage; inside the archive if it is one.

    Parameters
    ----------
    raw : bytes
    random : Random
    others : list of bytes
        Files from which parts may be taken.
    """
    if random.random() < 0.5:
        for unpack in (_inside_zip, _inside_gzip):
            repacked = unpack(raw, random, others)
            if repacked is not None:
                return repacked
    for _ in range(random.randint(1, 4)):
        raw = random.choice(MUTATIONS)(raw, random, others)[:LONGEST]
    return raw


def _inside_zip(raw: bytes, random: Random, others: list[bytes]) -> bytes | None:
    if not raw.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [
                (m.filename, archive.read(m)) for m in archive.infolist() if m.file_size < LONGEST
            ]
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, ValueError, OSError):
        return None
    if not members or len(members) > 200:
        return None
    at = random.randrange(len(members))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for k, (name, content) in enumerate(members):
            damaged = random.choice(MUTATIONS)(content, random, others) if k == at else content
            archive.writestr(zipfile.ZipInfo(name), damaged[:LONGEST], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _inside_gzip(raw: bytes, random: Random, others: list[bytes]) -> bytes | None:
    if not raw.startswith(b"\x1f\x8b"):
        return None
    try:
        content = zlib.decompressobj(wbits=31).decompress(raw, LONGEST)
    except zlib.error:
        return None
    return gzip.compress(random.choice(MUTATIONS)(content, random, others), 1, mtime=0)


def _flipped(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    changed = bytearray(raw or b"\0")
    for _ in range(random.choice((1, 1, 1, 4, 16))):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _overwritten(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    at, n = _place(raw, random)
    return raw[:at] + random.randbytes(n) + raw[at + n :]


def _cut(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    return raw[: random.randint(0, len(raw))]


def _beheaded(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    return raw[_place(raw, random)[0] :]


def _without_part(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    at, n = _place(raw, random)
    return raw[:at] + raw[at + n :]


def _repeated(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    at, n = _place(raw, random)
    times = random.choice((2, 3, 10, 300))
    return raw[:at] + (raw[at : at + n] * times)[:LONGEST] + raw[at + n :]


def _spliced(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    other = random.choice(others)
    return raw[: _place(raw, random)[0]] + other[_place(other, random)[0] :]


def _inserted(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    at = _place(raw, random)[0]
    return raw[:at] + random.choice(TOKENS) + raw[at:]


def _cell_replaced(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    """Put a token in the place of what stands between two commas, or between two equals signs."""
    del others
    sign = random.choice((b",", b",", b"\n", b"=", b" "))
    parts = raw.split(sign)
    parts[random.randrange(len(parts))] = random.choice(TOKENS)
    return sign.join(parts)


def _lines_moved(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    lines = raw.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _signs_exchanged(raw: bytes, random: Random, others: list[bytes]) -> bytes:
    del others
    old, new = random.choice(TOKENS[:10]), random.choice(TOKENS)
    return raw.replace(old, new, random.choice((1, 3, 30)))[:LONGEST]


def _place(raw: bytes, random: Random) -> tuple[int, int]:
    return random.randint(0, len(raw)), random.choice((1, 2, 8, 64, 512))


MUTATIONS: tuple[Mutation, ...] = (
    _flipped, _overwritten, _cut, _beheaded, _without_part, _repeated, _spliced, _inserted,
    _inserted, _cell_replaced, _cell_replaced, _lines_moved, _signs_exchanged,
)  # fmt: skip
