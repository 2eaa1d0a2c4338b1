"""What the treatment and the outcome are called in a plain sentence."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

MOST_WORDS: Final = 6
MOST_LETTERS: Final = 48
UNNAMED: Final = "this treatment"
ISOLATE, END_ISOLATE = "\u2068", "\u2069"

_DETERMINERS: Final = {"a", "an", "the", "another", "any", "their", "this", "that", "more", "no"}
_COUNTED: Final = re.compile(
    r"(?:operation|reoperation|transplant|retransplant|procedure|resection|replacement|graft|stent"
    r"|award|medal|prize|statin|defibrillator|pacemaker|implant|dose|course|drug|bypass|revision"
    r"|device|\w+ectomy|\w+ostomy)$",
    re.IGNORECASE,
)
_NOT_A_NAME: Final = re.compile(r"[.?!;:<>{}\[\]\"=\\|*]|//")
_DEATH: Final = re.compile(
    r"\b(?:death|deaths|dead|died|die|dying|mortality|survival)\b", re.IGNORECASE
)
_NOT_ONLY_DEATH: Final = re.compile(
    r"\b(?:or|free|relapse|recurrence|progression|failure|loss|composite|transplant)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a plain sentence speaks of the event that was counted, and of being spared it.

    Parameters
    ----------
    live_longer, lived_longer, lived_shorter, alive, died, die : str
        Verbs and states: ``live longer``, ``alive``, ``died``.
    explained : str
        What the event was, as the claim calls it; empty for death.
    """

    live_longer: str
    lived_longer: str
    lived_shorter: str
    alive: str
    died: str
    die: str
    explained: str


def one_line(text: str) -> str:
    """Return a text on one line, without control signs or signs that turn its direction."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(kept.split())


def isolated(text: str) -> str:
    """Return a text that cannot turn the direction of the sentence around it."""
    right_to_left = any(unicodedata.bidirectional(c) in {"R", "AL", "AN"} for c in text)
    return f"{ISOLATE}{text}{END_ISOLATE}" if right_to_left else text


def treatment_name(treatment: str) -> str:
    """Return the treatment as a sentence can carry it, or ``this treatment`` when it cannot.

    Parameters
    ----------
    treatment : str
        As in the claim. A name of more than six words, or with signs that end a sentence, is
        left out of sentences; the page then quotes it once, in full.
    """
    name = one_line(treatment)
    words = name.split()
    too_long = len(words) > MOST_WORDS or len(name) > MOST_LETTERS
    if is_default_name(name) or too_long or _NOT_A_NAME.search(name):
        return UNNAMED
    if words[0].lower() not in _DETERMINERS and _COUNTED.match(words[-1]):
        article = "an" if name[0].lower() in "aeiou" else "a"
        name = f"{article} {name}"
    return isolated(name)


def is_default_name(treatment: str) -> bool:
    """Return whether the claim gives the treatment no name of its own."""
    return one_line(treatment).lower() in {"the late treatment", "late treatment", ""}


def outcome_words(outcome: str) -> Outcome:
    """Return the words for an outcome: death, or some other event that is then explained."""
    name = one_line(outcome)
    if not name or (_DEATH.search(name) and not _NOT_ONLY_DEATH.search(name)):
        return Outcome(
            live_longer="live longer",
            lived_longer="lived longer",
            lived_shorter="did not live as long",
            alive="alive",
            died="died",
            die="die",
            explained="",
        )
    return Outcome(
        live_longer="stay well longer",
        lived_longer="stayed well longer",
        lived_shorter="did not stay well as long",
        alive="well",
        died="fell ill",
        die="fall ill",
        explained=name,
    )
