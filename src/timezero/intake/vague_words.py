"""What vague words stand for: the table, and how a hedge widens a number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias, cast

Kind: TypeAlias = Literal["count", "time", "share", "ratio", "p_value"]
Side: TypeAlias = Literal["below", "above", "both", "more", "less"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number as read, before units and limits of its kind are seen to.

    Parameters
    ----------
    value : float
        The number itself; NaN where only an interval was printed.
    lower, upper : float
        What it can stand for.
    half : float
        Half a unit of its last printed digit.
    rule : str
        Why.
    """

    value: float
    lower: float
    upper: float
    half: float
    rule: str

    def times(self, factor: float) -> Amount:
        """Return the amount in another unit."""
        return Amount(
            value=self.value * factor,
            lower=self.lower * factor,
            upper=self.upper * factor,
            half=self.half * factor,
            rule=self.rule,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """A vague word before or after a number.

    Parameters
    ----------
    name : str
        The word it is like.
    side : {"below", "above", "both", "more", "less"}
    share : float
        How far from the number the value may lie, relative to the number.
    reaches : bool
        Whether the number itself is possible.
    """

    name: str
    side: Side
    share: float
    reaches: bool

    def applied(self, amount: Amount, *, whole: bool) -> Amount:
        """Return the interval of a hedged number.

        Parameters
        ----------
        amount : Amount
            Its ``value`` is the number that was printed.
        whole : bool
            True for a count: whole numbers, and an end that is not reached is left out.
        """
        x = amount.value
        width = max(self.share * x, 1.0 if whole else amount.half)
        lower = {"below": x - width, "both": x - width, "less": 0.0}.get(self.side, x)
        upper = {"above": x + width, "both": x + width, "more": math.inf}.get(self.side, x)
        if whole:
            lower, upper = (
                math.ceil(lower - 1e-9),
                upper if math.isinf(upper) else int(upper + 1e-9),
            )
            if not self.reaches:
                lower += lower == x
                upper -= upper == x
        return Amount(
            value=math.nan,
            lower=max(float(lower), 0.0),
            upper=float(upper),
            half=amount.half,
            rule=self._said(),
        )

    def _said(self) -> str:
        said = {
            "below": f"up to {self.share:.0%} or half a printed unit less",
            "above": f"up to {self.share:.0%} or half a printed unit more",
            "both": f"within {self.share:.0%} or half a printed unit",
            "more": "the number or more" if self.reaches else "more than the number",
            "less": "the number or less" if self.reaches else "less than the number",
        }
        return f"'{self.name}': {said[self.side]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table of vague words.

    Parameters
    ----------
    neutral : tuple of str
        Words that change nothing.
    before, after : dict of str to Hedge
        By the word, longest first.
    phrases : dict of str to dict of str to Amount
        By kind and by words.
    """

    neutral: tuple[str, ...]
    before: dict[str, Hedge]
    after: dict[str, Hedge]
    phrases: dict[Kind, dict[str, Amount]]

    def hedge_of(self, text: str) -> tuple[Hedge | None, str]:
        """Return the hedge of a text, and the rest of the text without it."""
        rest = text
        while rest:
            for words, hedge in self.before.items():
                if _begins(rest, words):
                    return hedge, rest[len(words) :].strip()
            stripped = next((n for n in self.neutral if rest.startswith(f"{n} ")), None)
            if stripped is None:
                break
            rest = rest[len(stripped) :].strip()
        for words, hedge in self.after.items():
            if rest.endswith(words):
                return hedge, rest[: -len(words)].strip()
        return None, rest


def _begins(text: str, words: str) -> bool:
    if not words[-1].isalpha():
        return text.startswith(words) and len(text) > len(words)
    return text.startswith(f"{words} ")


@cache
def vague_words() -> Table:
    """Return the table that is shipped as ``vague-words.toml``."""
    import tomllib

    text = files("timezero.intake").joinpath("vague-words.toml").read_text("utf-8")
    content = tomllib.loads(text)
    hedges: dict[str, Hedge] = {}
    before: dict[str, Hedge] = {}
    for entry in content["hedge"]:
        hedge = Hedge(
            name=entry["name"],
            side=entry["side"],
            share=entry.get("share", 0.0),
            reaches=entry["reaches"],
        )
        hedges[hedge.name] = hedge
        before |= dict.fromkeys(cast("list[str]", entry["words"]), hedge)
    return Table(
        neutral=tuple(sorted(content["neutral"], key=len, reverse=True)),
        before={words: before[words] for words in sorted(before, key=len, reverse=True)},
        after={words: hedges[name] for words, name in content["after"].items()},
        phrases=_phrases(content["phrase"]),
    )


def _phrases(entries: list[dict[str, Any]]) -> dict[Kind, dict[str, Amount]]:
    found: dict[Kind, dict[str, Amount]] = {}
    for entry in entries:
        low, high = (float(end) for end in entry["interval"])
        for words in entry["words"]:
            amount = Amount(
                value=float(entry.get("number", low if low == high else math.nan)),
                lower=low,
                upper=high,
                half=(high - low) / 2.0 if math.isfinite(high) else 0.0,
                rule=f"'{words}' in the table of vague words",
            )
            for kind in entry["kinds"]:
                found.setdefault(kind, {})[words] = amount
    return found
