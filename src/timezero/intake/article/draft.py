"""A draft claim: what was read, which number got which role, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from timezero.model.claim import Claim
from timezero.model.protocol import TimeUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One number of the text.

    Parameters
    ----------
    printed : str
        As printed, with the words that make it vague.
    start, end : int
        Where it stands: ``draft.claim.text[start:end]``.
    sentence : str
        The sentence it stands in.
    role : str
        A field of the claim's numbers, such as ``median_late``; empty: not a claim.
    why : str
        Why it is not a claim: ``a telephone number``; empty when it has a role.
    confidence : float
        Of the role, or of its being none, 0 to 1.
    unit : TimeUnit or None
    interval : (float, float) or None
        Of dates: the shortest and the longest period they can mean, in months.
    """

    printed: str
    start: int
    end: int
    sentence: str
    role: str
    why: str
    confidence: float
    unit: TimeUnit | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to a question.

    Parameters
    ----------
    name : str
    words : str
        What it means.
    roles : tuple of (int, str)
        Which mentions get which role; empty: none. ``median`` and ``mean`` change the kind of a
        survival time, and ``exchange`` its group, and leave the rest of the role as it is.
    """

    name: str
    words: str
    roles: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A number whose role the text leaves open.

    Parameters
    ----------
    key : str
        Names the question in answers.
    text : str
    options : tuple of Option
    default : str
        The name of the option that the draft has taken until it is answered.
    """

    key: str
    text: str
    options: tuple[Option, ...]
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft claim with its evidence.

    Parameters
    ----------
    claim : Claim
        With the default of every open question.
    mentions : tuple of Mention
        Every number of the text, in order.
    questions : tuple of Question
        What the text leaves open.
    notes : tuple of str
        What a reader should know: how the text was found, what it does not say.
    words : mapping of str to str
        The words of the question and the source that were found, by field.
    """

    claim: Claim
    mentions: tuple[Mention, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict[str, str])
