"""From an article to a draft claim."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from timezero.intake.article.ask import questions_of
from timezero.intake.article.build import claim_of
from timezero.intake.article.dates import months_between_days
from timezero.intake.article.draft import Draft, Mention
from timezero.intake.article.passage import Line, Passage, passage_of
from timezero.intake.article.readings import Reading
from timezero.intake.article.settle import Settled, settled
from timezero.intake.article.text_of import ArticleText, text_of
from timezero.registry import discover

_NO_ROLE = "no role in a survival claim"
_NO_CLAIM = "the text compares no survival of patients with and without a late treatment"


def read_article(source: str | Path) -> Draft:
    """Read an article, an abstract or one sentence into a draft claim.

    Parameters
    ----------
    source : str or Path
        A file (page, PDF, text), or the text itself.

    Raises
    ------
    InputRefused
        There is no such file, it holds no text, or more than an article.
    MissingExtra
        An optional package that this kind of file needs is not installed.
    """
    article = text_of(source)
    passage = passage_of(article.text)
    found = settled(passage)
    mentions, places = _mentions(passage, found)
    words = _words(passage) if found.kept else {}
    open_fields = {r.field for r in found.kept if r.open_kind}
    averages = [places[r] for r in found.kept if r.field.partition(".")[0] in open_fields]
    kept_by_field = {r.field: r for r in found.kept}
    rivals = [(places[kept_by_field[r.field]], _place(mentions, passage, r)) for r in found.yielded]
    return Draft(
        claim=claim_of(article, mentions, words),
        mentions=mentions,
        questions=questions_of(
            mentions,
            averages=averages,
            rivals=[(a, b) for a, b in rivals if not mentions[b].role],
            guessed=[places[r] for r in found.kept if r.guessed],
        ),
        notes=_notes(article, passage, found, words),
        words=words,
    )


def _words(passage: Passage) -> dict[str, str]:
    rules = discover("timezero.intake.article.words", "WORDS")
    found: dict[str, str] = {}
    for rule in rules.values():
        found |= rule(passage)
    if passage.treatment is not None:
        found["treatment"] = passage.treatment.words
    return found


def _mentions(passage: Passage, found: Settled) -> tuple[tuple[Mention, ...], dict[Reading, int]]:
    """Return every number of the text as a mention, and where each reading is among them."""
    by_number = {(r.line, r.quantity): r for r in found.kept if r.quantity >= 0}
    yielded = {(r.line, r.quantity): r for r in found.yielded}
    listed: list[tuple[Mention, Reading | None]] = []
    for place, line in enumerate(passage.lines):
        for k in range(len(line.quantities)):
            reading = by_number.get((place, k))
            rival = yielded.get((place, k))
            listed.append((_mention(line, k, reading, rival), reading))
    listed += [(_in_words(passage.lines[r.line], r), r) for r in found.kept if r.quantity < 0]
    listed.sort(key=lambda pair: pair[0].start)
    places = {reading: k for k, (_, reading) in enumerate(listed) if reading is not None}
    return tuple(mention for mention, _ in listed), places


def _mention(line: Line, k: int, reading: Reading | None, rival: Reading | None) -> Mention:
    quantity = line.quantities[k]
    text, begin = line.sentence.text, line.sentence.start
    start, end, printed = quantity.start, quantity.end, quantity.printed
    if quantity.vague and not (reading is not None and reading.bare):
        start = quantity.start - quantity.before
        end = quantity.stop if quantity.kind == "time" else quantity.end
        printed = text[start:end].replace("-", " ") if quantity.kind == "time" else text[start:end]
    elif quantity.kind == "percent":
        end = max(end, quantity.stop)
    why = line.outside or quantity.why or _NO_ROLE
    return Mention(
        printed=printed[:200],
        start=begin + start,
        end=begin + end,
        sentence=text,
        role=reading.field if reading is not None else "",
        why="" if reading is not None else why if quantity.kind != "dates" else _NO_ROLE,
        confidence=_confidence(reading, rival, why),
        unit=quantity.unit or (reading.unit if reading is not None else None),
        interval=months_between_days(printed) if quantity.kind == "dates" else None,
    )


def _confidence(reading: Reading | None, rival: Reading | None, why: str) -> float:
    if reading is not None:
        return reading.confidence
    if rival is not None:
        return rival.confidence
    return 0.7 if why == _NO_ROLE else 0.95


def _in_words(line: Line, reading: Reading) -> Mention:
    at = line.sentence.text.lower().find(reading.words)
    start = line.sentence.start + max(at, 0)
    return Mention(
        printed=reading.words,
        start=start,
        end=start + len(reading.words),
        sentence=line.sentence.text,
        role=reading.field,
        why="",
        confidence=reading.confidence,
    )


def _place(mentions: Sequence[Mention], passage: Passage, reading: Reading) -> int:
    """Return the place of the mention of a reading that had to yield."""
    line = passage.lines[reading.line]
    if reading.quantity < 0:
        return 0
    start = line.sentence.start + line.quantities[reading.quantity].start
    return next(k for k, m in enumerate(mentions) if m.start <= start < m.end)


def _notes(
    article: ArticleText, passage: Passage, found: Settled, words: dict[str, str]
) -> tuple[str, ...]:
    notes = list(article.notes)
    if not found.kept:
        return (*notes, f"No claim was found: {_NO_CLAIM}.")
    if "time_zero" not in words:
        notes.append("The text does not say what time is counted from.")
    left_out = sorted({line.outside for line in passage.lines if line.outside})
    if left_out:
        notes.append(f"Left alone: {' and '.join(left_out)}.")
    return tuple(notes)
