"""Numbers written in words: where they stand, and their value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, cast

from timezero.errors import MissingExtra

_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety"
_SMALL = f"(?:(?:{_TENS})(?:[ -](?:{_UNITS}))?|{_TEENS}|{_UNITS})"
_HUNDREDS = f"(?:(?:(?:{_UNITS}|a)[ -])?hundred(?:(?: and)? {_SMALL})?|{_SMALL})"
WORDS = re.compile(
    (
        rf"\b(?:(?:{_HUNDREDS}|a) thousand(?:(?: and|,)? {_HUNDREDS})?|"
        rf"{_HUNDREDS})\b(?!-(?:line|fold))"
    ),
    re.IGNORECASE,
)
TIMES = {"once": 1.0, "twice": 2.0, "thrice": 3.0}


def number_words(text: str) -> Iterator[tuple[int, int, float]]:
    """Yield start, end and value of every number written in words.

    Parameters
    ----------
    text : str
        One sentence.

    Raises
    ------
    MissingExtra
        text2num is not installed, and the sentence has number words.
    """
    for match in WORDS.finditer(text):
        value = _value(match.group().lower())
        if value is not None:
            yield match.start(), match.end(), value


@cache
def _value(words: str) -> float | None:
    tidy = words.replace("fourty", "forty").replace("a hundred", "one hundred")
    tidy = tidy.replace("a thousand", "one thousand").replace(",", "")
    if tidy.startswith("hundred"):
        tidy = f"one {tidy}"
    try:
        return float(_reader()(tidy, "en"))
    except ValueError:
        return None


def _reader() -> Callable[[str, str], int]:
    try:
        found: Any = import_module("text_to_num")
    except ImportError as error:
        raise MissingExtra(
            what="reading numbers in words needs text2num",
            where="an article with numbers such as 'forty-one'",
            mend="pip install 'timezero[article]'",
            code="TZ-ART-06",
        ) from error
    return cast("Callable[[str, str], int]", found.text2num)
