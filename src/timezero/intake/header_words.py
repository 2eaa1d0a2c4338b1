"""A column's header as plain words, whatever its language, accents, separators and ordinals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

LONGEST: Final = 200
_NUMBERS: Final[dict[str, str]] = {
    "1": "first erste erster erstes ersten premier premiere primer primera primero primo primeiro "
    "primeira eerste 1st 1re 1er 1ere 1a 1o 1ste 1e",
    "2": "second zweite zweiter zweites zweiten deuxieme seconde segunda segundo secondo seconda "
    "tweede 2nd 2nde 2eme 2ieme 2a 2o 2de 2e",
    "3": "third dritte dritter drittes dritten troisieme tercera tercer tercero terzo terza "
    "terceira terceiro derde 3rd 3eme 3ieme 3a 3o 3de 3e",
    "4": "fourth vierte vierter viertes vierten quatrieme cuarta cuarto quarto quarta vierde 4th "
    "4eme 4ieme 4a 4o 4de 4e",
}
_LITTLE_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "of the at with for from to der die das des dem den du de la le les un une del della "
        "dell delle dei degli dello di da do dos au aux el los las y e et and und a o l d van "
        "het een bij im am vom zum zur bei von en al se all",
    )
)


@cache
def _digits_by_word() -> dict[str, str]:
    return {_bare(word): digit for digit, words in _NUMBERS.items() for word in words.split()}


def words_of(header: str) -> tuple[str, ...]:
    """Return the telling words of a header, in its order.

    Case, accents, zero-width signs, separators, little words and plural endings go; ordinals
    become digits, and digits stand apart from letters: ``Date CRS #2`` gives date, crs, 2.

    Parameters
    ----------
    header : str
        Of any length; only its beginning is looked at.
    """
    text = unicodedata.normalize("NFKC", header[:LONGEST])
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = re.sub(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])", " ", text)
    text = re.sub(r"(?<=\d)[.\u00aa\u00ba\u00b0]", " ", text)
    rough = re.split(r"[\W_]+", _bare(text))
    numbered = (_digits_by_word().get(word, word) for word in rough)
    words = [
        _stem(part) for word in numbered for part in re.findall(r"\d+|[^\W\d_]+", word) if part
    ]
    telling = [word for word in words if word not in _LITTLE_WORDS]
    return tuple(telling or words)


def letters_of(header: str) -> str:
    """Return the letters and digits of a header alone: ``Date of death`` gives dateofdeath.

    Parameters
    ----------
    header : str
    """
    plain = _bare(unicodedata.normalize("NFKC", header[:LONGEST]))
    return "".join(c for c in plain if c.isalnum())


def without_remark(header: str) -> str:
    """Return a header without what stands in brackets, usually a unit or an explanation.

    Parameters
    ----------
    header : str
    """
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", " ", header[:LONGEST])


def trigrams_of(words: Sequence[str]) -> frozenset[str]:
    """Return every three letters in a row, the ends marked, for likeness in spite of typing errors.

    Parameters
    ----------
    words : sequence of str
    """
    joined = f"  {' '.join(words)} "
    return frozenset(joined[k : k + 3] for k in range(len(joined) - 2))


def _bare(text: str) -> str:
    """Return small letters without accents; ae, oe and ue count as the umlauts they stand for."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in parted if not unicodedata.combining(c))
    return plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _stem(word: str) -> str:
    if word.isdigit():
        return word.lstrip("0") or "0"
    ends_otherwise = word.endswith(("ss", "us", "is"))
    return word[:-1] if len(word) > 3 and word.endswith("s") and not ends_otherwise else word
