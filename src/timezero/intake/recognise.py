"""Which item of the CRS/HIPEC record a column's header means: suggestions, best first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

from timezero.intake.header_words import letters_of, trigrams_of, without_remark, words_of
from timezero.intake.record_items import dictionary, role_of

__all__ = ["Recognised", "recognise", "role_of"]

Reason = Literal["exact alias", "alias inside", "similar"]
MOST: Final = 5
LEAST_LIKENESS: Final = 0.7
LEAST_SHARE: Final = 0.33
PROCEDURE_WORDS: Final = frozenset(
    words_of(
        "surgery operation crs hipec procedure op intervention chirurgie chip cirugia cirurgia "
        "intervento operatie ingreep eingriff cytoreduction"
    )
)
REPEAT_WORDS: Final = frozenset(words_of("repeat redo iterative iterativa re"))
INITIAL_WORDS: Final = frozenset(words_of("initial index primary"))
RELATING_WORDS: Final = frozenset(words_of("after before since nach vor seit apres depuis dopo na"))
TOO_LITTLE: Final = frozenset(words_of("date datum data fecha number unit type time name"))
LARGEST_PROCEDURE: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """One item that a header may mean, and why.

    Parameters
    ----------
    item_key : str
        Key of an item of the dictionary.
    score : float
        In (0, 1]; only its order means something.
    reason : str
        ``exact alias``, ``alias inside`` or ``similar``.
    alias : str
        The alias of the dictionary that matched.
    language : str
        Of that alias: ``en``, ``de`` and so on; ``key`` for the item's own name.
    procedure : int, optional
        Which procedure the header names beside the item: 2 in ``PCI 2nd surgery``.
    """

    item_key: str
    score: float
    reason: Reason
    alias: str
    language: str
    procedure: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alias:
    item_key: str
    text: str
    language: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    exact: dict[tuple[str, ...], list[_Alias]]
    run_together: dict[str, list[_Alias]]
    by_word: dict[str, list[_Alias]]
    by_trigram: dict[str, list[int]]
    aliases: list[_Alias]
    sizes: list[int]


@lru_cache(maxsize=4096)
def recognise(header: str) -> tuple[Recognised, ...]:
    """Suggest the items that a header may mean.

    Parameters
    ----------
    header : str
        As it stands in the file, in any of seven languages.

    Returns
    -------
    tuple of Recognised
        Best first, at most five, each item once; empty when nothing is like it.
    """
    found: dict[str, Recognised] = {}
    for suggestion in _suggestions(header):
        kept = found.get(suggestion.item_key)
        if kept is None or suggestion.score > kept.score:
            found[suggestion.item_key] = suggestion
    places = {candidate.key: place for place, candidate in enumerate(dictionary())}
    ordered = sorted(found.values(), key=lambda s: (-s.score, places[s.item_key]))
    return tuple(ordered[:MOST])


def _suggestions(header: str) -> Iterator[Recognised]:
    words = words_of(header)
    if not words:
        return
    plain = words_of(without_remark(header)) or words
    for score, tried in ((1.0, words), (0.97, plain)):
        yield from _exact(tried, score, None)
    for alias in _index().run_together.get(letters_of(header), ()):
        yield _recognised(alias, 0.96, "exact alias", None)
    procedure, rest = _without_procedure(plain)
    bare = tuple(word for word in plain if word != str(procedure))
    yield from _exact(bare, 0.95, procedure)
    yield from _exact(rest, 0.93, procedure)
    about = tuple(word for word in rest if word not in RELATING_WORDS)
    yield from _exact(about, 0.91, procedure)
    yield from _inside(plain, procedure)
    if not any(True for _ in _exact(plain, 1.0, None)):
        yield from _similar(plain, None)
        if procedure is not None and rest:
            yield from _similar(rest, procedure)


def _exact(words: tuple[str, ...], score: float, procedure: int | None) -> Iterator[Recognised]:
    for alias in _index().exact.get(tuple(sorted(words)), ()):
        yield _recognised(alias, score, "exact alias", procedure)


def _inside(words: tuple[str, ...], procedure: int | None) -> Iterator[Recognised]:
    there, index = set(words), _index()
    for word in dict.fromkeys(words):
        for alias in index.by_word.get(word, ()):
            share = len(alias.words) / len(words)
            if share >= LEAST_SHARE and there.issuperset(alias.words):
                named = None if str(procedure) in alias.words else procedure
                yield _recognised(alias, 0.4 + 0.4 * min(share, 0.99), "alias inside", named)


def _similar(words: tuple[str, ...], procedure: int | None) -> Iterator[Recognised]:
    if TOO_LITTLE.issuperset(words):
        return
    index, wanted, numbers = _index(), trigrams_of(words), _numbers_in(words)
    shared: Counter[int] = Counter()
    for trigram in wanted:
        shared.update(index.by_trigram.get(trigram, ()))
    for k, n in shared.items():
        likeness = 2 * n / (len(wanted) + index.sizes[k])
        # A number in a header is never a typing error for another one.
        if likeness >= LEAST_LIKENESS and _numbers_in(index.aliases[k].words) == numbers:
            yield _recognised(index.aliases[k], 0.75 * likeness, "similar", procedure)


def _numbers_in(words: tuple[str, ...]) -> list[str]:
    return sorted(word for word in words if word.isdigit())


def _without_procedure(words: tuple[str, ...]) -> tuple[int | None, tuple[str, ...]]:
    """Return which procedure a header names, and the words that do not name it."""
    digits = [w for w in words if w.isdigit() and 1 <= int(w) <= LARGEST_PROCEDURE]
    about_procedure = not PROCEDURE_WORDS.isdisjoint(words)
    number = int(digits[-1]) if digits else None
    if number is None and about_procedure and not REPEAT_WORDS.isdisjoint(words):
        number = 2
    if number is None and about_procedure and not INITIAL_WORDS.isdisjoint(words):
        number = 1
    if number is None:
        return None, ()
    named = {str(number)} | PROCEDURE_WORDS | REPEAT_WORDS | INITIAL_WORDS
    return number, tuple(word for word in words if word not in named)


def _recognised(alias: _Alias, score: float, reason: Reason, procedure: int | None) -> Recognised:
    return Recognised(
        item_key=alias.item_key,
        score=round(score, 4),
        reason=reason,
        alias=alias.text,
        language=alias.language,
        procedure=procedure,
    )


@cache
def _index() -> _Index:
    exact: dict[tuple[str, ...], list[_Alias]] = defaultdict(list)
    run_together: dict[str, list[_Alias]] = defaultdict(list)
    by_word: dict[str, list[_Alias]] = defaultdict(list)
    by_trigram: dict[str, list[int]] = defaultdict(list)
    aliases = list(_aliases())
    sizes: list[int] = []
    for k, alias in enumerate(aliases):
        exact[tuple(sorted(alias.words))].append(alias)
        run_together[letters_of(alias.text)].append(alias)
        for word in set(alias.words):
            by_word[word].append(alias)
        trigrams = trigrams_of(alias.words)
        sizes.append(len(trigrams))
        for trigram in trigrams:
            by_trigram[trigram].append(k)
    return _Index(
        exact=dict(exact),
        run_together=dict(run_together),
        by_word=dict(by_word),
        by_trigram=dict(by_trigram),
        aliases=aliases,
        sizes=sizes,
    )


def _aliases() -> Iterator[_Alias]:
    for candidate in dictionary():
        texts = [("key", candidate.key), ("key", candidate.name)]
        texts += [(lang, text) for lang, names in candidate.aliases.items() for text in names]
        seen: set[tuple[str, ...]] = set()
        for language, text in texts:
            words = words_of(text)
            if words not in seen:
                seen.add(words)
                yield _Alias(
                    item_key=candidate.key,
                    text=text,
                    language=language,
                    words=words,
                )
