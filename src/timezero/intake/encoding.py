"""Which of the old ways of writing letters a file uses, judged by the words that come out."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from mmap import mmap
from string import ascii_letters
from typing import Final

DISTINCT_WORDS: Final = 2_000
# Single-byte encodings, the likeliest first: it wins when the words fit several equally well.
CANDIDATES: Final = {
    "cp1252": "windows-1252",
    "iso8859-15": "iso-8859-15",
    "mac-roman": "mac-roman",
    "cp1250": "windows-1250",
    "iso8859-2": "iso-8859-2",
    "cp850": "cp850",
    "cp852": "cp852",
    "cp1251": "windows-1251",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
}
_LANGUAGES: Final = {
    "German": "äöüß",
    "French": "éèêëàâçîïôùûœ",
    "Spanish": "áéíóúñüºª",
    "Portuguese": "áâãàçéêíóôõú",
    "Italian": "àèéìòù",
    "Nordic": "åäöæøé",
    "Dutch": "ëïéüöè",
    "Czech and Slovak": "áčďéěíňóřšťúůýžľĺôä",
    "Polish": "ąćęłńóśźż",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţșț",
    "South Slavic": "čćđšž",
    "Turkish": "çğıöşüâİ",
    "Russian": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "Greek": "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώϊϋς",
}
_BEYOND: Final = re.compile(rb"[\x80-\xff]")
_REST: Final = re.compile(rb"[A-Za-z\x80-\xff]+")
_LETTERS: Final = ascii_letters.encode()
_HALF_A_WORD: Final = 30
_WORDS: Final = 100_000
_UTF8_CHARACTER: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_KNOWN: Final = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "ascii"),
        *(f"cp{number}" for number in (437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863)),
        *(f"cp{number}" for number in (865, 866, 869, 874, 932, 936, 949, 950)),
        *(f"cp{number}" for number in range(1250, 1259)),
        *(f"iso8859-{number}" for number in range(1, 17) if number != 12),
        *("mac-roman", "mac-latin2", "mac-cyrillic", "mac-greek", "mac-turkish", "mac-iceland"),
        *("koi8-r", "koi8-u", "shift_jis", "euc-jp", "gb18030", "gbk", "big5", "euc-kr"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The encoding that fits best.

    Parameters
    ----------
    encoding : str
        As it is written in a recipe: ``windows-1252``.
    examples : tuple of str
        Words with letters beyond plain English, as they read under it.
    others : tuple of str
        Encodings that fit equally well and read at least one word otherwise.
    """

    encoding: str
    examples: tuple[str, ...]
    others: tuple[str, ...]


def known_encoding(name: str) -> str | None:
    """Return Python's name of an encoding for text, or None for anything else.

    Parameters
    ----------
    name : str
        As written in a recipe; case and dashes do not matter.
    """
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return None
    return found if found in _KNOWN else None


def holds_utf8(raw: bytes) -> bool:
    """Return whether some bytes spell a letter in UTF-8.

    Parameters
    ----------
    raw : bytes
    """
    return _UTF8_CHARACTER.search(raw) is not None


def words_beyond_ascii(raw: bytes | mmap, limit: int = DISTINCT_WORDS) -> Counter[bytes]:
    """Return words with bytes beyond plain English, with how often each was seen.

    Parameters
    ----------
    raw : bytes or mmap
    limit : int
        Number of distinct words after which the search ends.
    """
    found: Counter[bytes] = Counter()
    at = 0
    for _ in range(_WORDS):
        first = _BEYOND.search(raw, at)
        if first is None or len(found) >= limit:
            break
        before = bytes(raw[max(first.start() - _HALF_A_WORD, at) : first.start()])
        rest = _REST.match(raw, first.start(), first.start() + _HALF_A_WORD)
        at = first.end() if rest is None else rest.end()
        found[before[len(before.rstrip(_LETTERS)) :] + bytes(raw[first.start() : at])] += 1
    return found


def likely_encoding(words: Counter[bytes]) -> Judgement | None:
    """Judge by the words which single-byte encoding they are written in.

    Each language has its own few letters beyond plain English: the encoding wins under which
    the words need the fewest languages, and no word has a sign or a capital in its middle.

    Parameters
    ----------
    words : counter of bytes

    Returns
    -------
    Judgement or None
        None when no encoding can read every word.
    """
    words = Counter({word: n for word, n in words.items() if len(word) > 1}) or words
    readings: dict[str, list[str]] = {}
    for codec in CANDIDATES:
        read = _read(words, codec)
        if read is not None:
            readings[codec] = read
    if not readings:
        return None
    scores = {codec: _score(read) for codec, read in readings.items()}
    best = max(scores, key=lambda codec: scores[codec])
    others = [
        CANDIDATES[codec]
        for codec in readings
        if codec != best and scores[codec] == scores[best] and readings[codec] != readings[best]
    ]
    telling = sorted(zip(readings[best], words.values(), strict=True), key=lambda item: -item[1])
    return Judgement(
        encoding=CANDIDATES[best],
        examples=tuple(word for word, _ in telling[:5]),
        others=tuple(others[:2]),
    )


def _read(words: Iterable[bytes], codec: str) -> list[str] | None:
    try:
        read = [word.decode(codec) for word in words]
    except UnicodeDecodeError:
        return None
    strange = any("\x80" <= sign <= "\x9f" for word in read for sign in word)
    return None if strange else read


def _score(words: list[str]) -> float:
    """Count the words that languages explain, each further language for a little less."""
    spoilt = sum(_is_spoilt(word) for word in words)
    units = sum(word == "°C" or word.startswith("µ") for word in words)
    special = [frozenset(c for c in word.lower() if c > "\x7f" and c != "µ") for word in words]
    left: list[frozenset[str]] = [letters for letters in special if letters]
    score, weight = units - 2.0 * spoilt, 1.0
    while left and weight > 0:
        covered = {
            language: sum(letters <= set(alphabet) for letters in left)
            for language, alphabet in _LANGUAGES.items()
        }
        language = max(covered, key=lambda name: covered[name])
        if not covered[language]:
            break
        score += weight * covered[language]
        left = [letters for letters in left if not letters <= set(_LANGUAGES[language])]
        weight -= 0.1
    return round(score, 6)


def _is_spoilt(word: str) -> bool:
    """Return whether two scripts, or a sign or capital beyond plain English, are in a word."""
    plain = any("a" <= sign <= "z" or "A" <= sign <= "Z" for sign in word)
    if plain and any("\u0370" <= sign <= "\u052f" for sign in word):
        return True
    for before, sign, after in zip(word, word[1:], f"{word[2:]} ", strict=False):
        if sign <= "\x7f" or not before.isalpha():
            continue
        capital = sign.isupper() and (before.islower() or after.islower())
        if capital or (not sign.isalpha() and sign not in "’´`-"):
            return True
    return len(word) > 1 and word[0] > "\x7f" and word[1].islower() and not word[0].isalpha()
