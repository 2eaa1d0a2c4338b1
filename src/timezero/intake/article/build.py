"""Mentions with roles to the claim they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from timezero.intake.article.draft import Mention
from timezero.intake.article.text_of import ArticleText
from timezero.intake.durations import converted
from timezero.model.claim import Asked, Claim, Numbers, Source
from timezero.model.protocol import TimeUnit

_TIMES = ("median", "mean", "wait", "follow_up", "trigger_time")
_QUESTION_WORDS = ("time_zero", "treatment", "trigger", "patients", "comparison", "test", "outcome")


def claim_of(article: ArticleText, mentions: Sequence[Mention], words: Mapping[str, str]) -> Claim:
    """Return the claim that an article's mentions make.

    Parameters
    ----------
    article : ArticleText
    mentions : sequence of Mention
    words : mapping of str to str
        Fields of the question and the source that were found in words.
    """
    with_role = [m for m in mentions if m.role]
    unit = _unit(with_role)
    said: dict[str, Any] = {k: words[k] for k in _QUESTION_WORDS if words.get(k)}
    if landmark := words.get("landmark"):
        value, _, its_unit = landmark.partition(" ")
        said["landmark"] = _converted(float(value), its_unit, unit)
    return Claim(
        title=article.title[:300],
        text=article.text,
        source=Source(
            kind=_kind(article.text),
            authors_caution=words.get("authors_caution", ""),
            conflicts=words.get("conflicts", ""),
            facts_from={"page": "a saved page", "pdf": "a PDF file"}.get(article.kind, "a text"),
        ),
        question=Asked(unit=unit, **said),
        numbers=_numbers(with_role, unit),
    )


def _kind(text: str) -> Any:
    head = text[:2_000].lower()
    if "for immediate release" in head or "press release" in head or "(wire)" in head:
        return "press release"
    lower = text.lower()
    is_paper = any(
        s in lower for s in ("95% ci", "methods", "p <", "p<", "p =", "p=", "hazard ratio")
    )
    return "paper" if is_paper else "news"


def _unit(mentions: Sequence[Mention]) -> TimeUnit:
    """Return the unit of all times, or months when they differ or there are none."""
    units: set[str] = set()
    for mention in mentions:
        if mention.role.startswith("survival "):
            units.add(mention.role.split()[3].partition(".")[0])
        elif mention.unit is not None and mention.role.startswith(_TIMES):
            units.add(mention.unit)
    only = units.pop() if len(units) == 1 else "months"
    for unit in ("days", "weeks", "years"):
        if only == unit:
            return unit
    return "months"


def _converted(value: float, unit: Any, into: TimeUnit) -> float:
    return round(converted(value, unit, into), 6)


def _numbers(mentions: Sequence[Mention], unit: TimeUnit) -> Numbers:
    single: dict[str, dict[str, Any]] = {}
    at_times: dict[tuple[str, float], dict[str, Any]] = {}
    for mention in sorted(mentions, key=lambda m: "." in m.role):
        name, limit = _parted(mention.role)
        if name.startswith("survival "):
            _, group, value, its_unit = name.split()
            time = _converted(float(value), its_unit, unit)
            table = at_times.setdefault((group, time), {"group": group, "time": time})
        else:
            table = single.setdefault(name, {})
        if limit:
            table[limit] = mention.printed.rstrip("% ") or mention.printed
        else:
            table |= _printed(mention, unit)
    survival = [table for table in at_times.values() if "printed" in table]
    whole = {name: table for name, table in single.items() if "printed" in table}
    return Numbers.model_validate({**whole, "survival": tuple(survival)})


def _parted(role: str) -> tuple[str, str]:
    for limit in ("lower", "upper"):
        if role.endswith(f".{limit}"):
            return role.removesuffix(f".{limit}"), limit
    return role, ""


def _printed(mention: Mention, unit: TimeUnit) -> dict[str, Any]:
    table: dict[str, Any] = {"printed": mention.printed, "sentence": mention.sentence[:2_000]}
    if mention.unit is not None and mention.unit != unit:
        table["unit"] = mention.unit
    if mention.interval is not None:
        table["interval"] = tuple(_converted(v, "months", unit) for v in mention.interval)
    return table
