"""From a number as printed to the values it can stand for."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

from timezero.errors import InputRefused
from timezero.intake.digits import amount_of, in_digits, tidied
from timezero.intake.durations import compound_parts, converted, split_unit, window_of
from timezero.intake.vague_words import Amount, Kind, vague_words
from timezero.model.claim import PrintedNumber
from timezero.model.protocol import TimeUnit

LARGEST: Final = 1e9
_LEADING: Final[dict[Kind, re.Pattern[str]]] = {
    "p_value": re.compile(r"p(?:[ -]?values?)?(?: (?:of|was|is))?(?![a-z]) ?[:=]? ?"),
    "count": re.compile(r"n ?= ?"),
    "ratio": re.compile(r"(?:hr|hazard ratio) ?[:=]? ?"),
    "share": re.compile(r"(?!)"),
    "time": re.compile(r"(?!)"),
}
_NOUN = re.compile(
    r" (?:patients?|people|persons?|cases?|individuals?|deaths?|subjects?|participants?)"
)
_TIMES = re.compile(r"(?:[ -]?times?|[ -]?fold| ?x)(?: (?:as )?(?:long|longer|high|higher|great))?")
_PERCENT = re.compile(r" ?(?:%|per ?cents?)")
_FRACTION = re.compile(r"(\d{1,9}) ?(?:/|of|in|out of) ?(\d{1,9})")
_BETWEEN = re.compile(
    r"(?:between (?P<a>.+) and (?P<b>.+)|(?:from )?(?P<c>.+?) ?(?:-| to ) ?(?P<d>.+))"
)
_HALF: Final = ("half", "half a", "half an", "a half")
_EXAMPLES: Final[dict[Kind, str]] = {
    "count": "29, 1,249, 18 or 21, almost thirty",
    "time": "27.2, 27.2 months, 7 y 9 mo, over six years, not reached, June 2004 - March 2012",
    "share": "27.6 %, 0.276, 8/26, two thirds",
    "ratio": "0.56, three times, > 2",
    "p_value": "0.007, < .001, NS",
}
_HIGHEST: Final[dict[Kind, float]] = {"share": 1.0, "p_value": 1.0}
_WORDS: Final[dict[Kind, str]] = {
    "count": "a number of patients",
    "time": "a length of time",
    "share": "a share",
    "ratio": "a ratio",
    "p_value": "a p-value",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The values a printed number can stand for.

    Parameters
    ----------
    lower, upper : float
        ``lower <= upper``; times in the unit asked for, shares from 0 to 1. ``upper`` is infinite
        after "more than". A median not reached has ``lower`` NaN and ``upper`` infinite: it lies
        after the last time at which anybody was watched, and no bound is printed.
    rule : str
        How the interval follows from the print, in words.
    alternatives : tuple of (float, float)
        Where the print leaves a choice, such as 18 or 21, the interval of each; else empty.
    """

    lower: float
    upper: float
    rule: str
    alternatives: tuple[tuple[float, float], ...] = ()


def span_of(number: PrintedNumber, *, kind: Kind, unit: TimeUnit = "months") -> Span:
    """Return the values a printed number can stand for.

    Parameters
    ----------
    number : PrintedNumber
        Its ``interval``, when there is one, is taken as it stands: for a time in the number's
        own unit (``number.unit``, else ``unit``), for a share from 0 to 1.
    kind : {"count", "time", "share", "ratio", "p_value"}
    unit : {"days", "weeks", "months", "years"}
        The unit of the result, and of a number that names none.

    Raises
    ------
    InputRefused
        The text is no number of that kind, or an impossible one.
    MissingExtra
        It has number words, and text2num is not installed.
    """
    if number.interval is not None:
        own: TimeUnit = number.unit or unit if kind == "time" else unit
        low, high = (converted(end, own, unit) for end in number.interval)
        if not 0.0 <= low <= high <= _HIGHEST.get(kind, math.inf) or math.isinf(low):
            raise _refused(kind, number.printed, f"its interval {number.interval} is impossible")
        return Span(lower=low, upper=high, rule="interval given in the claim")
    return _Reader(kind=kind, unit=unit, own=number.unit, printed=number.printed).span()


def limits_span_of(
    number: PrintedNumber,
    *,
    side: Literal["lower", "upper"],
    kind: Kind,
    unit: TimeUnit = "months",
) -> Span | None:
    """Return the values that a limit of a printed confidence interval can stand for.

    Parameters
    ----------
    number : PrintedNumber
    side : {"lower", "upper"}
    kind : {"count", "time", "share", "ratio", "p_value"}
    unit : {"days", "weeks", "months", "years"}
        As in :func:`span_of`.

    Returns
    -------
    Span or None
        None when that limit is not printed.

    Raises
    ------
    InputRefused, MissingExtra
        As :func:`span_of`.
    """
    printed = number.lower if side == "lower" else number.upper
    if printed is None:
        return None
    return _Reader(kind=kind, unit=unit, own=number.unit, printed=printed).span()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """One text with what is known about it."""

    kind: Kind
    unit: TimeUnit
    own: TimeUnit | None
    printed: str

    def span(self) -> Span:
        text = tidied(self.printed)
        lead = _LEADING[self.kind].match(text)
        text = text[lead.end() :] if lead else text
        if self.kind == "count":
            text = self._without_nouns(text)
        if self.kind == "time" and (window := window_of(text)) is not None:
            return self._bounded(self._in_unit(*window))
        whole = self._try(text)
        if whole is not None:
            return self._bounded(whole)
        return self._choice(text) or self._range(text) or self._give_up()

    def _without_nouns(self, text: str) -> str:
        noun = _NOUN.search(text)
        shown = text[: noun.start()] if noun and noun.end() == len(text) else text
        bare, bracket, rest = shown.partition(" (")
        return bare if bracket and re.fullmatch(r"[\d.,]+ ?%\)", rest) else shown

    def _choice(self, text: str) -> Span | None:
        """18 or 21: each of them."""
        parts = [part for part in re.split(r",? or |, ", text) if part]
        if len(parts) < 2 or " or " not in text:
            return None
        _, shared = self._unit_at_end(parts[-1])
        read = [self._try(part, shared) for part in parts]
        if any(amount is None for amount in read):
            return None
        spans = sorted(
            (self._bounded(amount) for amount in read if amount is not None),
            key=lambda s: (s.lower, s.upper),
        )
        return Span(
            lower=spans[0].lower,
            upper=max(span.upper for span in spans),
            rule=f"either of {len(spans)} printed values, {spans[0].rule}",
            alternatives=tuple(dict.fromkeys((span.lower, span.upper) for span in spans)),
        )

    def _range(self, text: str) -> Span | None:
        """18-21: anything between."""
        match = _BETWEEN.fullmatch(text)
        if match is None:
            return None
        first, last = match["a"] or match["c"], match["b"] or match["d"]
        _, shared = self._unit_at_end(last)
        low, high = self._try(first, shared), self._try(last, shared)
        if low is None or high is None or math.isinf(high.upper) or low.upper > high.upper:
            return None
        rule = f"anywhere in the printed range, {high.rule}"
        return self._bounded(
            Amount(value=math.nan, lower=low.lower, upper=high.upper, half=high.half, rule=rule)
        )

    def _unit_at_end(self, text: str) -> tuple[str, str]:
        """Return a text without its unit or sign of per cent, and that."""
        if self.kind == "time":
            rest, unit = split_unit(text)
            return rest, unit or ""
        if self.kind == "share" and (sign := re.search(rf"{_PERCENT.pattern}$", text)):
            return text[: sign.start()].strip(), "%"
        if self.kind == "ratio" and (word := re.search(rf"{_TIMES.pattern}$", text)):
            return text[: word.start()].strip(), "times"
        return text, ""

    def _try(self, text: str, shared: str = "") -> Amount | None:
        """Read a hedged or plain number with its unit, in the unit of the result."""
        table = vague_words()
        found = table.phrases.get(self.kind, {}).get(text)
        if found is not None:
            return found
        parts = compound_parts(text) if self.kind == "time" else None
        if parts is not None and (compound := self._compound(*parts)) is not None:
            return compound
        hedge, rest = table.hedge_of(text)
        bare, unit = self._unit_at_end(rest)
        if hedge is None:
            hedge, bare = table.hedge_of(bare)
        amount = self._amount(bare, rest, unit or shared)
        if amount is None or (hedge is not None and not math.isfinite(amount.value)):
            return None
        if hedge is not None:
            amount = hedge.applied(amount, whole=self.kind == "count")
        return self._with_unit(amount, unit or shared)

    def _amount(self, bare: str, whole: str, unit: str) -> Amount | None:
        table = vague_words()
        phrases = table.phrases.get(self.kind, {})
        if (found := phrases.get(whole.replace("-", " "))) is not None:
            return found
        if self.kind == "share" and not unit and (found := _fraction(bare)) is not None:
            return found
        if self.kind == "time" and unit:
            if bare in _HALF:
                return amount_of("0 and a half")
            counted = table.phrases["count"].get(bare.removesuffix(" of"))
            if counted is not None:
                return counted
            bare = re.sub(r"^(?:a|an|a single)(?= and a half$|$)", "1", bare)
        return self._exact(amount_of(bare), bare, unit)

    def _exact(self, amount: Amount | None, bare: str, unit: str) -> Amount | None:
        """See to what is special in a kind: counts are whole, shares may be percentages."""
        if amount is None:
            return None
        if self.kind == "count":
            if amount.value != int(amount.value) or amount.half != 0.5:
                raise self._refusal(f"{bare} is not a whole number")
            x = amount.value
            return Amount(value=x, lower=x, upper=x, half=0.5, rule="an exact count")
        if self.kind == "share" and not unit and amount.value in {0.0, 1.0} and amount.half == 0.5:
            raise self._refusal(f"{bare} may be a share or a percentage")
        return amount

    def _with_unit(self, amount: Amount, unit: str) -> Amount:
        if self.kind == "time":
            return self._in_unit(amount, _unit_named(unit))
        if self.kind == "share" and (unit == "%" or amount.value > 1.0):
            said = amount.rule if unit else f"{amount.rule}, as a percentage"
            scaled = amount.times(0.01)
            return Amount(
                value=scaled.value,
                lower=round(scaled.lower, 15),
                upper=round(scaled.upper, 15),
                half=scaled.half,
                rule=said,
            )
        return amount

    def _compound(self, years: str, months: str) -> Amount | None:
        whole, part = amount_of(years), amount_of(months)
        if whole is None or part is None:
            return None
        total = whole.value * 12.0 + part.value
        rule = "years and months, " + part.rule
        low, high = total - part.half, total + part.half
        amount = Amount(value=total, lower=max(low, 0.0), upper=high, half=part.half, rule=rule)
        return self._in_unit(amount, "months")

    def _in_unit(self, amount: Amount, unit: TimeUnit | None) -> Amount:
        if unit is not None and self.own is not None and unit != self.own:
            raise self._refusal(f"it is printed in {unit}, and its unit is said to be {self.own}")
        own = unit or self.own or self.unit
        return amount if own == self.unit else amount.times(converted(1.0, own, self.unit))

    def _bounded(self, amount: Amount) -> Span:
        top = _HIGHEST.get(self.kind)
        upper = amount.upper
        if top is not None:
            if amount.value > top or amount.lower > top:
                raise self._refusal("it is larger than 1")
            upper = min(upper, top)
        if upper > LARGEST and not math.isinf(upper):
            raise self._refusal("it is too large")
        if amount.lower > upper:
            raise self._refusal("no value is possible")
        return Span(lower=amount.lower, upper=upper, rule=amount.rule)

    def _refusal(self, why: str) -> InputRefused:
        return _refused(self.kind, self.printed, why)

    def _give_up(self) -> Span:
        raise self._refusal("it cannot be read")


def _fraction(text: str) -> Amount | None:
    """8/26 exactly; one in five, in words, about."""
    found = _FRACTION.fullmatch(in_digits(text))
    if found is None or not 0 < int(found[2]) >= int(found[1]):
        return None
    share = int(found[1]) / int(found[2])
    exact = Amount(
        value=share, lower=share, upper=share, half=0.0, rule=f"{found[1]} of {found[2]}"
    )
    if any(letter.isdigit() for letter in text):
        return exact
    return vague_words().before["about"].applied(exact, whole=False)


def _unit_named(unit: str) -> TimeUnit | None:
    return split_unit(f"1 {unit}")[1] if unit else None


def _refused(kind: Kind, printed: str, why: str) -> InputRefused:
    shown = printed if len(printed) <= 60 else printed[:59] + "…"
    return InputRefused(
        what=f"{shown!r} is not {_WORDS[kind]} as it is printed: {why}",
        where="",
        mend=f"write it like one of: {_EXAMPLES[kind]}; or give it an interval",
        code="TZ-PRN-01",
    )
