"""Direct identifiers recognised by the header of a column and by what its cells say."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from timezero.intake.tables import DATE, TEXT, Column

# What most text cells of a column look like, the surest kind first.
CELLS: Final[tuple[tuple[str, str], ...]] = (
    ("email", r"[^\s@,;]+@[^\s@,;]+\.[A-Za-z]{2,}"),
    ("url", r"(?i)(https?://|www\.)\S+"),
    ("ip_address", r"(\d{1,3}\.){3}\d{1,3}|([0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}"),
    ("national_number", r"\d{3}-\d{2}-\d{4}|[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]"),
    ("phone", r"\+\d[\d ()./-]{6,}\d|\(\d{2,5}\) ?\d[\d ./-]{4,}\d|\d{3}[-. ]\d{3}[-. ]\d{4}"),
    ("phone", r"0\d{1,4}[ /-]\d{3,}[ -]?\d{2,}[ -]?\d*"),
    ("record_number", r"(?i)(mrn|hosp|nhs|pat\.? ?nr)[ .:#-]*\d{3,}"),
    ("postcode", r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|\d{5}-\d{4}|[A-Z]\d[A-Z] \d[A-Z]\d"),
    ("address", r"\d{1,5}[a-z]?,? [\w.' -]+ (?i:street|st|road|rd|avenue|ave|lane|drive)\b.*"),
    ("address", r"[\w.' -]+(?i:stra(ss|ß)e|str\.|weg|platz|straat|laan) \d{1,4}.*"),
    ("name", r"(?i:mr|mrs|ms|dr|herr|frau|mme|sr|sra|sig|dhr|mevr)\.? [^\W\d]+.*"),
    ("name", r"[^\W\d_a-z][^\W\d_]+(-[^\W\d_]+)?, ?[^\W\d_a-z][^\W\d_]+\.?( [^\W\d_]+\.?)?"),
)
MOSTLY: Final = 0.5
LONG_TEXT: Final = 40
FLAGS: Final = frozenset(
    """
    0 1 yes no y n true false ja nein oui non si sim nao s x none unknown
    """.split()  # noqa: SIM905  words without quotes are easier to read and to add to
)

# Headers only when they stand alone; and those that are sure in any company.
AMBIGUOUS: Final = frozenset(
    """
    born nom nombre nome naam account serial link alias note nota notas letter picture
    portable mobile via patente matricula placa mail ort plaats residence naturalidade memo
    correo
    """.split()  # noqa: SIM905  words without quotes are easier to read and to add to
)
SURE: Final = frozenset(["mrn", "dob", "ssn", "tel", "bsn", "cpf", "nhc"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of headers: by kind, those that speak of a thing, and whole harmless headers."""

    kinds: dict[str, tuple[tuple[str, ...], ...]]
    things: tuple[tuple[str, ...], ...]
    clears: frozenset[str]
    never: frozenset[str]


@cache
def words() -> Words:
    """Return the table of words."""
    text = files("timezero.intake").joinpath("identifier-words.toml").read_text(encoding="utf-8")
    said: dict[str, dict[str, Any]] = tomllib.loads(text)
    return Words(
        kinds={
            kind: tuple(sorted((tuple(p.split()) for p in phrases), key=len, reverse=True))
            for kind, phrases in said["kinds"].items()
        },
        things=tuple(tuple(phrase.split()) for phrase in said["things"]["words"]),
        clears=frozenset(said["things"]["clears"]),
        never=frozenset(said["things"]["never"]),
    )


def header_words(name: str) -> tuple[str, ...]:
    """Return the words of a header: lower case, no accents, ``DateOfBirth`` taken apart."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("ß", "ss"))
    plain = unicodedata.normalize("NFKD", apart)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return tuple(re.findall(r"[^\W_]+", plain))


def identifier_kind(name: str, cells: Column) -> str | None:
    """Return which direct identifier a column holds, or None.

    A column that answers yes or no is none, whatever it is called. A patient's study id and a
    centre are none either.

    Parameters
    ----------
    name : str
        The header.
    cells : Column
        What is in it.

    Returns
    -------
    str or None
        ``name``, ``record_number``, ``national_number``, ``phone``, ``fax``, ``email``,
        ``address``, ``postcode``, ``birth_date``, ``insurance``, ``account``, ``licence``,
        ``vehicle``, ``device``, ``url``, ``ip_address``, ``biometric``, ``photo`` or
        ``free_text``.
    """
    if _is_flag(cells):
        return None
    by_header = _by_header(header_words(name))
    if by_header == "free_text" and _is_numeric(cells):
        by_header = None
    return by_header or _by_cells(cells)


def _is_flag(cells: Column) -> bool:
    said = {str(text).casefold() for text in cells.text.drop_nulls().unique().to_list()}
    return bool(said) and said <= FLAGS


def _is_numeric(cells: Column) -> bool:
    """Return whether every cell is a number, typed or written; a grade is called a note too."""
    said = cells.text.drop_nulls().str.replace(",", ".", literal=True)
    return not bool((cells.kinds == DATE).any()) and bool(said.str.contains(r"^[-+]?[\d.]+$").all())


@lru_cache(maxsize=4096)
def _by_header(said: tuple[str, ...]) -> str | None:
    known = words()
    if " ".join(said) in known.never:
        return None
    things = any(_contains(said, thing) for thing in known.things)
    found = [
        (len(phrase), kind)
        for kind, phrases in known.kinds.items()
        for phrase in phrases
        if _contains(said, phrase) and _fits(said, phrase, kind)
        if not (things and kind in known.clears)
    ]
    return max(found)[1] if found else None


def _contains(said: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    n = len(phrase)
    return any(said[k : k + n] == phrase for k in range(len(said) - n + 1))


def _fits(said: tuple[str, ...], phrase: tuple[str, ...], kind: str) -> bool:
    """Return whether a phrase counts: very short words only where they are the whole header."""
    alone = len(phrase) == 1 and (len(phrase[0]) <= 3 or phrase[0] in AMBIGUOUS)
    known = kind in ("record_number", "birth_date", "national_number", "phone") and (
        phrase[0] in SURE
    )
    return not alone or known or len(said) == 1


def _by_cells(cells: Column) -> str | None:
    said = [str(t) for t in cells.text.filter(cells.kinds == TEXT).drop_nulls().to_list()]
    if not said or bool((cells.kinds == DATE).any()):
        return None
    distinct = len(set(said))
    for kind, pattern in CELLS:
        share = sum(re.fullmatch(pattern, text) is not None for text in said) / len(said)
        if share > MOSTLY and (kind != "name" or distinct > len(said) / 2):
            return kind
    sentences = sum(len(text) > LONG_TEXT and text.count(" ") > 4 for text in said)
    few_levels = distinct <= max(len(said) / 3, 1)
    return "free_text" if sentences > len(said) / 3 and not few_levels else None
