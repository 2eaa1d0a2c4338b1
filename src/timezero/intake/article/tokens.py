"""The numbers of one sentence: as printed, their value, their unit, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from timezero.intake.article.not_claims import not_a_claim
from timezero.intake.article.number_words import TIMES, number_words
from timezero.model.protocol import TimeUnit

# A sentence of prose has fewer numbers; a table or a list read as one sentence has more.
MOST_NUMBERS = 40
LIST_OF_NUMBERS = "a list of numbers"
Kind = Literal["number", "time", "percent", "p", "dates", "not a claim"]

_DIGITS = re.compile(
    r"(?<![\w.,·])(?:\d{1,3}(?:[,\u202f]\d{3})+(?:[.·]\d{1,9})?|"
    r"\d{1,12}(?:[.,·∙]\d{1,9})?|[.·]\d{1,9})"
)
_UNIT = re.compile(
    r"(?:\s|-|–|-\s)?(?:(days?)|(weeks?|wks?)|(months?|mos?)|(years?|yrs?))\b(?![-\s]old)"
    r"(?!\s+of\s+age)",
    re.IGNORECASE,
)
_UNITS: tuple[TimeUnit, ...] = ("days", "weeks", "months", "years")
_PERCENT = re.compile(r"\s?(?:%|per\s?cent\b)", re.IGNORECASE)
_VAGUE = re.compile(
    r"\b(?:(?:just|only|slightly|a little|little|well|a bit) )?"
    r"(?:almost|nearly|about|around|roughly|approximately|over|under|more than|less "
    r"than|fewer than|"
    r"close to|at least|at most|up to|some|below|above|no more than|as many as|circa)\s$",
    re.IGNORECASE,
)
_P = re.compile(r"\b[Pp]\s?-?\s?(?:values?)?\s?(?:(=|<|>|≤|≥|⩽|<=|>=)|of|was|:|is)\s?$")
# 'a five-year', '5- and 10-year': what may stand between numbers that share one unit.
_SHARED = re.compile(
    r"(?:-|–|,|\s)?\s?(?:,|and|or|to|versus|vs\.?|against|-|–|compared with|compared to|, and)?\s?"
)
# 'one operation', 'two operations', 'one of them' say who somebody is, or are no numbers at all.
_OPERATIONS = re.compile(
    r"one\b(?![ -](?:years?|months?|weeks?|days?|hundred|thousand|patient|person|man|woman)\b)"
    r"|(?:one|two)(?: or more)? (?:operations|procedures|surgeries|(?:crs/)?hipecs?)\b",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(r"\s(?:and|1/2)\s?(?:an?|one)?\s?half\b|\s1/2\b|\s?½")
_OR = re.compile(r"\s(?:or)\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One number in its sentence.

    Parameters
    ----------
    start, end : int
        Offsets of the number in the sentence, without its unit.
    stop : int
        Where its unit, or the whole expression, ends.
    printed : str
        The number itself, as printed.
    value : float
        NaN for dates.
    kind : str
    unit : TimeUnit or None
    vague : str
        Words before it that make it vague, such as ``almost``; part of what is printed.
    before : int
        How many characters before the number those words begin.
    why : str
        Why it is not a claim.
    """

    start: int
    end: int
    stop: int
    printed: str
    value: float
    kind: Kind
    unit: TimeUnit | None = None
    vague: str = ""
    before: int = 0
    why: str = ""


def quantities_of(text: str) -> tuple[Quantity, ...]:
    """Return every number of a sentence, in order; the spans do not overlap.

    Parameters
    ----------
    text : str
        One sentence. The work grows linearly with its length.

    Raises
    ------
    MissingExtra
        The sentence has number words, and text2num is not installed.
    """
    numbers = _numbers(text)
    if len(numbers) > MOST_NUMBERS:
        return _listed(text, numbers)
    refused = not_a_claim(text)
    found: list[Quantity] = []
    free = 0
    for start, end, value in numbers:
        if start < free:
            continue
        quantity = _one(text, start, end, value)
        for first, last, why, kind in refused:
            if first <= start < last:
                whole = kind == "dates"
                a, b = (first, last) if whole else (start, end)
                quantity = Quantity(
                    start=a,
                    end=b,
                    stop=last if whole else max(end, min(last, quantity.stop)),
                    printed=text[a:b],
                    value=value,
                    kind="dates" if whole else "not a claim",
                    why=why,
                )
                break
        found.append(quantity)
        free = quantity.stop
    return tuple(_share_units(text, _alternatives(text, found)))


def _listed(text: str, numbers: Sequence[tuple[int, int, float]]) -> tuple[Quantity, ...]:
    """Return the numbers of a table or list that was read as one sentence; none has a role."""
    found: list[Quantity] = []
    for start, end, value in numbers:
        if not found or start >= found[-1].stop:
            found.append(
                Quantity(
                    start=start,
                    end=end,
                    stop=end,
                    printed=text[start:end],
                    value=value,
                    kind="not a claim",
                    why=LIST_OF_NUMBERS,
                )
            )
    return tuple(found)


def _numbers(text: str) -> list[tuple[int, int, float]]:
    found = [(m.start(), m.end(), _as_float(m.group())) for m in _DIGITS.finditer(text)]
    found += [n for n in number_words(text) if not _OPERATIONS.match(text, n[0])]
    found += [
        (m.start(), m.end(), TIMES[m.group().lower()])
        for m in re.finditer(r"\b(?:twice|thrice)\b", text, re.IGNORECASE)
    ]
    return sorted(found)


def _as_float(digits: str) -> float:
    plain = digits.replace("·", ".").replace("∙", ".").replace("\u202f", "")
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    return float(plain.replace(",", "."))


def _one(text: str, start: int, end: int, value: float) -> Quantity:
    if half := _AND_A_HALF.match(text, end):
        end, value = half.end(), value + 0.5
    printed = text[start:end]
    before = text[max(start - 32, 0) : start]
    vague = _VAGUE.search(before)
    words, ahead = (vague.group().strip(), len(vague.group())) if vague else ("", 0)
    if p := _P.search(before):
        sign = p.group(1)
        whole = printed
        if sign and sign != "=":
            whole = before[p.start(1) :] + printed
            start -= len(before) - p.start(1)
        return Quantity(
            start=start, end=end, stop=end, printed=whole.strip(), value=value, kind="p"
        )
    if percent := _PERCENT.match(text, end):
        return Quantity(
            start=start,
            end=end,
            stop=percent.end(),
            printed=printed + percent.group(),
            value=value,
            kind="percent",
            vague=words,
            before=ahead,
        )
    plain = Quantity(
        start=start,
        end=end,
        stop=end,
        printed=printed,
        value=value,
        kind="number",
        vague=words,
        before=ahead,
    )
    if unit := _UNIT.match(text, end):
        name = _UNITS[next(k for k in range(4) if unit.group(k + 1))]
        return replace(plain, stop=unit.end(), kind="time", unit=name)
    if end < len(text) and (text[end].isalpha() or text[end] == "_"):
        return replace(plain, kind="not a claim", why="part of a name or a code", vague="")
    return plain


def _alternatives(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Put '18 or 21' together: one number, of which two values were printed."""
    kept: list[Quantity] = []
    for quantity in found:
        last = kept[-1] if kept else None
        if (
            last is not None
            and last.kind == "number"
            and quantity.kind in {"number", "time"}
            and _OR.fullmatch(text[last.stop : quantity.start])
        ):
            kept[-1] = replace(
                quantity,
                start=last.start,
                printed=text[last.start : quantity.end],
                vague=last.vague,
                before=last.before,
            )
            continue
        kept.append(quantity)
    return kept


def _share_units(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """Give '20.9 versus 12.3 months' one unit, and '100, 83 and 54%' one sign."""
    shared = list(found)
    for k in range(len(shared) - 2, -1, -1):
        here, after = shared[k], shared[k + 1]
        joined = _SHARED.fullmatch(text[here.stop : after.start])
        if here.kind != "number" or not joined or not text[here.stop : after.start]:
            continue
        if after.kind == "time":
            shared[k] = replace(here, kind="time", unit=after.unit)
        elif after.kind == "percent" and not after.vague:
            shared[k] = replace(here, kind="percent", printed=f"{here.printed}%")
    return shared
