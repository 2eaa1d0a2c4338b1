"""Paragraphs that are no part of the article: menus, notices, advertising, addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from timezero.intake.article.sentences import Sentence

_ADVERTISING = re.compile(
    r"\blaw\s?(?:firm|yers?|suit)\b|\battorneys?\b|\blawyers?\b|\bcompensation\b|\bsettlements?\b|"
    r"free (?:case|consultation|quote|guide|trial)|\btoll[- ]free\b|\bunless we "
    r"win\b|\badvertis|\bsponsored\b|"
    r"\bgift card\b|\bdiscount\b|\bbuy now\b|\border now\b|\braffle\b|\bspecial "
    r"offer\b|\bcoupon\b|\bmesothelioma trust",
    re.IGNORECASE,
)
_NAVIGATION = re.compile(
    r"\bcookies?\b|\bnewsletter\b|\bsubscribe\b|\bsign (?:in|up)\b|\blog ?in\b|"
    r"\bprivacy\b|\bcopyright\b|©|"
    r"\ball rights reserved\b|\bterms of (?:use|service)\b|\bread (?:more|also)\b|"
    r"\btrending\b|\brelated (?:articles|posts|stories)\b|"
    r"\bshare this\b|\bmost (?:read|popular)\b|\bposted (?:on|by)\b|\bmedia "
    r"contact\b|\bfor an appointment\b|\bskip to\b|"
    r"\bclick here\b|\bfollow us\b|\bpage \d+ of \d+|\bback to top\b",
    re.IGNORECASE,
)
_MENU = re.compile(r"(?:\s[|>»·•]\s\S+[^|>»·•]{0,40}){2,}")
_SUBJECT = re.compile(
    r"surviv|\bmedian\b|\bhazard\b|\blived\b|\balive\b|\bdied\b|\bdeaths?\b|"
    r"\bcohort\b|\bunderwent\b|\breceived\b|"
    r"\btransplant|\bpatients\b",
    re.IGNORECASE,
)


def why_not_the_article(sentence: Sentence) -> str:
    """Return why a sentence is no part of the article, or an empty text.

    Parameters
    ----------
    sentence : Sentence
        A sentence that speaks of survival as well is taken for the article, unless it advertises.
    """
    if _ADVERTISING.search(sentence.text):
        return "advertising"
    if _MENU.search(sentence.text):
        return "navigation"
    if _NAVIGATION.search(sentence.text) and not _speaks_of_survival(sentence.text):
        return "navigation"
    return ""


def _speaks_of_survival(text: str) -> bool:
    return len(_SUBJECT.findall(text)) >= 2


def outside_the_article(sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """Return for each sentence why it is no part of the article, or an empty text."""
    return tuple(why_not_the_article(sentence) for sentence in sentences)
