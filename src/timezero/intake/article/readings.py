"""What a role says about one number of the article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from timezero.intake.article.masking import pattern, place_of
from timezero.intake.article.passage import Line, Passage
from timezero.model.protocol import TimeUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One number in the role that it seems to have.

    Parameters
    ----------
    field : str
        A field of ``Numbers``: ``median_late``, ``median_late.lower``, ``survival late 5 years``.
    line : int
        The place of the sentence.
    quantity : int
        The place of the number among those of its sentence.
    confidence : float
        0 to 1.
    open_kind : bool
        True when the text does not say whether a survival time is a median or a mean.
    bare : bool
        True when words before the number are not part of it: in 'over eight years' as a period.
    words : str
        What is printed instead of a number, such as ``not reached``; ``quantity`` is then -1.
    unit : TimeUnit or None
        Of a limit that shares the unit of the number before it.
    beside : str
        A field that must have been read in the same sentence.
    guessed : bool
        True when the sentence leaves open to which group the number belongs.
    """

    field: str
    line: int
    quantity: int
    confidence: float
    open_kind: bool = False
    bare: bool = False
    words: str = ""
    unit: TimeUnit | None = None
    beside: str = ""
    guessed: bool = False


Role: TypeAlias = Callable[[Passage], list[Reading]]

_OPENING = r"^[\s,;:(\[]{0,3}(?:median[,;] )?"
_TWO = r"[\s,;:=]{0,3}(?:of |from |between )?{Q}\s?(?:-|–|—|to|,|and|;)\s?{Q}"
_LIMITS = {
    "interval": pattern(_OPENING + "{CI}" + _TWO),
    "quartiles": pattern(_OPENING + r"(?:iqr|inter-?quartile range|quartiles)" + _TWO),
    "range": pattern(_OPENING + r"(?:range[ds]?|min-max)" + _TWO),
    "bare": pattern(r"^\s?[(\[]{Q}\s?(?:-|–|—|to)\s?{Q}[)\];,]"),
}


def limits_after(line: Line, quantity: int) -> dict[str, tuple[int, int]]:
    """Return the pairs of numbers that follow a number directly, by what they are.

    Returns
    -------
    dict
        Keys ``interval``, ``quartiles``, ``range`` and ``bare`` (in brackets, nothing said).
    """
    end = place_of(line.masked, quantity)[1]
    rest = line.masked[end : end + 80] if end > 0 else ""
    found = {name: regex.match(rest) for name, regex in _LIMITS.items()}
    return {name: (int(m.group(1)), int(m.group(2))) for name, m in found.items() if m}


def interval_readings(
    line: Line, place: int, quantity: int, *, field: str, bare: bool = False
) -> list[Reading]:
    """Return the limits of a confidence interval after a number as readings.

    Parameters
    ----------
    line : Line
    place : int
        The place of the sentence.
    quantity : int
    field : str
        The field of the number itself.
    bare : bool
        Whether two numbers in brackets are taken for an interval though nothing says so.
    """
    found = limits_after(line, quantity)
    pair = found.get("interval") or (found.get("bare") if bare else None)
    if pair is None or line.quantities[pair[0]].value > line.quantities[pair[1]].value:
        return []
    confidence = 0.95 if "interval" in found else 0.8
    return [
        Reading(field=f"{field}.{end}", line=place, quantity=k, confidence=confidence)
        for end, k in zip(("lower", "upper"), pair, strict=True)
    ]
