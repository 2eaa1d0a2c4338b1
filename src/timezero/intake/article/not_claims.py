"""Numbers that are no part of a survival claim, told by what stands around them."""

from __future__ import annotations

import re
from typing import NamedTuple

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:1[89]|20)\d\d"
_DATE = (
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?)?{_MONTH},?\s(?:\d{{1,2}}(?:st|nd|"
    rf"rd|th)?,?\s)?{_YEAR}"
    rf"|{_YEAR})"
)
# Dates that bound a period are kept apart: they may say when patients entered.
DATES = re.compile(
    (
        rf"\b{_DATE}(?:,?\s(?:and|to|through|until|till|thru)\s(?:the\send\sof\s)?|"
        rf"\s?[-–—/]\s?){_DATE}\b"
    ),
    re.IGNORECASE,
)
_MONEY = r"dollars?|euros?|pounds?(?!\s+per\b)|usd|eur|gbp|chf|francs?|crowns?|yen|cents?|pence"
_SCALE = r"(?:\s(?:thousand|million|billion|trillion|m|bn|k)\b)?"
_NUMBER = r"\d[\d.,·]{0,20}"
_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]{3,6}teen|[a-z]{3,5}ty"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|hundreds?|thousands?)"
)
_DOSE = (
    r"mg|g|µg|mcg|μg|kg|gy|cgy|ml|dl|mmol|nmol|iu|mmhg|cm|mm|km|m2|kcal|°c|°f|ng|pg|"
    r"l/min|bpm|ghz|mhz|"
    r"mph|milligrams?|grams?|kilos?|litres?|liters?|metres?|meters?|miles?|hours?|"
    r"hrs?|minutes?|mins?|"
    r"seconds?|degrees?|fractions?|cycles?|tablets?|capsules?|doses?"
)

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "a level of confidence",
        rf"\b{_NUMBER}\s?(?:%|per\s?cent)[\s-]?(?:ci\b|confidence|credible|cri\b)",
    ),
    ("an address on the web", r"(?:https?://|www\.|doi[:\s]|doi\.org/|10\.\d{4,9}/)\S{1,300}"),
    (
        "a registration or reference number",
        (
            r"\b(?:nct|pmid|pmc|isrctn|issn|isbn|no\.|ref\.?|grant|id)"
            r"[:\s#]{0,3}[\w-]{0,8}\d[\d-]{2,20}"
        ),
    ),
    (
        "a telephone number",
        (
            r"\b(?:tel|phone|telephone|call|ring|dial|fax|hotline|line|toll-free|mobile|"
            r"whatsapp)\b[^;\d]{0,30}\(?\+?\d(?:[\s().-]{0,2}\d){4,14}"
        ),
    ),
    ("a telephone number", r"\b(?:text|ext\.?|extension)\s\d{2,6}\b"),
    ("a telephone number", r"\+\d{1,3}[\s().-]{1,2}\d[\d\s().-]{5,20}\d"),
    ("a telephone number", r"\(\d{3,5}\)\s?\d{2,4}[\s-]?\d{2,5}"),
    ("a telephone number", r"(?<![\d.,])(?:1-)?\d{3}[-.\s]\d{3}[-.\s]\d{4}(?!\d)"),
    ("a telephone number", r"(?<![\d.,])0\d{2,5}[\s-]\d{3,4}(?:[\s-]\d{2,5}){0,3}(?![\d.%])"),
    ("a telephone number", r"\b555[\s-]\d{4}\b"),
    ("a sum of money", rf"(?:[$€£¥]|\b(?:us\$|usd|eur|gbp|chf|rs\.?)\s?)\s?{_NUMBER}{_SCALE}"),
    (
        "a sum of money",
        (
            rf"\b{_NUMBER}(?:\s(?:to|-|and|or)\s{_NUMBER})?{_SCALE}\s?(?:[$€£¥]|"
            rf"(?:us\s)?(?:{_MONEY})\b)"
        ),
    ),
    ("a sum of money", rf"\b{_WORD}{_SCALE}\s(?:{_MONEY})\b"),
    (
        "a sum of money",
        (
            rf"\b(?:costs?|paid|price|fee|priced|prices|worth|raised|"
            rf"settlements?)\s(?:\w+\s){{0,3}}{_NUMBER}"
            rf"{_SCALE}(?:\s(?:per|an?)\b)?(?!\s?(?:patients|months|years))"
        ),
    ),
    ("a sum of money", rf"\b{_NUMBER}\s(?:billion|trillion)\b"),
    ("a time of day", r"\b\d{1,2}[.h]\d{2}\s?(?:am|pm|a\.m\.|p\.m\.|uhr)\b"),
    ("a time of day", r"\b\d{1,2}:\d{2}(?::\d{2})?\b"),
    (
        "a time of day",
        r"\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.)(?:\s?(?:to|-|–|and)\s?\d{1,2}\s?(?:am|pm))?",
    ),
    (
        "a time of day",
        (
            r"\b(?:open|opens|opened)\b[^.;\d]{0,20}\d{1,2}\s?(?:-|–|"
            r"to)\s?\d{1,2}\b(?!\s?(?:months|years))"
        ),
    ),
    ("a date", rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?(?![a-z])"),
    ("a date", rf"\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,\s?{_YEAR})?(?![\d\w])"),
    ("a date", rf"\b{_MONTH},?\s{_YEAR}\b"),
    ("a date", r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})\b"),
    (
        "a year",
        (
            rf"(?<![\d.,]){_YEAR}s?\b(?!\s(?:patients|people|men|women|adults|cases|"
            rf"recipients))(?![.,]\d)"
        ),
    ),
    (
        "an age",
        (
            r"(?<!died at a median )(?<!died at a mean )(?<!died at an average "
            r")\bage[ds]?\b(?!-adjusted)"
            r"(?:\s(?!and\b|survi)[a-z]{1,15}){0,5}[\s,:=(]{1,3}\d{1,3}(?:[.·]\d{1,2})?(?"
            r":\s?(?:to|-|–|and|or)\s?\d{1,3})?"
            r"(?:\s?years?)?(?:\s?\((?:range|iqr|sd)?[^()]{0,30}\))?"
        ),
    ),
    ("an age", r"\b\d{1,3}(?:[.·]\d)?[\s-]years?[\s-](?:old|of age)"),
    ("an age", r"\b\d{1,3}\s(?:to|-)\s\d{1,3}\syears?\s(?:old|of age)"),
    ("an age", r"(?<=,\s)[2-9]\d(?=,\s(?:said|says|ran|thanked|gave|who|from|told|has|was|is)\b)"),
    (
        "a dose or a measurement",
        (
            rf"(?<![\w.,]){_NUMBER}(?:\s?(?:to|-|–|or|and|×|"
            rf"x)\s?{_NUMBER})?[\s-]?(?:{_DOSE})(?:/[\w/]{{1,12}})?(?![\w])"
        ),
    ),
    (
        "a dose or a measurement",
        (
            rf"\b{_WORD}\s(?:hours?|minutes?|doses?|cycles?|tablets?|capsules?|grams?|"
            rf"degrees?|weeks? of)\b"
        ),
    ),
    ("a dose or a measurement", r"\bevery\s\w{1,12}\s(?:days?|weeks?|months?|hours?)\b"),
    (
        "a dose or a measurement",
        (
            r"\b(?:days?|weeks?|cycles?)\s\d{1,2}(?:,\s\d{1,2}){0,6}(?:,?\s(?:and|"
            r"to)\s\d{1,2})?(?:\sof\sa\s\d{1,2}-day\scycle)?"
        ),
    ),
    (
        "how often",
        (
            rf"\b(?:{_WORD}|\d{{1,3}}|twice|once)\s?(?:times)?\s(?:an?|per|each)\s(?:day|"
            rf"week|month|year|hour)\b"
        ),
    ),
    ("hours of service", r"\b\d{1,2}\s(?:hours|days)\sa\s(?:day|week)\b"),
    (
        "a page or a comment count",
        (
            r"\b(?:page|pages|p\.|pp\.|comments?|figure|fig\.|table|chapter|volume|issue|step|"
            r"part|version|reply|replies)\s?\(?\d{1,6}\)?(?:\sof\s\d{1,6})?"
        ),
    ),
    (
        "a page or a comment count",
        r"\b\d{1,6}\s(?:comments?|likes|shares|views|replies|partners|vendors|networks)\b",
    ),
    (
        "a list in a headline",
        (
            rf"\b(?:top|the)\s\d{{1,3}}\s(?:things|ways|best|hospitals|tips)|"
            rf"\b(?:\d{{1,2}}|{_WORD})\s(?:things|ways|foods|tips|reasons|facts)\b"
        ),
    ),
    ("a family", r"\b(?:father|mother|parents?|grandmother|grandfather) of \w{3,12}"),
    ("an ordinal number", r"\b\d{1,4}(?:st|nd|rd|th)\b"),
    (
        "a grade or a stage",
        (
            r"\b(?:grade|stage|class|type|phase|level|nyha|asa|ecog|"
            r"grades)\s\d[\d,.\s/–-]{0,8}(?:or\s\d)?(?![\d%])"
        ),
    ),
)
_REASONS = tuple((why, re.compile(pattern, re.IGNORECASE)) for why, pattern in _PATTERNS)


class Refused(NamedTuple):
    """A span of a sentence whose numbers are no claim, or the dates of a period."""

    start: int
    end: int
    why: str
    kind: str


def not_a_claim(text: str) -> tuple[Refused, ...]:
    """Return the spans of a sentence whose numbers are no claim, with the reason.

    Parameters
    ----------
    text : str
        One sentence; every pattern is bounded, so that the work grows linearly with its length.
    """
    spans = [Refused(m.start(), m.end(), "dates", "dates") for m in DATES.finditer(text)]
    for why, pattern in _REASONS:
        spans += [Refused(m.start(), m.end(), why, "refused") for m in pattern.finditer(text)]
    return tuple(spans)
