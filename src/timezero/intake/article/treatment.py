"""Which treatment comes late: found by how the text speaks of those with and without it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_HEADS = (
    r"(?:surger(?:y|ies)|operations?|procedures?|resections?|transplant(?:s|ations?)?|chemotherapy|"
    r"therap(?:y|ies)|treatments?|cytoreductions?|hipec|crs(?:/hipec| and hipec)?|"
    r"replacements?|ablations?|"
    r"radiotherapy|irradiation|interventions?|grafts?|drugs?|immunotherapy|"
    r"infusions?|devices?|metastasectomy|"
    r"implants?|stents?|repairs?|courses?|\w{3,20}(?:ectom(?:y|ies)|plast(?:y|ies)|"
    r"otom(?:y|ies)|mab|nib))"
)
_MORE = rf"(?:(?:\s(?:and\s)?|/){_HEADS}){{0,3}}"
_BETWEEN = (
    r"(?:(?!of\b|for\b|in\b|after\b|with\b|and\b|was\b|or\b|to\b|the\b|from\b)[\w/-]{1,25}\s){0,3}"
)
_LINE = rf"(?:second|third|later|subsequent)[- ]line(?:\s{_BETWEEN}{_HEADS}{_MORE})?"
_REPEAT = (
    rf"(?:second(?!-line| line)|repeat(?:ed)?|redo|re-do|iterative|additional|"
    rf"another|further|secondary|third|repeated)"
    rf"[\s-]{_BETWEEN}{_HEADS}{_MORE}"
    rf"|second-look(?: {_HEADS})?"
    r"|re-?operat(?:ions?|ed|ive surgery)|re-?transplant(?:ation|ed)?|"
    r"re-?treat(?:ment|ed)|operated on (?:again|a second time|once more)|"
    r"re-?resection|re-?excision|re-?intervention"
    r"|two (?:or more )?(?:operations|procedures|surgeries|(?:crs/)?hipecs?)"
)
_TIMED = (
    rf"(?:salvage|maintenance|consolidati(?:ve|on)|delayed|rescue|"
    rf"adjuvant)\s(?:{_BETWEEN}{_HEADS}{_MORE}|[a-z]{{4,25}})"
)
_ORGANS = (
    r"(?:(?:heart(?:[- ]lung)?|cardiac|liver|hepatic|lung|kidney|renal|pancreas|"
    r"stem[- ]cell|bone[- ]marrow|marrow|"
    r"allogen(?:e)?ic|autologous|ha?ematopoietic|organ|donor|living-donor|islet)\s){0,4}"
)
_TRANSPLANT = rf"{_ORGANS}(?:transplant(?:ation|ed|s)?|allografts?|new hearts?)"
_AWARD = r"(?:an? |the |any )?(?:prizes?|awards?|medals?|oscars?)(?: winners?)?|winners|laureates"

# Classes of late treatment: a prior weight, and what their phrases look like.
_CLASSES: dict[str, tuple[int, str]] = {
    "line": (5, _LINE),
    "repeat": (4, _REPEAT),
    "timed": (4, _TIMED),
    "transplant": (2, _TRANSPLANT),
    "award": (1, _AWARD),
}
_VERBS = (
    r"(?:received|receive|receiving|underwent|undergo|undergone|undergoing|had|have|"
    r"took|take|taken|started|start|began|"
    r"begin|got|get|given|used|use|using|won|win|accepted|required|needed|had received)"
)
_NOT = r"(?:did not|didn't|never|do not|had not|have not|not)"
_STOP = (
    r"of|in|at|on|for|from|with|without|and|or|who|that|which|after|before|until|"
    r"till|were|was|is|are|had|have|lived|survived|by|as|"
    r"to|than|but|while|when|because|due|during|did|do|within|per|every|live|versus|"
    r"vs|only|alone|at|some|their|"
    r"median|mean|overall|survival|later|patients|people|died|longer"
)
_PHRASE = rf"((?:(?!(?:{_STOP})\b)[a-z][\w/-]{{1,25}}(?![\w/-])\s?){{1,4}})"
_WANTED = re.compile(rf"\b{_VERBS}\s(?:an?\s|the\s|any\s)?{_PHRASE}", re.IGNORECASE)
_UNWANTED = re.compile(
    (
        rf"\b(?:{_NOT}\s(?:ever\s)?{_VERBS}|without|never\s{_VERBS})\s(?:an?\s|the\s|"
        rf"any\s|such\s)?{_PHRASE}"
    ),
    re.IGNORECASE,
)
_PERFORMED = re.compile(
    (
        rf"\b{_PHRASE}(?:was|were)\s(?:performed|started|given|delivered|administered|"
        rf"implanted)\s(?:in|to|on)\b"
    ),
    re.IGNORECASE,
)
_USERS = re.compile(r"\b([a-z]{4,25})\s(?:users|recipients|group)\b", re.IGNORECASE)
_NEVER_HEADS = frozenset({
    "follow", "data", "care", "response", "study", "time", "death", "deaths", "survival",
    "relapse", "recurrence", "progression", "diagnosis", "it", "them", "this", "complications",
    "years", "months", "fees", "grant", "cancer", "disease", "experience", "results",
    "treatment", "therapy", "operation", "procedure", "surgery", "single", "one", "first",
    "dialysis", "control", "whole", "entire", "the", "their", "prize", "transplant", "placebo",
    "first-line",
})  # fmt: skip
_SMALLEST_SCORE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LateTreatment:
    """The late treatment of a text.

    Parameters
    ----------
    kind : str
        ``repeat``, ``line``, ``timed``, ``transplant``, ``award`` or ``learned``.
    words : str
        How the text calls it most often.
    phrases : str
        A pattern for all phrases that mean it.
    """

    kind: str
    words: str
    phrases: str


def late_treatment(texts: Sequence[str]) -> LateTreatment | None:
    """Find the late treatment of a text, or None.

    Parameters
    ----------
    texts : sequence of str
        The masked sentences of the article proper.
    """
    whole = "\n".join(texts)
    best: tuple[float, str] = (0.0, "")
    for name, (prior, source) in _CLASSES.items():
        score = _score(whole, source, prior)
        if score > best[0]:
            best = (score, name)
    learned = _learned(whole)
    if learned and learned[0] > best[0]:
        return LateTreatment(kind="learned", words=learned[1], phrases=learned[2])
    if best[0] < _SMALLEST_SCORE:
        return None
    source = _CLASSES[best[1]][1]
    return LateTreatment(kind=best[1], words=_commonest(whole, source), phrases=source)


def _score(whole: str, source: str, prior: int) -> float:
    n_said = len(re.findall(rf"\b(?:{source})\b", whole, re.IGNORECASE))
    if not n_said:
        return 0.0
    without = rf"(?:\b{_NOT}\s(?:\w+\s){{0,3}}|\bwithout\s(?:an?\s|the\s)?|\bnon-?)(?:{source})\b"
    had = rf"\b{_VERBS}\s(?:an?\s|the\s)?(?:{source})\b"
    n_without = len(re.findall(without, whole, re.IGNORECASE))
    if source == _AWARD:
        n_without += len(re.findall(r"\bnever won\b", whole, re.IGNORECASE))
    n_had = len(re.findall(had, whole, re.IGNORECASE))
    return prior + min(n_said, 6) + 3 * min(n_without, 3) + 2 * min(n_had, 3)


def _learned(whole: str) -> tuple[float, str, str] | None:
    """Return score, words and pattern of a treatment known only from how it is spoken of."""
    wanted, unwanted = Counter[str](), Counter[str]()
    said: dict[str, Counter[str]] = {}
    for pattern, counter in (
        (_WANTED, wanted),
        (_PERFORMED, wanted),
        (_USERS, wanted),
        (_UNWANTED, unwanted),
    ):
        for match in pattern.finditer(whole):
            phrase = " ".join(match.group(1).split())
            head = _stem(phrase)
            if head and head not in _NEVER_HEADS:
                counter[head] += 1
                said.setdefault(head, Counter())[phrase.lower()] += 1
    n_bare = len(
        re.findall(
            rf"\bwho {_NOT}(?=[\s,.;:)])|\bnon-?users\b|\bfor those who {_NOT}",
            whole,
            re.IGNORECASE,
        )
    )
    best: tuple[float, str, str] | None = None
    for head, counter in said.items():
        if not wanted[head]:
            continue
        score = 2.0 * min(wanted[head], 3) + 3 * min(unwanted[head], 3)
        score += 3 * min(n_bare, 1) + min(
            len(re.findall(rf"\b{re.escape(head)}", whole, re.IGNORECASE)), 4
        )
        if (unwanted[head] or n_bare) and (best is None or score > best[0]):
            words = max(counter, key=lambda p, c=counter: (c[p], len(p)))
            best = (score, words, _pattern_of(head, counter))
    return best if best and best[0] >= _SMALLEST_SCORE else None


def _pattern_of(head: str, said: Counter[str]) -> str:
    """Return a pattern for a learned treatment, with the words that were seen before it."""
    before = sorted({p[: p.index(head)].strip() for p in said if head in p} - {""})
    first = f"(?:(?:{'|'.join(re.escape(b) for b in before)})\\s)?" if before else ""
    return rf"{first}{re.escape(head)}(?:e?s)?(?: therapy| treatment| drugs?)?"


def _stem(phrase: str) -> str:
    head = phrase.rsplit(maxsplit=1)[-1].lower()
    if head in {"therapy", "treatment", "drugs", "drug"} and len(phrase.split()) > 1:
        head = phrase.split()[-2].lower()
    return head[:-1] if head.endswith("s") and len(head) > 5 and not head.endswith("ss") else head


def _commonest(whole: str, source: str) -> str:
    found = Counter(
        " ".join(m.group().lower().split())
        for m in re.finditer(rf"\b(?:{source})\b", whole, re.IGNORECASE)
    )
    nouns = {p: c for p, c in found.items() if not p.endswith("ed")} or dict(found)
    words = max(nouns, key=lambda p: (nouns[p] + (2 if " " in p or "-" in p else 0), len(p)))
    first = re.search(re.escape(words), whole, re.IGNORECASE)
    return re.sub(r"^(?:an?|the|any)\s", "", first.group() if first else words)
