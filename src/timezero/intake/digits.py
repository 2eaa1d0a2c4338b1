"""One printed number in digits or words: its value, and the interval that was rounded to it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from importlib import import_module
from typing import cast

from timezero.errors import MissingExtra
from timezero.intake.vague_words import Amount

_SPACES = "\u00a0\u2007\u2009\u200a\u202f"
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("·‧∙⋅•", "."),
        **dict.fromkeys("–—‒−‐‑﹣－", "-"),
        **dict.fromkeys("≥⩾≧", "≥"),
        **dict.fromkeys("≤⩽≦", "≤"),
        **dict.fromkeys("∼～˜", "~"),
        **dict.fromkeys("≈≅≃", "≈"),
        **dict.fromkeys("’‘´`", "'"),
        "×": "x",
        "⁄": "/",
        "½": " 1/2",
        "⅓": " 1/3",
        "⅔": " 2/3",
        "¼": " 1/4",
        "¾": " 3/4",
    }
)
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d+)?")
_PLAIN = re.compile(r"(?:\d+(?:[.,]\d+)?|[.,]\d+)")
_POWER = re.compile(
    r"(?P<m>[\d.,]+)(?: ?e ?(?P<e>-?\d{1,3})| ?(?:x|\*) ?10 ?(?:\^|\*\*)? ?(?P<p>-\d{1,3}))"
)
_WORD = (
    "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty"
    "|ninety|hundred|thousand|zero)"
)
_WORDS = re.compile(
    rf"\b(?:a (?=hundred|thousand))?{_WORD}(?:[ -](?:and )?{_WORD})*(?:\b|(?=fold))"
)
_AND_A_HALF = re.compile(r"(?P<n>.*\S) and (?:a|one) half|(?P<f>\d+) 1/2")


def tidied(text: str) -> str:
    """Return a printed text in one way of writing: lower case, one kind of dash, dot and space.

    Parameters
    ----------
    text : str
        As printed.
    """
    plain = text.translate(_POWERS).translate(_SIGNS)
    for space in _SPACES:
        plain = plain.replace(space, " ")
    return " ".join(plain.casefold().split()).strip(" ;:")


def in_digits(text: str) -> str:
    """Return a tidied text with its number words written in digits.

    Parameters
    ----------
    text : str

    Raises
    ------
    MissingExtra
        text2num is not installed, and there are number words.
    """
    return _WORDS.sub(lambda words: _spelled(words.group()), text)


def _spelled(words: str) -> str:
    """Write one number in digits; words that are no number stay."""
    plain = re.sub(r"\bfourty\b", "forty", words.replace("-", " "))
    plain = re.sub(r"^(?:a )?(?=hundred|thousand)", "one ", plain)
    try:
        read = cast("Callable[[str, str], int]", import_module("text_to_num").text2num)
    except ImportError as error:
        raise MissingExtra(
            what="reading numbers in words needs text2num",
            where=f"{words!r}",
            mend="pip install 'timezero[article]', or write the number in digits",
            code="TZ-PRN-02",
        ) from error
    try:
        return str(read(plain, "en"))
    except ValueError:
        return words


def amount_of(text: str) -> Amount | None:
    """Read one number; None when the text is not one.

    Parameters
    ----------
    text : str
        As :func:`tidied` returns it.

    Returns
    -------
    Amount
        The interval reaches half a unit of the last printed digit either way.

    Raises
    ------
    MissingExtra
        As :func:`in_digits`.
    """
    digits = in_digits(text)
    if halves := _AND_A_HALF.fullmatch(digits):
        whole = _written(halves.group("n") or halves.group("f"))
        return None if whole is None else _rounded(whole[0] + 0.5, 0.25, "rounded to a half")
    read = _written(digits)
    if read is None:
        return None
    value, unit = read
    return _rounded(value, unit / 2.0, _rounding(unit))


def _rounding(unit: float) -> str:
    return "rounded to a whole number" if unit == 1.0 else f"rounded to {unit:.12g}"


def _rounded(value: float, half: float, rule: str) -> Amount:
    places = 15 if half >= 1e-12 else 300
    return Amount(
        value=value,
        lower=max(round(value - half, places), 0.0),
        upper=round(value + half, places),
        half=half,
        rule=rule,
    )


def _written(text: str) -> tuple[float, float] | None:
    """Return a number in digits and the unit of its last digit."""
    if power := _POWER.fullmatch(text):
        read = _written(power.group("m"))
        scale = float(f"1e{power.group('e') or power.group('p')}")
        return None if read is None else _finite(read[0] * scale, read[1] * scale)
    if _GROUPED.fullmatch(text):
        text = text.replace(" ", "") if " " in text else text.replace(",", "")
    elif not _PLAIN.fullmatch(text):
        return None
    text = text.replace(",", ".")
    decimals = len(text.partition(".")[2])
    return _finite(float(text), 10.0**-decimals)


def _finite(value: float, unit: float) -> tuple[float, float] | None:
    return (value, unit) if math.isfinite(value) and unit > 0.0 else None
